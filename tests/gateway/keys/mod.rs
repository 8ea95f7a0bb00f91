//! The operator's commands for API keys: the real program against a real table.

mod check_keys;
mod create_keys;
mod import_keys;
mod key_table;
mod manage_keys;
mod masked_values;
mod rotate_keys;

use serde_json::{Value, json};
use tollgate::authorizers::KeyValue;

use crate::harness::{TestGateway, tool::Ran};

const KEYS: &str = "tollgate-api-keys";

/// The commands about one key, which take its id.
const COMMANDS_WITH_AN_ID: [&[&str]; 6] = [
    &["keys", "show"],
    &["keys", "enable"],
    &["keys", "disable"],
    &["keys", "delete", "--yes"],
    &["keys", "rotate"],
    &["usage"],
];

/// Two keys of two kinds, and their plan.
fn with_keys() -> TestGateway {
    let gateway = TestGateway::new();
    gateway.put("tollgate-usage-plans", &json!({ "usagePlanId": "gold" }));
    gateway.put(
        KEYS,
        &json!({ "keyHash": "aa", "id": "k1", "name": "web", "usagePlanId": "gold", "stages": ["v1", "v2"],
            "expiresAt": 4_102_444_800u64, "customerId": "42", "tags": { "team": "a" }, "createdAt": 1_700_000_000 }),
    );
    gateway.put(KEYS, &json!({ "keyHash": "bb", "id": "k2", "name": "app\u{1b}[2J", "enabled": false }));
    gateway
}

/// The result of a command with `-o json`, without the version of its form.
fn result(ran: &Ran) -> Value {
    let mut result: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(result.as_object_mut().unwrap().remove("schemaVersion"), Some(json!(1)));
    result
}

/// The keys that `keys list -o json` shows.
fn listed(ran: &Ran) -> Vec<Value> {
    result(ran)["results"].as_array().unwrap().clone()
}

/// The key that a command with `-o json` shows.
fn shown(ran: &Ran) -> (Value, String) {
    let mut item = result(ran);
    let value = item.as_object_mut().unwrap().remove("value").unwrap().as_str().unwrap().to_owned();
    (item, value)
}

fn hash_of(value: &str) -> String {
    KeyValue::parse(value.as_bytes()).expect("a value that is a key").hash().to_string()
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap_or_else(|| panic!("{name}: {item}"))
}

#[tokio::test]
async fn a_command_that_cannot_reach_its_table_names_it_and_fails() {
    let gateway = TestGateway::new();
    let file = env!("CARGO_MANIFEST_DIR").to_owned() + "/Cargo.toml";
    let commands = [
        &["keys", "list"][..],
        &["keys", "show", "k1"],
        &["keys", "disable", "k1"],
        &["keys", "delete", "k1", "--yes"],
        &["keys", "rotate", "k1"],
        &["keys", "create"],
        &["usage", "k1"],
        &["check"],
    ];
    for command in commands {
        let ran = gateway.tollgate_with(&[("API_KEYS_TABLE", "missing-table")], command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{command:?}: {ran:?}");
        assert!(
            ran.stderr.contains("missing-table") && ran.stderr.lines().count() == 1,
            "{command:?}: {ran:?}"
        );
    }
    assert_eq!(gateway.tollgate(&["keys", "import", &file]).code, Some(3), "no file of keys");
}
