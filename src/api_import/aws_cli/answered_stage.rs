//! The stage that is imported, where files of the AWS CLI hold several.

use super::{
    answer_kind::AnswerKind,
    cli_answers::{CliReader, either},
};
use crate::api_import::{
    openapi,
    report::{Question, Remark},
    source::Located,
};

const NAME: [&str; 2] = ["stageName", "StageName"];

/// The stage by its name: the one that is said, that of the export, the only one.
pub(super) fn choose(
    reader: &mut CliReader<'_, '_>,
    document: Located<'_>,
    said: Option<String>,
) -> Option<String> {
    let stages = reader.elements(AnswerKind::Stages);
    let wanted = said.or_else(|| openapi::stage_of_export(document));
    let Some(first) = stages.first() else { return wanted };
    let named = |name: &str| stages.iter().find(|stage| name_of(**stage) == Some(name));
    let names: Vec<&str> = stages.iter().filter_map(|stage| name_of(*stage)).collect();
    let chosen = match (&wanted, &names[..]) {
        (Some(wanted), _) => wanted.clone(),
        (None, [only]) => (*only).to_owned(),
        (None, _) => {
            let words = format!("which stage is imported? There are {}", names.join(", "));
            let line = format!("--stage {}", names.first()?);
            stages.iter().for_each(|stage| reader.ledger.taken_whole(*stage));
            reader.ledger.ask(*first, Question::of_option("--stage", words, &line));
            return None;
        }
    };
    let Some(stage) = named(&chosen) else {
        let words = format!("there is no stage {chosen} among {}", names.join(", "));
        reader.ledger.error(*first, words);
        return Some(chosen);
    };
    for other in stages.iter().filter(|other| other.id != stage.id) {
        let words = "another stage: it may have other routes, which its own export says";
        reader.ledger.remark_whole(*other, Remark::left_out(words));
    }
    Some(chosen)
}

pub(super) fn name_of(stage: Located<'_>) -> Option<&str> {
    either(stage, NAME)?.text()
}
