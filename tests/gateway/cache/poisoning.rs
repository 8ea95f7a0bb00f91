//! Attacks that have poisoned caches, or let them tell one client of another: one story each.

use serde_json::{Value, json};

use super::{Cached, answer};
use crate::harness::Script;

const KEYED: &str = "method.request.querystring.q";

/// The target gets them as they were sent, and may tell them apart.
#[tokio::test]
async fn query_values_that_are_equal_only_once_decoded_have_keys_of_their_own() {
    let world = Cached::serving("GET /x", &json!({ "cacheKeyParameters": KEYED })).await;
    for values in [["%e8", "%e9"], ["a+b", "a%20b"], ["%zz", "%25zz"], ["1%26q=2", "1&q=2"]] {
        let requests = values.map(|value| format!("GET /v1/x?q={value}"));
        assert_eq!(world.statuses(&[&requests[0], &requests[1]]).await, "MISS MISS", "{values:?}");
    }
}

#[tokio::test]
async fn paths_that_differ_in_a_slash_or_an_escape_have_keys_of_their_own() {
    let proxy = json!({ "cacheKeyParameters": "method.request.path.proxy" });
    let files = Cached::serving("GET /files/{proxy+}", &proxy).await;
    let requests = ["GET /v1/files/a", "GET /v1/files/a/", "GET /v1/files/a//", "GET /v1/files/a%2F"];
    assert_eq!(files.statuses(&requests).await, "MISS MISS MISS MISS");
    assert_eq!(files.statuses(&requests).await, "HIT HIT HIT HIT");
    // It has no parameter of the path that the key could name.
    let rest = Cached::serving("$default", &json!({})).await;
    let requests = ["GET /v1/account", "GET /v1/account/", "GET /v1/account/x.css", "GET /v1/account"];
    assert_eq!(rest.statuses(&requests).await, "MISS MISS MISS HIT");
}

/// Else a client that floods the target would have its refusal given to all.
#[tokio::test]
async fn an_answer_with_a_4xx_status_about_one_request_is_not_kept() {
    let statuses = [
        "401 Unauthorized",
        "403 Forbidden",
        "407 Proxy Authentication Required",
        "408 Request Timeout",
        "413 Content Too Large",
        "414 URI Too Long",
        "425 Too Early",
        "429 Too Many Requests",
        "431 Request Header Fields Too Large",
    ];
    for status in statuses {
        let world = Cached::answering("/x", &answer(status, &[], ""), &json!({})).await;
        assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS MISS", "{status}");
    }
}

const ADA: &str = "imported-key-of-ada-lovelace";

async fn with_ada(words: &Value) -> Cached {
    let world = Cached::start(&[]).await;
    world.put("GET /x", words);
    world.gateway.put_plan(&json!({ "usagePlanId": "gold" }));
    world.gateway.put_key(ADA, &json!({ "id": "ada", "usagePlanId": "gold" }));
    world.gateway.go_live().await;
    world
}

#[tokio::test]
async fn a_request_with_credentials_that_are_not_in_the_key_bypasses_the_cache() {
    let with_key = &*format!("GET /v1/x\nx-api-key: {ADA}");
    let open = |more: &Value| {
        let mut words = json!({ "forwardUnkeyedHeaders": true });
        words.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        words
    };
    // The target's own keys, or nobody's.
    let world = with_ada(&open(&json!({}))).await;
    let proxy = "GET /v1/x\nproxy-authorization: Basic YTpi";
    assert_eq!(world.statuses(&[with_key, proxy, "GET /v1/x", with_key]).await, "BYPASS BYPASS MISS BYPASS");
    let shared = with_ada(&open(&json!({ "apiKeyRequired": true, "cacheShared": true }))).await;
    assert_eq!(shared.statuses(&[with_key, with_key]).await, "BYPASS BYPASS");
    let apart = with_ada(&open(&json!({ "apiKeyRequired": true }))).await;
    assert_eq!(apart.statuses(&[with_key, with_key]).await, "MISS HIT");
    let keyed = open(&json!({ "cacheKeyParameters": "method.request.header.x-api-key" }));
    assert_eq!(with_ada(&keyed).await.statuses(&[with_key, "GET /v1/x", with_key]).await, "MISS MISS HIT");
}

