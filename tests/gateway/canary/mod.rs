//! Canaries: a second deployment for a share of a stage's requests.

mod cached_answers;
mod choice;
mod facts;
mod guards;
mod loading;
mod rollback;
mod sticky_clients;
mod tool;

use serde_json::{Value, json};

use crate::{
    harness::{TestGateway, event},
    text_route::text_route,
};

/// The deployments of `v1`: the one that it serves, and the one that may be its canary.
struct Versions {
    stage: String,
    canary: String,
}

async fn deployment_id(world: &TestGateway) -> String {
    world.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap()
}

impl Versions {
    /// Publishes both; the routes of the canary are written over those of the stage, and are what the items say now.
    async fn publish(world: &TestGateway, stage: &[Value], canary: &[Value]) -> Self {
        stage.iter().for_each(|route| world.put_route(route));
        world.go_live().await;
        let stage = deployment_id(world).await;
        canary.iter().for_each(|route| world.put_route(route));
        world.go_live().await;
        Self { stage, canary: deployment_id(world).await }
    }

    /// The same of one text each: `stage` and `canary`.
    async fn of_texts(world: &TestGateway) -> Self {
        Self::publish(world, &[text_route("v1", "stage")], &[text_route("v1", "canary")]).await
    }

    /// The stage item, with these settings of the canary.
    fn item(&self, mut settings: Value) -> Value {
        settings["deploymentId"] = json!(self.canary);
        json!({ "stage": "v1", "deploymentId": self.stage, "canarySettings": settings })
    }

    /// Writes the stage item, and has it looked at.
    async fn with(&self, world: &TestGateway, settings: Value) {
        world.put_stage(&self.item(settings));
        world.refresh().await;
    }
}

/// The body of the answer.
async fn body(instance: &TestGateway, request: &str) -> String {
    body_of(&instance.send(request).await)
}

/// The same of a client at this address.
async fn body_at(instance: &TestGateway, address: &str, request: &str) -> String {
    let mut event = event(request);
    event["requestContext"]["http"]["sourceIp"] = json!(address);
    body_of(&instance.send_event(&event).await)
}

fn body_of(answer: &str) -> String {
    answer.split_once("\n\n").map_or("", |(_, body)| body).to_owned()
}
