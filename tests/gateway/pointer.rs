//! What a stage points to is mistyped, lost or another's: what was last good is served, and everybody is told.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{
    deployment::{self, PublishOutcome, Served, Trigger},
    store::values::to_attributes,
};

use crate::harness::{TestGateway, Way};

const LOST: &str = "what was served is lost, and instances that start serve nothing until tollgate deploy stores \
                    the items";
const UNAVAILABLE: &str = "503\ncontent-type: application/json\nretry-after: 1\n\
    x-amzn-errortype: ServiceUnavailableException\n\n{\"message\":\"Service Unavailable\"}";

fn served(body: &str) -> String {
    format!("200\ncontent-type: text/plain\n\n{body}")
}

fn says(stage: &str, body: &str) -> Value {
    let integration = json!({ "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": body });
    json!({ "stage": stage, "routeKey": "GET /", "integration": integration })
}

/// `v1`, which serves "one", as this instance does.
async fn world() -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&says("v1", "one"));
    world.go_live().await;
    world.refresh().await;
    world
}

async fn id_of(world: &TestGateway, stage: &str) -> String {
    world.store.stage(stage).await.unwrap().unwrap().deployment_id.unwrap()
}

async fn delete(world: &TestGateway, table: &str, key: &Value) {
    let key = to_attributes(key.as_object().unwrap()).unwrap();
    world.client().delete_item().table_name(table).set_key(Some(key)).send().await.unwrap();
}

/// The answer, and what its line says of the configuration.
async fn answer(instance: &TestGateway) -> (String, Value) {
    let answer = instance.send("GET /v1").await;
    (answer, instance.last_line()["degraded"].clone())
}

fn degraded(body: &str) -> (String, Value) {
    (served(body), json!("configuration"))
}

fn as_written(body: &str) -> (String, Value) {
    (served(body), Value::Null)
}

