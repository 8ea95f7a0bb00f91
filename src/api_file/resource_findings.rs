//! The functions and tables that the API of a file needs, and what was found of them, each at its place.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    CheckedFile, FileProblem, FileStage, Rule, Severity,
    check::{ROUTES, STAGES, located, placed_routes, withhold},
};
use crate::{
    deployment::{DeploymentSource, RequiredResource, parse},
    error::Problem,
    item::{Findings, StageVariables},
    stages::{PartialSettings, StageSettings},
};

/// The name that findings must have for the table of the items.
pub const SECTION: &str = ROUTES;

impl CheckedFile {
    /// Returns the functions and tables that its stages need. A stage with problems needs none.
    pub fn required_resources(&self) -> Vec<RequiredResource> {
        self.api.stages.iter().flat_map(of_stage).collect()
    }

    /// Adds what was found of the functions and tables.
    pub fn add_resource_findings(&mut self, findings: Findings) {
        let Findings { problems, warnings } = findings;
        let problems = problems.iter().map(|problem| (Severity::Problem, problem));
        let warnings = warnings.iter().map(|warning| (Severity::Warning, warning));
        let places: HashMap<_, _> = self.api.stages.iter().flat_map(placed_routes).collect();
        let at_place = |(severity, problem): (Severity, &Problem)| {
            let placed = places.get(&problem.key)?;
            Some(FileProblem { rule: Rule::Resource, ..located(placed, severity, problem, &self.sources) })
        };
        let mut found: Vec<_> = problems.chain(warnings).filter_map(at_place).collect();
        withhold(&mut found, &self.secrets, &self.sources);
        self.problems.extend(found);
        FileProblem::sort(&mut self.problems);
    }
}

fn of_stage(stage: &FileStage) -> Vec<RequiredResource> {
    let items = stage.to_items();
    let stage_variables = stage_variables(&items.stage);
    let source = DeploymentSource {
        table: ROUTES,
        stage: &stage.settings.name,
        stage_variables: &stage_variables,
        function_url_auth_type: None,
    };
    let deployment = parse(source, &items.routes).value.ok();
    deployment.map(|deployment| deployment.required_resources()).unwrap_or_default()
}

/// The variables of a stage, also of one that has problems.
pub fn stage_variables(item: &Map<String, Value>) -> StageVariables {
    match StageSettings::parse_partially(STAGES, item) {
        Some(PartialSettings::Complete(settings) | PartialSettings::LikelyLocation(settings)) => {
            settings.stage_variables
        }
        None => StageVariables::new(),
    }
}
