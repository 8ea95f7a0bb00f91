//! How an edit goes live, and why a bad one cannot take an API down.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{
    deployment::{self, PublishOutcome, Trigger},
    function_url::EventAnswer,
};

use crate::harness::{TestGateway, Way};

fn says(body: &str) -> Value {
    json!({ "routeKey": "GET /", "integration": { "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": body } })
}

#[tokio::test]
async fn an_edit_goes_live_and_a_bad_one_changes_nothing() {
    let gateway = TestGateway::serving(&[says("one")]).await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));

    gateway.put_route(&says("two"));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));
    assert_eq!(gateway.stage_status("v1").await, "OK 1 route");

    gateway.put_route(&json!({ "routeKey": "GET /orders/{id}", "intergration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "FETCH /x", "integration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "GET /a/{x}", "integration": { "type": "SOAP" } }));
    gateway.put_route(&json!({ "routeKey": "GET /b", "integration": { "type": "AWS_PROXY", "uri": "orders-${stageVariables.env}" } }));
    gateway.put_route(&json!({ "routeKey": "GET /c", "authorizerId": "jwt", "integration": { "type": "MOCK", "statusCode": "abc" } }));
    assert!(matches!(gateway.publish("v1").await, PublishOutcome::Invalid { .. }));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));
    expect![[r#"
        INVALID 6 problems; the last valid deployment stays
        tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
        tollgate-routes [stage=v1 routeKey=GET /a/{x}] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK
        tollgate-routes [stage=v1 routeKey=GET /b] integration.uri: got ${stageVariables.env}, expected one of the stage's variables ()
        tollgate-routes [stage=v1 routeKey=GET /c] authorizerId: got "jwt", expected nothing: this version does not enforce it
        tollgate-routes [stage=v1 routeKey=GET /c] integration.statusCode: got "abc", expected a whole number from 200 to 599
        tollgate-routes [stage=v1 routeKey=GET /orders/{id}] integration: got nothing, expected a map with a type
        warning: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] intergration: got {"type":"MOCK"}, expected nothing of this name; did you mean integration?"#]].assert_eq(&gateway.stage_status("v1").await);
}

