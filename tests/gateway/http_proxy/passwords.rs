//! A password in a URL stands in no problem and in no stage item.

use serde_json::{Value, json};

use super::route;
use crate::harness::TestGateway;

#[tokio::test]
async fn a_password_in_a_url_is_in_no_problem_and_no_stage_item() {
    let uris = [
        "https://user:hush@t.example/{proxy}",
        "user:hush@t.example",
        "https:user:hush@t.example",
        "https://user:hu/sh@t.example/",
        "https://a-user-with-a-name-so-long-that-the-text-is-cut-before-its-password-ends:hush@t.example/",
        "https://user:hush@{proxy}.example/",
        "https://user:hush@t.example/../x",
    ];
    let mut routes: Vec<Value> = uris.iter().map(|uri| route("ANY /{proxy+}", uri, &json!({}))).collect();
    let uri = uris[0];
    routes.extend([
        json!({ "routeKey": "ANY /{proxy+}", "integration": uri }),
        json!({ "routeKey": "ANY /{proxy+}", "integration": { "type": "HTTP_PROXY", "url": uri } }),
        json!({ "routeKey": "ANY /{proxy+}", "integration": { "type": uri } }),
        json!({ "routeKey": uri, "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /", "integration": { "type": "MOCK" }, "requestParameters": { uri: uri } }),
        json!({ "routeKey": "$api", "corsConfiguration": { "allowOrigins": [uri] } }),
        json!({ "routeKey": "$api", "allowPrivateIntegrations": [uri], "corsConfiguration": uri, "other": uri }),
    ]);
    for item in routes {
        let gateway = TestGateway::new();
        gateway.put_stage(&json!({ "stage": "v1" }));
        gateway.put_route(&item);
        let outcome = format!("{:?}", gateway.publish("v1").await);
        let status = gateway.stage_status("v1").await;
        assert!(status.starts_with("INVALID "), "{item}: {status}");
        let told = outcome + &status + &gateway.tollgate(&["check", "v1"]).text(&[]);
        for secret in ["hush", "hu/sh", "user:"] {
            assert!(!told.contains(secret), "{item}: {told}");
        }
    }
}
