//! Values that the target gets under another name, so that its `Vary` cannot tell the client's requests apart.

use serde_json::{Value, json};

use super::super::{Cached, answer};
use crate::harness::Script;

fn by_language(request: &str) -> String {
    let language = request.lines().find_map(|line| line.strip_prefix("x-language: "));
    answer("200 OK", &["Cache-Control: max-age=60", "Vary: X-Language"], language.unwrap_or("none"))
}

/// A route with `requestParameters`.
async fn mapping(parameters: &Value) -> Cached {
    let world = Cached::start_with([("/x", Script::Answers(by_language))]).await;
    let uri = format!("http://127.0.0.1:{}/x", world.target.port);
    let integration = json!({ "type": "HTTP_PROXY", "uri": uri, "requestParameters": parameters });
    world.put("GET /x", &json!({ "cacheMode": "HTTP", "integration": integration }));
    world
}

#[tokio::test]
async fn an_answer_that_varies_on_a_mapped_header_is_kept_only_if_the_uri_decides_its_value() {
    let (de, fr) = ("GET /v1/x\naccept-language: de", "GET /v1/x\naccept-language: fr");
    let cases = [
        ("overwrite", "$request.header.accept-language", "MISS MISS MISS"),
        ("append", "for ${context.identity.sourceIp}", "MISS MISS MISS"),
        ("overwrite", "it", "MISS HIT HIT"),
        ("append", "$request.querystring.language", "MISS HIT HIT"),
    ];
    for (operation, value, expected) in cases {
        let world = mapping(&json!({ format!("{operation}:header.x-language"): value })).await;
        world.gateway.go_live().await;
        assert_eq!(world.statuses(&[de, fr, de]).await, expected, "{operation} {value}");
    }
}

#[tokio::test]
async fn a_route_whose_target_uri_depends_on_more_than_the_request_uri_keeps_nothing() {
    let cases = [
        (json!({ "overwrite:path": "/tenants/${request.header.x-tenant}" }), true),
        (json!({ "append:querystring.user": "$context.identity.sourceIp" }), true),
        (json!({ "overwrite:path": "$request.path" }), false),
        (json!({ "append:querystring.caller": "$context.identity.apiKeyId" }), false),
    ];
    for (parameters, is_warned) in cases {
        let world = mapping(&parameters).await;
        let outcome = format!("{:?}", world.gateway.publish("v1").await);
        assert_eq!(outcome.contains("the answers are not kept"), is_warned, "{parameters}: {outcome}");
        world.gateway.refresh().await;
        world.gateway.send("GET /v1/x").await;
        assert_eq!(world.gateway.last_line()["cacheStatus"].is_null(), is_warned, "{parameters}");
    }
}

/// DynamoDB has no `Vary` at all.
#[tokio::test]
async fn a_dynamodb_answer_that_depends_on_more_than_the_uri_is_not_kept() {
    for (stage, expected) in [("$request.header.x-stage", "- -"), ("$request.path.stage", "MISS STALE")] {
        let get = json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "tollgate-stages",
            "key": { "stage": stage } });
        let route = json!({ "cacheMode": "HTTP", "staleIfError": 60, "integration": get });
        let world = Cached::serving("GET /stages/{stage}", &route).await;
        world.gateway.put_stage(&json!({ "stage": "v2" }));
        let [one, other] =
            ["v1", "v2"].map(|name| format!("GET /v1/stages/v1\nx-stage: {name}\ncache-control: max-stale"));
        assert_eq!(world.statuses(&[&one, &other]).await, expected, "{stage}");
    }
}
