//! The deployment that a stage serves: its item or its deployment is mistyped, lost or another's, and the last good one
//! stays.

mod deprecation;
mod invalid_deployment_id;
mod lost_deployment;
mod refresh;
mod stage_pointer;
mod unreadable_items;

use serde_json::{Value, json};

use crate::{
    harness::{TestGateway, table_client::to_attributes},
    text_route::{served, text_route},
};

async fn id_of(world: &TestGateway, stage: &str) -> String {
    world.store.stage(stage).await.unwrap().unwrap().deployment_id.unwrap()
}

async fn delete(world: &TestGateway, table: &str, key: &Value) {
    let key = to_attributes(key);
    world.client().delete_item().table_name(table).set_key(Some(key)).send().await.unwrap();
}

/// `v1`, which serves "one", as this instance does.
async fn world() -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&text_route("v1", "one"));
    world.go_live().await;
    world.refresh().await;
    world
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
