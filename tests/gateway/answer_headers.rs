//! The headers of functions' answers: repeated ones, and the default content type.

use serde_json::json;

use crate::harness::TestGateway;

/// `POST /v1` answers as a function of payload format 1.0 does, `POST /v2` of 2.0, `POST /stream` piece by piece.
async fn functions() -> TestGateway {
    let route =
        |name: &str, integration| json!({ "routeKey": format!("POST /{name}"), "integration": integration });
    let proxy = |uri: &str, version: &str, mode: &str| json!({ "type": "AWS_PROXY", "uri": uri, "payloadFormatVersion": version, "responseTransferMode": mode });
    TestGateway::serving(&[
        route("v1", proxy("reflect", "1.0", "BUFFERED")),
        route("v2", proxy("reflect", "2.0", "BUFFERED")),
        route("stream", proxy("frames", "2.0", "STREAM")),
    ])
    .await
}

/// Status and header lines of the answer to what a function returns.
async fn head(gateway: &TestGateway, kind: &str, output: &str) -> String {
    let body = match kind {
        "stream" => json!({ "pieces": [format!("{output}\0\0\0\0\0\0\0\0"), "x"], "end": {} }).to_string(),
        _ => output.to_owned(),
    };
    let answer = gateway.send(&format!("POST /v1/{kind}\n\n{body}")).await;
    answer.split_once("\n\n").unwrap().0.replace('\n', " | ")
}

