//! A route whose item cannot be read is refused; all others are served, and none of them takes its requests.

use serde_json::{Value, json};

use super::{break_last_block, noise, stored};
use crate::{harness::TestGateway, text_route::text_route};

const KEY: &str = "key-of-the-only-client";

const BROKEN: &str = "500\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
    {\"message\": \"Internal server error\"}";

fn route(route_key: &str, body: &str) -> Value {
    let integration = json!({ "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": body });
    json!({ "routeKey": route_key, "integration": integration })
}

/// An API whose last routes are broken, of which `GET /z/{id}` asks for a key and has a policy of its own; and an instance
/// that has just started.
async fn world() -> (TestGateway, TestGateway) {
    let world = TestGateway::new();
    let mut last = route("GET /z/{id}", "z");
    last["apiKeyRequired"] = json!(true);
    last["corsConfiguration"] = json!({ "allowOrigins": ["https://z.example"], "allowMethods": ["GET"] });
    let mut before = route("GET /a", "a");
    before["description"] = json!(noise(7));
    let routes =
        [text_route("v1", "one"), route("ANY /{proxy+}", "any"), before, route("PUT /z/{id}", "put"), last];
    routes.iter().for_each(|route| world.put_route(route));
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    world.put_key(KEY, &json!({ "id": "good", "usagePlanId": "gold" }));
    world.go_live().await;
    let validated_with = stored(&world).await.validated_with;
    break_last_block(&world, &validated_with).await;
    let cold = world.cold_instance();
    (world, cold)
}

#[tokio::test]
async fn a_start_reads_no_route_and_one_that_cannot_be_read_is_refused_alone() {
    let (_store, world) = world().await;
    for (request, body) in
        [("GET /v1", "one"), ("GET /v1/a", "a"), ("GET /v1/z", "any"), ("POST /v1/z/1", "any")]
    {
        let answer = world.send(request).await;
        assert!(
            answer.starts_with("200\n") && answer.ends_with(&format!("\n\n{body}")),
            "{request}: {answer}"
        );
    }
    let with_key = format!("\nx-api-key: {KEY}");
    for request in ["GET /v1/z/1", "HEAD /v1/z/1", "PUT /v1/z/1"] {
        for key in ["", &with_key] {
            let answer = world.send(&format!("{request}{key}")).await;
            let expected =
                if request.starts_with("HEAD") { BROKEN.split("\n\n").next().unwrap() } else { BROKEN };
            assert!(answer.starts_with(expected), "{request}{key}: {answer}");
            assert_eq!(world.last_line()["status"], json!(500));
            let message = world.last_line()["errorMessage"].as_str().unwrap().to_owned();
            assert!(message.starts_with("the route cannot be read: the item is damaged"), "{message}");
        }
    }
}

#[tokio::test]
async fn a_route_that_cannot_be_read_guards_what_it_guarded() {
    let (_store, world) = world().await;
    // A target may read these as paths of the route that asks for a key; the one that takes them does not.
    for request in ["GET /v1/z//1", "GET /v1/z%2F1"] {
        assert!(world.send(request).await.starts_with("404\n"), "{request}");
    }
}

#[tokio::test]
async fn a_preflight_of_a_route_that_cannot_be_read_is_given_no_leave() {
    let (_store, world) = world().await;
    let preflight =
        |path: &str| format!("OPTIONS {path}\norigin: https://z.example\naccess-control-request-method: GET");
    assert_eq!(world.send(&preflight("/v1/z/1")).await, BROKEN);
    assert!(
        world.send(&preflight("/v1/a")).await.starts_with("200\n"),
        "no policy, so that the route itself answers"
    );
}
