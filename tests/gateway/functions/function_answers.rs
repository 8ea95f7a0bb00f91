//! The answer of a function, in each format and mode.

use serde_json::{Value, json};

use super::{FAILED, route, stream};
use crate::harness::TestGateway;

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live";

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