#[tokio::test]
async fn a_pointer_that_is_no_good_is_refused_and_what_was_last_good_is_served() {
    let unknown = "deadbeef";
    let cases = [
        (
            json!("deadbeef"),
            r#"deploymentId: got "deadbeef", expected the id of a deployment; there is none of this id"#,
        ),
        (json!("x".repeat(3_000)), "expected the id of a deployment; there is none of this id"),
        (
            json!("stage#v1"),
            r#"deploymentId: got "stage#v1", expected the id of a deployment; there is none of this id"#,
        ),
        (json!("books"), r#"expected a deployment of this stage; this one is of stage books-v1"#),
        (json!({ "id": unknown }), r#"deploymentId: got {"id":"deadbeef"}, expected"#),
    ];
    for (pointer, expected) in cases {
        let world = world().await;
        world.put_route(&says("books-v1", "books"));
        world.publish("books-v1").await;
        let pointer = if pointer == "books" { json!(id_of(&world, "books-v1").await) } else { pointer };
        world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": pointer,
            "lastDeploymentStatus": "OK", "lastDeploymentMessage": "1 route" }));

        assert_eq!(answer(&world.cold_instance()).await, degraded("one"), "{pointer}");
        world.refresh().await;
        assert_eq!(answer(&world).await, degraded("one"), "{pointer}");

        let status = world.stage_status("v1").await;
        assert!(status.starts_with("INVALID 1 problem; the last valid deployment stays\n"), "{status}");
        assert!(status.contains(expected), "{status}");
        let ran = world.tollgate(&["check", "v1"]);
        assert!(ran.code == Some(3) && ran.stdout.contains(expected), "{ran:?}");

        let ran = world.tollgate(&["deploy", "v1"]);
        if pointer.is_string() {
            assert_eq!(ran.code, Some(0), "{ran:?}");
            world.refresh().await;
            assert_eq!(answer(&world).await, as_written("one"), "{pointer}");
            assert_eq!(world.tollgate(&["check", "v1"]).code, Some(0));
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_pointer_is_written_once_whoever_sees_it() {
    let world = world().await;
    let good = id_of(&world, "v1").await;
    let another = world.another_instance().await;
    for (pointer, status) in [("deadbeef", "INVALID"), (&*good, "OK")] {
        let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
        item["deploymentId"] = json!(pointer);
        item["autoDeploy"] = json!(false);
        world.put_stage(&item);
        let before = world.store.stage("v1").await.unwrap().unwrap().revision.unwrap();
        for _ in 0..3 {
            world.refresh().await;
            another.refresh().await;
            world.cold_instance().refresh().await;
        }
        let row = world.store.stage("v1").await.unwrap().unwrap();
        assert_eq!(row.item["lastDeploymentStatus"], status);
        assert_eq!(row.revision.unwrap(), before + 1, "one write");
    }
    expect![[r#"OK serves deployment "#]].assert_eq(&world.stage_status("v1").await.replace(&good, ""));
    world.gate.calls();
    world.refresh().await;
    another.refresh().await;
    assert_eq!(world.gate.calls(), ["Scan stages", "Scan stages"], "what was seen to is not asked for again");
}

#[tokio::test]
async fn a_stage_that_names_no_deployment_means_what_is_served_now() {
    for item in [
        json!({ "stage": "v1", "autoDeploy": false }),
        json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "" }),
    ] {
        let world = world().await;
        let id = id_of(&world, "v1").await;
        world.put_route(&says("v1", "an edit that is not to go live"));
        world.put_stage(&item);
        let ran = world.tollgate(&["check", "v1"]);
        assert_eq!(ran.text(&[]), "exit 0\nv1: 1 route, not served yet, 1 MB of memory\n--\n");

        let cold = world.cold_instance();
        assert_eq!(answer(&cold).await, degraded("one"), "until the item names it");
        cold.refresh().await;
        assert_eq!(id_of(&world, "v1").await, id);
        assert_eq!(world.stage_status("v1").await, format!("OK serves deployment {id}"));
        cold.refresh().await;
        assert_eq!(answer(&cold).await, as_written("one"));
        assert_eq!(answer(&world.cold_instance()).await, as_written("one"));

        world.put_route(&says("v1", "one"));
        let ran = world.tollgate(&["check", "v1"]);
        assert_eq!(ran.text(&[]), "exit 0\nv1: valid, and served as it is, 1 MB of memory\n--\n");
    }
}

#[tokio::test]
async fn a_stage_that_never_served_waits_and_is_not_invalid_for_ever() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    world.put_route(&says("v1", "one"));
    for _ in 0..2 {
        world.refresh().await;
        assert_eq!(world.send("GET /v1").await, UNAVAILABLE);
    }
    assert_eq!(world.stage_status("v1").await, "- -");
    assert_eq!(
        world.tollgate(&["check", "v1"]).text(&[]),
        "exit 0\nv1: 1 route, not served yet, 1 MB of memory\n--\n"
    );
    assert_eq!(world.tollgate(&["deploy", "v1"]).code, Some(0));
    world.refresh().await;
    assert_eq!(answer(&world).await, as_written("one"));
}

#[tokio::test]
async fn a_cold_start_reads_no_more_than_the_stages_and_their_deployments() {
    let world = world().await;
    world.gate.calls();
    let cold = world.cold_instance();
    assert_eq!(answer(&cold).await, as_written("one"));
    assert_eq!(world.gate.calls(), ["Scan stages", "Query deployments"]);
}

#[tokio::test]
async fn where_an_operator_rolled_back_to_is_what_was_last_good() {
    let world = world().await;
    let first = id_of(&world, "v1").await;
    world.put_route(&says("v1", "two"));
    world.go_live().await;
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    world.refresh().await;
    assert_eq!(answer(&world).await, as_written("one"));

    for slip in [
        json!({ "stage": "v1", "autoDeploy": false }),
        json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "o" }),
    ] {
        world.put_stage(&slip);
        assert_eq!(answer(&world.cold_instance()).await, degraded("one"), "{slip}");
    }
}

