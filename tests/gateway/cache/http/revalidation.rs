//! Revalidation: the target is asked about an entry that may not be given as it is, and its 304 reaches the right
//! clients.

use expect_test::expect;
use serde_json::{Value, json};

use super::{super::answer, seconds, serving, tagged};
use crate::harness::TestGateway;

#[tokio::test]
async fn an_entry_that_is_no_longer_fresh_is_revalidated_with_the_target() {
    let world = serving(&[("GET /x", json!({}))], "/x", tagged).await;
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    world.target.received();
    world.gateway.advance(seconds(10));
    let confirmed = world.gateway.send("GET /v1/x\nif-none-match: \"mine\"").await;
    expect![[r#"
        200
        age: 0
        cache-control: max-age=20
        cache-status: tollgate; fwd=stale; fwd-status=304; stored
        etag: "1"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5
        x-checked: yes

        hello"#]]
    .assert_eq(&confirmed);
    assert_eq!(world.gateway.last_line()["cacheStatus"], "REVALIDATED");
    let asked = world.target.received();
    assert!(asked.len() == 1 && asked[0].contains("\nif-none-match: \"1\"\n"), "{asked:?}");
    world.gateway.advance(seconds(19));
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT");
    assert!(world.gateway.send("GET /v1/x\nif-none-match: \"1\"").await.starts_with("304\nage: 19\n"));
}

#[tokio::test]
async fn no_cache_revalidates_the_entry_and_only_if_cached_never_asks_the_target() {
    let world = serving(&[("GET /x", json!({}))], "/x", tagged).await;
    let nothing = world.gateway.send("GET /v1/x\ncache-control: only-if-cached").await;
    assert!(nothing.starts_with("504\n") && world.asked() == 0, "{nothing}");
    let no_cache = "GET /v1/x\ncache-control: no-cache";
    assert_eq!(world.statuses(&["GET /v1/x", no_cache, "GET /v1/x"]).await, "MISS REVALIDATED HIT");
    assert_eq!(world.statuses(&["GET /v1/x\ncache-control: only-if-cached"]).await, "HIT");
    assert_eq!(world.statuses(&["GET /v1/x\ncache-control: no-store"]).await, "HIT");
    assert!(world.gateway.send(no_cache).await.contains("; fwd=request; fwd-status=304; stored\n"));
}

#[tokio::test]
async fn a_no_cache_entry_is_revalidated_by_each_request_and_written_once() {
    let always = |request: &str| {
        let status = if request.contains("if-none-match") { "304 Not Modified" } else { "200 OK" };
        answer(status, &["Cache-Control: no-cache", "ETag: \"1\""], "")
    };
    let world = serving(&[("GET /x", json!({}))], "/x", always).await;
    world.statuses(&["GET /v1/x"]).await;
    world.gateway.gate.calls();
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "REVALIDATED REVALIDATED");
    assert_eq!(world.gateway.gate.calls(), ["Query cache", "Query cache"]);
}

/// Answers all alike; the 304 has the headers that its client asks for with `X-More`.
fn confirming(request: &str) -> String {
    if !request.contains("\nif-none-match: ") {
        return answer("200 OK", &["Cache-Control: max-age=10", "ETag: \"1\""], "for all");
    }
    let more = request.lines().find_map(|line| line.strip_prefix("x-more: ")).unwrap_or("X-More: none");
    answer("304 Not Modified", &["Cache-Control: max-age=60", more], "")
}

#[tokio::test]
async fn a_304_that_is_for_one_caller_does_not_change_the_entry_for_all() {
    let ones = [
        "x-more: Set-Cookie: s=ada",
        "x-more: Cache-Control: private",
        "x-more: Cache-Control: no-store",
        "x-more: Vary: *",
        "authorization: Bearer x",
        "cache-control: no-store",
    ];
    for one in ones {
        let world = serving(&[("GET /x", json!({}))], "/x", confirming).await;
        world.statuses(&["GET /v1/x"]).await;
        world.gateway.advance(seconds(10));
        let request = format!("GET /v1/x\n{one}");
        let told = world.gateway.send(&request).await;
        assert!(told.starts_with("200\n") && told.contains("; fwd-status=304\n"), "{one}: {told}");
        let other = world.gateway.send("GET /v1/x").await;
        assert!(
            other.contains("; fwd-status=304; stored\n") && other.contains("\nx-more: none\n"),
            "{one}: {other}"
        );
        assert!(world.gateway.send(&request).await.contains("; hit"), "{one}: it may have what is for all");
    }
}

/// Neither a function nor a mock has to repeat the content type in its 304.
#[tokio::test]
async fn headers_that_a_304_leaves_out_stay_as_they_were() {
    let type_of = |status| if status == 200 { json!({ "content-type": "text/html" }) } else { json!({}) };
    let mock = |status: u16| {
        let mut headers = type_of(status);
        headers["cache-control"] = json!("max-age=10");
        headers["etag"] = json!("\"1\"");
        json!({ "type": "MOCK", "statusCode": status, "headers": headers, "body": "<p>" })
    };
    let route = |integration: &Value| json!({ "routeKey": "GET /x", "cachingEnabled": true, "cacheMode": "HTTP", "integration": integration });
    let function =
        |format| json!({ "type": "AWS_PROXY", "uri": "unchanged", "payloadFormatVersion": format });
    for confirming in [mock(304), function("1.0"), function("2.0")] {
        let world = TestGateway::serving(&[route(&mock(200))]).await;
        world.send("GET /v1/x").await;
        world.put_route(&route(&confirming));
        world.go_live().await;
        world.advance(seconds(10));
        let confirmed = world.send("GET /v1/x").await;
        let is_html = confirmed.contains("\ncontent-type: text/html\n");
        assert!(confirmed.contains("; fwd-status=304") && is_html, "{confirming}: {confirmed}");
    }
}