#[tokio::test]
async fn a_connection_header_removes_no_header_that_is_in_the_key() {
    for is_open in [false, true] {
        let words = json!({ "forwardUnkeyedHeaders": is_open,
            "cacheKeyParameters": "method.request.header.accept-language" });
        let world = Cached::serving("GET /x", &words).await;
        let request = "GET /v1/x\naccept-language: de\nconnection: accept-language";
        let answer = world.gateway.send(request).await;
        assert!(answer.contains("\naccept-language: de\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_target_learns_who_calls_only_where_callers_are_kept_apart() {
    let mock = json!({ "type": "MOCK", "body": "for ${context.identity.apiKeyId}." });
    for (is_shared, expected) in [(false, "for ada."), (true, "for .")] {
        let words = json!({ "integration": mock, "apiKeyRequired": true, "cacheShared": is_shared });
        let world = with_ada(&words).await;
        let request = format!("GET /v1/x\nx-api-key: {ADA}");
        for _ in 0..2 {
            let answer = world.gateway.send(&request).await;
            assert!(answer.ends_with(expected), "{answer}");
        }
    }
}

/// Refuses a request for its headers, as file servers do.
fn refusing(request: &str) -> String {
    const REFUSALS: [(&str, &str); 6] = [
        ("\nif-match: ", "412 Precondition Failed"),
        ("\nif-unmodified-since: ", "412 Precondition Failed"),
        ("\nrange: ", "416 Range Not Satisfiable"),
        ("\nexpect: ", "417 Expectation Failed"),
        ("\naccept: x/y", "406 Not Acceptable"),
        ("\ncontent-type: x/y", "415 Unsupported Media Type"),
    ];
    let refusal = REFUSALS.into_iter().find(|(line, _)| request.contains(line));
    answer(refusal.map_or("200 OK", |(_, status)| status), &[], "")
}

#[tokio::test]
async fn a_refusal_of_a_header_that_is_not_in_the_key_is_not_kept() {
    let world = Cached::start_with([("/x", Script::Answers(refusing))]).await;
    world.put("GET /x", &json!({ "forwardUnkeyedHeaders": true }));
    world.gateway.go_live().await;
    let odd = [
        "if-match: \"x\"",
        "if-unmodified-since: Thu, 01 Jan 1970 00:00:00 GMT",
        "range: bytes=99-",
        "accept: x/y",
        "content-type: x/y",
    ];
    for line in odd {
        let refused = world.gateway.send(&format!("GET /v1/x\n{line}")).await;
        assert!(refused.starts_with('4') && refused.contains("; fwd=uri-miss\n"), "{line}: {refused}");
    }
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
}

/// Else nothing would be kept for browsers, which send the validators of an old answer.
#[tokio::test]
async fn a_conditional_request_fills_the_cache_unless_its_condition_is_in_the_key() {
    let tagged = |request: &str| {
        let status = if request.contains("\nif-none-match: \"1\"") { "304 Not Modified" } else { "200 OK" };
        answer(status, &["ETag: \"1\""], "")
    };
    for keyed in [json!([]), json!(["method.request.header.if-none-match"])] {
        let is_keyed = keyed != json!([]);
        let world = Cached::start_with([("/x", Script::Answers(tagged))]).await;
        world.put("GET /x", &json!({ "forwardUnkeyedHeaders": true, "cacheKeyParameters": keyed }));
        world.gateway.go_live().await;
        let request = "GET /v1/x\nif-none-match: \"1\"";
        assert!(world.gateway.send(request).await.starts_with("304\n"));
        let next = if is_keyed { "MISS" } else { "HIT" };
        assert_eq!(world.statuses(&[request]).await, next);
    }
}