#[tokio::test]
async fn a_deployment_is_last_good_with_the_variables_place_and_limit_that_it_was_good_with() {
    let world = TestGateway::new();
    let good = json!({ "stage": "v1", "hosts": ["abc123.lambda-url.eu-west-1.on.aws"], "stageVariables": { "greeting": "one" },
        "throttle": { "rateLimit": 0.01, "burstLimit": 1 } });
    world.put_stage(&good);
    world.put_route(&says("v1", "${stageVariables.greeting}"));
    world.go_live().await;
    let id = id_of(&world, "v1").await;
    for (name, slip, then) in [
        ("stageVariables", json!({}), "429"),
        ("stageVariables", json!(["greeting"]), "429"),
        ("hosts", json!(["a/b"]), "429"),
        ("basePath", json!("v1"), "429"),
        ("throttle", json!({ "rateLimit": "much" }), "429"),
    ] {
        let mut item = good.clone();
        item["deploymentId"] = json!(id);
        item[name] = slip;
        world.put_stage(&item);
        delete(&world, "tollgate-counters", &json!({ "counter": "stage#v1" })).await;
        let cold = world.cold_instance();
        let (first, line) = answer(&cold).await;
        assert_eq!(first, served("one"), "{item}");
        assert_eq!(line, if name == "throttle" { Value::Null } else { json!("configuration") }, "{item}");
        assert_eq!(&cold.send("GET /v1").await[..3], then, "{item}");
        cold.refresh().await;
        let status = world.stage_status("v1").await;
        assert!(
            status.starts_with("INVALID ") && status.contains("the last valid deployment stays\n"),
            "{item}: {status}"
        );
    }
}

#[tokio::test]
async fn a_deployment_that_was_lost_is_told_and_stored_again() {
    let world = world().await;
    let id = id_of(&world, "v1").await;
    let part = |part: u64| json!({ "deploymentId": id, "part": part });
    let stored = world.items("tollgate-deployments").await;
    let mut spoilt = part(0);
    spoilt["snapshot"] = json!("none");
    let mut left_over = part(1);
    left_over["snapshot"] = json!("more");
    for (what, slips) in
        [("lost", vec![]), ("spoilt", vec![spoilt]), ("spoilt, with one more", vec![left_over])]
    {
        delete(&world, "tollgate-deployments", &part(0)).await;
        slips.iter().for_each(|slip| world.put("tollgate-deployments", slip));
        world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": id }));
        world.refresh().await;
        assert_eq!(answer(&world).await, as_written("one"), "{what}: who has it goes on");
        let cold = world.cold_instance();
        assert_eq!(cold.send("GET /v1").await, UNAVAILABLE, "{what}");
        let ran = world.tollgate(&["check", "v1"]);
        assert!(ran.code == Some(3) && ran.stdout.contains("deploymentId: got"), "{what}: {ran:?}");
        cold.refresh().await;
        let status = world.stage_status("v1").await;
        assert!(status.starts_with(&format!("INVALID 1 problem; {LOST}\n")), "{what}: {status}");

        let ran = world.tollgate(&["deploy", "v1"]);
        assert_eq!(
            ran.text(&[(&id, "ID")]),
            "exit 0\nv1: stored deployment ID again: it was not whole\n--\n",
            "{what}"
        );
        cold.refresh().await;
        assert_eq!(answer(&cold).await, as_written("one"), "{what}");
        assert_eq!(
            world.tollgate(&["check", "v1"]).text(&[]),
            "exit 0\nv1: valid, and served as it is, 1 MB of memory\n--\n"
        );
        delete(&world, "tollgate-deployments", &part(1)).await;
        assert_eq!(world.items("tollgate-deployments").await, stored, "{what}");
    }
}

