//! The cache's part of `tollgate explain` of answers that were not kept, and the reason of the last one.

use expect_test::expect;
use serde_json::json;

use super::{HOST, explained, now_ms, set_clock_back};
use crate::cache::{Cached, answer};

/// The line about a path's lock, without times, and the reason in JSON.
fn lock_and_reason(world: &Cached, path: &str) -> String {
    let url = format!("https://{HOST}/v1{path}");
    let text = world.gateway.tollgate(&["explain", &url]).stdout;
    let lock = text.lines().find(|line| line.starts_with("lock")).unwrap();
    let seconds =
        lock.split(' ').map(|word| if word.parse::<u64>().is_ok_and(|n| n < 100) { "N" } else { word });
    let json = explained(world, &[&url]);
    format!("{path} {}\n{}\n", json["notKept"]["reason"], seconds.collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn explain_tells_why_the_last_answer_was_not_kept() {
    let (head, body) = ("a".repeat(33_000), "b".repeat(1_048_577));
    let ok = |headers: &[&str]| answer("200 OK", headers, "");
    let scripts = [
        ("/cookie", ok(&["Set-Cookie: a=b"])),
        ("/star", ok(&["Vary: *"])),
        ("/many", answer("429 Too Many Requests", &[], "")),
        ("/head", ok(&[&format!("X-Long: {head}")])),
        ("/body", answer("200 OK", &[], &body)),
        ("/failed", answer("500 Internal Server Error", &["Set-Cookie: a=b"], "")),
        ("/http/none", ok(&["Cache-Control: no-store"])),
        ("/http/mine", ok(&["Cache-Control: private"])),
        ("/http/cookie", ok(&["Cache-Control: max-age=60", "Set-Cookie: a=b"])),
        ("/http/silent", ok(&[])),
        ("/http/moved", answer("302 Found", &[], "")),
        ("/http/stale", ok(&["Cache-Control: max-age=0"])),
        ("/http/part", answer("206 Partial Content", &["Cache-Control: max-age=60"], "")),
    ];
    let world = Cached::start(&scripts.each_ref().map(|(path, answer)| (*path, answer.as_str()))).await;
    world.put("GET /{name}", &json!({ "cacheKeyParameters": "method.request.path.name" }));
    world.put("GET /http/{name}", &json!({ "cacheMode": "HTTP" }));
    world.gateway.go_live().await;
    let mut all = String::new();
    for (path, _) in &scripts {
        set_clock_back(&world, 0);
        world.gateway.send(&format!("GET /v1{path}\nhost: {HOST}")).await;
        all += &lock_and_reason(&world, path);
    }
    for (path, header) in [("/http/asked", "cache-control: no-store"), ("/http/key", "x-api-key: hush")] {
        set_clock_back(&world, 0);
        world.gateway.send(&format!("GET /v1{path}\nhost: {HOST}\n{header}")).await;
        all += &lock_and_reason(&world, path);
    }
    expect![[r#"
        /cookie "SET_COOKIE"
        lock         for N s nobody waits for an entry: the last answer was not kept: it has Set-Cookie (with cacheMode HTTP: without public)
        /star "VARY"
        lock         for N s nobody waits for an entry: the last answer was not kept: its Vary says *, or names a header that is forwarded and not in the key, or that requestParameters fill
        /many "STATUS_429"
        lock         for N s nobody waits for an entry: the last answer was not kept: no answer is kept with the status 429
        /head "LONG_HEAD"
        lock         for N s nobody waits for an entry: the last answer was not kept: its headers have more than 32,768 bytes
        /body "LONG_BODY"
        lock         for N s nobody waits for an entry: the last answer was not kept: its body has more than 1,048,576 bytes
        /failed null
        lock         none
        /http/none "NO_STORE"
        lock         for N s nobody waits for an entry: the last answer was not kept: it says no-store
        /http/mine "PRIVATE"
        lock         for N s nobody waits for an entry: the last answer was not kept: it says private
        /http/cookie "SET_COOKIE"
        lock         for N s nobody waits for an entry: the last answer was not kept: it has Set-Cookie (with cacheMode HTTP: without public)
        /http/silent "NO_LIFETIME"
        lock         for N s nobody waits for an entry: the last answer was not kept: it does not say for how long it is fresh
        /http/moved "NO_LIFETIME"
        lock         for N s nobody waits for an entry: the last answer was not kept: it does not say for how long it is fresh
        /http/stale "STALE"
        lock         for N s nobody waits for an entry: the last answer was not kept: it was stale when it came, and cannot be confirmed by an ETag or Last-Modified
        /http/part "STATUS_206"
        lock         for N s nobody waits for an entry: the last answer was not kept: no answer is kept with the status 206
        /http/asked null
        lock         none
        /http/key null
        lock         none
    "#]].assert_eq(&all);
    let items = world.gateway.items("tollgate-cache").await;
    let of_429 = items.iter().find(|item| item["reason"] == "STATUS_429").unwrap();
    assert_eq!((&of_429["part"], &of_429["isInVain"]), (&json!(-1), &json!(true)));
}

#[tokio::test]
async fn explain_tells_the_reason_after_the_lock_has_ended_until_an_answer_is_kept() {
    let cookie = answer("200 OK", &["Set-Cookie: a=b"], "");
    let world = Cached::start(&[("/x", &cookie)]).await;
    world.put("GET /x", &json!({}));
    world.gateway.go_live().await;
    set_clock_back(&world, 40);
    world.gateway.send("GET /v1/x").await;
    expect![[r#"
        /x "SET_COOKIE"
        lock         none; N s ago an answer was not kept: it has Set-Cookie (with cacheMode HTTP: without public)
    "#]]
    .assert_eq(&lock_and_reason(&world, "/x"));
    world.put("GET /x", &json!({ "integration": { "type": "MOCK" } }));
    world.gateway.go_live().await;
    set_clock_back(&world, 1);
    world.gateway.send("GET /v1/x").await;
    expect![[r#"
        /x null
        lock         none; the entry was filled just now
    "#]]
    .assert_eq(&lock_and_reason(&world, "/x"));
}

#[tokio::test]
async fn explain_tells_no_reason_of_a_lock_that_another_version_wrote() {
    let world = Cached::serving("GET /x", &json!({})).await;
    let key = &explained(&world, &[&format!("https://{HOST}/v1/x")])["cacheKey"];
    let mut all = String::new();
    for reason in [json!(null), json!("TOMORROWS"), json!(7)] {
        for until_ms in [now_ms() + 9_000, now_ms() - 9_000] {
            let lock = json!({ "cacheKey": key, "part": -1, "lockedUntil": until_ms, "isInVain": true, "reason": reason });
            world.gateway.put("tollgate-cache", &lock);
            all += &lock_and_reason(&world, "/x");
        }
    }
    expect![[r#"
        /x null
        lock         for N s nobody waits for an entry: the last answer was not one to keep
        /x null
        lock         none
        /x null
        lock         for N s nobody waits for an entry: the last answer was not one to keep
        /x null
        lock         none
        /x null
        lock         for N s nobody waits for an entry: the last answer was not one to keep
        /x null
        lock         none
    "#]]
    .assert_eq(&all);
}
