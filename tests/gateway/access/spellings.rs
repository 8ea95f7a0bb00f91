//! Denied paths written in every way that may be taken for them: none reaches its target.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{api, with};
use crate::{
    cache::random::Random,
    guards::oracle::spellings::any_spelling,
    harness::{TestGateway, event},
};

const REQUESTS: usize = 40_000;

const DENIED: [(&str, &str); 6] = [
    ("GET", "/reports"),
    ("GET", "/admin/users"),
    ("POST", "/admin/users/7"),
    ("GET", "/orders/7/lines"),
    ("PUT", "/caf%C3%A9"),
    ("GET", "/@me"),
];

/// An API in which something keeps requests from their target.
struct DenyingApi {
    gateway: TestGateway,
    /// Of a request as a target understands it.
    is_denied: fn(&str, &str) -> bool,
}

impl DenyingApi {
    /// One with a policy, whose routes all lead to one function.
    async fn with_policy(words: &Value, routes: &[&str]) -> Self {
        let resources = ["GET/reports", "*/admin/*", "GET/orders/*/lines", "PUT/caf%c3%a9", "GET/%40me"];
        let resources = resources.map(|resource| format!("execute-api:/v1/{resource}"));
        let statement = |effect: &str, resource: Value| json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource });
        let statements = [statement("Allow", json!("*")), statement("Deny", json!(resources))];
        let mut items = vec![api(&with(words.clone(), &json!({ "policy": { "Statement": statements } })))];
        items.extend(routes.iter().map(|key| route(key, &json!({}))));
        Self { gateway: TestGateway::serving(&items).await, is_denied }
    }

    /// One whose routes keep the client's address out, beside one that does not.
    async fn with_address_lists() -> Self {
        let items = [
            route("GET /reports", &json!({ "ipAllow": ["198.51.100.0/24"] })),
            route("ANY /admin/{proxy+}", &json!({ "ipDeny": ["192.0.2.0/24"] })),
            route("GET /orders/{id}/lines", &json!({ "ipAllow": ["2001:db8::/32"] })),
            route("PUT /caf%C3%A9", &json!({ "ipDeny": ["192.0.2.1"] })),
            route("GET /@me", &json!({ "ipDeny": ["0.0.0.0/0"] })),
            route("ANY /{proxy+}", &json!({})),
            route("$default", &json!({})),
        ];
        // A path parameter is one segment.
        let is_denied = |method: &str, path: &str| {
            is_denied(method, path) && (!path.starts_with("/orders/") || path.matches('/').count() == 3)
        };
        Self { gateway: TestGateway::serving(&items).await, is_denied }
    }
}

fn route(key: &str, words: &Value) -> Value {
    with(json!({ "routeKey": key, "integration": { "type": "AWS_PROXY", "uri": "reflect" } }), words)
}

/// A request as a target may understand it: slashes collapsed, escapes decoded, `HEAD` as `GET`, a method in any case.
fn understood(method: &str, path: &str) -> (String, String) {
    let method = method.to_ascii_uppercase();
    let decoded = percent_decode_str(path).decode_utf8().unwrap().into_owned();
    let segments: Vec<_> = decoded.split('/').filter(|segment| !segment.is_empty()).collect();
    (if method == "HEAD" { "GET".to_owned() } else { method }, format!("/{}", segments.join("/")))
}

fn is_denied(method: &str, path: &str) -> bool {
    let lines = || path.strip_prefix("/orders/").and_then(|rest| rest.strip_suffix("/lines"));
    path.starts_with("/admin/")
        || (method == "GET" && (path == "/reports" || path == "/@me" || lines().is_some()))
        || (method == "PUT" && path == "/café")
}

/// `SEED=…` runs the requests of one seed again.
#[tokio::test]
async fn no_spelling_of_a_path_leads_past_a_denial() {
    let (mut random, seed) = Random::of_environment();
    let apis = [
        DenyingApi::with_policy(&json!({}), &["$default"]).await,
        DenyingApi::with_policy(
            &json!({}),
            &["ANY /{proxy+}", "GET /reports", "GET /orders/{id}/lines", "ANY /admin/{proxy+}"],
        )
        .await,
        DenyingApi::with_policy(
            &json!({ "trailingSlash": "IGNORE" }),
            &["ANY /{proxy+}", "GET /reports", "GET /reports/{year}", "$default"],
        )
        .await,
        DenyingApi::with_address_lists().await,
    ];
    let (mut refused, mut let_in) = (0, 0);
    for number in 0..REQUESTS {
        let DenyingApi { gateway, is_denied } = &apis[random.below(apis.len())];
        let (method, path) = random.pick(&DENIED);
        let request = any_spelling(&mut random, method, path);
        gateway.send_event(&event(&request)).await;
        let Some(called) = gateway.called_with() else {
            refused += 1;
            continue;
        };
        let_in += 1;
        let text = |pointer: &str| called.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let (sent, sent_path) = (text("/requestContext/http/method"), text("/rawPath"));
        let (sent, sent_path) = understood(&sent, sent_path.strip_prefix("/v1").unwrap());
        assert!(
            !is_denied(&sent, &sent_path),
            "SEED={seed}, request {number}: {request} reached its target as {sent} {sent_path}"
        );
    }
    println!("{refused} refused, {let_in} let in");
    // Whoever refuses everything lets nobody past.
    assert!(refused > REQUESTS / 10 && let_in > REQUESTS / 50, "{refused}, {let_in}");
}
