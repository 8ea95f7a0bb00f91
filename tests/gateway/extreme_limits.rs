//! Limits of 0, which refuse every request, and limits that hardly ever give a token.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

const KEY: &str = "imported-key-of-the-tests";
const STOPPED: &str = "429\ncontent-type: application/json\nretry-after: 60\n\
    x-amzn-errortype: TooManyRequestsException\n\n{\"message\":\"Too Many Requests\"}";

/// A throttle at one of the places where one may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Address,
    Route,
    Stage,
    Plan,
    PlansRoute,
}
const PLACES: [At; 5] = [At::Address, At::Route, At::Stage, At::Plan, At::PlansRoute];

/// `GET /v1/` for a key, with this throttle at one place and a generous one at every other.
async fn gateway(at: At, throttle: &Value) -> TestGateway {
    let world = TestGateway::new();
    let limit =
        |place| if place == at { throttle.clone() } else { json!({ "rateLimit": 1000, "burstLimit": 1000 }) };
    world.put_key(KEY, &json!({ "id": "k1", "usagePlanId": "gold" }));
    world.put_plan(&json!({ "usagePlanId": "gold", "throttle": limit(At::Plan),
        "quota": { "limit": 100, "period": "DAY" }, "apiStages": { "v1": { "GET /": limit(At::PlansRoute) } } }));
    world.put_stage(&json!({ "stage": "v1", "throttle": limit(At::Stage) }));
    world.put_route(&json!({ "routeKey": "$api", "rateLimitHeaders": "off", "throttle": { "perIp": limit(At::Address) } }));
    world.put_route(&json!({ "routeKey": "GET /", "apiKeyRequired": true, "throttle": limit(At::Route),
        "integration": { "type": "MOCK" } }));
    world.go_live().await;
    world
}

async fn send(world: &TestGateway) -> String {
    world.send(&format!("GET /v1/\nx-api-key: {KEY}")).await
}

#[tokio::test]
async fn a_rate_or_a_burst_of_0_refuses_every_request_and_counts_none() {
    let stops = [
        json!({ "rateLimit": 0, "burstLimit": 5 }),
        json!({ "rateLimit": 5, "burstLimit": 0 }),
        json!({ "rateLimit": "0", "burstLimit": "0" }),
        json!({ "rateLimit": 0 }),
        json!({ "burstLimit": 0 }),
    ];
    for at in PLACES {
        for stop in &stops {
            let world = gateway(at, stop).await;
            for _ in 0..3 {
                assert_eq!(send(&world).await, STOPPED, "{at:?} {stop}");
            }
            assert_eq!(world.last_line()["errorResponseType"], "THROTTLED");
            world.shut_down().await;
            assert_eq!(world.items("tollgate-counters").await, Vec::<Value>::new(), "{at:?} {stop}");
        }
    }
}

#[tokio::test]
async fn a_plan_with_a_rate_of_0_says_so_in_its_rate_limit_headers() {
    let world = gateway(At::Plan, &json!({ "rateLimit": 0, "burstLimit": 5 })).await;
    for (form, expected) in [
        (
            "ietf",
            expect![[r#"
                429
                content-type: application/json
                ratelimit-policy: "rate";q=0;w=60, "quota";q=100;w=86400
                ratelimit: "rate";r=0;t=60, "quota";r=100;t=6432
                retry-after: 60
                x-amzn-errortype: TooManyRequestsException

                {"message":"Too Many Requests"}"#]],
        ),
        (
            "legacy",
            expect![[r#"
                429
                content-type: application/json
                retry-after: 60
                x-amzn-errortype: TooManyRequestsException
                x-ratelimit-limit: 100
                x-ratelimit-remaining: 100
                x-ratelimit-reset: 6432

                {"message":"Too Many Requests"}"#]],
        ),
    ] {
        world.put_route(&json!({ "routeKey": "$api", "rateLimitHeaders": form }));
        world.go_live().await;
        expected.assert_eq(&send(&world).await);
    }
}

#[tokio::test]
async fn a_burst_is_served_whole_however_low_the_rate() {
    for at in PLACES {
        for rate in [json!("1e-300"), json!("1e-9"), json!(0.001)] {
            let world = gateway(at, &json!({ "rateLimit": rate, "burstLimit": 5 })).await;
            let mut served = 0;
            for _ in 0..12 {
                served += usize::from(send(&world).await.starts_with("200"));
            }
            assert_eq!(served, 5, "{at:?} {rate}");
        }
    }
}

/// Figures that no structured header may have (RFC 9651 §3.3.1).
#[tokio::test]
async fn a_rate_close_to_0_has_valid_rate_limit_headers() {
    let world = gateway(At::Plan, &json!({ "rateLimit": "1e-300", "burstLimit": 4_294_967_295u32 })).await;
    world.put_route(&json!({ "routeKey": "$api" }));
    world.go_live().await;
    expect![[r#"
        200
        content-type: application/json
        ratelimit-policy: "rate";q=4294967295;w=999999999999999, "quota";q=100;w=86400
        ratelimit: "rate";r=4294967294;t=18446744074, "quota";r=99;t=6432


    "#]]
    .assert_eq(&format!("{}\n", send(&world).await));
}
