//! `tollgate keys create`.

use expect_test::expect;
use serde_json::{Value, json};

use super::{KEYS, hash_of, shown, text, with_keys};
use crate::harness::TestGateway;

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
          "schemaVersion": 1,
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
async fn a_key_is_shown_though_nobody_reads_the_notes() {
    let world = TestGateway::new();
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["keys", "create"])
        .env_clear()
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", world.dynamodb().address))
        .stderr(closed)
        .output()
        .unwrap();
    let value = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{value}");
    assert!(value.starts_with("tg_"), "{value}");
}
