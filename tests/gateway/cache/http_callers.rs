//! Two callers in HTTP mode: whatever is kept, everyone gets what the target would have told him.

use std::{
    env,
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use serde_json::json;

use super::{Cached, answer, random::Random};
use crate::harness::Script;

const REQUESTS: usize = 4_000;
const CALLERS: [&str; 2] = ["ada", "bob"];
const PATHS: [&str; 4] = ["/mine/a", "/mine/b", "/shared/a", "/shared/b"];
const QUERIES: [&str; 4] = ["", "?q=1", "?q=2", "?q=1&q=2"];
const LANGUAGES: [&str; 4] = ["de", "en", "", "de, en"];
/// How a caller may ask; none of it changes what he is told.
const WAYS: [&str; 7] = [
    "",
    "",
    "",
    "\ncache-control: no-cache",
    "\ncache-control: max-age=0",
    "\npragma: no-cache",
    "\ncache-control: max-stale",
];

/// What the target says to a request: on `/mine` also who asked. Fresh for ten seconds.
fn told(request: &str) -> String {
    let value = |name: &str| request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let target = request.lines().next().unwrap().split_once(' ').unwrap().1;
    let who = if target.starts_with("/mine") { value("x-who: ") } else { "anyone" };
    let body = body(target, value("accept-language: "), who);
    answer("200 OK", &["Cache-Control: max-age=10", "Vary: Accept-Language", "ETag: \"same\""], &body)
}

fn body(target: &str, language: &str, who: &str) -> String {
    format!("{target} in {language:?} for {who}")
}

#[tokio::test]
async fn nobody_is_told_what_another_was() {
    let seed = env::var("SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    println!("SEED={seed}");
    let mut random = Random::new(seed);
    let world = Cached::start_with(PATHS.map(|path| (path, Script::Answers(told)))).await;
    for (route_key, is_shared) in [("ANY /mine/{name}", false), ("ANY /shared/{name}", true)] {
        let words = json!({ "cacheMode": "HTTP", "apiKeyRequired": true, "cacheShared": is_shared });
        world.put(route_key, &words);
    }
    world.gateway.put_plan(&json!({ "usagePlanId": "gold" }));
    for caller in CALLERS {
        let key = json!({ "id": caller, "usagePlanId": "gold" });
        world.gateway.put_key(&format!("imported-key-of-{caller}-0123"), &key);
    }
    world.gateway.go_live().await;
    let mut hits = 0;
    for number in 0..REQUESTS {
        if random.one_in(50) {
            world.gateway.advance(Duration::from_secs(4));
        }
        let caller = random.pick(&CALLERS);
        let (path, query, language) = (random.pick(&PATHS), random.pick(&QUERIES), random.pick(&LANGUAGES));
        let method = if random.one_in(40) { "POST" } else { "GET" };
        let way = random.pick(&WAYS);
        let request = format!(
            "{method} /v1{path}{query}\nx-api-key: imported-key-of-{caller}-0123\nx-who: {caller}\naccept-language: {language}{way}"
        );
        let answer = world.gateway.send(&request).await;
        hits += usize::from(answer.contains("tollgate; hit"));
        let who = if path.starts_with("/mine") { caller } else { "anyone" };
        let target = format!("{path}{query}");
        let told = answer.split_once("\n\n").unwrap().1;
        assert_eq!(told, body(&target, language, who), "SEED={seed}, request {number}: {request}\n{answer}");
    }
    assert!(hits > REQUESTS / 4, "{hits} hits");
}
