//! The release binary of the gateway in the local world.

mod example_api;
mod hostile_input;
mod many_requests;
mod streaming;

use std::num::NonZeroUsize;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use tollgate::local::{
    function_output::Captured,
    tables::put,
    world::{GATEWAY, World, WorldSettings},
};

use crate::{
    harness::{release_gateway, render, send, soon},
    world::{example_api as serving_example_api, settings},
};

pub struct RealGateway {
    pub world: World,
    output: Captured,
}

impl RealGateway {
    /// The example API with some more routes, served by the release binary.
    pub async fn serving(routes: &[Value]) -> Self {
        Self::serving_at_a_time(NonZeroUsize::MIN, routes).await
    }

    /// The same in one process with so many requests at a time.
    pub async fn serving_at_a_time(most: NonZeroUsize, routes: &[Value]) -> Self {
        let output = Captured::default();
        // One instance of each function, as `settings` has it: a request beside an edit's event would start
        // another gateway, and the two may serve different deployments for a moment.
        let settings = WorldSettings {
            gateway: release_gateway(),
            gateway_events_at_a_time: most,
            output: output.output(),
            ..settings()
        };
        let gateway = Self { world: serving_example_api(settings).await.world, output };
        for route in routes {
            gateway.put_route(route);
        }
        gateway
    }

    /// Writes a route item; the table's stream does the rest.
    pub fn put_route(&self, item: &Value) {
        let mut item = item.clone();
        item["stage"] = json!("v1");
        let dynamodb = self.world.dynamodb.as_ref().expect("an own DynamoDB");
        put(&dynamodb.database, "tollgate-routes", &item).expect("a write");
    }

    /// Sends `GET /path`, header lines, an empty line, a body.
    pub async fn send(&self, request: &str) -> String {
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().and_then(|line| line.split_once(' ')).expect("a request line");
        let method: Method = method.parse().expect("a method");
        let mut request = Request::builder().method(method).uri(format!("http://{}{target}", self.world.api));
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
        render(&send(request.body(body).expect("a request")).await)
    }

    /// Sends a request until its answer begins with `status`: an edit goes live by itself.
    pub async fn until(&self, status: &str, request: &str) -> String {
        soon(async {
            loop {
                let answer = self.send(request).await;
                if answer.starts_with(status) {
                    return answer;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    pub fn pids(&self) -> Vec<u32> {
        self.world.host.instances(GATEWAY).iter().map(|instance| instance.pid).collect()
    }
}
