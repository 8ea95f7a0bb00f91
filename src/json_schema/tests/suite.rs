//! JSON Schema's own test suite (`tests/json_schema_suite/`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::json;
use crate::json_schema::Schemas;

const FETCHED: &str = "a $ref leads only into the API, and nothing is fetched";
const NAMED: &str = "a schema within a model has no name of its own: $id, id, $anchor, $dynamicAnchor";
const UNICODE_CLASSES: &str = r"regular expressions have no \p: the tables would make the Lambda larger";

/// Groups that do not compile, and why.
const REFUSED: [(&str, &str, &str, &str); 4] = [
    ("draft4", "definitions", "*", FETCHED),
    ("draft4", "ref", "remote ref, containing refs itself", FETCHED),
    ("draft2020-12", "defs", "*", FETCHED),
    ("draft2020-12", "ref", "remote ref, containing refs itself", FETCHED),
];

fn refused(draft: &str, file: &str, group: &Value) -> Option<&'static str> {
    let description = group["description"].as_str().expect("a description");
    let listed = REFUSED.iter().find(|(its_draft, its_file, its_group, _)| {
        (*its_draft, *its_file) == (draft, file) && ["*", description].contains(its_group)
    });
    let schema = group["schema"].to_string();
    let names = ["\"$id\":\"", "\"id\":\"", "\"$anchor\":\"", "\"$dynamicRef\":\""];
    match listed {
        Some((.., why)) => Some(why),
        None if names.iter().any(|name| schema.contains(name)) => Some(NAMED),
        None if schema.contains("\\\\p") => Some(UNICODE_CLASSES),
        None => None,
    }
}

#[test]
fn every_case_of_the_official_suite_is_judged_as_it_says_or_refused_for_a_known_reason() {
    let suites = [
        ("draft4", include_str!("../../../tests/json_schema_suite/draft4.json")),
        ("draft2020-12", include_str!("../../../tests/json_schema_suite/draft2020-12.json")),
    ];
    let (mut wrong, mut judged, mut reasons) = (Vec::new(), 0, BTreeSet::new());
    for (draft, text) in suites {
        let suite = json(text);
        let files = suite.as_object().expect("files");
        for (file, group) in files.iter().flat_map(|(file, groups)| {
            groups.as_array().expect("groups").iter().map(move |group| (file, group))
        }) {
            let place = format!("{draft} {file}: {}", group["description"]);
            let compiled = Schemas::compile(&[("M".to_owned(), group["schema"].clone())]).schemas;
            match (compiled, refused(draft, file, group)) {
                (Ok(schemas), _) => {
                    let root = schemas.model("M").expect("it was given");
                    for test in group["tests"].as_array().expect("tests") {
                        judged += 1;
                        if schemas.check(root, &test["data"]).is_ok()
                            != test["valid"].as_bool().expect("valid")
                        {
                            wrong.push(format!("{place}: {}", test["description"]));
                        }
                    }
                }
                (Err(_), Some(why)) => drop(reasons.insert(why)),
                (Err(notes), None) => wrong.push(format!("{place} does not compile: {notes:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {judged}: {wrong:#?}", wrong.len());
    assert_eq!(reasons, BTreeSet::from([FETCHED, NAMED, UNICODE_CLASSES]));
    assert_eq!(judged, 1_846);
}
