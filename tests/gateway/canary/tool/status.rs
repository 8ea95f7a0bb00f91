//! What `tollgate canary status` tells.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::clock::{Clock, milliseconds};

use super::{canary_id, stage_item, world};
use crate::canary::body;

#[tokio::test]
async fn variables_that_may_be_secrets_are_not_shown() {
    let (world, _) = world().await;
    world.tollgate(&[
        "canary",
        "start",
        "v1",
        "--percent",
        "5",
        "--variable",
        "dbPassword=hush",
        "--variable",
        "name=y",
    ]);
    let shown = json!({ "dbPassword": "…", "name": "y" });
    for arguments in [&["canary", "status", "v1"][..], &["status", "v1"]] {
        let text = world.tollgate(arguments);
        assert!(text.code == Some(0) && !text.stdout.contains("hush"), "{text:?}");
        let ran = world.tollgate(&[arguments, &["-o", "json"]].concat());
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        let of_stage = if arguments[0] == "status" { &json["stages"][0] } else { &json };
        assert_eq!(of_stage["canarySettings"]["stageVariableOverrides"], shown, "{arguments:?}");
    }
    let text = world.tollgate(&["status", "v1"]).stdout;
    assert!(text.contains(r#""stageVariableOverrides":{"dbPassword":"…","name":"y"}"#), "{text}");
}

#[tokio::test]
async fn the_status_tells_the_share_the_counts_and_why_a_canary_was_switched_off() {
    let (world, stage) = world().await;
    world.tollgate(&["canary", "start", "v1", "--percent", "5", "--rollback-on-5xx", "5"]);
    let canary = canary_id(&world).await;
    let ids = [(&*stage, "STAGE"), (&*canary, "CANARY")];
    // The tool has the machine's clock.
    let now_ms = milliseconds(Clock::System.now());
    world.advance(Duration::from_millis(now_ms - milliseconds(world.now())));
    let ran = world.tollgate(&["canary", "status", "v1"]);
    expect![[r#"
        exit 0
        v1: 5 % of requests get deployment CANARY
          choice       each request is drawn
          cache        of its own
          rollback     over 5 % of 5xx in a minute with at least 100 answers
          last minute  0 answers, 0 of them 5xx (0.00 %)
        --
    "#]]
    .assert_eq(&ran.text(&ids));

    world.tollgate(&[
        "canary",
        "start",
        "v1",
        "--percent",
        "100",
        "--header",
        "x-canary",
        "--sticky",
        "address",
        "--use-stage-cache",
    ]);
    world.refresh().await;
    body(&world, "GET /v1").await;
    let rollback = json!({ "deploymentId": canary, "at": "2025-04-14T22:12:48Z", "reason": "too many" });
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item["canaryRollback"] = rollback;
    world.put_stage(&item);
    let ran = world.tollgate(&["canary", "status", "v1"]);
    expect![[r#"
        exit 0
        v1: deployment CANARY was switched off at 2025-04-14T22:12:48Z
          why          too many
          choice       an address stays with one version
          header       x-canary: always, or never
          cache        the stage's
          rollback     over 5 % of 5xx in a minute with at least 100 answers
          last minute  1 answer, 0 of them 5xx (0.00 %)
        --
    "#]]
    .assert_eq(&ran.text(&ids));
    let ran = world.tollgate(&["canary", "status", "v1", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "canaryRollback": {
            "at": "2025-04-14T22:12:48Z",
            "reason": "too many"
          },
          "canarySettings": {
            "deploymentId": "CANARY",
            "header": "x-canary",
            "percentTraffic": 100,
            "rollbackOn5xxPercent": 5,
            "stickyBy": "ADDRESS",
            "useStageCache": true
          },
          "isOn": false,
          "lastMinute": {
            "answers": 1,
            "errorPercent": "0.00",
            "errors": 0
          },
          "schemaVersion": 1,
          "stage": "v1"
        }
        --
    "#]]
    .assert_eq(&ran.text(&ids));

    let ran = world.tollgate(&["canary", "promote", "v1"]);
    expect![[r#"
        exit 3
        --
        tollgate: the canary of v1 was switched off at 2025-04-14T22:12:48Z: too many
        tollgate: try it again with: tollgate canary start v1 --percent 5; end it with: tollgate canary abort v1
    "#]]
    .assert_eq(&ran.text(&ids));
    // It begins anew, with nothing counted and the settings of before forgotten.
    world.tollgate(&["canary", "start", "v1", "--percent", "5"]);
    let item = stage_item(&world).await;
    assert_eq!(item["canarySettings"], json!({ "deploymentId": canary, "percentTraffic": 5 }));
    assert_eq!(item.get("canaryRollback"), None);
    assert_eq!(world.items("tollgate-counters").await, [Value::Null; 0]);
}
