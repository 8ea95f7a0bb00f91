//! `accessLogSampling` and `accessLogHeaders`: fewer whole lines, and more in each.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::stages::StageSettings;

use crate::{harness::TestGateway, metric_filters::counted_by};

async fn gateway(stage: Value) -> TestGateway {
    let gateway = TestGateway::new();
    let mut item = json!({ "stage": "v1" });
    item.as_object_mut().unwrap().extend(stage.as_object().unwrap().clone());
    gateway.put_stage(&item);
    for route in [
        json!({ "routeKey": "GET /plain", "integration": { "type": "MOCK", "body": "hello",
            "headers": { "x-version": "7", "set-cookie": "a=canary", "location": "/next?code=canary" } } }),
        json!({ "routeKey": "GET /gone", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
    ] {
        gateway.put_route(&route);
    }
    gateway.go_live().await;
    gateway
}

#[tokio::test]
async fn a_request_outside_the_sample_writes_only_what_the_metrics_are_read_from() {
    let format = "$context.requestId $context.status";
    let gateway = gateway(json!({ "accessLogSampling": 0, "accessLogFormat": format })).await;
    for request in ["GET /v1/plain\nuser-agent: curl/8.0", "GET /v1/gone", "GET /v1/nothing"] {
        gateway.send(request).await;
    }
    let lines = gateway.log_lines();
    expect![[r#"
        {"sampled":false,"stage":"v1","routeKey":"GET /plain","status":200,"responseLatency":0,"integrationLatency":0}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /gone","httpMethod":"GET","path":"/v1/gone","status":502,"responseLatency":0,"integrationLatency":0,"awsEndpointRequestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":36,"sourceIp":"192.0.2.1","errorResponseType":"INTEGRATION_FAILURE","integrationErrorMessage":"integration failed: ResourceNotFoundException: ResourceNotFoundException: arn:aws:lambda:eu-west-1:123456789012:function:gone (status 404)"}
        c6af9ac6-7b61-11e6-9a41-93e8deadbeef 502
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","httpMethod":"GET","path":"/v1/nothing","status":404,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":23,"sourceIp":"192.0.2.1","errorResponseType":"RESOURCE_NOT_FOUND","errorMessage":"no route"}
        c6af9ac6-7b61-11e6-9a41-93e8deadbeef 404"#]].assert_eq(&lines.join("\n"));
    let counted = lines.iter().filter_map(|line| Some(counted_by(&serde_json::from_str(line).ok()?)));
    assert_eq!(
        counted.collect::<Vec<_>>(),
        [
            "Count Latency IntegrationLatency",
            "Count 5XXError Latency IntegrationLatency",
            "Count 4XXError Latency"
        ]
    );
}

#[tokio::test]
async fn a_share_of_the_requests_is_in_the_sample() {
    let gateway = gateway(json!({ "accessLogSampling": "0.5" })).await;
    for _ in 0..200 {
        gateway.send("GET /v1/plain").await;
    }
    let whole = gateway.log_lines().iter().filter(|line| line.contains("requestId")).count();
    assert!((60..=140).contains(&whole), "{whole} of 200");
}

#[tokio::test]
async fn headers_that_the_stage_lists_stand_in_the_line_cut_and_without_queries() {
    let headers =
        json!({ "request": ["X-Tenant", "referer", "absent"], "response": ["x-version", "location"] });
    let gateway = gateway(json!({ "accessLogHeaders": headers })).await;
    let tenant = "t".repeat(300);
    gateway
        .send(&format!(
            "GET /v1/plain\nx-tenant: {tenant}\nreferer: https://a.example/x?token=canary\nx-other: canary"
        ))
        .await;
    let line = gateway.last_line();
    assert_eq!(
        (&line["requestHeaders"], &line["responseHeaders"]),
        (
            &json!({ "x-tenant": &tenant[..200], "referer": "https://a.example/x" }),
            &json!({ "x-version": "7", "location": "/next" })
        )
    );
    assert!(!line.to_string().contains("canary"), "{line}");
}

#[tokio::test]
async fn a_header_in_which_an_authorizer_looks_for_a_token_is_not_logged() {
    let gateway = gateway(json!({ "accessLogHeaders": { "request": ["x-visitor", "x-other"] } })).await;
    gateway.put_route(&json!({ "routeKey": "$api", "authorizers": { "jwt": { "type": "JWT",
        "jwtConfiguration": { "issuer": "https://issuer.example", "audience": ["a"] },
        "identitySource": ["$request.header.x-visitor"] } } }));
    gateway
        .put_route(&json!({ "routeKey": "GET /guarded", "authorizationType": "JWT", "authorizerId": "jwt",
        "integration": { "type": "MOCK" } }));
    gateway.go_live().await;
    // What one route asks for is a secret on all of them.
    for (path, status) in [("guarded", 401), ("plain", 200), ("nothing", 404)] {
        gateway.send(&format!("GET /v1/{path}\nx-visitor: canary\nx-other: 1")).await;
        let line = gateway.last_line();
        let expected = (&json!(status), &json!({ "x-other": "1" }));
        assert_eq!((&line["status"], &line["requestHeaders"]), expected, "{line}");
    }
}

#[test]
fn what_is_no_share_and_no_harmless_header_is_a_problem() {
    let item = json!({ "stage": "v1", "accessLogSampling": 10, "accessLogHeaders": {
        "request": ["Authorization", "cookie", "X-Api-Key", "x-tollgate-origin", "no header"],
        "response": ["Set-Cookie", "x-version"], "other": [] } });
    let problems = StageSettings::parse("tollgate-stages", item.as_object().unwrap()).value.unwrap_err();
    expect![[r#"
        tollgate-stages [stage=v1] accessLogSampling: got 10, expected a share from 0 to 1, such as 0.1
        tollgate-stages [stage=v1] accessLogHeaders.request[0]: got Authorization, expected a header that holds no secret, by its name
        tollgate-stages [stage=v1] accessLogHeaders.request[1]: got cookie, expected a header that holds no secret, by its name
        tollgate-stages [stage=v1] accessLogHeaders.request[2]: got X-Api-Key, expected a header that holds no secret, by its name
        tollgate-stages [stage=v1] accessLogHeaders.request[3]: got x-tollgate-origin, expected a header that holds no secret, by its name
        tollgate-stages [stage=v1] accessLogHeaders.request[4]: got "no header", expected the name of a header
        tollgate-stages [stage=v1] accessLogHeaders.response[0]: got Set-Cookie, expected a header that holds no secret, by its name"#]].assert_eq(&problems.to_string());
}
