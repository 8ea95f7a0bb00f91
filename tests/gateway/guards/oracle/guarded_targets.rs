//! The requests that reach targets, and the guards that they must have passed.

use std::{collections::HashMap, sync::LazyLock};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::route_tables::{Asks, Table};
use crate::{
    authorizers::{
        iam::{ADA, SIGNING, signed},
        issuer::Issuer,
    },
    cache::random::Random,
    guards::KEY,
    harness::{Target, TestGateway, event},
};

/// A request as targets understand it: method and path, slashes collapsed and escapes decoded; by some of them all but
/// `%2F`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRequest {
    by_all: String,
    by_some: String,
}

/// What a request brings.
#[derive(Clone, Copy, Debug)]
pub struct Credentials {
    key: bool,
    token: bool,
    word: bool,
    signature: bool,
}

pub struct GuardOracle {
    pub table: &'static Table,
    pub world: TestGateway,
    /// The requests that guarded routes send to their targets.
    guarded: HashMap<String, Asks>,
}

/// `GET` in all ways in which a target without a mind for slashes may be asked.
const SECRETS: [&str; 6] = ["secret", "secret/", "/secret", "//secret", "secret//", "/secret/"];

impl GuardOracle {
    pub async fn new(table: &'static Table, target: &Target) -> Self {
        let world = TestGateway::with_environment(&[SIGNING]);
        world.create_table("items", "name", None);
        SECRETS.iter().for_each(|name| world.put("items", &json!({ "name": name })));
        world.put_plan(&json!({ "usagePlanId": "gold" }));
        world.put_key(KEY, &json!({ "id": "good", "usagePlanId": "gold" }));
        table.items(target.port).iter().for_each(|item| world.put_route(item));
        world.go_live().await;
        let mut oracle = Self { table, world, guarded: HashMap::new() };
        for (method, path) in table.guarded {
            let request = format!("{method} /v1{path}");
            let let_in = oracle.world.send_event(&Credentials::ALL.event(&request)).await;
            let asked =
                oracle.target_request(target, &let_in).unwrap_or_else(|| panic!("{request}: {let_in}"));
            // The only token is taken now.
            let without = oracle.world.send(&request).await;
            let asks = match &without[..3] {
                "401" if without.contains("www-authenticate") => Asks::Caller,
                "401" => Asks::Function,
                "403" if without.contains("Missing Authentication Token") => Asks::Signature,
                "403" => Asks::Key,
                "429" => Asks::Token,
                _ => panic!("{request} is not guarded: {without}"),
            };
            assert_eq!(oracle.target_request(target, &without), None, "{request}");
            oracle.guarded.insert(asked.by_some, asks);
            // A value of a parameter: who decodes it has another path before him, which is free to go elsewhere.
            let is_of_a_value =
                path.contains("%2F") && !table.routes.iter().any(|route| route.key.contains("%2F"));
            if !is_of_a_value {
                oracle.guarded.insert(asked.by_all, asks);
            }
        }
        oracle
    }

    /// The request that reached the target of this answer, if one did.
    pub fn target_request(&self, target: &Target, answer: &str) -> Option<TargetRequest> {
        // An authorizer's function is no target.
        let event = self.world.called_with().filter(|event| event.get("type").is_none());
        if let Some(received) = target.received().last() {
            let (method, path) = received.lines().next().unwrap().split_once(' ').unwrap();
            return Some(TargetRequest::new(method, path));
        }
        if let Some(event) = event {
            return Some(TargetRequest::by(&event));
        }
        // The table has nothing else.
        let is_item = answer.starts_with("200\n") && self.world.last_line()["routeKey"] != "$default";
        is_item.then(|| TargetRequest::new("GET", "/items/secret"))
    }

    pub fn guard(&self, asked: &TargetRequest) -> Option<Asks> {
        self.guarded.get(&asked.by_all).or_else(|| self.guarded.get(&asked.by_some)).copied()
    }
}

/// Signed once: a signature takes longer than a request.
static TOKEN: LazyLock<String> = LazyLock::new(|| Issuer::ours().token(&json!({})));

impl Credentials {
    pub const ALL: Self = Self { key: true, token: true, word: true, signature: true };

    /// Mostly none.
    pub fn any(random: &mut Random) -> Self {
        Self {
            key: random.one_in(8),
            token: random.one_in(8),
            word: random.one_in(8),
            signature: random.one_in(8),
        }
    }

    /// The event of a request that brings them.
    pub fn event(self, request: &str) -> Value {
        let request = format!("{request}{}", self.headers());
        if self.signature { signed(&request, ADA) } else { event(&request) }
    }

    fn headers(self) -> String {
        let key = if self.key { format!("\nx-api-key: {KEY}") } else { String::new() };
        let token = if self.token { format!("\nauthorization: Bearer {}", *TOKEN) } else { String::new() };
        let word = if self.word { "\nx-who: allow ada" } else { "" };
        key + &token + word
    }

    pub fn pass(self, guard: Asks) -> bool {
        match guard {
            Asks::Nothing => true,
            Asks::Key => self.key,
            Asks::Caller => self.token,
            Asks::Function => self.word,
            Asks::Signature => self.signature,
            // It was taken before.
            Asks::Token => false,
        }
    }
}

impl TargetRequest {
    fn new(method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap();
        let method = if method == "HEAD" { "GET" } else { method };
        let understood = |path: &str| {
            let decoded = percent_decode_str(path).decode_utf8().unwrap();
            let segments: Vec<_> = decoded.split('/').filter(|segment| !segment.is_empty()).collect();
            format!("{method} /{}", segments.join("/"))
        };
        Self { by_all: understood(path), by_some: understood(&path.replace("%2F", "\0")) }
    }

    /// The request in an event of either payload format.
    fn by(event: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        if event["version"] == "2.0" {
            let path = text(&event["rawPath"]);
            return Self::new(
                &text(&event["requestContext"]["http"]["method"]),
                path.strip_prefix("/v1").unwrap(),
            );
        }
        Self::new(&text(&event["httpMethod"]), &text(&event["path"]))
    }
}
