//! SAM's own translator as an oracle: a template, and what the translator made of it, become the same routes.
//!
//! `make import-oracle` writes `transformed.json` beside the inputs anew.

use std::{fs, path::Path};

use serde_json::{Map, Value};
use tollgate::{
    api_file::check_text,
    api_import::{ImportOptions, Imported, Input, import},
};

use super::cases;

/// The routes of a file by their keys.
fn routes(case: &Path, file: &str) -> Map<String, Value> {
    // SAM makes roles, for which a translation asks.
    let maps = [format!("answers-of-{file}.yaml"), "answers.yaml".to_owned()];
    let map = maps.iter().map(|map| case.join(map)).find(|map| map.exists()).map(Input::File);
    let file = Input::File(case.join(file));
    let Imported { text, report, .. } = import(&[file], map.as_ref(), &ImportOptions::default()).unwrap();
    let text = text.unwrap_or_else(|| panic!("{}: {report}", case.display()));
    let checked = check_text("tollgate.yaml", &text);
    // The translator's stages stand in the order of their resources.
    let stage = checked.api.stages.iter().min_by_key(|stage| stage.settings.name.clone()).unwrap();
    let items = stage.to_items().routes;
    let route = |mut item: Map<String, Value>| {
        // CORS of a path or of the API: the translator writes it for each path.
        item.remove("corsConfiguration");
        // It makes a role for a state machine's events, which only API Gateway may assume.
        if let Some(integration) = item.get_mut("integration").and_then(Value::as_object_mut) {
            integration.remove("credentials");
        }
        // It writes the names of models in small letters.
        for name in item.get_mut("requestModels").and_then(Value::as_object_mut).into_iter().flatten() {
            *name.1 = name.1.as_str().unwrap().to_lowercase().into();
        }
        (item["routeKey"].as_str().unwrap().to_owned(), Value::Object(item))
    };
    items
        .into_iter()
        .map(|item| item.into_iter().collect())
        .map(route)
        .filter(|(key, _)| key != "$api")
        .collect()
}

#[test]
fn a_template_of_sam_and_its_translation_become_the_same_routes() {
    let mut compared = 0;
    for case in cases().iter().filter(|case| case.join("transformed.json").exists()) {
        let of_sam = routes(case, "template.yaml");
        assert!(!of_sam.is_empty(), "{}", case.display());
        assert_eq!(of_sam, routes(case, "transformed.json"), "{}", case.display());
        compared += 1;
    }
    assert!(fs::exists("tests/sam_oracle.py").unwrap() && compared >= 4, "{compared}");
}
