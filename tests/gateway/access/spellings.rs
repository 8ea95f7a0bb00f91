//! Denied paths written in every way that may be taken for them: none reaches its target.

use percent_encoding::percent_decode_str;
use serde_json::json;

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

/// An API with a policy that denies [`DENIED`], whose routes all lead to one function.
async fn serving(words: &serde_json::Value, routes: &[&str]) -> TestGateway {
    let resources = ["GET/reports", "*/admin/*", "GET/orders/*/lines", "PUT/caf%c3%a9", "GET/%40me"];
    let resources = resources.map(|resource| format!("execute-api:/v1/{resource}"));
    let statement = |effect: &str, resource: serde_json::Value| json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource });
    let statements = [statement("Allow", json!("*")), statement("Deny", json!(resources))];
    let mut items = vec![api(&with(words.clone(), &json!({ "policy": { "Statement": statements } })))];
    let integration = json!({ "type": "AWS_PROXY", "uri": "reflect" });
    items.extend(routes.iter().map(|key| json!({ "routeKey": key, "integration": integration })));
    TestGateway::serving(&items).await
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
    let worlds = [
        serving(&json!({}), &["$default"]).await,
        serving(
            &json!({}),
            &["ANY /{proxy+}", "GET /reports", "GET /orders/{id}/lines", "ANY /admin/{proxy+}"],
        )
        .await,
        serving(
            &json!({ "trailingSlash": "IGNORE" }),
            &["ANY /{proxy+}", "GET /reports", "GET /reports/{year}", "$default"],
        )
        .await,
    ];
    let (mut refused, mut let_in) = (0, 0);
    for number in 0..REQUESTS {
        let world = &worlds[random.below(worlds.len())];
        let (method, path) = random.pick(&DENIED);
        let request = any_spelling(&mut random, method, path);
        world.send_event(&event(&request)).await;
        let Some(called) = world.called_with() else {
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
