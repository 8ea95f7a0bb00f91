//! What cannot be a canary, and nothing to be a canary of.

use expect_test::expect;
use serde_json::json;

use super::{stage_item, world};

#[tokio::test]
async fn what_cannot_be_a_canary_is_refused_and_nothing_is_changed() {
    let (world, stage) = world().await;
    world.put_stage(&json!({ "stage": "new" }));
    let item = stage_item(&world).await;
    let mut told = String::new();
    let mut run = |arguments: &[&str]| {
        let ran = world.tollgate(&[&["canary"], arguments].concat());
        told += &format!("$ tollgate canary {}\n{}\n", arguments.join(" "), ran.text(&[]));
    };
    run(&["start", "none", "--percent", "5"]);
    run(&["start", "new", "--percent", "5"]);
    run(&["start", "v1", "--percent", "5", "--deployment", &stage]);
    run(&["start", "v1", "--percent", "5", "--deployment", "deadbeef"]);
    run(&["start", "v1", "--percent", "5", "--header", "x canary", "--min-requests", "0"]);
    run(&["promote", "none"]);
    run(&["promote", "v1"]);
    run(&["abort", "none"]);
    run(&["abort", "v1"]);
    run(&["status", "none"]);
    run(&["status", "v1"]);
    world.put_route(&json!({ "routeKey": "GET /b", "integration": { "type": "MOCKERY" } }));
    run(&["start", "v1", "--percent", "5"]);
    expect![[r#"
        $ tollgate canary start none --percent 5
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary start new --percent 5
        exit 3
        --
        tollgate: new serves nothing yet that a canary could stand beside: tollgate deploy new

        $ tollgate canary start v1 --percent 5 --deployment STAGE
        exit 3
        --
        tollgate: v1 serves deployment STAGE already, to all; edit an item, or name another with --deployment

        $ tollgate canary start v1 --percent 5 --deployment deadbeef
        exit 3
        --
        tollgate: v1: 1 problem; nothing has changed
          problem: tollgate-stages [stage=v1] canarySettings.deploymentId: got "deadbeef", expected the id of a deployment; there is none of this id

        $ tollgate canary start v1 --percent 5 --header x canary --min-requests 0
        exit 3
        --
        tollgate: v1: 2 problems; nothing has changed
          problem: tollgate-stages [stage=v1] canarySettings.header: got "x canary", expected the name of a header
          problem: tollgate-stages [stage=v1] canarySettings.minRequests: got 0, expected a whole number from 1 to 1000000000

        $ tollgate canary promote none
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary promote v1
        exit 4
        --
        tollgate: v1 has no canary

        $ tollgate canary abort none
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary abort v1
        exit 4
        --
        tollgate: v1 has no canary

        $ tollgate canary status none
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary status v1
        exit 4
        --
        tollgate: v1 has no canary

        $ tollgate canary start v1 --percent 5
        exit 3
        --
        tollgate: v1: 1 problem; nothing has changed
          problem: tollgate-routes [stage=v1 routeKey=GET /b] integration.type: got "MOCKERY", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3

    "#]].assert_eq(&told.replace(&stage, "STAGE"));
    assert_eq!(stage_item(&world).await, item);
    for (arguments, words) in [
        (["start", "v1", "--percent", "101"], "expected a number from 0 to 100, with four decimals at most"),
        (["start", "v1", "--percent", "x"], "expected a number from 0 to 100, with four decimals at most"),
        (["start", "v1", "--variable", "x"], "expected NAME=VALUE"),
    ] {
        let ran = world.tollgate(&[&["canary"], &arguments[..]].concat());
        assert!(ran.code == Some(64) && ran.stderr.contains(words), "{ran:?}");
    }
}
