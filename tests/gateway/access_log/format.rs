//! `accessLogFormat`: a stage's own line beside the gateway's, in the shapes that API Gateway's users have.

use expect_test::expect;
use serde_json::{Value, json};

use crate::{harness::TestGateway, metric_filters::counted_by};

const JSON: &str = r#"{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp", "caller":"$context.identity.caller",
    "requestTime":"$context.requestTime", "httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath",
    "status":"$context.status","protocol":"$context.protocol", "responseLength":"$context.responseLength" }
"#;
const CLF: &str = "$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime]\"$context.httpMethod $context.resourcePath $context.protocol\" $context.status $context.responseLength $context.requestId";
const CSV: &str = "$context.identity.sourceIp,$context.identity.userAgent,$context.requestTime,$context.httpMethod,$context.path,$context.status,$context.responseLength,$context.requestId";
const XML: &str = r#"<request id="$context.requestId"><ip>$context.identity.sourceIp</ip><agent>$context.identity.userAgent</agent><status>$context.status</status></request>"#;

async fn gateway(stage: Value) -> TestGateway {
    let gateway = TestGateway::new();
    let mut item = json!({ "stage": "v1" });
    item.as_object_mut().unwrap().extend(stage.as_object().unwrap().clone());
    gateway.put_stage(&item);
    for route in [
        json!({ "routeKey": "GET /orders/{id}", "integration": { "type": "MOCK", "body": "hello" } }),
        json!({ "routeKey": "POST /orders/{id}", "apiKeyRequired": true, "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /gone", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
        json!({ "routeKey": "GET /echo", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    ] {
        gateway.put_route(&route);
    }
    gateway.go_live().await;
    gateway
}

/// The stage's own lines of these requests.
async fn own_lines(format: &str, requests: &[&str]) -> String {
    let gateway = gateway(json!({ "accessLogFormat": format })).await;
    for request in requests {
        gateway.send(request).await;
    }
    let lines = gateway.log_lines();
    assert_eq!(lines.len(), 2 * requests.len(), "{lines:#?}");
    let own: Vec<String> = lines.into_iter().skip(1).step_by(2).collect();
    own.join("\n")
}

const REQUESTS: [&str; 2] = ["GET /v1/orders/17\nuser-agent: curl/8.0", "GET /v1/nothing"];

#[tokio::test]
async fn a_line_is_written_in_the_shape_of_its_format() {
    let requests = &REQUESTS;
    expect![[r#"
        { "requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "ip": "192.0.2.1", "caller":"-", "requestTime":"14/Apr/2025:22:12:48 +0000", "httpMethod":"GET","resourcePath":"/orders/{id}", "status":"200","protocol":"HTTP/1.1", "responseLength":"5","accessLogFormat":"v1"}
        { "requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "ip": "192.0.2.1", "caller":"-", "requestTime":"14/Apr/2025:22:12:48 +0000", "httpMethod":"GET","resourcePath":"-", "status":"404","protocol":"HTTP/1.1", "responseLength":"23","accessLogFormat":"v1"}"#]].assert_eq(&own_lines(JSON, requests).await);
    expect![[r#"
        192.0.2.1 - - [14/Apr/2025:22:12:48 +0000]"GET /orders/{id} HTTP/1.1" 200 5 c6af9ac6-7b61-11e6-9a41-93e8deadbeef
        192.0.2.1 - - [14/Apr/2025:22:12:48 +0000]"GET - HTTP/1.1" 404 23 c6af9ac6-7b61-11e6-9a41-93e8deadbeef"#]].assert_eq(&own_lines(CLF, requests).await);
    expect![[r#"
        192.0.2.1,curl/8.0,14/Apr/2025:22:12:48 +0000,GET,/v1/orders/17,200,5,c6af9ac6-7b61-11e6-9a41-93e8deadbeef
        192.0.2.1,-,14/Apr/2025:22:12:48 +0000,GET,/v1/nothing,404,23,c6af9ac6-7b61-11e6-9a41-93e8deadbeef"#]].assert_eq(&own_lines(CSV, requests).await);
    expect![[r#"
        <request id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef"><ip>192.0.2.1</ip><agent>curl/8.0</agent><status>200</status></request>
        <request id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef"><ip>192.0.2.1</ip><agent>-</agent><status>404</status></request>"#]].assert_eq(&own_lines(XML, requests).await);
}

/// Those of docs/operating.md.
#[tokio::test]
async fn the_page_shows_the_lines_of_its_format() {
    let page = std::fs::read_to_string("docs/operating.md").unwrap();
    let item = page.lines().find(|line| line.contains("\"accessLogFormat\": \"{")).unwrap();
    let item: Value = serde_json::from_str(item).unwrap();
    let lines =
        own_lines(item["accessLogFormat"].as_str().unwrap(), &["GET /v1/echo", "GET /v1/nothing"]).await;
    assert!(page.contains(&lines), "{lines}");
}

#[tokio::test]
async fn what_a_client_sends_breaks_no_line_and_no_field() {
    let agent = "GET /v1/orders/17\nuser-agent: a\"b,\\\t<c>";
    let json = own_lines(r#"{"id":"$context.requestId","agent":"$context.identity.userAgent","bare":$context.identity.userAgent}"#, &[agent]).await;
    let read: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&read["agent"], &read["bare"]), (&read["bare"], &json!("a\"b,\\\t<c>")));
    expect![[r#"c6af9ac6-7b61-11e6-9a41-93e8deadbeef "a\x22b,\x5c\x09<c>" 200"#]].assert_eq(
        &own_lines("$context.requestId \"$context.identity.userAgent\" $context.status", &[agent]).await,
    );
    expect![[r#"192.0.2.1,"a""b,\\x09<c>",14/Apr/2025:22:12:48 +0000,GET,/v1/orders/17,200,5,c6af9ac6-7b61-11e6-9a41-93e8deadbeef"#]].assert_eq(&own_lines(CSV, &[agent]).await);
    expect![[r#"<request id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef"><ip>192.0.2.1</ip><agent>a&quot;b,&#92;	&lt;c&gt;</agent><status>200</status></request>"#]].assert_eq(&own_lines(XML, &[agent]).await);
}

/// Every variable of API Gateway's lists, but the one that is a secret.
#[tokio::test]
async fn an_own_line_has_what_the_gateway_knows_and_a_dash_for_the_rest() {
    let format = r#"{"requestId":"$context.requestId","extended":"$context.extendedRequestId","api":"$context.apiId","account":"$context.accountId",
"stage":"$context.stage","routeKey":"$context.routeKey","path":"$context.path","deployment":"$context.isCanaryRequest",
"keyId":"$context.identity.apiKeyId","sub":"$context.authorizer.claims.sub","principal":"$context.authorizer.principalId",
"error":{"message":"$context.error.message","string":$context.error.messageString,"type":"$context.error.responseType"},
"integration":{"error":"$context.integration.error","latency":$context.integration.latency,"status":$context.integration.status,
"requestId":"$context.integration.requestId","old":"$context.integrationStatus $context.integrationLatency $context.integrationErrorMessage"},
"latency":$context.responseLatency,"length":$context.responseLength,"processed":$context.dataProcessed,"status":$context.status,
"waf":"$context.waf.status","webacl":$context.webaclArn,"base":"$context.customDomain.basePathMatched","epoch":$context.requestTimeEpoch,"cache":"$context.cacheStatus"}"#;
    let requests = ["GET /v1/echo", "GET /v1/gone", "POST /v1/orders/17\n\n12345"];
    expect![[r#"
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","extended":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","api":"abc123","account":"123456789012", "stage":"v1","routeKey":"GET /echo","path":"/v1/echo","deployment":"false", "keyId":"-","sub":"-","principal":"-", "error":{"message":"-","string":null,"type":"-"}, "integration":{"error":"-","latency":0,"status":200, "requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","old":"200 0 -"}, "latency":0,"length":549,"processed":549,"status":200, "waf":"-","webacl":null,"base":"v1","epoch":1744668768000,"cache":"-","accessLogFormat":"v1"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","extended":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","api":"abc123","account":"123456789012", "stage":"v1","routeKey":"GET /gone","path":"/v1/gone","deployment":"false", "keyId":"-","sub":"-","principal":"-", "error":{"message":"Internal server error","string":"Internal server error","type":"INTEGRATION_FAILURE"}, "integration":{"error":"integration failed: ResourceNotFoundException: ResourceNotFoundException: arn:aws:lambda:eu-west-1:123456789012:function:gone (status 404)","latency":0,"status":null, "requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","old":"- 0 integration failed: ResourceNotFoundException: ResourceNotFoundException: arn:aws:lambda:eu-west-1:123456789012:function:gone (status 404)"}, "latency":0,"length":36,"processed":36,"status":502, "waf":"-","webacl":null,"base":"v1","epoch":1744668768000,"cache":"-","accessLogFormat":"v1"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","extended":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","api":"abc123","account":"123456789012", "stage":"v1","routeKey":"POST /orders/{id}","path":"/v1/orders/17","deployment":"false", "keyId":"-","sub":"-","principal":"-", "error":{"message":"Forbidden","string":"Forbidden","type":"INVALID_API_KEY"}, "integration":{"error":"-","latency":null,"status":null, "requestId":"-","old":"- - -"}, "latency":0,"length":23,"processed":28,"status":403, "waf":"-","webacl":null,"base":"v1","epoch":1744668768000,"cache":"-","accessLogFormat":"v1"}"#]].assert_eq(&own_lines(format, &requests).await);
}

#[tokio::test]
async fn an_own_line_with_the_fields_of_the_gateways_is_counted_once() {
    let format = r#"{"requestId":"$context.requestId","stage":"$context.stage","status":$context.status,"responseLatency":$context.responseLatency,"degraded":"x","metric":"ConfigurationInvalid"}"#;
    let gateway = gateway(json!({ "accessLogFormat": format })).await;
    gateway.send("GET /v1/gone").await;
    let lines = gateway.log_lines();
    let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(counted_by(&lines[0]), "Count 5XXError Latency IntegrationLatency");
    assert_eq!((&lines[1]["status"], &lines[1]["accessLogFormat"]), (&json!(502), &json!("v1")));
    assert_eq!(counted_by(&lines[1]), "");
}

#[tokio::test]
async fn a_format_with_an_unknown_variable_or_a_secret_is_a_problem_and_its_stage_is_served() {
    let long = format!("$context.requestId {}", "x".repeat(3_072));
    let cases = [
        (
            "$context.requestId $context.identity.sourceIP",
            "accessLogFormat: got $context.identity.sourceIP, expected a $context variable of access logs; did you mean $context.identity.sourceIp?",
        ),
        (
            "$context.requestId $context.identity.apiKey",
            "accessLogFormat: got $context.identity.apiKey, expected a variable that holds no secret; $context.identity.apiKeyId says whose key it is",
        ),
        (
            "$context.requestId ${context.authorizer.claims.access_token}",
            "accessLogFormat: got $context.authorizer.claims.access_token, expected a variable that holds no secret",
        ),
        (
            "$context.status",
            "accessLogFormat: got neither, expected $context.requestId or $context.extendedRequestId in it",
        ),
        (&long, "accessLogFormat: got 3091 bytes, expected at most 3072 bytes"),
    ];
    let gateway = gateway(json!({})).await;
    let id = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    for (format, problem) in cases {
        gateway.put_stage(&json!({ "stage": "v1", "deploymentId": id, "accessLogFormat": format }));
        gateway.refresh().await;
        let before = gateway.log_lines().len();
        assert!(gateway.send("GET /v1/orders/17").await.starts_with("200\n"), "{format}");
        assert_eq!(gateway.log_lines().len() - before, 1, "{format}");
        let stage = tollgate::stages::StageSettings::parse(
            "tollgate-stages",
            json!({ "stage": "v1", "accessLogFormat": format }).as_object().unwrap(),
        );
        let problems = stage.value.unwrap_err().to_string();
        assert_eq!(problems, format!("tollgate-stages [stage=v1] {problem}"));
    }
}

#[tokio::test]
async fn a_streamed_answers_own_line_is_written_behind_its_last_byte() {
    let gateway =
        gateway(json!({ "accessLogFormat": "$context.requestId $context.responseLength $context.status" }))
            .await;
    gateway.put_route(&json!({ "routeKey": "GET /stream",
        "integration": { "type": "AWS_PROXY", "uri": "echo", "responseTransferMode": "STREAM" } }));
    gateway.go_live().await;
    gateway.send("GET /v1/stream").await;
    let line = gateway.log_lines().pop().unwrap();
    let length: usize = line.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(length > 0 && line.ends_with(" 200"), "{line}");
}
