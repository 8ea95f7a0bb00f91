//! The cache's part of `tollgate explain` in HTTP mode: the URI's key, and of several answers the one that the request would get.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::{HOST, explain, explained, masked, set_clock_back};
use crate::cache::{Cached, answer};

const URL: &str = "GET https://abc123.lambda-url.eu-west-1.on.aws/v1/pages/7?b=1";

/// `/v1/pages/7`, told apart by two headers.
async fn world(words: &Value) -> Cached {
    let varied = answer("200 OK", &["Cache-Control: max-age=60", "Vary: Accept, X-Tenant"], "page");
    let world = Cached::start(&[("/pages/7", &varied)]).await;
    let mut route = json!({ "cacheMode": "HTTP" });
    route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    world.put("GET /pages/{id}", &route);
    world.gateway.go_live().await;
    set_clock_back(&world, 20);
    world
}

#[tokio::test]
async fn explain_shows_the_variant_that_the_request_would_get() {
    let world = world(&json!({})).await;
    world.gateway.send(&format!("GET /v1/pages/7?b=1\nhost: {HOST}\naccept: text/html")).await;
    let html = ["-H", "Accept: text/html"];
    let of_html = masked(&explain(&world, &[&[URL], &html[..]].concat()));
    expect![[r#"
        exit 0
        route        GET /pages/{id}, the most specific for the path
        cache        yes
        ttl          as each answer says
        key          v1#DIGEST
                     stage            v1
                     cacheGeneration  0
                     routeKey         GET /pages/{id}
                     host             abc123.lambda-url.eu-west-1.on.aws
                     path             /v1/pages/7
                     query            b=1
                     callersApart     false
        vary         answers of the URI are told apart by accept, x-tenant; this request's:
        key          v1#DIGEST
        entry        fresh for N s, N s old: status N, N bytes, N in the table
        lock         none
    "#]]
    .assert_eq(&of_html);
    const ENTRY: &str = "entry        fresh for N s, N s old: status N, N bytes, N in the table";
    assert!(of_html.contains(ENTRY));
    assert_eq!(masked(&explain(&world, &[URL])), of_html.replace(ENTRY, "entry        none"));
    let kept = explained(&world, &[&[URL], &html[..]].concat());
    let (uri, variant) = (&kept["cacheKey"], &kept["variant"]["cacheKey"]);
    let items = world.gateway.items("tollgate-cache").await;
    let of = |key: &Value| items.iter().filter(|item| item["cacheKey"] == *key && item["part"] == 0).count();
    assert_eq!((of(uri), of(variant), items.len()), (1, 1, 3), "{items:#?}");
    assert_eq!(kept["variant"]["toldApartBy"], json!(["accept", "x-tenant"]));
    let entry = &kept["entry"];
    assert_eq!(
        [&entry["isFresh"], &entry["status"], &entry["bodyBytes"]],
        [&json!(true), &json!(200), &json!(4)]
    );
    let other = explained(&world, &[URL, "-H", "X-Tenant: acme"]);
    assert_eq!([&other["entry"], &other["lock"]], [&Value::Null; 2]);
    assert_ne!(other["variant"]["cacheKey"], *variant);
}

#[tokio::test]
async fn purging_a_request_forgets_all_variants_of_its_uri() {
    let world = world(&json!({})).await;
    let of = |accept: &str| format!("GET /v1/pages/7?b=1\nhost: {HOST}\naccept: {accept}");
    let (html, json) = (of("text/html"), of("application/json"));
    let both = [html.as_str(), json.as_str()];
    assert_eq!(world.statuses(&[both, both].concat()).await, "MISS MISS HIT HIT");
    let ran = world.gateway.tollgate(&["cache", "purge", "v1", "--key", URL]);
    assert!(ran.stdout.starts_with("v1: deleted 1 entry of GET /v1/pages/7?b=1\n"), "{ran:?}");
    world.gateway.advance(Duration::from_secs(5));
    assert_eq!(world.statuses(&[both, both].concat()).await, "MISS MISS HIT HIT");
}

#[tokio::test]
async fn explain_shows_the_entry_of_the_caller_who_is_named_and_of_no_other() {
    let world = world(&json!({ "apiKeyRequired": true })).await;
    let key = "imported-key-of-ada-lovelace";
    world.gateway.put_plan(&json!({ "usagePlanId": "gold" }));
    world.gateway.put_key(key, &json!({ "id": "ada", "usagePlanId": "gold" }));
    world.gateway.put_key("imported-key-of-bob-the-other", &json!({ "id": "bob", "usagePlanId": "gold" }));
    world.gateway.send(&format!("GET /v1/pages/7?b=1\nhost: {HOST}\nx-api-key: {key}")).await;
    let of = |id: &str| explained(&world, &[URL, "--api-key-id", id]);
    let (ada, bob) = (of("ada"), of("bob"));
    assert_eq!((&ada["cacheKey"], &ada["entry"]["status"]), (&bob["cacheKey"], &json!(200)));
    assert_eq!(bob["entry"], Value::Null);
}

#[tokio::test]
async fn explain_shows_no_entry_from_before_a_change() {
    let fresh = answer("200 OK", &["Cache-Control: max-age=600"], "page");
    let world = Cached::start(&[("/pages/7", &fresh)]).await;
    world.put("ANY /pages/{id}", &json!({ "cacheMode": "HTTP" }));
    world.gateway.go_live().await;
    let mut told_so_far = Vec::new();
    for (seconds_ago, method) in [(90, "GET"), (80, "POST"), (70, "GET"), (60, "POST"), (50, "GET")] {
        set_clock_back(&world, seconds_ago);
        world.gateway.send(&format!("{method} /v1/pages/7?b=1\nhost: {HOST}")).await;
        let told = explained(&world, &[URL]);
        told_so_far.push(json!([method, told["variant"]["toldApartBy"], told["entry"]["status"]]));
    }
    expect![[r#"
        ["GET",null,200]
        ["POST",[],null]
        ["GET",[],200]
        ["POST",[],null]
        ["GET",[],200]
    "#]]
    .assert_eq(&told_so_far.iter().map(|told| format!("{told}\n")).collect::<String>());
}

#[tokio::test]
async fn explain_says_that_it_does_not_know_the_client_address_that_vary_depends_on() {
    let varied = answer("200 OK", &["Cache-Control: max-age=60", "Vary: X-Forwarded-For"], "");
    let world = Cached::start(&[("/pages/7", &varied)]).await;
    world.put("GET /pages/{id}", &json!({ "cacheMode": "HTTP" }));
    world.gateway.go_live().await;
    set_clock_back(&world, 0);
    world.gateway.send(&format!("GET /v1/pages/7?b=1\nhost: {HOST}")).await;
    assert_eq!(
        explain(&world, &[URL]).stderr,
        "tollgate: X-Forwarded-For tells the answers apart, and the gateway adds the client's address, which is not \
         known here\n"
    );
}

#[tokio::test]
async fn explain_tells_of_each_variant_why_it_was_not_kept() {
    let answers = |request: &str| {
        let mine = if request.contains("\nx-tenant: acme") { ", private" } else { "" };
        answer("200 OK", &[&format!("Cache-Control: max-age=60{mine}"), "Vary: X-Tenant"], "")
    };
    let world = Cached::start_with([("/pages/7", crate::harness::Script::Answers(answers))]).await;
    world.put("GET /pages/{id}", &json!({ "cacheMode": "HTTP" }));
    world.gateway.go_live().await;
    set_clock_back(&world, 0);
    for tenant in ["other", "acme"] {
        world.gateway.send(&format!("GET /v1/pages/7?b=1\nhost: {HOST}\nx-tenant: {tenant}")).await;
    }
    let of = |tenant: &str| explained(&world, &[URL, "-H", &format!("X-Tenant: {tenant}")]);
    assert_eq!(of("acme")["notKept"]["reason"], "PRIVATE");
    assert_eq!((&of("other")["notKept"], &of("other")["entry"]["status"]), (&Value::Null, &json!(200)));
}

#[tokio::test]
async fn explain_tells_which_request_header_keeps_an_answer_from_being_shared() {
    let world = world(&json!({})).await;
    let of = |header: &str| masked(&explain(&world, &[URL, "-H", header]));
    let kept = |told: &str| told.lines().find(|line| line.trim().starts_with("kept ")).map(str::to_owned);
    let cases = [
        (
            "Authorization: Bearer x",
            Some(
                "kept         only if the answer says public, s-maxage or must-revalidate: the request has credentials",
            ),
        ),
        (
            "X-Api-Key: x",
            Some(
                "kept         only if the answer says public, s-maxage or must-revalidate: the request has credentials",
            ),
        ),
        ("Cache-Control: no-store", Some("kept         no: the request says no-store")),
        ("Accept: text/html", None),
    ];
    for (header, expected) in cases {
        assert_eq!(kept(&of(header)).as_deref(), expected, "{header}");
    }
    assert_eq!(explained(&world, &[URL, "-H", "Authorization: Bearer x"])["notShared"], "CREDENTIALS");
}