#[tokio::test]
async fn a_lost_deployment_of_items_that_go_live_by_themselves_is_made_again() {
    let world = world().await;
    let id = id_of(&world, "v1").await;
    delete(&world, "tollgate-deployments", &json!({ "deploymentId": id, "part": 0 })).await;
    assert_eq!(answer(&world.cold_instance()).await, as_written("one"));
    assert_eq!(
        world.tollgate(&["check", "v1"]).text(&[]),
        "exit 0\nv1: valid, and served as it is, 1 MB of memory\n--\n"
    );

    // Its items have become invalid meanwhile, and no other deployment was ever good.
    world.put_route(&json!({ "routeKey": "GET /", "integration": { "type": "SOAP" } }));
    world.publish("v1").await;
    delete(&world, "tollgate-deployments", &json!({ "deploymentId": id, "part": 0 })).await;
    let cold = world.cold_instance();
    let mut revisions = Vec::new();
    for _ in 0..3 {
        cold.refresh().await;
        assert_eq!(cold.send("GET /v1").await, UNAVAILABLE);
        revisions.push(world.store.stage("v1").await.unwrap().unwrap().revision);
    }
    assert_eq!(revisions[0], revisions[2], "nobody writes over another's words");
    expect![[r#"
        INVALID 2 problems; what was served is lost, and instances that start serve nothing until tollgate deploy stores the items
        tollgate-stages [stage=v1] deploymentId: got "ID", expected the id of a deployment; there is none of this id
        tollgate-routes [stage=v1 routeKey=GET /] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK"#]]
    .assert_eq(&world.stage_status("v1").await.replace(&id, "ID"));
}

#[tokio::test]
async fn a_publisher_that_dies_before_the_pointer_moves_has_changed_nothing() {
    let world = world().await;
    let first = id_of(&world, "v1").await;
    world.put_route(&says("v1", "two"));
    // After the new deployment is stored, and before the pointer and the record of it.
    let dies = async { world.gate.set(Way::Shut) };
    let publishing = deployment::publish(&world.store, "v1", Trigger::Edit);
    let (outcome, ()) = tokio::join!(publishing, world.gate.hold("TransactWriteItems", dies));
    outcome.unwrap_err();
    world.gate.set(Way::Open);
    assert_eq!(id_of(&world, "v1").await, first);
    assert_eq!(answer(&world.cold_instance()).await, as_written("one"));
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "o" }));
    assert_eq!(answer(&world.cold_instance()).await, degraded("one"), "the record has not moved either");

    let outcome = deployment::publish(&world.store, "v1", Trigger::Request).await.unwrap();
    assert!(matches!(outcome, PublishOutcome::Published { .. }), "{outcome:?}");
    world.refresh().await;
    assert_eq!(answer(&world).await, as_written("two"));
}

#[tokio::test]
async fn what_is_recorded_as_good_is_what_the_pointer_says_at_that_moment() {
    let world = world().await;
    let first = id_of(&world, "v1").await;
    world.put_route(&says("v1", "two"));
    world.go_live().await;
    world.put_stage(&json!({ "stage": "v1", "deploymentId": first }));
    // While an instance records where it was rolled back to, an edit goes live.
    let edit = async {
        world.put_route(&says("v1", "three"));
        assert!(matches!(world.publish("v1").await, PublishOutcome::Published { .. }));
    };
    tokio::join!(world.refresh(), world.gate.hold("TransactWriteItems", edit));
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "o" }));
    assert_eq!(answer(&world.cold_instance()).await, degraded("three"));
}

#[tokio::test]
async fn a_stage_whose_item_is_deleted_is_gone_and_comes_back_as_it_was_with_its_item() {
    let world = world().await;
    delete(&world, "tollgate-stages", &json!({ "stage": "v1" })).await;
    world.refresh().await;
    for instance in [&world, &world.cold_instance()] {
        assert!(instance.send("GET /v1").await.starts_with("404\n"));
    }
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    for instance in [&world, &world.cold_instance()] {
        instance.refresh().await;
        assert_eq!(instance.send("GET /v1").await, served("one"));
    }

    // A bad edit makes an item, and brings nothing back that was removed.
    delete(&world, "tollgate-stages", &json!({ "stage": "v1" })).await;
    world.refresh().await;
    world.put_route(&json!({ "routeKey": "GET /", "integration": { "type": "SOAP" } }));
    world.publish("v1").await;
    world.refresh().await;
    for instance in [&world, &world.cold_instance()] {
        assert_eq!(instance.send("GET /v1").await, UNAVAILABLE);
    }
}

