//! `AWS` with a function: its event is what is sent, and an error of its own chooses the response by its message.

use serde_json::{Value, json};

use super::{misconfigured, refused, route};
use crate::harness::{REQUEST_ID, TestGateway};

fn function(name: &str, more: Value) -> Value {
    let arn = format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}");
    let uri = format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations");
    let mut fields =
        json!({ "uri": uri, "httpMethod": "POST", "responses": { "default": { "statusCode": "200" } } });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

/// The nine entries that Serverless writes for every event with `integration: lambda`.
fn serverless_responses() -> Value {
    let mut responses = json!({ "default": { "statusCode": 200 } });
    for (pattern, status) in [
        ("[\\s\\S]*\\[400\\][\\s\\S]*", 400),
        ("[\\s\\S]*\\[401\\][\\s\\S]*", 401),
        ("[\\s\\S]*\\[403\\][\\s\\S]*", 403),
        ("[\\s\\S]*\\[404\\][\\s\\S]*", 404),
        ("[\\s\\S]*\\[422\\][\\s\\S]*", 422),
        ("[\\s\\S]*(Process\\s?exited\\s?before\\s?completing\\s?request|\\[500\\])[\\s\\S]*", 500),
        ("[\\s\\S]*\\[502\\][\\s\\S]*", 502),
        ("([\\s\\S]*\\[504\\][\\s\\S]*)|(.*Task timed out after \\d+\\.\\d+ seconds$)", 504),
    ] {
        responses[pattern] = json!({ "statusCode": status });
    }
    responses
}

#[tokio::test]
async fn an_errors_message_chooses_the_response_and_a_result_is_the_default() {
    let gateway = TestGateway::serving(&[
        route("POST /fails", "AWS", function("fails", json!({ "responses": serverless_responses() }))),
        route("POST /same", "AWS", function("same", json!({ "responses": serverless_responses() }))),
    ])
    .await;
    #[rustfmt::skip]
    let cases = [
        ("[404] no such order", 404),
        ("Error: [400] bad", 400),
        ("first line\n[422] second", 422),
        ("Process exited before completing request", 500),
        ("2025-04-14T22:12:48.000Z c6af9ac6 Task timed out after 3.00 seconds", 504),
        // `.` is no end of a line.
        ("x\nTask timed out after 3.00 seconds", 200),
        ("Task timed out after 3.00 seconds, again", 200),
        ("404", 200),
        ("[ 404 ]", 200),
        ("", 200),
    ];
    for (message, status) in cases {
        let request = format!("POST /v1/fails\n\n{}", json!({ "message": message }));
        let body = json!({ "errorMessage": message, "errorType": "Error" });
        let expected = format!("{status}\ncontent-type: application/json\n\n{body}");
        assert_eq!(gateway.send(&request).await, expected, "{message}");
        let line = gateway.last_line();
        let own = if status == 200 { Value::Null } else { json!(200) };
        assert_eq!((&line["integrationStatus"], &line["awsEndpointRequestId"]), (&own, &json!(REQUEST_ID)));
        // A result is the default one, whatever stands in it.
        let request = format!("POST /v1/same\n\n{}", json!({ "errorMessage": message }));
        assert!(gateway.send(&request).await.starts_with("200\n"), "{message}");
    }
}

#[tokio::test]
async fn the_function_gets_the_body_alone_and_what_it_gives_is_the_answer() {
    let gateway = TestGateway::serving(&[
        route("ANY /same", "AWS", function("same", json!({}))),
        route("GET /nothing", "AWS", function("nothing", json!({}))),
        route(
            "ANY /by-name",
            "AWS",
            json!({ "uri": "same", "responses": { "default": { "statusCode": 201 } } }),
        ),
    ])
    .await;
    let json_type = "content-type: application/json";
    let cases = [
        ("POST /v1/same\nx: 1\n\n{\"a\": 1}", format!("200\n{json_type}\n\n{{\"a\":1}}")),
        ("GET /v1/same?a=1", format!("200\n{json_type}\n\n{{}}")),
        ("HEAD /v1/same", format!("200\n{json_type}\n\n")),
        ("POST /v1/same\n\n[1, \"x\"]", format!("200\n{json_type}\n\n[1,\"x\"]")),
        ("POST /v1/by-name\n\n7", format!("201\n{json_type}\n\n7")),
        ("GET /v1/nothing", format!("200\n{json_type}\n\n")),
    ];
    for (request, expected) in cases {
        assert_eq!(gateway.send(request).await, expected, "{request}");
    }
}

