//! Answers that are kept: for whom, for what and for how long.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::{super::HELLO, Form, calls, route, who};
use crate::harness::{TestGateway, event, render};

async fn two_routes(form: Form, words: &serde_json::Value) -> TestGateway {
    form.world(words, &[route("ANY /a", &json!({})), route("GET /b/{id}", &json!({}))]).await
}

/// The number of calls of one request after the other, which all get in.
async fn calls_of(world: &TestGateway, requests: &[&str]) -> Vec<usize> {
    let mut counts = Vec::new();
    for request in requests {
        let answer = world.send(request).await;
        assert!(answer.starts_with("200\n"), "{request}: {answer}");
        counts.push(calls(world));
    }
    counts
}

#[tokio::test]
async fn an_answer_is_kept_for_its_identity_route_and_method() {
    const ADA: &str = "\nx-who: allow-all ada";
    let requests = [
        format!("GET /v1/a{ADA}"),
        format!("GET /v1/a{ADA}"),
        format!("GET /v1/a?x=1{ADA}\nx-other: y"),
        "GET /v1/a\nx-who: allow-all bob".to_owned(),
        format!("POST /v1/a{ADA}"),
        format!("GET /v1/b/1{ADA}"),
        format!("GET /v1/b/2{ADA}"),
    ];
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    for form in Form::ALL {
        let world = two_routes(form, &json!({})).await;
        assert_eq!(calls_of(&world, &requests).await, [1, 0, 0, 1, 1, 1, 0], "{form:?}");
        let world = two_routes(form, &json!({ "cacheScope": "api" })).await;
        assert_eq!(calls_of(&world, &requests).await, [1, 0, 0, 1, 0, 0, 0], "{form:?}");
        let world = two_routes(form, &json!({ "authorizerResultTtlInSeconds": 0 })).await;
        assert_eq!(calls_of(&world, &requests).await, [1; 7], "{form:?}");
    }
}

#[tokio::test]
async fn a_kept_policy_is_evaluated_anew_for_each_request() {
    let denied = "{\"Message\":\"User is not authorized to access this resource\"}";
    for form in [Form::Token, Form::RequestV1, Form::RequestV2] {
        // The policy allows what was asked for first, and nothing else: API Gateway's random 403.
        let world = two_routes(form, &json!({ "cacheScope": "API" })).await;
        assert_eq!(world.send(&who("GET /v1/b/1", "allow ada")).await, HELLO);
        for request in ["GET /v1/b/2", "GET /v1/a", "POST /v1/a"] {
            assert!(world.send(&who(request, "allow ada")).await.ends_with(denied), "{form:?} {request}");
        }
        assert_eq!(world.send(&who("GET /v1/b/1", "allow ada")).await, HELLO);
        assert_eq!(calls(&world), 1);
        // By route it is asked again for another one, but not for another path of the same.
        let world = two_routes(form, &json!({})).await;
        for request in ["GET /v1/b/1", "GET /v1/a", "POST /v1/a"] {
            assert_eq!(world.send(&who(request, "allow ada")).await, HELLO, "{form:?} {request}");
        }
        assert!(world.send(&who("GET /v1/b/2", "allow ada")).await.ends_with(denied));
        assert_eq!(calls(&world), 3);
    }
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_and_no_longer() {
    for form in Form::ALL {
        for (words, seconds) in [(json!({}), 300), (json!({ "authorizerResultTtlInSeconds": "3600" }), 3_600)]
        {
            let world = two_routes(form, &words).await;
            let request = who("GET /v1/a", "allow ada");
            let ask = async || calls_of(&world, &[&request]).await[0];
            assert_eq!(ask().await, 1);
            world.advance(Duration::from_secs(seconds - 1));
            assert_eq!(ask().await, 0, "{form:?}");
            world.advance(Duration::from_secs(1));
            assert_eq!(ask().await, 1, "{form:?}");
        }
    }
}

#[tokio::test]
async fn denials_are_kept_and_failures_never() {
    for form in Form::ALL {
        let world = two_routes(form, &json!({})).await;
        for (word, expected) in
            [("deny ada", [1, 0]), ("throws", [1, 1]), ("malformed", [1, 1]), ("unauthorized", [1, 1])]
        {
            for calls_now in expected {
                let answer = world.send(&who("GET /v1/a", word)).await;
                assert!(!answer.starts_with("200"), "{answer}");
                assert_eq!(calls(&world), calls_now, "{form:?} {word}");
            }
        }
    }
}

#[tokio::test]
async fn twenty_who_ask_at_once_are_one_call() {
    for form in Form::ALL {
        let world = two_routes(form, &json!({})).await;
        for (word, status) in [("allow-all ada", "200"), ("deny bob", "403"), ("throws", "500")] {
            let request = event(&who("GET /v1/a", word)).to_string();
            let asked = (0..20).map(async |_| render(world.answer(&request).await).await);
            for answer in join_all(asked).await {
                assert!(answer.starts_with(status), "{form:?} {word}: {answer}");
            }
            assert_eq!(calls(&world), 1, "{form:?} {word}");
        }
    }
}

#[tokio::test]
async fn an_edit_of_the_authorizer_and_another_instance_know_nothing_of_what_is_kept() {
    for form in Form::ALL {
        let world = two_routes(form, &json!({})).await;
        let request = who("GET /v1/a", "allow ada");
        assert_eq!(calls_of(&world, &[&request, &request]).await, [1, 0]);
        let another = world.another_instance().await;
        assert_eq!(calls_of(&another, &[&request, &request]).await, [1, 0]);
        let words = json!({ "authorizerResultTtlInSeconds": 299 });
        world.put_route(&json!({ "routeKey": "$api", "authorizerId": "f", "authorizers": { "f": form.authorizer(&words) } }));
        world.go_live().await;
        assert_eq!(calls_of(&world, &[&request, &request]).await, [1, 0], "{form:?}");
    }
}

#[tokio::test]
async fn all_identity_sources_tell_callers_apart_and_each_must_be_there() {
    let sources = json!([
        "$request.header.x-who",
        "$request.querystring.tenant",
        "$stageVariables.region",
        "$context.routeKey"
    ]);
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "region": "north" } }));
    let authorizer = Form::Simple.authorizer(&json!({ "identitySource": sources, "cacheScope": "API" }));
    world.put_route(&json!({ "routeKey": "$api", "authorizerId": "f", "authorizers": { "f": authorizer } }));
    world.put_route(&route("GET /a", &json!({})));
    world.put_route(&route("GET /b", &json!({})));
    world.go_live().await;
    let requests = [
        ("GET /v1/a?tenant=1", 1),
        ("GET /v1/a?tenant=1&other=2", 0),
        ("GET /v1/a?tenant=2", 1),
        ("GET /v1/b?tenant=1", 1),
        ("GET /v1/b?tenant=1", 0),
    ];
    for (request, expected) in requests {
        assert_eq!(world.send(&who(request, "allow ada")).await, HELLO, "{request}");
        assert_eq!(calls(&world), expected, "{request}");
    }
    for request in ["GET /v1/a", "GET /v1/a?tenant=", "GET /v1/a?tenant"] {
        assert!(world.send(&who(request, "allow ada")).await.starts_with("401\n"), "{request}");
        let reason = "unauthorized: the identity source $request.querystring.tenant is missing or empty";
        assert_eq!(world.last_line()["errorMessage"], reason);
    }
    assert_eq!(calls(&world), 0);
}