#[tokio::test]
async fn the_first_bad_edit_of_a_new_stage_makes_an_item_that_says_so() {
    let world = TestGateway::new();
    world.put_route(&json!({ "stage": "beta", "routeKey": "GET /", "integration": { "type": "SOAP" } }));
    assert!(matches!(world.publish("beta").await, PublishOutcome::Invalid { .. }));
    expect![[r#"
        INVALID 1 problem; nothing is served yet
        tollgate-routes [stage=beta routeKey=GET /] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK"#]]
    .assert_eq(&world.stage_status("beta").await);
    world.refresh().await;
    for instance in [&world, &world.cold_instance()] {
        assert_eq!(instance.send("GET /beta").await, UNAVAILABLE);
    }
    world.put_route(&says("beta", "mended"));
    world.publish("beta").await;
    world.refresh().await;
    assert_eq!(world.send("GET /beta").await, served("mended"));
    assert_eq!(world.stage_status("beta").await, "OK 1 route");
}

#[tokio::test]
async fn a_look_that_was_slow_does_not_hide_what_a_later_one_has_seen() {
    let world = world().await;
    world.put_route(&says("v1", "two"));
    world.publish("v1").await;
    let later = async {
        world.put_route(&says("v1", "three"));
        world.publish("v1").await;
        world.live().look(world.now()).await;
    };
    // It knows of the second deployment, and waits for it.
    tokio::join!(world.live().look(world.now()), world.gate.hold("deploymentId = :id", later));
    world.live().adopt().await;
    assert_eq!(answer(&world).await, as_written("three"));
}

#[tokio::test]
async fn a_look_that_fails_does_not_bring_back_what_was_served_when_it_began() {
    let world = world().await;
    world.put_route(&says("v1", "two"));
    world.publish("v1").await;
    world.live().look(world.now()).await;
    let later = async {
        world.live().adopt().await;
        world.gate.set(Way::Shut);
    };
    // It began before the second deployment was adopted, knows of it, and never gets it.
    tokio::join!(world.live().look(world.now()), world.gate.hold("deploymentId = :id", later));
    world.gate.set(Way::Open);
    world.live().adopt().await;
    assert_eq!(answer(&world).await, as_written("two"));
}

#[tokio::test]
async fn what_is_served_already_is_not_resolved_again() {
    let world = world().await;
    // Kept, so that no other deployment can have its address.
    let served = async || world.live().served(world.now()).await.unwrap().served;
    let address =
        |served: &Served| std::ptr::from_ref(served.find("localhost", "/v1").unwrap().deployment).addr();
    world.put_route(&says("v1", "two"));
    world.publish("v1").await;
    world.live().look(world.now()).await;
    let mut adopted = None;
    // A look that began before what the last one found was adopted.
    let meanwhile = async {
        world.live().adopt().await;
        adopted = Some(served().await);
    };
    tokio::join!(world.live().look(world.now()), world.gate.hold("deploymentId = :id", meanwhile));
    world.live().adopt().await;
    let adopted = adopted.unwrap();
    assert_eq!(address(&*served().await), address(&adopted));
    world.refresh().await;
    assert_eq!(address(&*served().await), address(&adopted));

    world.live().look(world.now()).await;
    world.live().unload();
    assert_eq!(answer(&world).await, as_written("two"));
    world.live().unload();
    world.live().adopt().await;
    assert_eq!(answer(&world).await, as_written("two"));
}

#[tokio::test]
async fn what_is_served_makes_room_while_it_is_told_what_is_wrong_with_a_stage() {
    let world = world().await;
    world.put_stage(&json!({ "stage": "v1", "deploymentId": "deadbeef" }));
    let is_unloaded = || format!("{:?}", world.live()).contains("is_unloaded: true");
    let telling = async { assert!(is_unloaded()) };
    tokio::join!(world.refresh(), world.gate.hold("tollgate-routes", telling));
    assert!(!is_unloaded());
    assert!(world.stage_status("v1").await.starts_with("INVALID 1 problem"));
    assert_eq!(answer(&world).await, degraded("one"));
}