#[tokio::test]
async fn an_event_is_left_with_lambda_where_a_header_says_so() {
    let fixed = json!({ "requestParameters": { "integration.request.header.X-Amz-Invocation-Type": "'Event'" },
        "responses": { "default": { "statusCode": "202" } } });
    let by_client = json!({ "requestParameters": {
        "integration.request.header.X-Amz-Invocation-Type": "method.request.header.InvocationType" } });
    let gateway = TestGateway::serving(&[
        route("POST /jobs", "AWS", function("fails", fixed)),
        route("POST /either", "AWS", function("same", by_client)),
    ])
    .await;
    let json_type = "content-type: application/json";
    assert_eq!(
        gateway.send("POST /v1/jobs\n\n{\"message\": \"[404]\"}").await,
        format!("202\n{json_type}\n\n")
    );
    assert_eq!(gateway.calls(), ["arn:aws:lambda:eu-west-1:123456789012:function:fails Event"]);
    assert_eq!(gateway.called_with(), Some(json!({ "message": "[404]" })));
    let cases = [
        ("", format!("200\n{json_type}\n\n{{}}")),
        ("invocationtype: Event\n", format!("200\n{json_type}\n\n")),
        ("invocationtype: RequestResponse\n", format!("200\n{json_type}\n\n{{}}")),
        ("invocationtype: DryRun\n", format!("200\n{json_type}\n\n")),
        ("invocationtype: Later\n", misconfigured()),
    ];
    for (header, expected) in cases {
        assert_eq!(gateway.send(&format!("POST /v1/either\n{header}\n{{}}")).await, expected, "{header}");
    }
}

#[tokio::test]
async fn a_dry_run_asks_lambda_alone_and_a_client_context_goes_along() {
    let mapped = json!({ "requestParameters": {
        "integration.request.header.X-Amz-Invocation-Type": "method.request.header.InvocationType",
        "integration.request.header.X-Amz-Client-Context": "method.request.header.ClientContext" },
        "responses": { "default": { "statusCode": 204 } } });
    let gateway = TestGateway::serving(&[route("POST /jobs", "AWS", function("same", mapped))]).await;
    let name = "arn:aws:lambda:eu-west-1:123456789012:function:same";
    let cases = [
        ("invocationtype: DryRun\n", format!("{name} DryRun")),
        ("clientcontext: eyJhIjoxfQ==\n", format!("{name} context eyJhIjoxfQ==")),
        ("invocationtype: Event\nclientcontext: e30=\n", format!("{name} Event context e30=")),
    ];
    for (headers, expected) in cases {
        assert_eq!(gateway.send(&format!("POST /v1/jobs\n{headers}\n{{}}")).await, "204\n\n", "{headers}");
        assert_eq!(gateway.calls().last(), Some(&expected));
    }
}

#[tokio::test]
async fn a_function_that_gives_nothing_is_refused_as_in_a_proxy_integration() {
    let names = ["busy", "forbidden", "broken", "gone", "never"];
    let routes = names.map(|name| {
        let more = json!({ "timeoutInMillis": 100, "responses": { ".*": { "statusCode": 418 }, "default": { "statusCode": 200 } } });
        route(&format!("GET /{name}"), "AWS", function(name, more))
    });
    let gateway = TestGateway::serving(&routes).await;
    let cases = [
        ("busy", refused(502, "Internal server error")),
        ("forbidden", misconfigured()),
        ("broken", refused(502, "Internal server error")),
        ("gone", refused(502, "Internal server error")),
        ("never", refused(504, "Endpoint request timed out")),
    ];
    for (name, expected) in cases {
        assert_eq!(gateway.send(&format!("GET /v1/{name}")).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_body_of_6_megabytes_goes_through_and_a_larger_one_is_413() {
    let gateway = TestGateway::serving(&[route("POST /same", "AWS", function("same", json!({})))]).await;
    let text = json!("x".repeat(6_000_000)).to_string();
    let answer = gateway.send(&format!("POST /v1/same\n\n{text}")).await;
    assert!(answer.ends_with(&text), "{} bytes", answer.len());
    let answer = gateway.send(&format!("POST /v1/same\n\n{}", json!("x".repeat(6_291_556)))).await;
    assert!(answer.starts_with("413\n"), "{:.200}", answer);
}

#[tokio::test]
async fn an_answer_that_nothing_fits_is_500() {
    let only_errors = json!({ "responses": { "[\\s\\S]+": { "statusCode": 502 } } });
    let gateway = TestGateway::serving(&[
        route("POST /same", "AWS", function("same", only_errors.clone())),
        route("POST /fails", "AWS", function("fails", only_errors)),
    ])
    .await;
    assert_eq!(gateway.send("POST /v1/same\n\n{}").await, misconfigured());
    let line = gateway.last_line();
    assert_eq!(line["errorResponseType"], "API_CONFIGURATION_ERROR");
    assert_eq!(
        line["integrationErrorMessage"],
        "no entry of the integration's responses fits a result, which is no error, and there is no default"
    );
    assert!(gateway.send("POST /v1/fails\n\n{\"message\": \"x\"}").await.starts_with("502\n"));
    assert_eq!(gateway.send("POST /v1/fails\n\n{}").await, misconfigured(), "an empty message");
}
