//! The response cache from outside: the answers, their age, and the calls of the target.

mod binary_answers;
mod cache_keys;
mod callers;
mod check_warnings;
mod damaged_entries;
mod fills;
mod http;
mod http_callers;
mod levels;
mod locks;
mod next_page_links;
mod poisoning;
pub mod random;
mod stale;
mod stored;
mod two_callers;

use serde_json::{Value, json};

pub use self::damaged_entries::noise;

use crate::harness::{Script, Target, TestGateway};

/// A stage `v1` whose cached routes go to one HTTP target.
pub struct Cached {
    pub gateway: TestGateway,
    target: Target,
}

impl Cached {
    /// `GET /scripts/{name}` answers as its script says; every other path with the request that the target got.
    pub async fn start(scripts: &[(&'static str, &str)]) -> Self {
        Self::start_with(scripts.iter().map(|(path, answer)| (*path, Script::Says((*answer).to_owned()))))
            .await
    }

    pub async fn start_with(scripts: impl IntoIterator<Item = (&'static str, Script)>) -> Self {
        let world = Self { gateway: TestGateway::new(), target: Target::start(scripts).await };
        world.put_api(&json!({ "allowPrivateIntegrations": ["127.0.0.0/8"] }));
        world
    }

    fn put_api(&self, words: &Value) {
        let mut item = words.clone();
        item["routeKey"] = json!("$api");
        self.gateway.put_route(&item);
    }

    /// A route to the target whose answers are kept, and what else its item says.
    pub fn put(&self, route_key: &str, words: &Value) {
        let uri = format!("http://127.0.0.1:{}", self.target.port);
        let mut item = json!({ "routeKey": route_key, "cachingEnabled": true,
            "integration": { "type": "HTTP_PROXY", "uri": uri, "requestParameters": { "overwrite:path": "$request.path" } } });
        item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        self.gateway.put_route(&item);
    }

    /// Serves one such route.
    pub async fn serving(route_key: &str, words: &Value) -> Self {
        let world = Self::start(&[]).await;
        world.put(route_key, words);
        world.gateway.go_live().await;
        world
    }

    /// Serves a path that answers so, and what else its route's item says.
    async fn answering(path: &'static str, answer: &str, words: &Value) -> Self {
        let world = Self::start(&[(path, answer)]).await;
        world.put(&format!("GET {path}"), words);
        world.gateway.go_live().await;
        world
    }

    /// The `cacheStatus` of each request in the access log: `MISS HIT`.
    pub async fn statuses(&self, requests: &[&str]) -> String {
        let mut statuses = Vec::new();
        for request in requests {
            self.gateway.send(request).await;
            statuses.push(self.gateway.last_line()["cacheStatus"].as_str().unwrap_or("-").to_owned());
        }
        statuses.join(" ")
    }

    /// The number of the target's calls since the last call of this function.
    pub fn asked(&self) -> usize {
        self.target.received().len()
    }
}

/// An instance that remembers nothing yet.
async fn cold(world: &Cached) -> TestGateway {
    let cold = world.gateway.another_instance().await;
    world.gateway.gate.calls();
    cold
}

/// An HTTP answer with these header lines.
pub fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{lines}\r\n{body}", body.len())
}
