//! Answers: what functions return, and what clients then get, whole.

use bytes::Bytes;

use super::{
    super::{base64_body, response_v1, response_v2},
    render,
};
use crate::functions::media_types::BodyEncoding;

const BROKEN: &str = "502\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n{\"message\": \"Internal server error\"}";

/// Name, what the function returned, what the client got.
type ResponseCase = (&'static str, &'static str, &'static str);

/// Recorded from Amazon API Gateway (REST API, AWS_PROXY, payload format 1.0) on 2024-11-15: localstack/localstack,
/// `tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json`, commit 8b9a79f,
/// `test_aws_proxy_response_payload_format_validation` (Apache-2.0, Copyright LocalStack contributors). The API has
/// no binary media types. `content-length` is written by the server, from the body.
#[rustfmt::skip]
const RECORDED: [ResponseCase; 15] = [
    ("no-body",             r#"{"statusCode":200}"#,                                                    "200\ncontent-type: application/json\n"),
    ("with-headers",        r#"{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}"#, "200\ncontent-type: application/json\nheader-bool: true\ntest-header: value\n"),
    ("with-headers-null",   r#"{"statusCode":200,"headers":null}"#,                                     "200\ncontent-type: application/json\n"),
    ("wrong-format",        r#"{"statusCode":200,"wrongValue":"value"}"#,                               BROKEN),
    ("empty-response",      r#"{}"#,                                                                    BROKEN),
    ("b64-encoded-true",    r#"{"statusCode":200,"body":"dGVzdC1kYXRh","isBase64Encoded":true}"#,       "200\ncontent-type: application/json\ndGVzdC1kYXRh"),
    ("b64-encoded-false",   r#"{"statusCode":200,"body":"dGVzdC1kYXRh"}"#,                              "200\ncontent-type: application/json\ndGVzdC1kYXRh"),
    ("multi-headers-valid", r#"{"statusCode":200,"multiValueHeaders":{"test-multi":["value1","value2"]}}"#, "200\ncontent-type: application/json\ntest-multi: value1\ntest-multi: value2\n"),
    ("multi-headers-overwrite", r#"{"statusCode":200,"multiValueHeaders":{"test-multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}"#, "200\ncontent-type: application/json\ntest-multi: value-multi\ntest-multi: value-solo\n"),
    ("multi-headers-overwrite-casing", r#"{"statusCode":200,"multiValueHeaders":{"tesT-Multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}"#, "200\ncontent-type: application/json\ntest-multi: value-multi\ntest-multi: value-solo\n"),
    ("multi-headers-invalid", r#"{"statusCode":200,"multiValueHeaders":{"test-multi-invalid":"value1"}}"#, BROKEN),
    ("invalid-status-code", r#"{"statusCode":"test"}"#,                                                 BROKEN),
    ("status-code-str",     r#"{"statusCode":"201"}"#,                                                  "201\ncontent-type: application/json\n"),
    ("just-string",         r#""justAString""#,                                                         BROKEN),
    ("only-headers",        r#"{"headers":{"test-header":"value"}}"#,                                   "200\ncontent-type: application/json\ntest-header: value\n"),
];

/// Cases that the recordings leave open, in payload format 1.0.
#[rustfmt::skip]
const MORE_OF_1_0: [ResponseCase; 22] = [
    ("null",                "null",                                              BROKEN),
    ("nothing",             "",                                                  BROKEN),
    ("no JSON",             "{",                                                 BROKEN),
    ("a list",              "[]",                                                BROKEN),
    ("status 0",            r#"{"statusCode":0}"#,                               BROKEN),
    ("status 99",           r#"{"statusCode":99}"#,                              BROKEN),
    ("status 101",          r#"{"statusCode":101}"#,                             BROKEN),
    ("status 600",          r#"{"statusCode":600}"#,                             BROKEN),
    ("a fraction",          r#"{"statusCode":200.5}"#,                           BROKEN),
    ("a sign",              r#"{"statusCode":"+200"}"#,                          BROKEN),
    ("status null",         r#"{"statusCode":null,"body":"x"}"#,                 "200\ncontent-type: application/json\nx"),
    ("a member of 2.0",     r#"{"statusCode":200,"cookies":["a=1"]}"#,           BROKEN),
    ("a body object",       r#"{"statusCode":200,"body":{"a":1}}"#,              BROKEN),
    ("a body number",       r#"{"statusCode":200,"body":1.50}"#,                 "200\ncontent-type: application/json\n1.50"),
    ("a repeated member",   r#"{"statusCode":500,"body":"x","statusCode":201}"#, "201\ncontent-type: application/json\nx"),
    ("a repeated header",   r#"{"headers":{"a":"1","a":"2","A":"3"}}"#,          "200\na: 2\na: 3\ncontent-type: application/json\n"),
    ("escapes",             r#"{"body":"a\n\u00e9\"\ud83d\ude00"}"#,             "200\ncontent-type: application/json\na\né\"😀"),
    ("a header's number",   r#"{"headers":{"a":1.50,"b":null,"c":-1e3}}"#,       "200\na: 1.50\nc: -1e3\ncontent-type: application/json\n"),
    ("a header object",     r#"{"headers":{"a":{}}}"#,                           BROKEN),
    ("a header list",       r#"{"headers":["a"]}"#,                              BROKEN),
    ("its own type",        r#"{"headers":{"Content-Type":"text/html"},"body":"<p>"}"#, "200\ncontent-type: text/html\n<p>"),
    ("a flag of no kind",   r#"{"body":"x","isBase64Encoded":1}"#,               BROKEN),
];

/// Payload format 2.0. AWS: `http-api-develop-integrations-lambda`; the inference as the tests of AWS's .NET Lambda
/// Test Tool have it (`MatchesDirectConversion…`, `Invalid_JSON_Partial_Object`, `V2_…`).
#[rustfmt::skip]
const OF_2_0: [ResponseCase; 29] = [
    ("status alone",        r#"{"statusCode":200}"#,                             "200\ncontent-type: text/plain; charset=utf-8\n"),
    ("status and body",     r#"{"statusCode":201,"body":"hi"}"#,                 "201\ncontent-type: text/plain; charset=utf-8\nhi"),
    ("a string status",     r#"{"statusCode":"418","body":"hi"}"#,               "418\ncontent-type: text/plain; charset=utf-8\nhi"),
    ("its own type",        r#"{"statusCode":200,"headers":{"Content-Type":"text/html"},"body":"<p>"}"#, "200\ncontent-type: text/html\n<p>"),
    ("cookies",             r#"{"statusCode":200,"cookies":["a=1; Path=/","b=2"]}"#, "200\ncontent-type: text/plain; charset=utf-8\nset-cookie: a=1; Path=/\nset-cookie: b=2\n"),
    ("commas",              r#"{"statusCode":200,"headers":{"x-list":"a,b"}}"#,  "200\ncontent-type: text/plain; charset=utf-8\nx-list: a,b\n"),
    ("an unknown member",   r#"{"statusCode":200,"more":1,"body":"hi"}"#,        "200\ncontent-type: text/plain; charset=utf-8\nhi"),
    ("base64",              r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#, "200\ncontent-type: text/plain; charset=utf-8\nhi"),
    ("base64, unpadded",    r#"{"statusCode":200,"body":"aGk","isBase64Encoded":true}"#, "200\ncontent-type: text/plain; charset=utf-8\nhi"),
    ("base64 of nothing",   r#"{"statusCode":200,"isBase64Encoded":true}"#,      "200\ncontent-type: text/plain; charset=utf-8\n"),
    ("wrong base64",        r#"{"statusCode":200,"body":"a$k=","isBase64Encoded":true}"#, BROKEN),
    ("status 0",            r#"{"statusCode":0,"body":"hi"}"#,                   BROKEN),
    ("a float",             r#"{"statusCode":200.0,"body":"hi"}"#,               BROKEN),
    ("status null",         r#"{"statusCode":null,"body":"hi"}"#,                BROKEN),
    ("status 1000",         r#"{"statusCode":1000}"#,                            BROKEN),
    ("a body object",       r#"{"statusCode":200,"body":{"a":1}}"#,              BROKEN),
    ("cookies as text",     r#"{"statusCode":200,"cookies":"a=1"}"#,             BROKEN),
    ("an object",           r#"{"name": "John",  "n": 1.50}"#,                   "200\ncontent-type: application/json\n{\"name\": \"John\",  \"n\": 1.50}"),
    ("body, no status",     r#"{"body":"hi"}"#,                                  "200\ncontent-type: application/json\n{\"body\":\"hi\"}"),
    ("an empty object",     r#"{}"#,                                             "200\ncontent-type: application/json\n{}"),
    ("a list",              r#"[1, 2.0, "x"]"#,                                  "200\ncontent-type: application/json\n[1, 2.0, \"x\"]"),
    ("a number",            r#"1e400"#,                                          "200\ncontent-type: application/json\n1e400"),
    ("a boolean",           r#"true"#,                                           "200\ncontent-type: application/json\ntrue"),
    ("null",                r#"null"#,                                           "200\ncontent-type: application/json\nnull"),
    ("a string",            r#""Hello, \"World\"!""#,                            "200\ncontent-type: application/json\nHello, \"World\"!"),
    ("a plain string",      r#" "hello" "#,                                      "200\ncontent-type: application/json\nhello"),
    ("an empty string",     r#""""#,                                             "200\ncontent-type: application/json\n"),
    ("nothing",             "",                                                  "200\ncontent-type: application/json\n"),
    ("half an object",      r#"{"name": "John Doe", "age":"#,                    "200\ncontent-type: application/json\n{\"name\": \"John Doe\", \"age\":"),
];

/// Of both formats: what may stand in a header, and what it is then called.
#[rustfmt::skip]
const HEADERS: [(&str, Option<&str>); 9] = [
    (r#"{"x-ok":"caf\u00e9\tbar"}"#,                     Some("x-ok: café\tbar\n")),
    (r#"{"Date":"x","Server":"y","Content-Length":"7"}"#, Some("x-amzn-remapped-content-length: 7\nx-amzn-remapped-date: x\nx-amzn-remapped-server: y\n")),
    (r#"{"Connection":"close, X-Hop","X-Hop":"1"}"#,     Some("x-amzn-remapped-connection: close, X-Hop\n")),
    (r#"{"Transfer-Encoding":"chunked","Keep-Alive":"timeout=5","Upgrade":"h2c","TE":"x","Trailer":"y","Proxy-Connection":"z"}"#, Some("")),
    (r#"{"WWW-Authenticate":"Basic"}"#,                  Some("www-authenticate: Basic\n")),
    (r#"{"x-split":"a\r\nset-cookie: b=1"}"#,            None),
    (r#"{"x-nul":"a\u0000b"}"#,                          None),
    (r#"{"bad name":"x"}"#,                              None),
    (r#"{"":"x"}"#,                                      None),
];

async fn v1(output: &'static str, encoding: BodyEncoding) -> String {
    let output = Bytes::from_static(output.as_bytes());
    let answer = render(response_v1::response(&output, Some(encoding))).await;
    // Where clients differ, the form comes later, and is the same.
    let later =
        response_v1::response(&output, None).and_then(|response| match base64_body::note(&response) {
            Some(note) => base64_body::in_encoding(encoding, note, response),
            None => Ok(response),
        });
    assert_eq!(render(later).await, answer, "{output:?}");
    answer
}

async fn v2(output: impl Into<Bytes>) -> String {
    render(response_v2::response(&output.into())).await
}

#[tokio::test]
async fn an_answer_1_0_is_read_as_api_gateway_was_recorded_to() {
    for (name, output, expected) in RECORDED.iter().chain(&MORE_OF_1_0) {
        assert_eq!(v1(output, BodyEncoding::Text).await, *expected, "{name}: {output}");
    }
}

#[tokio::test]
async fn an_answer_2_0_is_read_as_an_http_api_does() {
    for (name, output, expected) in OF_2_0 {
        assert_eq!(v2(output).await, expected, "{name}: {output}");
    }
}

#[tokio::test]
async fn base64_becomes_bytes_in_1_0_if_the_client_accepts_a_binary_type_first() {
    let output = r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#;
    assert_eq!(v1(output, BodyEncoding::Base64).await, "200\ncontent-type: application/json\nhi");
    assert_eq!(v1(output, BodyEncoding::Text).await, "200\ncontent-type: application/json\naGk=");
    assert_eq!(
        v1(r#"{"body":"aGk="}"#, BodyEncoding::Base64).await,
        "200\ncontent-type: application/json\naGk="
    );
    assert_eq!(v1(r#"{"body":"a$k=","isBase64Encoded":true}"#, BodyEncoding::Base64).await, BROKEN);
}

#[tokio::test]
async fn headers_are_checked_and_renamed_in_both_formats() {
    for (headers, expected) in HEADERS {
        for (content_type, answer) in [
            (
                "application/json",
                render(response_v1::response(&format!(r#"{{"headers":{headers}}}"#).into(), None)).await,
            ),
            ("text/plain; charset=utf-8", v2(format!(r#"{{"statusCode":200,"headers":{headers}}}"#)).await),
        ] {
            let expected = match expected {
                Some(lines) => {
                    let content_type = format!("content-type: {content_type}\n");
                    let mut lines: Vec<&str> =
                        lines.split_inclusive('\n').chain([content_type.as_str()]).collect();
                    lines.sort_unstable();
                    format!("200\n{}", lines.concat())
                }
                None => BROKEN.to_owned(),
            };
            assert_eq!(answer, expected, "{headers}");
        }
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_go_out_as_they_are_in_2_0() {
    let Ok(response) = response_v2::response(&Bytes::from_static(b"\xff\xfe\x00")) else { panic!("refused") };
    assert_eq!(super::collect(response.into_body()).await, b"\xff\xfe\x00");
}

#[tokio::test]
async fn too_many_headers_are_a_broken_answer() {
    let headers: Vec<_> = (0..40_000).map(|n| format!("\"h{n}\":\"x\"")).collect();
    assert_eq!(v2(format!(r#"{{"statusCode":200,"headers":{{{}}}}}"#, headers.join(","))).await, BROKEN);
}