#[tokio::test]
async fn a_pair_in_both_header_maps_of_an_answer_in_format_1_0_comes_once() {
    let gateway = functions().await;
    let cases = [
        // The pair of both maps, also where the names differ in case.
        (r#""headers":{"x-a":"1"},"multiValueHeaders":{"X-A":["1"]}"#, "x-a: 1"),
        (r#""headers":{"x-a":"2"},"multiValueHeaders":{"x-a":["1","2"]}"#, "x-a: 1, 2"),
        (r#""headers":{"x-a":7},"multiValueHeaders":{"x-a":["7"]}"#, "x-a: 7"),
        (r#""headers":{"x-a":"1","X-A":"1"}"#, "x-a: 1"),
        // As recorded: different values are merged.
        (r#""headers":{"x-a":"solo"},"multiValueHeaders":{"x-a":["multi"]}"#, "x-a: multi, solo"),
        (r#""headers":{"x-a":"1","X-A":"3"}"#, "x-a: 3, 1"),
        // What a function lists twice in one list it means twice.
        (r#""multiValueHeaders":{"x-a":["1","1"]}"#, "x-a: 1, 1"),
        (r#""headers":{"x-a":"1"},"multiValueHeaders":{"x-a":["1","1"]}"#, "x-a: 1, 1"),
        // A comma is no end of a value.
        (r#""headers":{"vary":"a, b"},"multiValueHeaders":{"vary":["a"]}"#, "vary: a, a, b"),
    ];
    for (members, line) in cases {
        let answer = head(&gateway, "v1", &format!(r#"{{"statusCode":200,{members}}}"#)).await;
        let mut lines = ["content-type: application/json", line];
        lines.sort_unstable();
        assert_eq!(answer, format!("200 | {}", lines.join(" | ")), "{members}");
    }
}

#[tokio::test]
async fn a_singleton_header_comes_once_and_multi_value_headers_win() {
    let gateway = functions().await;
    let cases = [
        ("location", "location"),
        ("Access-Control-Allow-Origin", "access-control-allow-origin"),
        ("etag", "etag"),
        ("Last-Modified", "last-modified"),
        ("Content-Length", "x-amzn-remapped-content-length"),
        ("Date", "x-amzn-remapped-date"),
        ("Retry-After", "retry-after"),
        ("Strict-Transport-Security", "strict-transport-security"),
    ];
    for (name, expected) in cases {
        let lower = name.to_ascii_lowercase();
        for members in [
            format!(r#""headers":{{"{name}":"/a"}},"multiValueHeaders":{{"{lower}":["/a"]}}"#),
            format!(r#""headers":{{"{name}":"/b"}},"multiValueHeaders":{{"{lower}":["/a"]}}"#),
            format!(r#""multiValueHeaders":{{"{name}":["/a","/a"]}}"#),
            // The last of several, as of a repeated member.
            format!(r#""multiValueHeaders":{{"{name}":["/b","/a"]}}"#),
        ] {
            let answer = head(&gateway, "v1", &format!(r#"{{"statusCode":200,{members}}}"#)).await;
            let mut lines = ["content-type: application/json", &format!("{expected}: /a")];
            lines.sort_unstable();
            assert_eq!(answer, format!("200 | {}", lines.join(" | ")), "{members}");
        }
    }
    let types = r#"{"statusCode":200,"headers":{"Content-Type":"text/a"},"multiValueHeaders":{"content-type":["text/b"]}}"#;
    assert_eq!(head(&gateway, "v1", types).await, "200 | content-type: text/b");
}

#[tokio::test]
async fn a_cookie_that_is_set_twice_comes_once_in_every_format() {
    let gateway = functions().await;
    let of_1_0 = r#"{"statusCode":200,"headers":{"Set-Cookie":"a=1; Path=/"},"multiValueHeaders":{"set-cookie":["b=2","a=1; Path=/"]}}"#;
    let of_2_0 = r#"{"statusCode":200,"headers":{"content-type":"application/json","set-cookie":"a=1"},"cookies":["b=2","a=1"]}"#;
    let cases = [
        ("v1", of_1_0, "set-cookie: b=2 | set-cookie: a=1; Path=/"),
        ("v2", of_2_0, "set-cookie: a=1 | set-cookie: b=2"),
        ("stream", of_2_0, "set-cookie: a=1 | set-cookie: b=2"),
    ];
    for (kind, output, cookies) in cases {
        let answer = head(&gateway, kind, output).await;
        assert_eq!(answer, format!("200 | content-type: application/json | {cookies}"), "{kind}");
    }
}

#[tokio::test]
async fn a_singleton_header_comes_once_in_format_2_0_and_in_streams() {
    let gateway = functions().await;
    let headers = r#"{"Content-Type":"text/a","content-type":"text/b","Location":"/a","location":"/a"}"#;
    let expected = "201 | content-type: text/a | location: /a";
    for kind in ["v2", "stream"] {
        let output = format!(r#"{{"statusCode":201,"headers":{headers}}}"#);
        assert_eq!(head(&gateway, kind, &output).await, expected, "{kind}");
    }
    let both = r#"{"statusCode":201,"headers":{"content-type":["text/c","text/b"],"location":"/b"},"multiValueHeaders":{"Content-Type":["text/a"],"Location":["/a"]}}"#;
    assert_eq!(head(&gateway, "stream", both).await, expected);
}

#[tokio::test]
async fn a_content_type_of_null_is_as_good_as_absent() {
    let gateway = functions().await;
    let types = [
        ("v1", "application/json"),
        ("v2", "text/plain; charset=utf-8"),
        ("stream", "application/octet-stream"),
    ];
    for (kind, default) in types {
        for headers in [r#"{"Content-Type":null}"#, r#"{"content-type":null}"#, "{}", "null"] {
            let answer = head(&gateway, kind, &format!(r#"{{"statusCode":200,"headers":{headers}}}"#)).await;
            assert_eq!(answer, format!("200 | content-type: {default}"), "{kind} {headers}");
        }
    }
    for lists in [r#"{"Content-Type":null}"#, r#"{"Content-Type":[]}"#, r#"{"Content-Type":[null]}"#] {
        let answer =
            head(&gateway, "v1", &format!(r#"{{"statusCode":200,"multiValueHeaders":{lists}}}"#)).await;
        assert_eq!(answer, "200 | content-type: application/json", "{lists}");
    }
}

#[tokio::test]
async fn an_answer_whose_status_has_no_body_gets_no_default_content_type() {
    let gateway = functions().await;
    gateway.put_route(
        &json!({ "routeKey": "$api", "gatewayResponses": { "RESOURCE_NOT_FOUND": { "statusCode": 204 } } }),
    );
    for status in [204, 205, 304] {
        let integration = json!({ "type": "MOCK", "statusCode": status });
        gateway.put_route(&json!({ "routeKey": format!("GET /{status}"), "integration": integration }));
    }
    gateway.go_live().await;
    for status in [204, 205, 304] {
        for kind in ["v1", "v2", "stream"] {
            let null = format!(r#"{{"statusCode":{status},"headers":{{"Content-Type":null}}}}"#);
            assert_eq!(head(&gateway, kind, &null).await, status.to_string(), "{kind}");
            let own = format!(r#"{{"statusCode":{status},"headers":{{"Content-Type":"text/a"}}}}"#);
            assert_eq!(
                head(&gateway, kind, &own).await,
                format!("{status} | content-type: text/a"),
                "{kind}"
            );
        }
        assert_eq!(gateway.send(&format!("GET /v1/{status}")).await, format!("{status}\n\n"));
    }
    let refused = gateway.send("GET /v1/nothing").await;
    assert_eq!(refused, "204\nx-amzn-errortype: NotFoundException\n\n");
}
