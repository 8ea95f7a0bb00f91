//! `tollgate rollback`: an older deployment is served again, and edits wait.

use expect_test::expect;
use serde_json::json;
use tollgate::{
    deployment::{self, Origin, PublishOutcome, RollbackOutcome},
    store::MoveOrigin,
};

use super::{delete, pointed, serve, stage_item, told};
use crate::{
    harness::{TestGateway, tool::Ran},
    text_route::{served, text_route},
};

const OPERATOR: [(&str, &str); 2] = [("USER", "alice"), ("HOSTNAME", "laptop")];

fn tollgate(world: &TestGateway, arguments: &[&str]) -> Ran {
    world.tollgate_with(&OPERATOR, arguments)
}

/// The kinds of the records of `v1`, the oldest first.
async fn kinds(world: &TestGateway) -> Vec<String> {
    let records = world.store.history("v1", usize::MAX).await.unwrap();
    records.into_iter().rev().map(|record| record.kind).collect()
}

#[tokio::test]
async fn a_rollback_is_served_at_the_next_look_and_edits_wait_until_the_operator_goes_on() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = pointed(&world).await;
    let second = serve(&world, "two").await;
    let ids = [&*first, &*second];

    let ran = tollgate(&world, &["rollback", "v1", "--yes", "-m", "two is slow"]);
    expect![[r#"
        exit 0
        v1: serves deployment A again, 1 route; before: B
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
        tollgate: autoDeploy is off from now on, or the next edit would undo this; to go on with the items as they are: tollgate deploy v1 --auto-deploy
        tollgate: to undo this: tollgate rollback v1 B
    "#]].assert_eq(&told(&ran, &ids));
    world.refresh().await;
    assert_eq!(world.send("GET /v1").await, served("one"));
    let item = stage_item(&world).await;
    assert_eq!((&item["autoDeploy"], &item["deploymentId"]), (&json!(false), &json!(first)));
    assert_eq!(world.stage_status("v1").await, format!("OK serves deployment {first}"));
    let newest = world.store.history("v1", 1).await.unwrap().remove(0);
    let MoveOrigin { by, message, .. } = newest.origin;
    assert_eq!((&*newest.kind, &*by, &*message), ("ROLLBACK", "alice@laptop", "two is slow"));

    world.put_route(&text_route("v1", "three"));
    assert_eq!(world.publish("v1").await, PublishOutcome::LeftAlone);
    world.refresh().await;
    assert_eq!(world.send("GET /v1").await, served("one"), "the edit waits");

    // Again: what was served before.
    let ran = tollgate(&world, &["rollback", "v1", "--last", "-y", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "autoDeploy": false,
          "deploymentId": "B",
          "from": "A",
          "routes": 1,
          "schemaVersion": 1,
          "stage": "v1"
        }
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
        tollgate: to go on with the items as they are: tollgate deploy v1
        tollgate: to undo this: tollgate rollback v1 A
    "#]]
    .assert_eq(&told(&ran, &ids));

    let ran = tollgate(&world, &["deploy", "v1"]);
    let third = pointed(&world).await;
    let ids = [&*first, &*second, &*third];
    expect![[r#"
        exit 0
        v1: serves 1 route, deployment C
        --
        tollgate: autoDeploy is off: later edits wait for `tollgate deploy v1`; with --auto-deploy they go live by themselves
    "#]].assert_eq(&told(&ran, &ids));
    let ran = tollgate(&world, &["deploy", "v1", "--auto-deploy"]);
    expect![[r#"
        exit 0
        v1: serves these items already, deployment C
        --
    "#]]
    .assert_eq(&told(&ran, &ids));
    serve(&world, "four").await;
    assert_eq!(world.send("GET /v1").await, served("four"), "edits go live by themselves again");
    assert_eq!(
        kinds(&world).await,
        ["AUTO_DEPLOY", "AUTO_DEPLOY", "ROLLBACK", "ROLLBACK", "DEPLOY", "AUTO_DEPLOY"]
    );
}

#[tokio::test]
async fn a_rollback_takes_the_first_digits_of_an_id() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = pointed(&world).await;
    let second = serve(&world, "two").await;
    let alike = first.chars().zip(second.chars()).take_while(|(a, b)| a == b).count();
    assert_eq!(tollgate(&world, &["rollback", "v1", &first[..=alike], "--yes"]).code, Some(0));
    assert_eq!(pointed(&world).await, first);
    let ran = tollgate(&world, &["rollback", "v1", &first[..=alike], "--yes"]);
    assert_eq!(told(&ran, &[&first]), "exit 0\nv1: serves deployment A already\n--\n");
    assert_eq!(kinds(&world).await.len(), 3, "nothing has moved");

    let before = stage_item(&world).await;
    let ran = tollgate(&world, &["rollback", "v1", "", "--yes"]);
    let text = told(&ran, &["-"; 0]);
    let expected = "exit 4\n--\ntollgate: 2 deployments of stage v1 begin with \"\":\n";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(stage_item(&world).await, before);
}

#[tokio::test]
async fn what_a_stage_cannot_serve_is_refused_with_the_list_of_what_it_can() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "greeting": "hello" } }));
    world.put_stage(&json!({ "stage": "v2" }));
    world.put_route(&text_route("v2", "other"));
    world.publish("v2").await;
    let other = world.store.stage("v2").await.unwrap().unwrap().deployment_id.unwrap();
    let pruned = serve(&world, "pruned").await;
    let with_variable = serve(&world, "${stageVariables.greeting}").await;
    let good = serve(&world, "good").await;
    let now = serve(&world, "now").await;
    delete(&world, &pruned, 0).await;
    let mut item = stage_item(&world).await;
    item["stageVariables"] = json!({});
    world.put_stage(&item);
    world.refresh().await;

    let ids = [&*other, &*pruned, &*with_variable, &*good, &*now];
    let before = stage_item(&world).await;
    let unknown = "0".repeat(32);
    let mut told_all = String::new();
    for id in [&*other, &pruned, &with_variable, &unknown, "zz"] {
        let ran = tollgate(&world, &["rollback", "v1", id, "--yes"]);
        told_all += &format!("$ rollback v1 {id}\n{}\n", told(&ran, &ids));
        assert_eq!(stage_item(&world).await, before, "{id}");
    }
    let told_all =
        ids.iter().zip('A'..).fold(told_all, |told, (id, letter)| told.replace(id, &letter.to_string()));
    expect![[r#"
        $ rollback v1 A
        exit 3
        --
        tollgate: v1 cannot serve deployment A: 1 problem
          tollgate-stages [stage=v1] deploymentId: got "A", expected a deployment of this stage; this one is of stage v2
        tollgate: v1 can be rolled back to:
          SINCE                 DEPLOYMENT                        MESSAGE
          2025-04-14T22:12:51Z  D

        $ rollback v1 B
        exit 4
        --
        tollgate: v1: deployment B was served once, and is pruned
        tollgate: v1 can be rolled back to:
          SINCE                 DEPLOYMENT                        MESSAGE
          2025-04-14T22:12:51Z  D

        $ rollback v1 C
        exit 3
        --
        tollgate: v1 cannot serve deployment C: 1 problem
          tollgate-routes [stage=v1 routeKey=GET /] integration.body: got ${stageVariables.greeting}, expected one of the stage's variables ()
        tollgate: v1 can be rolled back to:
          SINCE                 DEPLOYMENT                        MESSAGE
          2025-04-14T22:12:51Z  D

        $ rollback v1 00000000000000000000000000000000
        exit 4
        --
        tollgate: v1: there is no deployment 00000000000000000000000000000000
        tollgate: v1 can be rolled back to:
          SINCE                 DEPLOYMENT                        MESSAGE
          2025-04-14T22:12:51Z  D

        $ rollback v1 zz
        exit 4
        --
        tollgate: stage v1 has no deployment zz
        tollgate: v1 can be rolled back to:
          SINCE                 DEPLOYMENT                        MESSAGE
          2025-04-14T22:12:51Z  D

    "#]].assert_eq(&told_all);

    let ran = tollgate(&world, &["rollback", "v3", "--yes"]);
    assert_eq!(
        told(&ran, &["-"; 0]),
        "exit 4\n--\ntollgate: there is no stage v3 in tollgate-stages or tollgate-routes\n"
    );
    let ran = tollgate(&world, &["rollback", "v2", "--yes"]);
    expect![[r#"
        exit 4
        --
        tollgate: v2: its history tells of no deployment before this one
        tollgate: there is none that v2 can be rolled back to
    "#]]
    .assert_eq(&told(&ran, &ids));
    let ran = tollgate(&world, &["rollback", "v1", &good]);
    expect![[r#"
        exit 64
        --
        tollgate: nobody is there to ask whether to roll back: --yes says so
    "#]]
    .assert_eq(&told(&ran, &ids));

    // The stage item itself is no good.
    let mut item = before.clone();
    item["throttle"] = json!("fast");
    world.put_stage(&item);
    let ran = tollgate(&world, &["rollback", "v1", &good, "--yes"]);
    expect![[r#"
        exit 3
        --
        tollgate: v1 cannot serve deployment D: 1 problem
          tollgate-stages [stage=v1] throttle: got "fast", expected a map
        tollgate: there is none that v1 can be rolled back to
    "#]]
    .assert_eq(&told(&ran, &ids));
}

async fn roll_back(world: &TestGateway, id: &str) -> RollbackOutcome {
    let origin = Origin { at: world.now(), by: "alice@laptop", message: "" };
    deployment::roll_back(&world.store, "v1", id, origin).await.unwrap()
}

#[tokio::test]
async fn a_rollback_during_a_publication_wins_and_the_edit_waits() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = pointed(&world).await;
    serve(&world, "two").await;
    world.put_route(&text_route("v1", "three"));
    let rollback = async {
        assert!(matches!(roll_back(&world, &first).await, RollbackOutcome::RolledBack(_)));
    };
    let (outcome, ()) = tokio::join!(world.publish("v1"), world.gate.hold("TransactWriteItems", rollback));
    assert_eq!(outcome, PublishOutcome::LeftAlone);
    assert_eq!(pointed(&world).await, first);
    assert_eq!(kinds(&world).await, ["AUTO_DEPLOY", "AUTO_DEPLOY", "ROLLBACK"]);
}

#[tokio::test]
async fn a_publication_during_a_rollback_is_rolled_back_too() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = pointed(&world).await;
    serve(&world, "two").await;
    world.put_route(&text_route("v1", "three"));
    let edit = async {
        assert!(matches!(world.publish("v1").await, PublishOutcome::Published { .. }));
    };
    let (outcome, ()) = tokio::join!(roll_back(&world, &first), world.gate.hold("TransactWriteItems", edit));
    assert!(matches!(outcome, RollbackOutcome::RolledBack(_)), "{outcome:?}");
    assert_eq!(pointed(&world).await, first);
    assert_eq!(kinds(&world).await, ["AUTO_DEPLOY", "AUTO_DEPLOY", "AUTO_DEPLOY", "ROLLBACK"]);
}

#[tokio::test]
async fn a_rollback_to_what_is_deleted_meanwhile_is_refused() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = pointed(&world).await;
    let second = serve(&world, "two").await;
    let prune = async { delete(&world, &first, 0).await };
    let (outcome, ()) = tokio::join!(roll_back(&world, &first), world.gate.hold("TransactWriteItems", prune));
    assert!(matches!(outcome, RollbackOutcome::Refused(_)), "{outcome:?}");
    assert_eq!(pointed(&world).await, second);
}
