//! The cache of a route with an authorizer: nothing of one caller reaches another.

use serde_json::{Value, json};

use super::{NO_TOKEN, issuer::Issuer, route, serving, with_token};
use crate::{cache::random::Random, harness::TestGateway};

/// A route whose function says what it was called with, and how often the answer was kept.
async fn world(words: &Value) -> TestGateway {
    let mut all = json!({ "authorizerId": "users", "cachingEnabled": true,
        "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    all.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    serving(&json!({}), &[route("GET /a", &all)]).await
}

/// The subject that the function saw, and how the cache took part.
async fn seen(world: &TestGateway, token: &str) -> (Value, Value) {
    let event = world.json(&with_token("GET /v1/a", token)).await;
    let subject = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"].clone();
    (subject, world.last_line()["cacheStatus"].clone())
}

fn of(subject: &str, status: &str) -> (Value, Value) {
    (json!(subject), json!(status))
}

#[tokio::test]
async fn callers_of_a_cached_route_are_kept_apart_by_issuer_and_subject() {
    let ours = Issuer::ours();
    let (ada, bob) = (ours.token(&json!({})), ours.token(&json!({ "sub": "bob" })));
    let ada_again = ours.token(&json!({ "jti": "another token of hers" }));
    let world = world(&json!({})).await;
    assert_eq!(seen(&world, &ada).await, of("ada", "MISS"));
    assert_eq!(seen(&world, &bob).await, of("bob", "MISS"));
    assert_eq!(seen(&world, &ada).await, of("ada", "HIT"));
    assert_eq!(seen(&world, &bob).await, of("bob", "HIT"));
    assert_eq!(seen(&world, &ada_again).await, of("ada", "HIT"));
    assert_eq!(world.send("GET /v1/a").await, NO_TOKEN, "what is kept is for callers only");
    assert_eq!(world.last_line()["cacheStatus"], Value::Null);
}

#[tokio::test]
async fn a_token_of_a_caller_that_is_good_for_less_gets_no_answer_to_one_that_is_good_for_more() {
    let ours = Issuer::ours();
    let world = world(&json!({ "authorizationScopes": ["read", "admin"] })).await;
    let claims = [
        json!({ "scope": "read admin" }),
        json!({ "scope": "read" }),
        json!({ "scope": "read", "role": "x" }),
    ];
    for (status, id) in [("MISS", "a"), ("HIT", "b")] {
        for claims in &claims {
            let mut claims = claims.clone();
            claims["jti"] = json!(id);
            let event = world.json(&with_token("GET /v1/a", &ours.token(&claims))).await;
            let seen = &event["requestContext"]["authorizer"]["jwt"]["claims"];
            assert_eq!((&seen["scope"], &seen["role"]), (&claims["scope"], &claims["role"]));
            assert_eq!(world.last_line()["cacheStatus"], status, "{claims}");
        }
    }
}

#[tokio::test]
async fn callers_whom_a_token_names_no_subject_of_are_kept_apart_by_their_tokens() {
    let ours = Issuer::ours();
    let tokens = ["a", "b"].map(|id| ours.token(&json!({ "sub": null, "jti": id })));
    let world = world(&json!({})).await;
    for status in ["MISS", "HIT"] {
        for token in &tokens {
            assert_eq!(seen(&world, token).await, (Value::Null, json!(status)));
        }
    }
}

#[tokio::test]
async fn callers_are_kept_apart_by_the_rules_of_http_too() {
    let ours = Issuer::ours();
    let mock = json!({ "type": "MOCK", "body": "${context.authorizer.principalId}",
        "headers": { "cache-control": "public, max-age=60" } });
    let world = world(&json!({ "cacheMode": "HTTP", "integration": mock })).await;
    for status in ["MISS", "HIT"] {
        for subject in ["ada", "bob"] {
            let token = ours.token(&json!({ "sub": subject }));
            let answer = world.send(&with_token("GET /v1/a", &token)).await;
            assert!(answer.ends_with(&format!("\n\n\"{subject}\"")), "{answer}");
            assert_eq!(world.last_line()["cacheStatus"], status);
        }
    }
}

#[tokio::test]
async fn a_shared_cache_asks_its_target_without_a_caller() {
    let ours = Issuer::ours();
    let world = world(&json!({ "cacheShared": true })).await;
    let event = world.json(&with_token("GET /v1/a", &ours.token(&json!({})))).await;
    assert_eq!(event["requestContext"].get("authorizer"), None);
    let bob = ours.token(&json!({ "sub": "bob" }));
    assert_eq!(world.json(&with_token("GET /v1/a", &bob)).await, event);
    assert_eq!(world.last_line()["cacheStatus"], "HIT");
    assert_eq!(world.send("GET /v1/a").await, NO_TOKEN);
}

#[tokio::test]
async fn with_a_key_besides_callers_are_kept_apart_by_both() {
    let world = world(&json!({ "apiKeyRequired": true })).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    let keys = ["key-of-the-first-partner", "key-of-the-second-partner"];
    for (id, key) in ["one", "two"].iter().zip(keys) {
        world.put_key(key, &json!({ "id": id, "usagePlanId": "gold" }));
    }
    for status in ["MISS", "HIT"] {
        for subject in ["ada", "bob"] {
            for key in keys {
                let token = Issuer::ours().token(&json!({ "sub": subject }));
                let answer =
                    world.json(&format!("{}\nx-api-key: {key}", with_token("GET /v1/a", &token))).await;
                assert_eq!(answer["requestContext"]["authorizer"]["jwt"]["claims"]["sub"], subject);
                assert_eq!(world.last_line()["cacheStatus"], status, "{subject} {key}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_names_a_claim_is_not_kept() {
    let mock = json!({ "type": "MOCK", "body": "${context.authorizer.claims.role}" });
    let world = world(&json!({ "integration": mock })).await;
    for role in ["admin", "user"] {
        let token = Issuer::ours().token(&json!({ "role": role }));
        let answer = world.send(&with_token("GET /v1/a", &token)).await;
        assert!(answer.ends_with(&format!("\n\n\"{role}\"")), "{answer}");
    }
}

#[tokio::test]
async fn of_random_requests_none_is_answered_with_what_another_caller_got() {
    const SUBJECTS: [&str; 4] = ["ada", "bob", "1@22:https", ""];
    const KEYS: [&str; 2] = ["key-of-the-first-partner", "key-of-the-second-partner"];
    let (mut random, seed) = Random::of_environment();
    let echo = json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" });
    let mock = json!({ "type": "MOCK", "headers": { "cache-control": "public, max-age=60" },
        "body": { "requestContext": { "authorizer": { "claims": { "sub": "${context.authorizer.principalId}" } },
                                      "identity": { "apiKeyId": "${context.identity.apiKeyId}" } } } });
    let cached = |words: Value| {
        let mut all = json!({ "authorizerId": "users", "cachingEnabled": true, "integration": echo });
        all.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        all
    };
    let routes = [
        route("GET /apart", &cached(json!({}))),
        route("GET /both", &cached(json!({ "apiKeyRequired": true }))),
        route("GET /http", &cached(json!({ "cacheMode": "HTTP", "integration": mock }))),
        route(
            "GET /http/both",
            &cached(json!({ "cacheMode": "HTTP", "integration": mock, "apiKeyRequired": true })),
        ),
    ];
    let world = serving(&json!({}), &routes).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    for (id, key) in KEYS.iter().enumerate() {
        world.put_key(key, &json!({ "id": id.to_string(), "usagePlanId": "gold" }));
    }
    let another = world.another_instance().await;
    let tokens = SUBJECTS.map(|subject| Issuer::ours().token(&json!({ "sub": subject })));
    let mut hits = 0;
    for number in 0..3_000 {
        let instance = if random.one_in(4) { &another } else { &world };
        let (subject, key) = (random.below(SUBJECTS.len()), random.below(KEYS.len()));
        let path = random.pick(&["/apart", "/both", "/http", "/http/both"]);
        let request = format!("GET /v1{path}\nx-api-key: {}", KEYS[key]);
        let event = instance.json(&with_token(&request, &tokens[subject])).await;
        let context = &event["requestContext"];
        assert_eq!(
            context["authorizer"]["claims"]["sub"], SUBJECTS[subject],
            "SEED={seed}, {number}: {request}"
        );
        if path.ends_with("both") {
            assert_eq!(context["identity"]["apiKeyId"], key.to_string(), "SEED={seed}, {number}: {request}");
        }
        hits += usize::from(instance.last_line()["cacheStatus"] == "HIT");
    }
    assert!(hits > 2_000, "{hits}");
}

#[tokio::test]
async fn a_shared_cache_keeps_no_answer_of_a_target_that_got_the_callers_token() {
    let authorizer = |source: &str| Issuer::ours().authorizer(&json!({ "identitySource": [source] }));
    let api = json!({ "authorizerId": "users", "authorizers": {
        "users": authorizer("$request.header.x-token"),
        "links": authorizer("$request.querystring.token") } });
    let cached = |route_key: &str, words: Value| {
        let mut all = json!({ "cachingEnabled": true, "cacheShared": true, "forwardUnkeyedHeaders": true,
            "integration": { "type": "AWS_PROXY", "uri": "echo" } });
        all.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        route(route_key, &all)
    };
    let routes = [cached("GET /header", json!({})), cached("GET /query", json!({ "authorizerId": "links" }))];
    let world = serving(&api, &routes).await;
    for subject in ["ada", "bob"] {
        let token = Issuer::ours().token(&json!({ "sub": subject }));
        let event = world.json(&format!("GET /v1/header\nx-token: {token}")).await;
        assert_eq!(event["headers"]["x-token"], json!(token));
        let event = world.json(&format!("GET /v1/query?token={token}")).await;
        assert_eq!(event["queryStringParameters"]["token"], json!(token));
    }
}

#[tokio::test]
async fn by_the_rules_of_http_a_token_in_any_header_keeps_an_answer_from_others() {
    let users = Issuer::ours().authorizer(&json!({ "identitySource": ["$request.header.x-token"] }));
    let told = |route_key: &str, cache_control: &str| {
        let mock = json!({ "type": "MOCK", "headers": { "cache-control": cache_control } });
        route(
            route_key,
            &json!({ "cachingEnabled": true, "cacheMode": "HTTP", "cacheShared": true, "integration": mock }),
        )
    };
    let routes = [told("GET /own", "max-age=60"), told("GET /all", "public, max-age=60")];
    let api = json!({ "authorizerId": "users", "authorizers": { "users": users } });
    let world = serving(&api, &routes).await;
    for (path, expected) in [("own", ["MISS", "MISS"]), ("all", ["MISS", "HIT"])] {
        let mut seen = Vec::new();
        for subject in ["ada", "bob"] {
            let token = Issuer::ours().token(&json!({ "sub": subject }));
            world.send(&format!("GET /v1/{path}\nx-token: {token}")).await;
            seen.push(world.last_line()["cacheStatus"].clone());
        }
        assert_eq!(seen, expected, "{path}");
    }
}
