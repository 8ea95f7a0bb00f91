//! Keys that the gateway fetches from a real issuer, by discovery and by `jwksUri`.

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    HELLO,
    issuer::{AUDIENCE, Issuer},
    refused, route, serving, with_token,
};
use crate::harness::{Target, TestGateway};

/// A server with the discovery document of an issuer, and the keys that it has now.
async fn issuer_server(keys: &Arc<Mutex<Value>>) -> (Target, String) {
    let (keys, url) = (Arc::clone(keys), Arc::new(Mutex::new(String::new())));
    let own_url = Arc::clone(&url);
    let server = Target::of(move |request| {
        let url = own_url.lock().unwrap().clone();
        let body = if request.contains("/.well-known/openid-configuration") {
            json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") }).to_string()
        } else {
            keys.lock().unwrap().to_string()
        };
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    })
    .await;
    let address = format!("http://127.0.0.1:{}", server.port);
    address.clone_into(&mut url.lock().unwrap());
    (server, address)
}

async fn serving_issuer(url: &str, words: &Value) -> TestGateway {
    let mut authorizer = Issuer::ours().fetching(words);
    authorizer["jwtConfiguration"] = json!({ "issuer": url, "audience": [AUDIENCE] });
    let api = json!({ "allowPrivateIntegrations": ["127.0.0.0/8"], "authorizers": { "users": authorizer },
        "authorizerId": "users" });
    serving(&api, &[route("GET /hello", &json!({}))]).await
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_for_a_new_one() {
    for (words, first_calls) in [(json!({}), 2), (json!({ "jwksUri": "SERVER/jwks" }), 1)] {
        let (old, new) = (Issuer::new("k1", 1), Issuer::new("k2", 2));
        let keys = Arc::new(Mutex::new(old.jwks()));
        let (server, url) = issuer_server(&keys).await;
        let words: Value = serde_json::from_str(&words.to_string().replace("SERVER", &url)).unwrap();
        let world = serving_issuer(&url, &words).await;
        let request = |issuer: &Issuer, sub| {
            with_token("GET /v1/hello", &issuer.token(&json!({ "iss": url, "sub": sub })))
        };
        // No issuer is asked because of what is no token.
        let answer = world.send(&with_token("GET /v1/hello", "a.b")).await;
        assert_eq!(answer, refused("", "token contains an invalid number of segments"));
        assert_eq!(server.received().len(), 0);
        for sub in ["ada", "bob"] {
            assert_eq!(world.send(&request(&old, sub)).await, HELLO);
        }
        assert_eq!(server.received().len(), first_calls);

        *keys.lock().unwrap() = new.jwks();
        assert_eq!(world.send(&request(&new, "ada")).await, refused("", "the token's key is unknown"));
        assert_eq!(server.received().len(), 0);
        world.advance(Duration::from_secs(10));
        assert_eq!(world.send(&request(&new, "ada")).await, HELLO);
        assert_eq!(server.received().len(), first_calls);
        assert_eq!(world.send(&request(&old, "cy")).await, refused("", "the token's key is unknown"));
    }
}

#[tokio::test]
async fn a_token_is_refused_with_503_while_its_issuer_has_no_keys() {
    let keys = Arc::new(Mutex::new(json!({ "keys": [] })));
    let (_server, url) = issuer_server(&keys).await;
    let world = serving_issuer(&url, &json!({})).await;
    let request = with_token("GET /v1/hello", &Issuer::ours().token(&json!({ "iss": url })));
    let unavailable = "503\ncontent-type: application/json\nretry-after: 1\n\
        x-amzn-errortype: ServiceUnavailableException\n\n{\"message\":\"Service Unavailable\"}";
    assert_eq!(world.send(&request).await, unavailable);
    let line = world.last_line();
    let message = format!(
        "a token cannot be verified now: the issuer's keys cannot be had: no keys from {url}/jwks: \
         it is no key set that can be used: none of its keys can verify a token"
    );
    assert_eq!((&line["errorMessage"], &line["authorizerId"]), (&json!(message), &json!("users")));
    *keys.lock().unwrap() = Issuer::ours().jwks();
    world.advance(Duration::from_secs(1));
    assert_eq!(world.send(&request).await, HELLO);
}

#[tokio::test]
async fn a_request_says_that_its_token_was_judged_by_old_keys_while_the_issuer_is_away() {
    let ours = Issuer::ours();
    let keys = Arc::new(Mutex::new(ours.jwks()));
    let (_server, url) = issuer_server(&keys).await;
    let world = serving_issuer(&url, &json!({})).await;
    let request = |claims: Value| {
        let mut all = json!({ "iss": url, "exp": 1_900_000_000_u64 });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        with_token("GET /v1/hello", &ours.token(&all))
    };
    let hour = Duration::from_secs(3_600);
    let told = async |sub: &str| {
        let status = world.send(&request(json!({ "sub": sub }))).await[..3].to_owned();
        (status, world.last_line()["degraded"].clone())
    };
    let of = |status: &str, degraded: Value| (status.to_owned(), degraded);
    assert_eq!(told("ada").await, of("200", Value::Null));
    *keys.lock().unwrap() = json!({ "keys": [] });
    assert_eq!(told("ada").await, of("200", Value::Null), "an hour of keys that nobody has to ask for");
    world.advance(hour);
    assert_eq!(told("ada").await, of("200", json!("issuerKeys")));
    assert_eq!(told("ada").await, of("200", json!("issuerKeys")), "remembered, and by old keys even so");
    assert_eq!(
        world.send(&request(json!({ "aud": "other" }))).await,
        refused("", "the token does not have a valid audience")
    );
    assert_eq!(world.last_line()["degraded"], "issuerKeys");
    world.advance(24 * hour);
    assert_eq!(told("bob").await, of("503", json!("issuerKeys")));
    *keys.lock().unwrap() = ours.jwks();
    world.advance(Duration::from_secs(10));
    assert_eq!(told("bob").await, of("200", Value::Null));
}

#[tokio::test]
async fn the_time_that_an_issuer_takes_is_not_the_integrations_too() {
    let clock = Arc::new(Mutex::new(Arc::new(AtomicU64::new(0))));
    let (slow, keys) = (Arc::clone(&clock), Issuer::ours().jwks().to_string());
    let server = Target::of(move |_| {
        slow.lock().unwrap().fetch_add(9_000, Ordering::Relaxed);
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{keys}", keys.len())
    })
    .await;
    let words = json!({ "jwksUri": format!("http://127.0.0.1:{}/jwks", server.port) });
    let api = json!({ "allowPrivateIntegrations": ["127.0.0.0/8"], "authorizerId": "users",
        "authorizers": { "users": Issuer::ours().fetching(&words) } });
    let never = json!({ "integration": { "type": "AWS_PROXY", "uri": "never" } });
    let mut world = serving(&api, &[route("GET /never", &never)]).await;
    *clock.lock().unwrap() = world.clock();
    world.time_left = Duration::from_millis(9_300);
    let request = with_token("GET /v1/never", &Issuer::ours().token(&json!({})));
    assert_eq!(&world.send(&request).await[..3], "504");
    let line = world.last_line();
    assert_eq!(line["integrationErrorMessage"], "integration gave no answer within 100ms");
    assert_eq!(line["responseLatency"], 9_000);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_given_up_when_the_lambdas_time_is_over() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let words = json!({ "jwksUri": format!("http://{}/jwks", listener.local_addr().unwrap()) });
    let api = json!({ "allowPrivateIntegrations": ["127.0.0.0/8"], "authorizerId": "users",
        "authorizers": { "users": Issuer::ours().fetching(&words) } });
    let mut world = serving(&api, &[route("GET /hello", &json!({}))]).await;
    world.time_left = Duration::from_millis(300);
    let request = with_token("GET /v1/hello", &Issuer::ours().token(&json!({})));
    assert_eq!(
        world.send(&request).await,
        "503\ncontent-type: application/json\nretry-after: 1\n\
         x-amzn-errortype: ServiceUnavailableException\n\n{\"message\":\"Service Unavailable\"}"
    );
    let line = world.last_line();
    // A fetch that is given up by its own limit says so.
    let message = "a token cannot be verified now: the issuer's keys cannot be had";
    assert_eq!(line["errorMessage"], message);
}
