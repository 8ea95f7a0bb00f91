//! The operator's commands for API keys: the real program against a real table.

mod check_keys;
mod import_keys;
mod key_table;
mod masked_values;
mod rotate_keys;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::authorizers::KeyValue;

use crate::harness::{TestGateway, tool::Ran};

const KEYS: &str = "tollgate-api-keys";

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

/// The key that a command with `-o json` shows.
fn shown(ran: &Ran) -> (Value, String) {
    let mut item: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
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
async fn a_new_key_shows_its_value_once_and_only_its_hash_is_kept() {
    let gateway = with_keys();
    for stage in ["v1", "v2"] {
        gateway.put_stage(&json!({ "stage": stage }));
    }
    let ran = gateway.tollgate(&["keys", "create"]);
    let value = ran.stdout.trim_end();
    let items = gateway.items(KEYS).await;
    let item = items.iter().find(|item| item["keyHash"] == hash_of(value).as_str()).unwrap();
    let created_at = item["createdAt"].as_u64().unwrap();
    assert!(created_at > 1_700_000_000);
    assert_eq!(
        *item,
        json!({ "keyHash": hash_of(value), "id": item["id"], "enabled": true, "createdAt": created_at })
    );
    expect![[r#"
        exit 0
        VALUE
        --
        tollgate: created key ID; its value is shown this once
        tollgate: key ID is good for nothing yet: it has no usage plan, and gets 403
    "#]]
    .assert_eq(&ran.text(&[(value, "VALUE"), (text(item, "id"), "ID")]));
    let id = text(item, "id");
    assert!(
        id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()),
        "{id}"
    );

    let all = [
        "keys",
        "create",
        "--name",
        "Web shop",
        "--plan",
        "gold",
        "--stages",
        "v1,v2",
        "--expires",
        "2100-01-01",
        "--customer",
        "42",
        "--tag",
        "team=a",
        "--tag",
        "why=x=y",
        "--invalidate-cache",
        "-o",
        "json",
    ];
    let ran = gateway.tollgate(&all);
    let (item, value) = shown(&ran);
    let names = [(text(&item, "keyHash"), "HASH"), (&value, "VALUE"), (text(&item, "id"), "ID")];
    let created_at = item["createdAt"].to_string();
    let names = [&names[..], &[(&created_at, "NOW")]].concat();
    expect![[r#"
        exit 0
        {
          "createdAt": NOW,
          "customerId": "42",
          "enabled": true,
          "expiresAt": 4102444800,
          "id": "ID",
          "invalidateCache": true,
          "keyHash": "HASH",
          "name": "Web shop",
          "stages": [
            "v1",
            "v2"
          ],
          "tags": {
            "team": "a",
            "why": "x=y"
          },
          "usagePlanId": "gold",
          "value": "VALUE"
        }
        --
        tollgate: created key ID; its value is shown this once
    "#]]
    .assert_eq(&ran.text(&names));
    assert_eq!(text(&item, "keyHash"), hash_of(&value));
    let items = gateway.items(KEYS).await;
    assert!(items.contains(&item), "what is shown is what is kept");
    assert!(!Value::from(items).to_string().contains(&value[3..43]));
}

#[tokio::test]
async fn a_key_can_expire_as_late_as_the_year_9999() {
    let gateway = TestGateway::new();
    for expires in ["9999-12-31", "36525d"] {
        let ran = gateway.tollgate(&["keys", "create", "--expires", expires, "-o", "json"]);
        let id = shown(&ran).0["id"].clone();
        assert_eq!(gateway.tollgate(&["keys", "show", id.as_str().unwrap()]).code, Some(0), "{expires}");
    }
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

#[tokio::test]
async fn create_refuses_a_key_that_would_be_good_for_nothing() {
    let gateway = with_keys();
    gateway.put_stage(&json!({ "stage": "v1" }));
    let before = gateway.items(KEYS).await;
    let cases = [
        (
            &["--plan", "silver"][..],
            "exit 4\n--\ntollgate: there is no usage plan silver in tollgate-usage-plans\n",
        ),
        (
            &["--stages", "v1,v0,beta", "--plan", "gold"],
            "exit 4\n--\ntollgate: there is no stage v0 in tollgate-stages or tollgate-routes\n\
             tollgate: there is no stage beta in tollgate-stages or tollgate-routes\n",
        ),
        (&["--expires", "2020-01-01"], "exit 3\n--\ntollgate: --expires is over already\n"),
        (&["--expires", "0s"], "exit 3\n--\ntollgate: --expires is over already\n"),
    ];
    for (arguments, expected) in cases {
        assert_eq!(gateway.tollgate(&[&["keys", "create"], arguments].concat()).text(&[]), expected);
    }
    let long = "n".repeat(1025);
    let wrong = [
        ["--expires", "soon"],
        ["--tag", "team"],
        ["--tag", "=x"],
        ["--name", &long],
        ["--plan", ""],
        ["--plan", "two words"],
    ];
    for arguments in wrong {
        let ran = gateway.tollgate(&[&["keys", "create"], &arguments[..]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(64), ""), "{}", ran.stderr);
    }
    assert_eq!(gateway.items(KEYS).await, before);
}

#[tokio::test]
async fn create_warns_of_a_key_that_its_plan_makes_useless() {
    let gateway = with_keys();
    gateway.put_stage(&json!({ "stage": "v2" }));
    gateway.put_route(&json!({ "stage": "v1", "routeKey": "GET /", "integration": { "type": "MOCK" } }));
    let broken = json!({ "rateLimit": -1, "burstLimit": 1 });
    gateway.put_plan(&json!({ "usagePlanId": "broken", "throttle": broken, "quota": { "limit": 5 } }));
    gateway.put_plan(&json!({ "usagePlanId": "old", "apiStages": ["v0", "beta"] }));
    gateway.put_plan(&json!({ "usagePlanId": "nowhere", "apiStages": {} }));
    gateway.put_plan(&json!({ "usagePlanId": "mixed", "apiStages": ["v0", "v1"] }));
    let cases = [
        ("broken", ""),
        ("old", ""),
        ("nowhere", ""),
        ("mixed", ""),
        ("gold", ""),
        ("gold", "v2,v1"),
        ("mixed", "v2"),
    ];
    let told = cases.map(|(plan, stages)| {
        let create = ["keys", "create", "--plan", plan, "-o", "json"];
        let stages = if stages.is_empty() { vec![] } else { vec!["--stages", stages] };
        let ran = gateway.tollgate(&[&create[..], &stages].concat());
        let (item, _) = shown(&ran);
        assert_eq!((ran.code, text(&item, "usagePlanId")), (Some(0), plan));
        ran.stderr.replace(text(&item, "id"), "ID")
    });
    expect![[r#"
        tollgate: created key ID; its value is shown this once
        tollgate: key ID is good for nothing yet: its usage plan is broken, and it gets 503
        tollgate-usage-plans [usagePlanId=broken] throttle.rateLimit: got -1, expected a number, 0 or more
        tollgate-usage-plans [usagePlanId=broken] quota.period: got nothing, expected DAY or WEEK or MONTH
        --
        tollgate: created key ID; its value is shown this once
        tollgate: key ID is good for nothing yet: usage plan old covers no stage that exists, and it gets 403
        --
        tollgate: created key ID; its value is shown this once
        tollgate: key ID is good for nothing yet: usage plan nowhere covers no stage that exists, and it gets 403
        --
        tollgate: created key ID; its value is shown this once
        --
        tollgate: created key ID; its value is shown this once
        --
        tollgate: created key ID; its value is shown this once
        --
        tollgate: created key ID; its value is shown this once
        tollgate: key ID is good for nothing yet: usage plan mixed covers no stage that exists and that the key may use, and it gets 403
    "#]].assert_eq(&told.join("--\n"));
}

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
    let listed: Vec<Value> =
        serde_json::from_str(&gateway.tollgate(&["keys", "list", "-o", "json"]).stdout).unwrap();
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
          "name": "app\u001b[2J"
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
    let item: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(item["enabled"] == false && gateway.items(KEYS).await.contains(&item), "{item}");
    assert_eq!(gateway.tollgate(&["keys", "delete", "k1", "-y"]).text(&[]), done("deleted"));
    assert_eq!(enabled().await, None);
    assert_eq!(gateway.items(KEYS).await.len(), 1);
    let commands = [
        &["keys", "show"][..],
        &["keys", "enable"],
        &["keys", "disable"],
        &["keys", "delete", "--yes"],
        &["keys", "rotate"],
        &["usage"],
    ];
    for command in commands {
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
