//! Functions as targets: the event that they get, and what becomes of every way in which they answer or do not.

use std::time::Duration;

use expect_test::expect;
use lambda_http::{RequestExt, RequestPayloadExt};
use serde_json::{Value, json};

use crate::harness::{TestGateway, event};

const FAILED: &str = "502\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
                      {\"message\": \"Internal server error\"}";
const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live";

fn route(route_key: &str, uri: &str, more: &Value) -> Value {
    let mut integration = json!({ "type": "AWS_PROXY", "uri": uri });
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "routeKey": route_key, "integration": integration })
}

fn stream() -> Value {
    json!({ "responseTransferMode": "STREAM" })
}

#[tokio::test]
async fn an_event_in_format_2_0_has_every_field_of_an_http_apis_event() {
    let gateway = TestGateway::new();
    let variables = json!({ "env": "echo", "tier": "gold" });
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": variables }));
    gateway.put_route(&route("ANY /orders/{id}/{proxy+}", "${stageVariables.env}:live", &json!({})));
    gateway.go_live().await;
    let request = "PUT //v1//orders/a%2Fb%20c/%64//e?x=1&y=%26&x=2&z\nContent-Type: text/plain\nx-two: a\n\
                   connection: x-hop, close\nx-hop: 1\ncookie: a=1; b=2; c\n\nhello";
    let event = gateway.json(request).await;
    expect![[r#"
        {
          "body": "hello",
          "cookies": [
            "a=1",
            "b=2",
            "c"
          ],
          "headers": {
            "content-type": "text/plain",
            "host": "abc123.lambda-url.eu-west-1.on.aws",
            "x-two": "a"
          },
          "isBase64Encoded": false,
          "pathParameters": {
            "id": "a/b c",
            "proxy": "d//e"
          },
          "queryStringParameters": {
            "x": "1,2",
            "y": "&",
            "z": ""
          },
          "rawPath": "/v1/orders/a%2Fb%20c/d//e",
          "rawQueryString": "x=1&y=%26&x=2&z",
          "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "abc123",
            "http": {
              "method": "PUT",
              "path": "/v1/orders/a%2Fb%20c/d//e",
              "protocol": "HTTP/1.1",
              "sourceIp": "192.0.2.1",
              "userAgent": ""
            },
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "routeKey": "ANY /orders/{id}/{proxy+}",
            "stage": "v1",
            "time": "14/Apr/2025:22:12:48 +0000",
            "timeEpoch": 1744668768000
          },
          "routeKey": "ANY /orders/{id}/{proxy+}",
          "stageVariables": {
            "env": "echo",
            "tier": "gold"
          },
          "version": "2.0"
        }"#]]
    .assert_eq(&format!("{event:#}"));
    assert_eq!(gateway.calls(), ["echo:live"]);

    let least = gateway.json("GET /v1/orders/1/x").await;
    let absent = ["body", "cookies", "queryStringParameters"];
    assert!(absent.iter().all(|name| least.get(name).is_none()), "{least:#}");
    assert_eq!((&least["rawQueryString"], &least["isBase64Encoded"]), (&json!(""), &json!(false)));
}

#[tokio::test]
async fn a_function_on_lambda_http_reads_the_request_as_the_client_sent_it() {
    let gateway = TestGateway::serving(&[route("POST /orders/{id}", "echo", &json!({}))]).await;
    let request = "POST /v1/orders/caf%C3%A9%2F1?tag=a&tag=b%26&empty=\ncontent-type: application/json\n\
                   cookie: s=1; t=2\n\n{\"n\": 1}";
    let event = gateway.json(request).await;
    let got = lambda_http::request::from_str(&event.to_string()).unwrap();

    assert_eq!((got.method().as_str(), got.uri().path()), ("POST", "/v1/orders/caf%C3%A9%2F1"));
    assert_eq!(got.path_parameters().first("id"), Some("café/1"));
    let query = got.query_string_parameters();
    assert_eq!((query.all("tag"), query.first("empty")), (Some(vec!["a", "b&"]), Some("")));
    assert_eq!(got.headers()["cookie"], "s=1; t=2");
    assert_eq!(got.payload::<Value>().unwrap(), Some(json!({ "n": 1 })));
}

#[tokio::test]
async fn each_format_and_mode_calls_the_function_once_and_passes_its_answer_on() {
    let gateway = TestGateway::serving(&[
        route("POST /1", "reflect", &json!({ "payloadFormatVersion": "1.0" })),
        route("ANY /2", "reflect", &json!({})),
        route("POST /event", "reflect", &json!({ "invocationType": "Event" })),
        route("POST /stream", "frames", &stream()),
        route("GET /arn", ARN, &json!({})),
        route("GET /arn-stream", ARN, &stream()),
        route("GET /arn-event", ARN, &json!({ "invocationType": "Event" })),
    ])
    .await;
    let answer = r#"{"statusCode":201,"headers":{"x-a":"1","content-type":"text/html"},"body":"<p>"}"#;
    let prelude = r#"{"statusCode":201,"headers":{"x-a":"1"},"cookies":["c=1"]}"#;
    let frames = json!({ "pieces": [format!("{prelude}\0\0\0\0"), "\0\0\0\0<", "p>"], "end": {} });
    let whole = json!({ "pieces": ["{\"statusCode\":200,", "\"body\":\"ü\"}"], "end": {} });
    let created = "201\ncontent-type: text/html\nx-a: 1\n\n<p>";
    let accepted =
        "202\ncontent-type: application/json\n\n{\"requestId\":\"c6af9ac6-7b61-11e6-9a41-93e8deadbeef\"}";
    let cases = [
        (format!("POST /v1/1\n\n{answer}"), created, "reflect"),
        (format!("POST /v1/2\n\n{answer}"), created, "reflect"),
        (format!("HEAD /v1/2\n\n{answer}"), "201\ncontent-type: text/html\nx-a: 1\n\n", "reflect"),
        (format!("POST /v1/event\n\n{answer}"), accepted, "reflect Event"),
        (
            format!("POST /v1/stream\n\n{frames}"),
            "201\ncontent-type: application/octet-stream\nx-a: 1\nset-cookie: c=1\n\n<p>",
            "frames stream",
        ),
        (
            format!("POST /v1/stream\n\n{whole}"),
            "200\ncontent-type: text/plain; charset=utf-8\n\nü",
            "frames stream",
        ),
        ("GET /v1/arn".to_owned(), FAILED, ARN),
        ("GET /v1/arn-stream".to_owned(), FAILED, &format!("{ARN} stream")),
        ("GET /v1/arn-event".to_owned(), FAILED, &format!("{ARN} Event")),
    ];
    for (request, expected, call) in cases {
        assert_eq!(gateway.send(&request).await, expected, "{request}");
        assert_eq!(gateway.calls(), [call], "{request}");
    }
}

#[tokio::test]
async fn a_failing_function_is_a_generic_5xx_and_only_the_log_names_the_cause() {
    let forbidden = FAILED.replacen("502", "500", 1);
    let cases = [
        ("reflect", FAILED, "INTEGRATION_FAILURE", "Unhandled: Error"),
        ("busy", FAILED, "INTEGRATION_FAILURE", "TooManyRequestsException"),
        ("broken", FAILED, "INTEGRATION_FAILURE", "ServiceException"),
        ("gone", FAILED, "INTEGRATION_FAILURE", "ResourceNotFoundException"),
        ("forbidden", &forbidden, "API_CONFIGURATION_ERROR", "AccessDeniedException"),
    ];
    let modes =
        [json!({}), json!({ "payloadFormatVersion": "1.0" }), stream(), json!({ "invocationType": "Event" })];
    let mut routes = Vec::new();
    for (function, ..) in cases {
        for (nth, mode) in modes.iter().enumerate() {
            routes.push(route(&format!("GET /{function}/{nth}"), function, mode));
        }
    }
    let gateway = TestGateway::serving(&routes).await;
    for (function, expected, response_type, cause) in cases {
        for nth in 0..modes.len() {
            // Whoever leaves an event is not told how the function ends.
            if function == "reflect" && nth == 3 {
                continue;
            }
            let request = format!("GET /v1/{function}/{nth}");
            assert_eq!(gateway.send(&request).await, expected, "{request}");
            assert_eq!(gateway.calls().len(), 1, "{request}: an event is sent once");
            let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
            assert_eq!(line["errorResponseType"], response_type, "{line}");
            assert!(line["integrationErrorMessage"].as_str().unwrap().contains(cause), "{line}");
        }
    }
}

#[tokio::test]
async fn a_malformed_answer_of_a_function_is_a_502_in_every_format() {
    let v1 = json!({ "payloadFormatVersion": "1.0" });
    let gateway = TestGateway::serving(&[
        route("POST /1", "reflect", &v1),
        route("POST /2", "reflect", &json!({})),
        route("POST /stream", "frames", &stream()),
    ])
    .await;
    let answers = [
        r#"{"statusCode":99}"#,
        r#"{"statusCode":600}"#,
        r#"{"statusCode":101}"#,
        r#"{"statusCode":"ok"}"#,
        r#"{"statusCode":200,"headers":{"x":"a\r\nset-cookie: b=1"}}"#,
        r#"{"statusCode":200,"headers":{"x":"a\u0000"}}"#,
        r#"{"statusCode":200,"headers":{"x y":"a"}}"#,
        r#"{"statusCode":200,"headers":["x"]}"#,
    ];
    for answer in answers {
        for form in ["1", "2"] {
            assert_eq!(
                gateway.send(&format!("POST /v1/{form}\n\n{answer}")).await,
                FAILED,
                "{form} {answer}"
            );
        }
        for piece in [answer.to_owned(), format!("{answer}\0\0\0\0\0\0\0\0body")] {
            let script = json!({ "pieces": [piece], "end": {} });
            assert_eq!(gateway.send(&format!("POST /v1/stream\n\n{script}")).await, FAILED, "{piece}");
        }
    }
    let body = r#"{"statusCode":200,"body":"?","isBase64Encoded":true}"#;
    assert_eq!(gateway.send(&format!("POST /v1/2\n\n{body}")).await, FAILED);
    let silent = [route("GET /1", "nothing", &v1), route("GET /2", "nothing", &json!({}))];
    let gateway = TestGateway::serving(&silent).await;
    assert_eq!(gateway.send("GET /v1/1").await, FAILED);
    assert_eq!(gateway.send("GET /v1/2").await, "200\ncontent-type: application/json\n\n");
}

#[tokio::test]
async fn a_stream_that_breaks_off_breaks_off_for_the_client_and_is_logged() {
    let gateway = TestGateway::serving(&[route("POST /stream", "frames", &stream())]).await;
    let error = json!({ "ErrorCode": "Unhandled", "ErrorDetails": "out of memory at 0xBAD" });
    for (end, words) in [
        (error, "integration failed"),
        (Value::Null, "integration gave a broken answer: the stream broke off"),
    ] {
        let script = json!({ "pieces": ["{}\0\0\0\0\0\0\0\0part"], "end": end });
        let answer = gateway.send(&format!("POST /v1/stream\n\n{script}")).await;
        let expected = format!("200\ncontent-type: application/octet-stream\n\npart<broke off: {words}>");
        assert_eq!(answer, expected);
        let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
        assert_eq!(
            (&line["status"], &line["integrationErrorMessage"]),
            (&json!(200), &json!(words)),
            "{line}"
        );
        assert_eq!(line["responseLength"], 4, "{line}");
    }
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_a_504() {
    let short = json!({ "timeoutInMillis": 50 });
    let streamed = json!({ "timeoutInMillis": 50, "responseTransferMode": "STREAM" });
    let mut gateway = TestGateway::serving(&[
        route("GET /short", "never", &short),
        route("GET /stream", "never", &streamed),
        route("GET /long", "never", &json!({})),
    ])
    .await;
    let expected = "504\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
                    {\"message\": \"Endpoint request timed out\"}";
    assert_eq!(gateway.send("GET /v1/short").await, expected);
    assert_eq!(gateway.send("GET /v1/stream").await, expected);
    // The route's 29 seconds are more than the Lambda has left; 200 ms of that are the gateway's own.
    gateway.time_left = Duration::from_millis(250);
    assert_eq!(gateway.send("GET /v1/long").await, expected);
    gateway.time_left = Duration::from_millis(100);
    assert_eq!(gateway.send("GET /v1/long").await, expected);
    let limits: Vec<Value> = gateway
        .log_lines()
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["integrationErrorMessage"].clone())
        .collect();
    let words =
        ["50ms", "50ms", "50ms", "0ns"].map(|limit| format!("integration gave no answer within {limit}"));
    assert_eq!(limits, words);
}

#[tokio::test]
async fn a_body_of_five_megabytes_passes_and_one_over_lambdas_limit_does_not_reach_the_function() {
    let gateway = TestGateway::serving(&[
        route("POST /2", "reflect", &json!({})),
        route("POST /event", "reflect", &json!({ "invocationType": "Event" })),
    ])
    .await;
    let large = "x".repeat(5_000_000);
    assert_eq!(
        gateway.send(&format!("POST /v1/2\n\n{large}")).await,
        format!("200\ncontent-type: application/json\n\n{large}")
    );
    assert_eq!(gateway.calls(), ["reflect"]);

    let too_large = "413\ncontent-type: application/json\nx-amzn-errortype: RequestTooLargeException\n\n\
                     {\"message\":\"Request Too Long\"}";
    let request = format!("POST /v1/2\n\n{large}{large}");
    assert_eq!(gateway.send(&request).await, too_large);
    assert_eq!(gateway.send(&format!("POST /v1/event\n\n{large}")).await, too_large);
    assert_eq!(gateway.calls(), [] as [&str; 0]);
}

/// Issue 10: one more than a map takes, of which the gateway's own would have been one.
#[tokio::test]
async fn an_answer_with_more_headers_than_any_client_takes_is_a_502() {
    let v1 = json!({ "payloadFormatVersion": "1.0" });
    let gateway =
        TestGateway::serving(&[route("POST /1", "reflect", &v1), route("POST /2", "reflect", &json!({}))])
            .await;
    for (count, status) in [(4_095, "200"), (4_097, "502"), (24_575, "502"), (24_576, "502"), (30_000, "502")]
    {
        let headers: serde_json::Map<_, _> = (0..count).map(|n| (format!("x-{n}"), json!("y"))).collect();
        let body = json!({ "statusCode": 200, "headers": headers });
        for format in [1, 2] {
            let answer = gateway.send(&format!("POST /v1/{format}\n\n{body}")).await;
            assert_eq!(&answer[..3], status, "{count} headers, payload format {format}");
        }
    }
}

#[tokio::test]
async fn binary_bodies_pass_as_base64_to_the_function_and_back() {
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "$api", "binaryMediaTypes": ["image/*"] }),
        route("POST /1", "echo", &json!({ "payloadFormatVersion": "1.0" })),
        route("POST /2", "echo", &json!({})),
        route("POST /back/1", "reflect", &json!({ "payloadFormatVersion": "1.0" })),
    ])
    .await;
    for form in ["1", "2"] {
        let mut event = event(&format!("POST /v1/{form}\ncontent-type: image/png"));
        event["body"] = json!("iVBORw0KGgr/AA==");
        event["isBase64Encoded"] = json!(true);
        let answer = gateway.send_event(&event).await;
        let (_, echoed) = answer.split_once("\n\n").unwrap();
        let echoed: Value = serde_json::from_str(echoed).unwrap();
        let got = (&echoed["body"], &echoed["isBase64Encoded"]);
        assert_eq!(got, (&json!("iVBORw0KGgr/AA=="), &json!(true)), "payload format {form}");
    }
    let answer = r#"{"headers":{"content-type":"image/png"},"body":"aGk=","isBase64Encoded":true}"#;
    for (accept, body) in [("image/png", "hi"), ("text/html", "aGk=")] {
        assert_eq!(
            gateway.send(&format!("POST /v1/back/1\naccept: {accept}\n\n{answer}")).await,
            format!("200\ncontent-type: image/png\n\n{body}"),
            "{accept}"
        );
    }
}
