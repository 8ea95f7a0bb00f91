//! Limits as clients and operators see them: rate-limit headers and usage.

use std::time::{Duration, UNIX_EPOCH};

use expect_test::expect;
use serde_json::json;
use tollgate::{calendar::Day, clock::Clock};

use super::{gateway, send, served, statuses};
use crate::harness::START;

#[tokio::test]
async fn rate_limit_headers_tell_what_is_left_in_the_form_that_the_api_chose() {
    let throttle = json!({ "rateLimit": 2, "burstLimit": 10 });
    let quota = json!({ "limit": 2, "period": "DAY" });
    let mut told = String::new();
    for form in ["ietf", "legacy", "off"] {
        let world = gateway(&json!({ "throttle": throttle, "quota": quota })).await;
        world.put_route(&json!({ "routeKey": "$api", "rateLimitHeaders": form }));
        world.go_live().await;
        for _ in 0..3 {
            told += &format!("{form}: {}\n", send(&world, "").await.replace('\n', " | "));
        }
    }
    expect![[r#"
        ietf: 200 | content-type: application/json | ratelimit-policy: "rate";q=10;w=5, "quota";q=2;w=86400 | ratelimit: "rate";r=9;t=1, "quota";r=1;t=6432 |  | 
        ietf: 200 | content-type: application/json | ratelimit-policy: "rate";q=10;w=5, "quota";q=2;w=86400 | ratelimit: "rate";r=8;t=1, "quota";r=0;t=6432 |  | 
        ietf: 429 | content-type: application/json | ratelimit-policy: "rate";q=10;w=5, "quota";q=2;w=86400 | ratelimit: "rate";r=8;t=1, "quota";r=0;t=6432 | retry-after: 6432 | x-amzn-errortype: LimitExceededException |  | {"message":"Limit Exceeded"}
        legacy: 200 | content-type: application/json | x-ratelimit-limit: 2 | x-ratelimit-remaining: 1 | x-ratelimit-reset: 6432 |  | 
        legacy: 200 | content-type: application/json | x-ratelimit-limit: 2 | x-ratelimit-remaining: 0 | x-ratelimit-reset: 6432 |  | 
        legacy: 429 | content-type: application/json | retry-after: 6432 | x-amzn-errortype: LimitExceededException | x-ratelimit-limit: 2 | x-ratelimit-remaining: 0 | x-ratelimit-reset: 6432 |  | {"message":"Limit Exceeded"}
        off: 200 | content-type: application/json |  | 
        off: 200 | content-type: application/json |  | 
        off: 429 | content-type: application/json | retry-after: 6432 | x-amzn-errortype: LimitExceededException |  | {"message":"Limit Exceeded"}
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn usage_counts_served_throttled_and_over_quota_requests() {
    let throttle = json!({ "rateLimit": 0.01, "burstLimit": 3 });
    let world =
        gateway(&json!({ "apiStages": { "v1": { "GET /other": throttle } }, "quota": { "limit": 5, "period": "DAY" } }))
            .await;
    // The tool has a clock of its own.
    let now = Clock::System.now().duration_since(UNIX_EPOCH).unwrap();
    world.advance(now - Duration::from_millis(START));
    assert_eq!(statuses(&world, "/other", 5).await, "200 200 200 429 429");
    assert_eq!(served(&world, 6).await, 2);
    assert_eq!(statuses(&world, "/free", 2).await, "200 200");
    world.shut_down().await;
    let day = Day::of(now.as_secs()).to_string();
    let ran = world.tollgate(&["usage", "k1", "--from", &day, "--to", &day]);
    expect![[r#"
        exit 0
        DATE        STAGE  SERVED  THROTTLED  OVER QUOTA
        TODAY       v1          5          2           4
        total                   5          2           4
        --
    "#]]
    .assert_eq(&ran.text(&[(&day, "TODAY     ")]));
}