#[tokio::test]
async fn what_was_meant_to_close_a_route_never_leaves_it_open() {
    let gateway = TestGateway::serving(&[says("one")]).await;
    let cases = [
        ("enabled", json!("no"), r#"enabled: got "no", expected true or false"#),
        ("enabled", json!(0), "enabled: got 0, expected true or false"),
        (
            "authorizationType",
            json!("AWS_IAM"),
            r#"authorizationType: got "AWS_IAM", expected nothing: this version does not enforce it"#,
        ),
        ("apiKeyRequired", json!("yes"), r#"apiKeyRequired: got "yes", expected true or false"#),
    ];
    for (field, value, expected) in cases {
        let mut route = says("two");
        route[field] = value;
        gateway.put_route(&route);
        let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!("{route}") };
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, [format!("tollgate-routes [stage=v1 routeKey=GET /] {expected}")]);
    }
    let near_misses = [
        ("apiKeyRequird", json!(true), "true", "apiKeyRequired"),
        ("ApiKeyRequired", json!(true), "true", "apiKeyRequired"),
        ("authorizer", json!("jwt"), r#""jwt""#, "authorizerId"),
        ("authorisationScopes", json!(["a"]), r#"["a"]"#, "authorizationScopes"),
        ("authorisationType", json!("JWT"), r#""JWT""#, "authorizationType"),
        ("trottle", json!({}), "{}", "throttle"),
        ("enable", json!(false), "false", "enabled"),
    ];
    for (field, value, got, meant) in near_misses {
        let mut route = says("two");
        route[field] = value;
        gateway.put_route(&route);
        let PublishOutcome::Invalid { problems, warnings } = gateway.publish("v1").await else {
            panic!("{route}")
        };
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let problem = format!("{field}: got {got}, expected nothing of this name; did you mean {meant}?");
        assert_eq!(problems, [format!("tollgate-routes [stage=v1 routeKey=GET /] {problem}")]);
        assert_eq!(warnings, []);
    }
    let mut route = says("three");
    route["authorizationType"] = json!("NONE");
    gateway.put_route(&route);
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\nthree"));
}

#[tokio::test]
async fn a_word_that_guards_is_refused_where_it_guards_nothing() {
    let gateway = TestGateway::new();
    gateway.put_route(&says("one"));
    let misplaced = "expected nothing of this name here, where it guards nothing";
    let throttle = json!({ "rateLimit": 5, "burstLimit": 10 });
    let cases = [
        (
            json!({ "routeKey": "$api", "apiKeyRequired": true }),
            vec![format!("apiKeyRequired: got true, {misplaced}")],
        ),
        (
            json!({ "routeKey": "$api", "throttle": throttle }),
            vec![
                format!("throttle.burstLimit: got 10, {misplaced}"),
                "throttle.perIp: got nothing, expected a map with rateLimit and burstLimit".to_owned(),
                format!("throttle.rateLimit: got 5, {misplaced}"),
            ],
        ),
        (
            json!({ "routeKey": "$api", "corsConfiguration": { "allowOrigins": ["*"], "enabled": false } }),
            vec![format!("corsConfiguration.enabled: got false, {misplaced}")],
        ),
    ];
    for (api, expected) in cases {
        gateway.put_route(&api);
        let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!("{api}") };
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let of_api = |problem| format!("tollgate-routes [stage=v1 routeKey=$api] {problem}");
        assert_eq!(problems, expected.into_iter().map(of_api).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_stage_that_cannot_be_served_is_not_created() {
    let gateway = TestGateway::new();
    for stage in ["bücher", "a b", "$api", "a/b"] {
        let mut route = says("hi");
        route["stage"] = json!(stage);
        gateway.put_route(&route);
        let PublishOutcome::Invalid { problems, .. } = gateway.publish(stage).await else {
            panic!("{stage}")
        };
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let expected = format!(
            "tollgate-stages [stage={stage}] stage: got {stage:?}, expected letters, digits, - and _, at most 128, or $default"
        );
        assert_eq!(problems, [expected]);
        assert_eq!(gateway.stage_status(stage).await, "no item");
    }
}

#[tokio::test]
async fn a_stage_item_is_moved_however_its_revision_and_pointer_are_written() {
    let gateway = TestGateway::new();
    gateway.put_route(&says("hi"));
    let revisions = [json!(7), json!("7"), Value::Null, json!(7.5), json!([])];
    let pointers = [json!("0123"), json!(""), json!(7), Value::Null, json!({ "id": 7 })];
    for revision in &revisions {
        for pointer in &pointers {
            gateway.put_stage(&json!({ "stage": "v1", "revision": revision, "deploymentId": pointer }));
            let outcome = gateway.publish("v1").await;
            if pointer.is_object() {
                assert!(
                    matches!(outcome, PublishOutcome::Invalid { .. }),
                    "{revision} {pointer}: {outcome:?}"
                );
                continue;
            }
            let is_pointed =
                matches!(outcome, PublishOutcome::Published { .. } | PublishOutcome::Unchanged { .. });
            assert!(is_pointed, "{revision} {pointer}: {outcome:?}");
            let item = gateway.store.stage("v1").await.unwrap().unwrap().item;
            let next = if matches!(revision, Value::Number(number) if number.is_u64()) { 8 } else { 1 };
            assert_eq!((&item["revision"], &item["lastDeploymentStatus"]), (&json!(next), &json!("OK")));
        }
    }
}

#[tokio::test]
async fn what_is_odd_in_a_stage_item_is_told_with_its_routes() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "basePth": "/shop", "cacheGeneration": 3 }));
    gateway.put_route(&says("one"));
    gateway.go_live().await;
    expect![[r#"
        OK 1 route
        warning: tollgate-stages [stage=v1] basePth: got "/shop", expected nothing of this name; did you mean basePath?"#]].assert_eq(&gateway.stage_status("v1").await);
}

#[tokio::test]
async fn a_bad_route_key_does_not_hide_what_else_is_wrong_in_its_item() {
    let gateway = TestGateway::new();
    let reader = |uri: &str| json!({ "type": "HTTP_PROXY", "uri": uri });
    gateway.put_route(&json!({ "routeKey": "FETCH /a/{id}/{proxy+}", "integration": { "type": "SOAP" } }));
    gateway.put_route(
        &json!({ "routeKey": "GET b/{id}", "integration": reader("https://example.com/{id}/{no}") }),
    );
    let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!() };
    expect![[r#"
        tollgate-routes [stage=v1 routeKey=FETCH /a/{id}/{proxy+}] integration.type: got "SOAP", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK
        tollgate-routes [stage=v1 routeKey=FETCH /a/{id}/{proxy+}] routeKey: got "FETCH /a/{id}/{proxy+}", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
        tollgate-routes [stage=v1 routeKey=GET b/{id}] integration.uri: got {no}, expected one of the route's path parameters (id)
        tollgate-routes [stage=v1 routeKey=GET b/{id}] routeKey: got "GET b/{id}", expected a path that begins with /"#]].assert_eq(&problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn two_routes_that_no_request_can_tell_apart_are_named_both() {
    let gateway = TestGateway::new();
    for route_key in ["GET /orders/{id}", "GET /orders/{orderId}"] {
        gateway.put_route(&json!({ "routeKey": route_key, "integration": { "type": "MOCK" } }));
    }
    let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!() };
    expect![[r#"tollgate-routes [stage=v1 routeKey=GET /orders/{orderId}] routeKey: got "GET /orders/{orderId}", expected a route that "GET /orders/{id}" does not serve already"#]].assert_eq(&problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn a_route_without_a_stage_item_creates_the_stage() {
    let gateway = TestGateway::new();
    gateway.put_route(
        &json!({ "stage": "beta", "routeKey": "GET /", "integration": { "type": "MOCK", "body": "hi" } }),
    );
    assert!(gateway.send("GET /beta").await.starts_with("404\n"));
    gateway.publish("beta").await;
    gateway.refresh().await;
    assert!(gateway.send("GET /beta").await.ends_with("\n\nhi"));
}

#[tokio::test]
async fn a_cold_instance_publishes_a_stage_that_has_no_deployment() {
    for stage in [json!({ "stage": "v1" }), json!({ "stage": "v1", "deploymentId": "" })] {
        let gateway = TestGateway::new();
        gateway.put_stage(&stage);
        gateway.put_route(&says("hello"));
        assert!(gateway.send("GET /v1").await.ends_with("\n\nhello"));
        assert_eq!(gateway.stage_status("v1").await, "OK 1 route");
    }
}

#[tokio::test]
async fn a_stage_that_never_had_a_valid_deployment_is_unavailable() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1" }));
    gateway.put_route(&json!({ "routeKey": "GET /" }));
    assert_eq!(
        gateway.send("GET /v1").await,
        "503\ncontent-type: application/json\nretry-after: 1\nx-amzn-errortype: ServiceUnavailableException\n\n\
         {\"message\":\"Service Unavailable\"}"
    );
    gateway.put_route(&says("mended"));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\nmended"));
}

#[tokio::test]
async fn without_auto_deploy_only_the_operator_moves_the_stage() {
    let gateway = TestGateway::serving(&[says("one")]).await;
    let first = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    gateway.put_route(&says("two"));
    assert_eq!(gateway.publish("v1").await, PublishOutcome::LeftAlone);
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));

    let outcome = deployment::publish(&gateway.store, "v1", Trigger::Request).await.unwrap();
    assert!(matches!(outcome, PublishOutcome::Published { .. }));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));

    // A rollback is one write.
    gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));
}

