//! The history of a stage: a record of each move of its pointer, which `tollgate history` tells.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{deployment::PublishOutcome, store::HistoryRecord};

use super::stage_item;
use crate::{harness::TestGateway, text_route::text_route};

/// The records of `v1`, the oldest first, with letters for deployments.
async fn records(world: &TestGateway) -> Vec<String> {
    let mut records = world.store.history("v1", usize::MAX).await.unwrap();
    records.reverse();
    let mut ids: Vec<String> = Vec::new();
    let told = |HistoryRecord { deployment_id, routes, kind, origin }: HistoryRecord| {
        let index = ids.iter().position(|id| *id == deployment_id).unwrap_or_else(|| {
            ids.push(deployment_id);
            ids.len() - 1
        });
        let letter = char::from(b'A' + index as u8);
        let at = origin.at_ms as i64 - crate::harness::START as i64;
        format!("{at} {letter} {kind} by {} {:?} {}", origin.by, origin.message, routes.unwrap())
    };
    records.into_iter().map(told).collect()
}

#[tokio::test]
async fn each_move_of_the_pointer_has_a_record_and_nothing_else_has() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    world.advance(Duration::from_secs(1));
    // The same items again, and other variables: the pointer stays.
    world.publish("v1").await;
    let mut item = stage_item(&world).await;
    item["stageVariables"] = json!({ "a": "b" });
    world.put_stage(&item);
    world.publish("v1").await;
    // Invalid items.
    world.put_route(&json!({ "routeKey": "GET /x", "integration": { "type": "SOAP" } }));
    assert!(matches!(world.publish("v1").await, PublishOutcome::Invalid { .. }));
    world.put_route(&json!({ "routeKey": "GET /x", "integration": { "type": "MOCK" } }));
    world.publish("v1").await;
    // A stage with canarySettings stays.
    let mut item = stage_item(&world).await;
    item["canarySettings"] = json!({ "deploymentId": item["deploymentId"], "percentTraffic": 0 });
    world.put_stage(&item);
    world.put_route(&text_route("v1", "two"));
    world.publish("v1").await;
    world.advance(Duration::from_secs(1));
    world.deploy("v1").await;
    expect![[r#"
        0 A AUTO_DEPLOY by autoDeploy "" 1
        1000 B AUTO_DEPLOY by autoDeploy "" 2
        2000 C DEPLOY by alice@laptop "" 2"#]]
    .assert_eq(&records(&world).await.join("\n"));
}

#[tokio::test]
async fn records_stand_in_the_order_of_the_moves_whatever_the_clocks_say() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    world.advance(Duration::from_secs(60));
    world.put_route(&text_route("v1", "two"));
    world.publish("v1").await;
    // An instance whose clock lags by a minute.
    let late = world.cold_instance();
    for body in ["three", "four"] {
        world.put_route(&text_route("v1", body));
        late.publish("v1").await;
    }
    expect![[r#"
        0 A AUTO_DEPLOY by autoDeploy "" 1
        60000 B AUTO_DEPLOY by autoDeploy "" 1
        60001 C AUTO_DEPLOY by autoDeploy "" 1
        60002 D AUTO_DEPLOY by autoDeploy "" 1"#]]
    .assert_eq(&records(&world).await.join("\n"));
}

#[tokio::test]
async fn publishers_that_race_leave_one_record_for_each_move() {
    let world = TestGateway::serving(&[text_route("v1", "0")]).await;
    for round in 1..=5 {
        world.put_route(&text_route("v1", &round.to_string()));
        futures_util::future::join_all((0..4).map(|_| world.publish("v1"))).await;
        assert_eq!(records(&world).await.len(), round + 1);
        let newest = world.store.history("v1", 1).await.unwrap();
        let pointed = world.store.stage("v1").await.unwrap().unwrap().deployment_id;
        assert_eq!(Some(&newest[0].deployment_id), pointed.as_ref());
    }
}

#[tokio::test]
async fn a_deployment_says_when_it_was_first_stored_and_by_whom() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = stage_item(&world).await["deploymentId"].clone();
    world.advance(Duration::from_secs(1));
    world.put_route(&text_route("v1", "two"));
    world.deploy("v1").await;
    world.advance(Duration::from_secs(1));
    world.put_route(&text_route("v1", "one"));
    world.deploy("v1").await;
    assert_eq!(stage_item(&world).await["deploymentId"], first, "content has one id");
    let mut created: Vec<String> = Vec::new();
    for part in world.items("tollgate-deployments").await.iter().filter(|part| part["createdAt"].is_u64()) {
        let at = part["createdAt"].as_u64().unwrap() - crate::harness::START;
        created.push(format!("{at} {} {}", part["createdBy"], part["message"]));
    }
    created.sort();
    assert_eq!(created, [r#"0 "autoDeploy" """#, r#"1000 "alice@laptop" """#]);
}

#[tokio::test]
async fn the_tool_tells_who_moved_the_stage_when_and_why() {
    let world = TestGateway::new();
    let operator = [("USER", "alice"), ("HOSTNAME", "laptop")];
    let deploy = |message: &str| {
        let ran = world.tollgate_with(&operator, &["deploy", "v1", "-m", message]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    assert_eq!(
        world.tollgate(&["history", "v1"]).text(&[]),
        "exit 4\n--\ntollgate: there is no stage v1 in tollgate-stages or tollgate-routes\n"
    );
    world.put_stage(&json!({ "stage": "v1" }));
    world.put_route(&text_route("v1", "one"));
    deploy("first\u{1b}[31m light");
    world.put_route(&text_route("v1", "two"));
    world.put_route(&json!({ "routeKey": "GET /orders", "integration": { "type": "MOCK" } }));
    world.put_route(&json!({ "routeKey": "POST /orders", "integration": { "type": "MOCK" } }));
    deploy("orders");
    world.put_route(&json!({ "routeKey": "$api", "problemDetails": true }));
    world.put_route(
        &json!({ "routeKey": "POST /orders", "enabled": false, "integration": { "type": "MOCK" } }),
    );
    world.publish("v1").await;

    let told: Value = serde_json::from_str(&world.tollgate(&["history", "v1", "-o", "json"]).stdout).unwrap();
    let told = told["results"].as_array().unwrap().clone();
    let text = |entry: usize, name: &str| told[entry][name].as_str().unwrap().to_owned();
    let (first, second, third) = (text(2, "deploymentId"), text(1, "deploymentId"), text(0, "deploymentId"));
    let times = [text(2, "at"), text(1, "at"), text(0, "at")];
    let named = [
        (&*first, "-----------ID OF THE FIRST-----------"[..32].as_ref()),
        (&*second, "-----------ID OF THE SECOND----------"[..32].as_ref()),
        (&*third, "-----------ID OF THE THIRD-----------"[..32].as_ref()),
        (&*times[0], "-------TIME---------"),
        (&*times[1], "-------TIME---------"),
        (&*times[2], "-------TIME---------"),
    ];
    expect![[r#"
        exit 0
           SINCE                 DEPLOYMENT                        KIND         BY            ROUTES  CHANGED        MESSAGE
        *  -------TIME---------  -----------ID OF THE THIRD------  AUTO_DEPLOY  autoDeploy         2  +0 ~1 -0 $api
           -------TIME---------  -----------ID OF THE SECOND-----  DEPLOY       alice@laptop       3  +2 ~1 -0       orders
           -------TIME---------  -----------ID OF THE FIRST------  DEPLOY       alice@laptop       1  first          first\u{1b}[31m light
        --
    "#]].assert_eq(&world.tollgate(&["history", "v1"]).text(&named));
    expect![[r#"
        exit 0
        {
          "results": [
            {
              "at": "-------TIME---------",
              "by": "autoDeploy",
              "changes": {
                "added": 0,
                "api": true,
                "changed": 1,
                "removed": 0
              },
              "deploymentId": "-----------ID OF THE THIRD------",
              "kind": "AUTO_DEPLOY",
              "message": "",
              "pruned": false,
              "routes": 2,
              "served": true
            }
          ],
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&world.tollgate(&["history", "v1", "--limit", "1", "-o", "json"]).text(&named));

    // Moved by hand: nobody knows by whom.
    let mut item = stage_item(&world).await;
    item["deploymentId"] = json!(first);
    world.put_stage(&item);
    expect![[r#"
        exit 0
           SINCE                 DEPLOYMENT                        KIND         BY          ROUTES  CHANGED        MESSAGE
        *  -                     -----------ID OF THE FIRST------  -            by hand          -  +0 ~1 -2 $api
           -------TIME---------  -----------ID OF THE THIRD------  AUTO_DEPLOY  autoDeploy       2  +0 ~1 -0 $api
        --
    "#]].assert_eq(&world.tollgate(&["history", "v1", "--limit", "2"]).text(&named));
}

#[tokio::test]
async fn a_stage_of_before_the_history_is_told_as_it_stands() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let records = world.items("tollgate-deployments").await;
    for record in records.iter().filter(|item| item["deploymentId"] == "history#v1") {
        super::delete(&world, "history#v1", record["part"].as_u64().unwrap()).await;
    }
    let id = stage_item(&world).await["deploymentId"].as_str().unwrap().to_owned();
    expect![[r#"
        exit 0
           SINCE  DEPLOYMENT                        KIND  BY  ROUTES  CHANGED  MESSAGE
        *  -      --------------ID----------------  -     -        -  first
        --
    "#]]
    .assert_eq(&world.tollgate(&["history", "v1"]).text(&[(&id, "--------------ID----------------")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_who_sts_says() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let by = async |sts: &str, message: &str| {
        let variables = [("USER", "alice"), ("HOSTNAME", "laptop"), ("AWS_ENDPOINT_URL_STS", sts)];
        world.put_route(&text_route("v1", message));
        let ran = world.tollgate_with(&variables, &["deploy", "v1"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        world.store.history("v1", 1).await.unwrap().remove(0).origin.by
    };
    let arn = "arn:aws:sts::123456789012:assumed-role/deployer/alice";
    let sts = super::sts(arn);
    assert_eq!(by(&format!("http://{}", sts.address), "two").await, arn);
    assert_eq!(by("http://127.0.0.1:1", "three").await, "alice@laptop", "nobody answers there");
}
