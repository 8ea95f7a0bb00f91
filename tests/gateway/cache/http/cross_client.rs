//! Requests of one client that could change the answers of all, or slow all down: one story each.

use serde_json::json;

use super::{super::answer, serving};

/// Refuses one request and allows every cache to keep that, as targets do that allow it for all their answers.
fn refusing(request: &str) -> String {
    const REFUSALS: [(&str, &str); 9] = [
        ("\nrange: bytes=99-", "416 Range Not Satisfiable"),
        ("\nx-status: 408", "408 Request Timeout"),
        ("\nx-status: 412", "412 Precondition Failed"),
        ("\nx-status: 417", "417 Expectation Failed"),
        ("\nx-status: 425", "425 Too Early"),
        ("\nx-status: 428", "428 Precondition Required"),
        ("\nx-status: 429", "429 Too Many Requests"),
        ("\nx-status: 431", "431 Request Header Fields Too Large"),
        ("\nx-status: 511", "511 Network Authentication Required"),
    ];
    let refusal = REFUSALS.into_iter().find(|(line, _)| request.contains(line));
    answer(refusal.map_or("200 OK", |(_, status)| status), &["Cache-Control: public, max-age=60"], "")
}

#[tokio::test]
async fn a_refusal_of_one_request_is_not_given_to_the_next_even_if_it_is_public() {
    let world = serving(&[("GET /x", json!({}))], "/x", refusing).await;
    let statuses = ["408", "412", "417", "425", "428", "429", "431", "511"];
    let odd = statuses.map(|status| format!("GET /v1/x\nx-status: {status}"));
    for request in odd.iter().map(String::as_str).chain(["GET /v1/x\nrange: bytes=99-"]) {
        let refused = world.gateway.send(request).await;
        assert!(refused.contains("; fwd=uri-miss\n"), "{request}: {refused}");
    }
    let other = world.gateway.send("GET /v1/x").await;
    assert!(other.starts_with("200\n") && other.contains("; fwd=uri-miss; stored\n"), "{other}");
}

/// Such a request asks for itself alone.
#[tokio::test]
async fn a_request_whose_answer_cannot_be_shared_takes_no_lock() {
    let world =
        serving(&[("GET /x", json!({}))], "/x", |_| answer("200 OK", &["Cache-Control: max-age=60"], ""))
            .await;
    for own in ["cache-control: no-store", "x-api-key: mine", "proxy-authorization: Basic x"] {
        world.gateway.gate.calls();
        let alone = world.gateway.send(&format!("GET /v1/x\n{own}")).await;
        assert!(alone.contains("; fwd=uri-miss\n"), "{own}: {alone}");
        assert_eq!(world.gateway.gate.calls(), ["Query cache"], "{own}");
    }
}

#[tokio::test]
async fn an_open_head_route_shows_nothing_of_the_entry_of_a_get_route_that_needs_a_key() {
    let told = |_: &str| answer("200 OK", &["Cache-Control: max-age=60", "X-Secret: for keys"], "");
    for other in ["HEAD /x", "ANY /x"] {
        let closed = json!({ "apiKeyRequired": true, "cacheShared": true });
        let open = json!({ "integration": { "type": "MOCK", "headers": { "cache-control": "max-age=60" } } });
        let world = serving(&[("GET /x", closed), (other, open)], "/x", told).await;
        world.gateway.put_plan(&json!({ "usagePlanId": "gold" }));
        world.gateway.put_key("imported-key-of-ada-lovelace", &json!({ "id": "ada", "usagePlanId": "gold" }));
        let ada = "GET /v1/x\nx-api-key: imported-key-of-ada-lovelace";
        assert_eq!(world.statuses(&[ada, ada]).await, "MISS HIT");
        let nobody = world.gateway.send("HEAD /v1/x").await;
        assert!(nobody.starts_with("200\n") && !nobody.contains("x-secret"), "{other}: {nobody}");
    }
}
