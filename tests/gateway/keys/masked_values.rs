//! A key's value where none should be: typed for an id, or written into an item.

use expect_test::expect;
use serde_json::json;
use tollgate::authorizers::KeyValue;

use super::{COMMANDS_WITH_AN_ID, KEYS};
use crate::harness::TestGateway;

fn value() -> String {
    KeyValue::generate(&[7; 64]).unwrap().reveal().to_owned()
}

#[tokio::test]
async fn a_key_value_that_is_typed_as_an_id_is_not_repeated() {
    let gateway = TestGateway::new();
    let value = value();
    for command in COMMANDS_WITH_AN_ID {
        assert_eq!(
            gateway.tollgate(&[command, &[&value]].concat()).text(&[]),
            "exit 4\n--\ntollgate: that is a key's value; `tollgate keys list` tells its id\n"
        );
    }
}

#[tokio::test]
async fn a_key_value_in_an_item_is_masked_by_list_and_show() {
    let gateway = TestGateway::new();
    let value = value();
    gateway.put(KEYS, &json!({ "keyHash": "aa", "id": value, "name": "a" }));
    let mut odd = json!({ "keyHash": value, "id": "k2", "name": "b", "usagePlanId": value, "tags": [value] });
    odd[&value] = json!("odd");
    gateway.put(KEYS, &odd);
    expect![[r#"
        exit 0
        ID  NAME  STATUS   PLAN  STAGES  EXPIRES
        …   a     invalid
        k2  b     invalid  …
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["keys", "list"]).text(&[]));
    expect![[r#"
        exit 3
        status       invalid
        id           k2
        keyHash      …
        name         b
        tags         …
        …            odd
        usagePlanId  …
        --
        tollgate-api-keys [id=k2] usagePlanId: got …, expected letters, digits, ., - and _, at most 128
    "#]]
    .assert_eq(&gateway.tollgate(&["keys", "show", "k2"]).text(&[]));
}