#[tokio::test]
async fn the_same_items_are_the_same_deployment_and_cost_no_write() {
    let gateway = TestGateway::serving(&[says("one")]).await;
    let before = gateway.store.stage("v1").await.unwrap().unwrap();
    assert!(matches!(gateway.publish("v1").await, PublishOutcome::Unchanged { .. }));
    assert_eq!(gateway.store.stage("v1").await.unwrap().unwrap().item, before.item);
}

#[tokio::test]
async fn a_stage_variable_acts_without_a_deployment_and_a_missing_one_changes_nothing() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "greeting": "hello" } }));
    gateway.put_route(&says("${stageVariables.greeting}"));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\nhello"));

    let id = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    for (variables, expected) in [(json!({ "greeting": "moin" }), "moin"), (json!({}), "moin")] {
        gateway.put_stage(&json!({ "stage": "v1", "deploymentId": id, "stageVariables": variables }));
        gateway.refresh().await;
        assert!(gateway.send("GET /v1").await.ends_with(&format!("\n\n{expected}")));
    }
}

#[tokio::test]
async fn what_was_served_stays_when_the_store_is_gone() {
    let mut gateway = TestGateway::serving(&[says("one")]).await;
    gateway.lose_store().await;
    gateway.advance(Duration::from_secs(60));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));
}

#[tokio::test]
async fn racing_publishers_leave_the_stage_at_the_newest_items() {
    let gateway = TestGateway::serving(&[says("0")]).await;
    for round in 1..=10 {
        gateway.put_route(&says(&round.to_string()));
        let racing = (0..4).map(|_| gateway.publish("v1"));
        futures_util::future::join_all(racing).await;
        gateway.refresh().await;
        assert!(gateway.send("GET /v1").await.ends_with(&format!("\n\n{round}")));
    }
}

#[tokio::test]
async fn an_event_of_the_routes_tables_stream_publishes_the_stages_that_it_names() {
    let route = |body: &str| json!({ "routeKey": "GET /", "integration": { "type": "MOCK", "body": body } });
    let record = |stage: &str| json!({ "eventSource": "aws:dynamodb", "dynamodb": { "Keys": { "stage": { "S": stage } } } });
    let event = json!({ "Records": [record("v1"), record("v2"), record("v1")] }).to_string();
    let gateway = TestGateway::serving(&[route("one")]).await;
    gateway.put_route(&route("two"));
    gateway.gate.set(Way::Shut);
    let EventAnswer::Failed(message) = gateway.handle(&event).await else { panic!("nothing is published") };
    assert!(message.starts_with("reading the stage failed"), "{message}");
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));
    gateway.gate.set(Way::Open);
    assert!(matches!(gateway.handle(&event).await, EventAnswer::Published));
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));
}

#[tokio::test]
async fn an_invalid_edit_is_not_an_event_that_lambda_sends_again() {
    let gateway =
        TestGateway::serving(&[json!({ "routeKey": "GET /", "integration": { "type": "MOCK" } })]).await;
    gateway.put_route(&json!({ "routeKey": "GET /", "integration": { "type": "MOCKERY" } }));
    let record = json!({ "eventSource": "aws:dynamodb", "dynamodb": { "Keys": { "stage": { "S": "v1" } } } });
    let event = json!({ "Records": [record] }).to_string();
    assert!(matches!(gateway.handle(&event).await, EventAnswer::Published));
    assert!(gateway.send("GET /v1").await.starts_with("200"));
    assert!(gateway.stage_status("v1").await.starts_with("INVALID"));
}
