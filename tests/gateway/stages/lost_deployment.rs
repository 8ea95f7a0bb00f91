//! A deployment that is gone from its table, or damaged there.

use expect_test::expect;
use serde_json::json;

use super::{answer, as_written, delete, id_of, world};
use crate::text_route::UNAVAILABLE;

const LOST: &str = "what was served is lost, and instances that start serve nothing until tollgate deploy stores \
                    the items";

#[tokio::test]
async fn a_lost_deployment_is_reported_and_stored_again_by_deploy() {
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
async fn a_lost_deployment_of_a_stage_with_auto_deploy_is_published_again() {
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
        tollgate-routes [stage=v1 routeKey=GET /] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3"#]]
    .assert_eq(&world.stage_status("v1").await.replace(&id, "ID"));
}
