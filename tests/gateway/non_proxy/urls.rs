//! `HTTP`: a URL's status chooses the response, and what a URL can do wrong.

use std::time::Duration;

use expect_test::expect;
use serde_json::json;

use super::{http, misconfigured, refused};
use crate::harness::{Script, Target};

#[tokio::test]
async fn only_what_is_mapped_reaches_the_url() {
    let target = Target::start([]).await;
    let gateway = http(&target, "/a/{proxy}", json!({})).await;
    let request = "PATCH /v1/x//y%2Fz/?q=1\ncontent-type: text/csv\nx-mine: 1\ncookie: a=1\nauthorization: Bearer t\nuser-agent: curl\n\na,b";
    expect![[r#"
        > PATCH /v1/x//y%2Fz/?q=1
        > content-type: text/csv
        > x-mine: 1
        > cookie: a=1
        > authorization: Bearer t
        > user-agent: curl
        > 
        > a,b
        200
        content-type: application/json

        PATCH /a/x//y%2Fz/
        accept: application/json
        content-length: 3
        content-type: text/csv
        host: 127.0.0.1:PORT
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https

        a,b

        > GET /v1/x
        200
        content-type: application/json

        GET /a/x
        accept: application/json
        host: 127.0.0.1:PORT
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https



        > POST /v1/x
        200
        content-type: application/json

        POST /a/x
        accept: application/json
        content-length: 0
        host: 127.0.0.1:PORT
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https



    "#]]
    .assert_eq(&gateway.story(&[request, "GET /v1/x", "POST /v1/x"]).await);
}

#[tokio::test]
async fn a_urls_status_chooses_the_response() {
    let scripts = [
        ("/200", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned()),
        ("/201", "HTTP/1.1 201 Created\r\nContent-Type: text/csv\r\nContent-Length: 3\r\n\r\na,b".to_owned()),
        ("/404", "HTTP/1.1 404 Not Found\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nno".to_owned()),
        ("/500", "HTTP/1.1 500 No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>".to_owned()),
        ("/503", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_owned()),
        ("/302", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n".to_owned()),
    ];
    let target = Target::start(scripts.map(|(path, says)| (path, Script::Says(says)))).await;
    let list = json!({ "responses": [
        { "selectionPattern": "4\\d{2}", "statusCode": "400" },
        { "selectionPattern": "404", "statusCode": "410" },
        { "selectionPattern": "5\\d{2}", "statusCode": 502, "responseTemplates": { "application/json": "{\"message\": \"sorry\"}" } },
        { "selectionPattern": "30", "statusCode": 299 },
        { "statusCode": "200" },
    ] });
    // As a map, patterns are tried in the order of their texts.
    let map = json!({ "responses": {
        "404": { "statusCode": "410" },
        "4\\d{2}": { "statusCode": "400" },
        "5\\d{2}": { "statusCode": 502, "responseTemplates": { "application/json": "{\"message\": \"sorry\"}" } },
        "30": { "statusCode": 299 },
        "default": { "statusCode": "200" },
    } });
    let json_type = "content-type: application/json";
    for (responses, gone) in [(list, 400), (map, 410)] {
        let gateway = http(&target, "/{proxy}", responses).await;
        let cases = [
            ("/200", format!("200\n{json_type}\n\nok")),
            ("/201", "200\ncontent-type: text/csv\n\na,b".to_owned()),
            ("/404", format!("{gone}\n{json_type}\n\nno")),
            ("/500", format!("502\n{json_type}\n\n{{\"message\": \"sorry\"}}")),
            ("/503", format!("502\n{json_type}\n\n{{\"message\": \"sorry\"}}")),
            ("/302", format!("200\n{json_type}\n\n")),
        ];
        for (path, expected) in cases {
            assert_eq!(gateway.send(&format!("GET /v1{path}")).await, expected, "{path}");
        }
        gateway.send("GET /v1/404").await;
        assert_eq!(gateway.last_line()["integrationStatus"], 404);
    }
}

#[tokio::test]
async fn a_failing_url_is_a_5xx_that_says_nothing_of_it() {
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat((10 << 20) + 1));
    let broken = [
        ("/text", "hello secret-host\r\n\r\n"),
        ("/nothing", ""),
        ("/high", "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"),
        ("/part", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"),
        ("/chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"),
        ("/said", "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"),
        ("/long", &long),
    ];
    let scripts = broken.map(|(path, says)| (path, Script::Says(says.to_owned())));
    let target = Target::start(scripts.into_iter().chain([("/never", Script::Never)])).await;
    let gateway = http(&target, "/{proxy}", json!({})).await;
    for (path, _) in broken {
        assert_eq!(
            gateway.send(&format!("GET /v1{path}")).await,
            refused(502, "Internal server error"),
            "{path}"
        );
        assert_eq!(target.received().len(), 1, "{path}: a request is sent once");
    }
    let timed_out = refused(504, "Endpoint request timed out");
    let mut gateway = http(&target, "/{proxy}", json!({ "timeoutInMillis": 100 })).await;
    assert_eq!(gateway.send("GET /v1/never").await, timed_out);
    gateway.time_left = Duration::from_millis(250);
    assert_eq!(gateway.send("GET /v1/never").await, timed_out);
    let nothing_fits =
        http(&target, "/{proxy}", json!({ "responses": { "[45]\\d\\d": { "statusCode": 502 } } })).await;
    assert_eq!(nothing_fits.send("GET /v1/x").await, misconfigured());
}
