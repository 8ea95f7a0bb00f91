//! `apiKeySource: "AUTHORIZER"`: the function says the API key.

use serde_json::json;

use super::{super::HELLO, Form, calls, refusal, route, who};
use crate::harness::{TestGateway, authorizer_functions};

async fn keyed(form: Form, source: &str) -> TestGateway {
    let routes = [route("GET /a", &json!({ "apiKeyRequired": true }))];
    let world = form.world_of(&json!({}), &json!({ "apiKeySource": source }), &routes).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    world.put_key(&authorizer_functions::key("ada"), &json!({ "id": "adas", "usagePlanId": "gold" }));
    world.put_key(
        &authorizer_functions::key("off"),
        &json!({ "id": "off", "enabled": false, "usagePlanId": "gold" }),
    );
    world
}

#[tokio::test]
async fn the_key_is_the_functions_usage_identifier_key() {
    let forbidden = refusal(403, "ForbiddenException", r#"{"message":"Forbidden"}"#);
    let unauthorized = refusal(401, "UnauthorizedException", r#"{"message":"Unauthorized"}"#);
    for form in Form::ALL {
        let world = keyed(form, "AUTHORIZER").await;
        for _ in 0..2 {
            let answer = world.send(&who("GET /v1/a", "allow-all ada")).await;
            assert!(answer.starts_with("200\n") && answer.ends_with("\n\nhello"), "{form:?} {answer}");
            let line = world.last_line();
            assert_eq!((&line["apiKeyId"], &line["authorizerId"]), (&json!("adas"), &json!("f")));
        }
        assert_eq!(calls(&world), 1, "a key of an answer that is kept is one too");
        let cases = [
            ("allow-all eve", "bad API key: unknown key"),
            ("allow-all off", "bad API key: key off is disabled"),
        ];
        for (word, reason) in cases {
            // A key of the client's own is no help.
            let request =
                format!("{}\nx-api-key: {}", who("GET /v1/a", word), authorizer_functions::key("ada"));
            assert_eq!(world.send(&request).await, forbidden, "{form:?} {word}");
            assert_eq!(world.last_line()["errorMessage"], reason);
        }
        let without = match form {
            Form::Simple => json!({ "isAuthorized": true }),
            Form::Token | Form::RequestV1 | Form::RequestV2 => {
                json!({ "principalId": "ada", "policyDocument":
                { "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] } })
            }
        };
        assert_eq!(world.send(&who("GET /v1/a", &format!("says {without}"))).await, forbidden);
        assert_eq!(world.last_line()["errorMessage"], "bad API key: no key");
        let request = format!("GET /v1/a\nx-api-key: {}", authorizer_functions::key("ada"));
        assert_eq!(world.send(&request).await, unauthorized);
    }
}

#[tokio::test]
async fn a_functions_key_counts_for_nothing_where_keys_come_in_headers() {
    for form in Form::ALL {
        let world = keyed(form, "HEADER").await;
        let request = who("GET /v1/a", "allow-all ada");
        assert!(world.send(&request).await.starts_with("403\n"), "{form:?}");
        let answer = world.send(&format!("{request}\nx-api-key: {}", authorizer_functions::key("ada"))).await;
        assert!(answer.starts_with("200\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_route_without_a_key_asks_for_none() {
    for form in Form::ALL {
        let api = json!({ "apiKeySource": "AUTHORIZER" });
        let world = form.world_of(&json!({}), &api, &[route("GET /a", &json!({}))]).await;
        assert_eq!(world.send(&who("GET /v1/a", "allow-all eve")).await, HELLO);
        assert_eq!(world.last_line()["apiKeyId"], json!(null));
    }
}
