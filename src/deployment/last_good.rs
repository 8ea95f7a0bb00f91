//! The record of a stage as it was last good, so that a slip in its item loses nothing.

use serde_json::{Map, Value};

use crate::{stages::StageSettings, store::LastGood};

/// The stage's location, variables, limit, end and access lines. Nothing of caching: the `cacheGeneration` of then would bring back
/// what was emptied since.
const RECORDED: [&str; 11] = [
    "stage",
    "basePath",
    "hosts",
    "stageVariables",
    "throttle",
    "deprecated",
    "sunset",
    "deprecationLink",
    "accessLogFormat",
    "accessLogSampling",
    "accessLogHeaders",
];

/// The attributes of a stage item that are recorded.
pub fn of_item(item: &Map<String, Value>) -> Map<String, Value> {
    let of_item = |name: &&str| Some(((*name).to_owned(), item.get(*name)?.clone()));
    RECORDED.iter().filter_map(of_item).collect()
}

/// A stage as it was last good. `table` is the stages table's name.
pub fn settings(table: &str, last_good: &LastGood) -> Option<StageSettings> {
    let settings = StageSettings::parse(table, &last_good.item).value.ok()?;
    Some(StageSettings { deployment_id: Some(last_good.deployment_id.clone()), cache: None, ..settings })
}
