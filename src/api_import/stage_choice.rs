//! `--stage`: of several stages the one that is taken, of one its new name.

use serde_json::{Map, Value};

use super::{method_settings::StageWithSettings, report::Ledger, source::Located};

/// The stages that are written.
#[derive(Debug, Default)]
pub struct ChosenStages {
    pub stages: Vec<StageWithSettings>,
    /// The names of stages in the input, and what they are in the file. `None`: all stay as they are.
    names: Option<Vec<(String, String)>>,
}

impl ChosenStages {
    pub fn of(
        ledger: &mut Ledger,
        root: Located<'_>,
        stages: Vec<StageWithSettings>,
        asked: Option<&str>,
    ) -> Self {
        let Some(asked) = asked else { return Self { stages, names: None } };
        let names: Vec<String> = stages.iter().map(|stage| stage.stage.name.clone()).collect();
        if names.iter().any(|name| name == asked) {
            let (chosen, others) = stages.into_iter().partition(|stage| stage.stage.name == asked);
            for StageWithSettings { stage, .. } in others {
                let words = format!("the stage {} is left out: --stage is {asked}", stage.name);
                ledger.warning_at(stage.origin, words);
            }
            return Self { stages: chosen, names: Some(vec![(asked.to_owned(), asked.to_owned())]) };
        }
        match <[StageWithSettings; 1]>::try_from(stages) {
            Ok([mut only]) => {
                let names = Some(vec![(only.stage.name.clone(), asked.to_owned())]);
                asked.clone_into(&mut only.stage.name);
                Self { stages: vec![only], names }
            }
            Err(stages) => {
                if !stages.is_empty() {
                    let words = format!("--stage {asked}: got the stages {}", names.join(", "));
                    ledger.error_at(root.span(), words);
                }
                Self { stages, names: None }
            }
        }
    }

    /// The name in the input of the one stage that has another in the file.
    pub fn renamed(&self) -> Option<&str> {
        let [(old, new)] = self.names.as_deref()? else { return None };
        (old != new).then_some(old)
    }

    /// Leaves a usage plan the stages that are written, by their names in the file.
    pub fn adapt(&self, plan: &mut Map<String, Value>) {
        let Some(names) = &self.names else { return };
        let name_in_file =
            |stage: &str| names.iter().find(|(old, _)| old == stage).map(|(_, new)| new.clone());
        match plan.get_mut("apiStages") {
            Some(Value::Array(stages)) => {
                let kept = stages.iter().filter_map(Value::as_str).filter_map(name_in_file);
                *stages = kept.map(Value::from).collect();
            }
            Some(Value::Object(stages)) => {
                let written = std::mem::take(stages);
                let kept =
                    written.into_iter().filter_map(|(stage, value)| Some((name_in_file(&stage)?, value)));
                stages.extend(kept);
            }
            _ => {}
        }
    }
}
