//! Items that are not deployed: each problem names the item, the field and the right word.

use expect_test::expect;
use serde_json::json;
use tollgate::deployment::PublishOutcome;

use crate::{harness::TestGateway, text_route::text_route};

#[tokio::test]
async fn a_mistyped_field_that_would_close_a_route_is_a_problem() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    let cases = [
        ("enabled", json!("no"), r#"enabled: got "no", expected true or false"#),
        ("enabled", json!(0), "enabled: got 0, expected true or false"),
        (
            "authorizationType",
            json!("AWS_IAM"),
            r#"authorizationType: got "AWS_IAM", expected another authorizer: the function URL lets in everybody and checks no signature (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)"#,
        ),
        ("apiKeyRequired", json!("yes"), r#"apiKeyRequired: got "yes", expected true or false"#),
    ];
    for (field, value, expected) in cases {
        let mut route = text_route("v1", "two");
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
        let mut route = text_route("v1", "two");
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
    let mut route = text_route("v1", "three");
    route["authorizationType"] = json!("NONE");
    gateway.put_route(&route);
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\nthree"));
}

#[tokio::test]
async fn a_security_field_in_the_api_item_that_would_have_no_effect_is_a_problem() {
    let gateway = TestGateway::new();
    gateway.put_route(&text_route("v1", "one"));
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
async fn a_stage_with_an_impossible_name_is_not_created() {
    let gateway = TestGateway::new();
    for stage in ["bücher", "a b", "$api", "a/b"] {
        let mut route = text_route("v1", "hi");
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
async fn warnings_about_a_stage_item_stand_in_its_deployment_message() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "basePth": "/shop", "cacheGeneration": 3 }));
    gateway.put_route(&text_route("v1", "one"));
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
        tollgate-routes [stage=v1 routeKey=FETCH /a/{id}/{proxy+}] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
        tollgate-routes [stage=v1 routeKey=FETCH /a/{id}/{proxy+}] routeKey: got "FETCH /a/{id}/{proxy+}", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
        tollgate-routes [stage=v1 routeKey=GET b/{id}] integration.uri: got {no}, expected one of the route's path parameters (id)
        tollgate-routes [stage=v1 routeKey=GET b/{id}] routeKey: got "GET b/{id}", expected a path that begins with /"#]].assert_eq(&problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn two_routes_that_no_request_can_tell_apart_are_a_problem_that_names_both() {
    let gateway = TestGateway::new();
    for route_key in ["GET /orders/{id}", "GET /orders/{orderId}"] {
        gateway.put_route(&json!({ "routeKey": route_key, "integration": { "type": "MOCK" } }));
    }
    let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!() };
    expect![[r#"tollgate-routes [stage=v1 routeKey=GET /orders/{orderId}] routeKey: got "GET /orders/{orderId}", expected a route that "GET /orders/{id}" does not serve already"#]].assert_eq(&problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}
