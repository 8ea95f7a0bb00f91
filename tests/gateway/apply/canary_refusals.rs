//! What an apply cannot make a canary of, and what it says while one stands.

use expect_test::expect;
use serde_json::json;

use super::{
    Project,
    canary::{both, edited, stage_item, versions},
    stamped,
};

#[tokio::test]
async fn what_would_act_for_all_is_no_canary_and_nothing_is_written() {
    let project = edited().await;
    let world = &project.world;
    world.put_stage(&json!({ "stage": "old" }));
    world.put_route(&json!({ "stage": "old", "routeKey": "GET /", "integration": { "type": "MOCK" } }));
    project.folder.write(
        "all.yaml",
        b"tollgate: 1
stages:
  v1: { description: The shop, throttle: { rateLimit: 5, burstLimit: 5 }, stageVariables: { other: x }, routes: { GET /a: { integration: { type: MOCK } } } }
  v2: { routes: { GET /: { integration: { type: MOCK } } } }
usagePlans: { gold: {} }
",
    );
    // An edit that is not served: the file is what the stage serves.
    world.put_route(&json!({ "routeKey": "GET /b", "integration": { "type": "MOCK", "body": "edited" } }));
    project.folder.write("same.yaml", stamped(1, 0).as_bytes());
    let before = (world.items("tollgate-stages").await, world.items("tollgate-routes").await);
    let story = project.story(&[
        "apply all.yaml --prune --yes --canary 5",
        "apply all.yaml --stage v2 --yes --canary 5",
        "apply same.yaml --yes --canary 5",
        "apply tollgate.yaml --yes --canary 5 --min-requests 0",
        "apply tollgate.yaml --yes --header x-canary",
    ]);
    assert_eq!((world.items("tollgate-stages").await, world.items("tollgate-routes").await), before);
    let ran = project.tollgate("apply tollgate.yaml --yes --canary 101");
    let expected = "expected a number from 0 to 100, with four decimals at most";
    assert!(ran.code == Some(64) && ran.stderr.contains(expected), "{ran:?}");
    expect![[r#"
        $ tollgate apply all.yaml --prune --yes --canary 5
        exit 3
        --
        tollgate: usage plans or keys would change, and act for all requests at once: apply them without --canary first, or leave them out with --stage
        tollgate: old would be removed, for all requests at once: apply it without --canary
        tollgate: v1: a canary has no fields of the stage item of its own but stageVariables that are new or others, and these would change: description, stageVariables.stamp, throttle; apply them without --canary, before it or after it
        tollgate: v2 serves nothing yet that a canary could stand beside: apply it without --canary
        tollgate: this can be no canary; nothing is written

        $ tollgate apply all.yaml --stage v2 --yes --canary 5
        exit 3
        --
        tollgate: v2 serves nothing yet that a canary could stand beside: apply it without --canary
        tollgate: this can be no canary; nothing is written

        $ tollgate apply same.yaml --yes --canary 5
        exit 3
        --
        tollgate: v1 serves deployment 82aab7f4fa43be900af9da7b00ad4c28 already, to all: apply it without --canary
        tollgate: this can be no canary; nothing is written

        $ tollgate apply tollgate.yaml --yes --canary 5 --min-requests 0
        exit 3
        --
        problem: tollgate-stages [stage=v1] canarySettings.minRequests: got 0, expected a whole number from 1 to 1000000000
        tollgate: this can be no canary; nothing is written

        $ tollgate apply tollgate.yaml --yes --header x-canary
        exit 64
        --
        tollgate: --sticky, --header, --use-stage-cache, --rollback-on-5xx and --min-requests are for --canary

    "#]].assert_eq(&story);
}

#[tokio::test]
async fn a_stage_item_that_would_be_too_large_with_its_canary_is_a_problem_before_anything_is_written() {
    let variables = |text: &str| {
        let variables: Vec<_> = (0..200).map(|n| format!("v{n}: {}", text.repeat(1_100))).collect();
        format!(
            "tollgate: 1\nstages: {{ v1: {{ stageVariables: {{ {} }}, routes: {{ GET /a: {{ integration: {{ type: MOCK, body: {text} }} }} }} }} }}\n",
            variables.join(", ")
        )
    };
    let project = Project::with(&variables("x"));
    assert_eq!(project.tollgate("apply tollgate.yaml --yes").code, Some(0));
    let world = &project.world;
    let before = (world.items("tollgate-stages").await, world.items("tollgate-routes").await);
    project.write(&variables("y"));
    let ran = project.tollgate("apply tollgate.yaml --yes --canary 5");
    assert_eq!((world.items("tollgate-stages").await, world.items("tollgate-routes").await), before);
    expect![[r#"
        exit 3
        --
        problem: tollgate-stages [stage=v1] *: got an item of 442013 bytes with canarySettings, expected at most 407552 (400 KB without 2048 for what is written into it), names and values together: DynamoDB takes no larger item
        tollgate: this can be no canary; nothing is written
    "#]].assert_eq(&ran.text(&[]));
}

#[tokio::test]
async fn while_a_canary_stands_diff_and_apply_say_why_the_stage_stays() {
    let project = edited().await;
    project.tollgate("apply tollgate.yaml --prune --yes --canary 5 --header x-canary");
    project.write(&stamped(4, 0));
    let first = project.story(&["diff tollgate.yaml --prune", "apply tollgate.yaml --prune --yes"]);
    assert_eq!(versions(&project).await, (both(1), both(2)));
    let mut item = stage_item(&project).await;
    let id = item["canarySettings"]["deploymentId"].clone();
    item["canaryRollback"] =
        json!({ "deploymentId": id, "at": "2025-04-14T22:12:48Z", "reason": "too many" });
    project.world.put_stage(&item);
    let second = project.story(&["diff tollgate.yaml --prune"]);
    expect![[r#"
        $ tollgate diff tollgate.yaml --prune
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v4"
        ~ stage v1, GET /a
            ~ integration.body.route: "v2" → "v4"
        ~ stage v1, GET /b
            ~ integration.body.route: "v2" → "v4"
        v1: 2 routes, deployment 94d8de1c94ea9355205475b56204932c, are to be stored and not served: canarySettings hold the stage where it is, with the fields of its item; serves 82aab7f4fa43be900af9da7b00ad4c28, and canary 61e85e8d938caa8cc4efeaa5c1a608b2 to 5 % of requests
        --

        $ tollgate apply tollgate.yaml --prune --yes
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v4"
        ~ stage v1, GET /a
            ~ integration.body.route: "v2" → "v4"
        ~ stage v1, GET /b
            ~ integration.body.route: "v2" → "v4"
        v1: 2 routes, deployment 94d8de1c94ea9355205475b56204932c, are to be stored and not served: canarySettings hold the stage where it is, with the fields of its item; serves 82aab7f4fa43be900af9da7b00ad4c28, and canary 61e85e8d938caa8cc4efeaa5c1a608b2 to 5 % of requests
        v1: deployment 94d8de1c94ea9355205475b56204932c is stored and not served: canarySettings hold the stage where it is, with the fields of its item
        --

        # ---
        $ tollgate diff tollgate.yaml --prune
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v4"
        v1: 2 routes, deployment 94d8de1c94ea9355205475b56204932c, are to be stored and not served: canarySettings hold the stage where it is, with the fields of its item; serves 82aab7f4fa43be900af9da7b00ad4c28, and has canary 61e85e8d938caa8cc4efeaa5c1a608b2, which is switched off
        --

    "#]].assert_eq(&[first, second].join("# ---\n"));
}

#[tokio::test]
async fn the_commands_that_are_told_name_the_tables_again() {
    let project: Project = edited().await;
    let endpoint = format!("http://{}", project.world.dynamodb().address);
    let place = format!("--region eu-central-1 --endpoint-url {endpoint}");
    let story = project.story(&[
        &format!("apply tollgate.yaml --yes --canary 5 {place}"),
        &format!("canary start v1 --percent 7 {place}"),
        &format!("canary abort v1 {place}"),
        &format!("apply tollgate.yaml --yes {place}"),
        &format!("rollback v1 --yes {place}"),
    ]);
    let told: Vec<&str> =
        story.lines().filter(|line| line.contains("tollgate ") && !line.starts_with('$')).collect();
    expect![[r#"
          to serve it to all: tollgate canary promote v1 --region eu-central-1 --endpoint-url URL
          to undo it: tollgate canary abort v1 --region eu-central-1 --endpoint-url URL
        tollgate: to serve it to all: tollgate canary promote v1 --region eu-central-1 --endpoint-url URL
        tollgate: to undo it: tollgate canary abort v1 --region eu-central-1 --endpoint-url URL
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
        tollgate: to go back: tollgate apply FILE --region eu-central-1 --endpoint-url URL with the file of before the edit, which sets autoDeploy too
        tollgate: the routes that v1 serves, as a file: tollgate export old.yaml --stage v1 --deployment 82aab7f4fa43be900af9da7b00ad4c28 --region eu-central-1 --endpoint-url URL
        tollgate: to serve the items as they are: tollgate deploy v1 --auto-deploy --region eu-central-1 --endpoint-url URL
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
          to undo it: tollgate rollback v1 82aab7f4fa43be900af9da7b00ad4c28 --region eu-central-1 --endpoint-url URL
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
        tollgate: autoDeploy is off from now on, or the next edit would undo this; to go on with the items as they are: tollgate deploy v1 --auto-deploy --region eu-central-1 --endpoint-url URL
        tollgate: to undo this: tollgate rollback v1 1d64b220ce37bd4323339c8c3ef48bbe --region eu-central-1 --endpoint-url URL"#]].assert_eq(&told.join("\n").replace(&endpoint, "URL"));
}
