//! `tollgate canary`: a canary is started, looked at, promoted and aborted.

mod changes;
mod looks;
mod refusals;
mod status;

use serde_json::{Value, json};

use super::deployment_id;
use crate::{harness::TestGateway, text_route::text_route};

/// `v1`, which serves `stage`, with items that say `canary` and are not published.
async fn world() -> (TestGateway, String) {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "name": "x" } }));
    world.put_route(&text_route("v1", "stage"));
    world.go_live().await;
    let stage = deployment_id(&world).await;
    world.put_route(&text_route("v1", "canary"));
    (world, stage)
}

async fn stage_item(world: &TestGateway) -> Value {
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item.as_object_mut().unwrap().remove("revision");
    item
}

async fn canary_id(world: &TestGateway) -> String {
    stage_item(world).await["canarySettings"]["deploymentId"].as_str().unwrap().to_owned()
}
