//! `tollgate keys list`, `show`, `enable`, `disable` and `delete`.

use expect_test::expect;
use serde_json::json;

use super::{COMMANDS_WITH_AN_ID, KEYS, listed, result, text, with_keys};

#[tokio::test]
async fn list_and_show_print_keys_as_text_and_as_json() {
    let gateway = with_keys();
    gateway.put(KEYS, &json!({ "keyHash": "cc", "id": "k3", "name": "web", "expiresAt": 1_600_000_000 }));
    gateway.put(KEYS, &json!({ "keyHash": "dd", "id": "k4", "enabled": "perhaps", "usagePlanId": "gold" }));
    expect![[r#"
        exit 0
        ID  NAME          STATUS    PLAN  STAGES  EXPIRES
        k4                invalid   gold
        k2  app\u{1b}[2J  disabled
        k1  web           enabled   gold  v1,v2   2100-01-01T00:00:00Z
        k3  web           expired                 2020-09-13T12:26:40Z
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["keys", "list"]).text(&[]));
    let listed = listed(&gateway.tollgate(&["keys", "list", "-o", "json"]));
    let ids: Vec<_> = listed.iter().map(|item| text(item, "id")).collect();
    assert_eq!(ids, ["k4", "k2", "k1", "k3"]);
    assert_eq!(gateway.items(KEYS).await.iter().filter(|item| listed.contains(item)).count(), 4);

    expect![[r#"
        exit 0
        status       enabled
        createdAt    2023-11-14T22:13:20Z
        customerId   42
        expiresAt    2100-01-01T00:00:00Z
        id           k1
        keyHash      aa
        name         web
        stages       v1, v2
        tags         {"team":"a"}
        usagePlanId  gold
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["keys", "show", "k1"]).text(&[]));
    expect![[r#"
        exit 0
        {
          "enabled": false,
          "id": "k2",
          "keyHash": "bb",
          "name": "app\u001b[2J",
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["keys", "show", "k2", "-o", "json"]).text(&[]));
    expect![[r#"
        exit 3
        status       invalid
        enabled      perhaps
        id           k4
        keyHash      dd
        usagePlanId  gold
        --
        tollgate-api-keys [id=k4] enabled: got "perhaps", expected true or false
    "#]]
    .assert_eq(&gateway.tollgate(&["keys", "show", "k4"]).text(&[]));
}

#[tokio::test]
async fn a_key_is_disabled_enabled_and_deleted_by_its_id() {
    let gateway = with_keys();
    let enabled = async || {
        let items = gateway.items(KEYS).await;
        items.iter().find(|item| item["id"] == "k1").map(|item| item["enabled"].clone())
    };
    let done = |what: &str| {
        format!(
            "exit 0\n{what} key k1\n--\n\
             tollgate: instances that know the key follow within KEY_CACHE_SECONDS (60 unless it is set)\n"
        )
    };
    assert_eq!(gateway.tollgate(&["keys", "disable", "k1"]).text(&[]), done("disabled"));
    assert_eq!(enabled().await, Some(json!(false)));
    assert_eq!(gateway.tollgate(&["keys", "enable", "k1"]).text(&[]), done("enabled"));
    assert_eq!(enabled().await, Some(json!(true)));
    let ran = gateway.tollgate(&["keys", "disable", "k1", "-o", "json"]);
    let item = result(&ran);
    assert!(item["enabled"] == false && gateway.items(KEYS).await.contains(&item), "{item}");
    assert_eq!(gateway.tollgate(&["keys", "delete", "k1", "-y"]).text(&[]), done("deleted"));
    assert_eq!(enabled().await, None);
    assert_eq!(gateway.items(KEYS).await.len(), 1);
    for command in COMMANDS_WITH_AN_ID {
        let ran = gateway.tollgate(&[command, &["k1"]].concat());
        assert_eq!(ran.text(&[]), "exit 4\n--\ntollgate: there is no key k1 in tollgate-api-keys\n");
    }
    assert_eq!(gateway.items(KEYS).await.len(), 1);
}

/// A script says so; on a terminal it asks.
#[tokio::test]
async fn delete_without_a_terminal_needs_yes() {
    let gateway = with_keys();
    let before = gateway.items(KEYS).await;
    assert_eq!(
        gateway.tollgate(&["keys", "delete", "k1"]).text(&[]),
        "exit 64\n--\ntollgate: nobody is there to ask whether to delete it for good: --yes says so\n"
    );
    assert_eq!(gateway.items(KEYS).await, before);
}

#[tokio::test]
async fn an_id_that_two_items_share_is_refused_by_every_command() {
    let gateway = with_keys();
    gateway.put(KEYS, &json!({ "keyHash": "cc", "id": "k1" }));
    let before = gateway.items(KEYS).await;
    for command in [&["show"][..], &["disable"], &["delete", "--yes"], &["rotate"]] {
        assert_eq!(
            gateway.tollgate(&[&["keys"], command, &["k1"]].concat()).text(&[]),
            "exit 1\n--\ntollgate: 2 items of tollgate-api-keys have the id k1: it must be one key's\n"
        );
    }
    assert_eq!(gateway.items(KEYS).await, before);
}
