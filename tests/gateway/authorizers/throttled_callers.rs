//! `throttle: {perCaller}`: each caller has a bucket of its own, whatever says who it is.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::{
    HELLO, api_item,
    functions::Form,
    iam::{self, ADA, signed},
    issuer::Issuer,
    route, serving, told, with_token,
};
use crate::harness::TestGateway;

/// Two requests at once, one in ten seconds.
fn per_caller() -> Value {
    json!({ "throttle": { "perCaller": { "rateLimit": 0.1, "burstLimit": 2 } } })
}

fn and(words: &Value, others: &Value) -> Value {
    let mut words = words.clone();
    words.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    words
}

/// The statuses of so many requests.
async fn statuses(world: &TestGateway, request: &str, count: usize) -> String {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(world.send(request).await[..3].to_owned());
    }
    statuses.join(" ")
}

fn token(subject: &str, id: &str) -> String {
    Issuer::ours().token(&json!({ "sub": subject, "jti": id }))
}

#[tokio::test]
async fn the_callers_of_a_route_are_throttled_each_by_itself_by_issuer_and_subject() {
    let users = and(&per_caller(), &json!({ "authorizerId": "users" }));
    let routes = [route("GET /a", &users), route("GET /b", &json!({ "authorizerId": "users" }))];
    let world = serving(&json!({}), &routes).await;
    let ada = with_token("GET /v1/a", &token("ada", "1"));
    assert_eq!(statuses(&world, &ada, 3).await, "200 200 429");
    // Another token is no other caller.
    let refused = world.send(&with_token("GET /v1/a", &token("ada", "2"))).await;
    expect![[r#"
        429
        content-type: application/json
        ratelimit-policy: "rate";q=2;w=20
        ratelimit: "rate";r=0;t=20
        retry-after: 10
        x-amzn-errortype: TooManyRequestsException

        {"message":"Too Many Requests"}"#]]
    .assert_eq(&refused);
    let bob = with_token("GET /v1/a", &token("bob", "1"));
    assert_eq!(statuses(&world, &bob, 3).await, "200 200 429");
    assert_eq!(statuses(&world, &with_token("GET /v1/b", &token("ada", "1")), 3).await, "200 200 200");

    world.advance(Duration::from_millis(9_999));
    assert_eq!(statuses(&world, &ada, 1).await, "429", "less than Retry-After does not do");
    world.advance(Duration::from_millis(1));
    assert_eq!(statuses(&world, &ada, 2).await, "200 429");
}

#[tokio::test]
async fn what_the_api_says_counts_over_all_routes_that_know_who_calls() {
    let users = json!({ "authorizerId": "users" });
    let slower = json!({ "authorizerId": "users",
        "throttle": { "rateLimit": 1, "burstLimit": 2, "perCaller": { "rateLimit": 0.1, "burstLimit": 1 } } });
    let routes = [route("GET /a", &users), route("GET /b", &slower), route("GET /free", &json!({}))];
    let world = serving(&per_caller(), &routes).await;
    let at = |path: &str, subject: &str| with_token(&format!("GET /v1/{path}"), &token(subject, "1"));
    assert_eq!(statuses(&world, &at("b", "ada"), 2).await, "200 429", "the route's own");
    assert_eq!(statuses(&world, &at("a", "ada"), 2).await, "200 429", "one was taken at the other route");
    assert_eq!(statuses(&world, &at("b", "bob"), 1).await, "200");
    assert_eq!(statuses(&world, &at("b", "eve"), 1).await, "429", "all callers together");
    assert_eq!(statuses(&world, &at("a", "eve"), 3).await, "200 200 429", "which took nothing of eve's");
    assert_eq!(statuses(&world, "GET /v1/free", 4).await, "200 200 200 200");
}

#[tokio::test]
async fn whom_a_function_names_is_a_caller() {
    for form in Form::ALL {
        let world = form.world(&json!({}), &[route("GET /a", &per_caller())]).await;
        for name in ["ada", "bob"] {
            let request = format!("GET /v1/a\nx-who: allow {name}");
            assert_eq!(statuses(&world, &request, 3).await, "200 200 429", "{form:?} {name}");
        }
        // Where the answer names nobody, the identity sources do.
        let again = if form == Form::Simple { "200" } else { "429" };
        assert_eq!(statuses(&world, "GET /v1/a\nx-who: allow-all ada", 1).await, again, "{form:?}");
    }
}

#[tokio::test]
async fn who_has_signed_is_a_caller() {
    let words = and(&per_caller(), &json!({ "authorizationType": "AWS_IAM" }));
    let world = iam::serving(&json!({}), &[route("GET /a", &words)]).await;
    for arn in [ADA, "arn:aws:iam::111122223333:user/bob"] {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let answer = world.send_event(&signed("GET /v1/a", arn)).await;
            statuses.push(answer[..3].to_owned());
        }
        assert_eq!(statuses, ["200", "200", "429"], "{arn}");
    }
}

#[tokio::test]
async fn with_a_key_besides_a_caller_is_both() {
    let keyed = and(&per_caller(), &json!({ "apiKeyRequired": true }));
    let both = and(&keyed, &json!({ "authorizerId": "users" }));
    let world = serving(&json!({}), &[route("GET /key", &keyed), route("GET /both", &both)]).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    let keys = ["key-of-the-first-partner", "key-of-the-second-partner"];
    for (id, key) in ["one", "two"].iter().zip(keys) {
        world.put_key(key, &json!({ "id": id, "usagePlanId": "gold" }));
    }
    for key in keys {
        let request = format!("GET /v1/key\nx-api-key: {key}");
        assert_eq!(statuses(&world, &request, 3).await, "200 200 429", "{key}");
        for subject in ["ada", "bob"] {
            let request = format!("{}\nx-api-key: {key}", with_token("GET /v1/both", &token(subject, "1")));
            assert_eq!(statuses(&world, &request, 3).await, "200 200 429", "{key} {subject}");
        }
    }
}

#[tokio::test]
async fn no_counter_tells_who_its_caller_is() {
    let words = and(&per_caller(), &json!({ "authorizerId": "users" }));
    let world = serving(&json!({}), &[route("GET /a", &words)]).await;
    assert_eq!(
        world.send(&with_token("GET /v1/a", &token("ada@example.com", "1"))).await.lines().last(),
        Some("hello")
    );
    let counters = Value::from(world.items("tollgate-counters").await).to_string();
    assert!(counters.contains("caller#") && !counters.contains("ada"), "{counters}");
}

#[tokio::test]
async fn a_bucket_of_each_caller_where_nobody_says_who_calls_is_a_problem() {
    let off = json!({ "perCaller": { "rateLimit": 1, "burstLimit": 0 } });
    let routes = [
        route("GET /nobody", &per_caller()),
        route(
            "GET /half",
            &json!({ "authorizerId": "users", "throttle": { "perCaller": { "rateLimit": 1 } } }),
        ),
        route("GET /null", &json!({ "authorizerId": "users", "throttle": { "perCaller": null } })),
        route(
            "GET /odd",
            &json!({ "authorizerId": "users", "throttle": { "perCaler": {}, "rateLimit": 1, "burstLimit": 1 } }),
        ),
        route("GET /stop", &json!({ "authorizerId": "users", "throttle": off })),
    ];
    expect![[r#"
        problem [GET /half] throttle.perCaller.burstLimit: got nothing, expected requests at once
        problem [GET /nobody] throttle.perCaller: got {"burstLimit":2,"rateLimit":0.1}, expected apiKeyRequired or an authorizer, which say who calls
        problem [GET /null] throttle.burstLimit: got nothing, expected requests at once
        problem [GET /null] throttle.perCaller: got null, expected a value, or no such attribute
        problem [GET /null] throttle.rateLimit: got nothing, expected requests a second
        problem [GET /odd] throttle.perCaler: got {}, expected nothing of this name; did you mean perCaller?"#]].assert_eq(&told(&api_item(&json!({})), &routes).await);
}

#[tokio::test]
async fn a_bucket_of_0_stops_each_caller_and_counts_nothing() {
    let words =
        json!({ "authorizerId": "users", "throttle": { "perCaller": { "rateLimit": 0, "burstLimit": 0 } } });
    let world = serving(&json!({}), &[route("GET /a", &words)]).await;
    world.gate.calls();
    assert_eq!(statuses(&world, &with_token("GET /v1/a", &token("ada", "1")), 2).await, "429 429");
    assert!(world.gate.calls().is_empty());
}

#[tokio::test]
async fn extra_slashes_lead_no_caller_past_its_throttle() {
    let users = json!({ "authorizerId": "users" });
    let routes = [route("GET /limited", &and(&per_caller(), &users)), route("ANY /{proxy+}", &users)];
    let world = serving(&json!({}), &routes).await;
    let at = |path: &str| with_token(&format!("GET /v1/{path}"), &token("ada", "1"));
    assert_eq!(world.send(&at("limited")).await.lines().last(), HELLO.lines().last());
    for (path, status) in [("limited/", "404"), ("limited//", "404"), ("other/", "200")] {
        assert_eq!(statuses(&world, &at(path), 1).await, status, "{path}");
    }
}

/// A canary may have other limits: what it counts is nothing of the stage's.
#[tokio::test]
async fn a_canary_with_other_limits_refills_no_bucket_of_the_stage() {
    let item = |burst: u64, rate: f64| {
        route(
            "GET /a",
            &json!({ "authorizerId": "users", "throttle": { "rateLimit": rate, "burstLimit": burst,
            "perCaller": { "rateLimit": rate, "burstLimit": burst } } }),
        )
    };
    let world = serving(&json!({}), &[item(5, 0.1)]).await;
    let id = async || world.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    let stage = id().await;
    world.put_route(&item(10, 10.0));
    world.go_live().await;
    let canary = json!({ "deploymentId": id().await, "percentTraffic": 0, "header": "x-canary" });
    world.put_stage(
        &json!({ "stage": "v1", "autoDeploy": false, "deploymentId": stage, "canarySettings": canary }),
    );
    world.refresh().await;
    let ada = with_token("GET /v1/a", &token("ada", "1"));
    let mut served = 0;
    for _ in 0..20 {
        world.advance(Duration::from_secs(1));
        assert_eq!(statuses(&world, &format!("{ada}\nx-canary: always"), 1).await, "200");
        served += statuses(&world, &ada, 3).await.matches("200").count();
    }
    assert!((5..=7).contains(&served), "the burst, and at most two in twenty seconds: {served}");
}
