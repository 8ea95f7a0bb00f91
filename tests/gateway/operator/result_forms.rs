//! The forms of results: JSON and YAML of every command, with the version of their form.

use serde_json::{Value, json};

use crate::harness::TestGateway;

/// The commands that have a result for programs, but those that read a log.
const COMMANDS: [&[&str]; 14] = [
    &["check"],
    &["check", "v1", "--auth"],
    &["check", "examples/tollgate.yaml"],
    &["deploy", "v1"],
    &["status"],
    &["doctor"],
    &["keys", "list"],
    &["keys", "show", "k1"],
    &["keys", "disable", "k1"],
    &["cache", "stats", "v1"],
    &["cache", "purge", "v1"],
    &["auth", "explain", "GET /v1/orders"],
    &["usage", "k1"],
    &["cost", "--requests", "10M", "--target-ms", "50"],
];

#[tokio::test]
async fn every_result_for_programs_says_the_version_of_its_form() {
    let world =
        TestGateway::serving(&[json!({ "routeKey": "GET /orders", "integration": { "type": "MOCK" } })])
            .await;
    world.put("tollgate-api-keys", &json!({ "keyHash": "aa", "id": "k1", "name": "web" }));
    world.publish("v1").await;
    for command in COMMANDS {
        let ran = world.tollgate(&[command, &["-o", "json"]].concat());
        let result: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{command:?}: {ran:?}"));
        assert_eq!(result["schemaVersion"], 1, "{command:?}: {result}");
        let ran = world.tollgate(&[command, &["-o", "yaml"]].concat());
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert!(lines.contains(&"schemaVersion: 1"), "{command:?}: {ran:?}");
    }
}

#[tokio::test]
async fn a_list_stands_under_results_in_both_forms() {
    let world = TestGateway::new();
    world.put(
        "tollgate-api-keys",
        &json!({ "keyHash": "aa", "id": "k1", "name": "on: 1e3", "tags": { "a": "0777" } }),
    );
    let ran = world.tollgate(&["keys", "list", "-o", "json"]);
    let item = json!({ "keyHash": "aa", "id": "k1", "name": "on: 1e3", "tags": { "a": "0777" } });
    let expected = json!({ "schemaVersion": 1, "results": [item] });
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap(), expected);
    let ran = world.tollgate(&["keys", "list", "-o", "yaml"]);
    assert_eq!(
        ran.text(&[]),
        "exit 0\nresults: [{ id: k1, keyHash: aa, name: \"on: 1e3\", tags: { a: \"0777\" } }]\nschemaVersion: 1\n--\n"
    );
}
