//! HTTP targets: their requests, their answers, and the addresses that no route can reach.

mod content_length;
mod default_route;
mod failures;
mod passwords;
mod reachability;

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::{Script, Target, TestGateway};

fn route(route_key: &str, uri: &str, more: &Value) -> Value {
    let mut integration = json!({ "type": "HTTP_PROXY", "uri": uri });
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "routeKey": route_key, "integration": integration })
}

/// The `$api` item that allows these address ranges besides public addresses.
fn allowing(ranges: &[&str]) -> Value {
    json!({ "routeKey": "$api", "allowPrivateIntegrations": ranges })
}

/// `ANY /{proxy+}` to the target, with further fields.
async fn proxy_to(target: &Target, more: &Value) -> TestGateway {
    let uri = format!("http://127.0.0.1:{}/{{proxy}}", target.port);
    TestGateway::serving(&[allowing(&["127.0.0.0/8"]), route("ANY /{proxy+}", &uri, more)]).await
}

fn refused(status: u16, message: &str) -> String {
    format!(
        "{status}\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
         {{\"message\": \"{message}\"}}"
    )
}

#[tokio::test]
async fn the_target_gets_the_request_and_the_client_the_answer() {
    let answer = "HTTP/1.1 404 Not Found\r\nServer: nginx\r\nDate: now\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\
                  Keep-Alive: timeout=5\r\nVia: 1.1 x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nETag: \"e\"\r\n\
                  Transfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n";
    let target = Target::start([("/gone", Script::Says(answer.to_owned()))]).await;
    let gateway = proxy_to(&target, &json!({})).await;
    let story = gateway
        .story(&[
            "PATCH /v1/a/b?q=1\ncontent-type: text/csv\nconnection: x-mine, close\nx-mine: 1\nkeep-alive: 5\nte: trailers\n\
             upgrade: h2c\nproxy-authorization: Basic x\nx-tollgate-origin: secret\nx-forwarded-for: 10.0.0.1\n\
             x-forwarded-host: evil.example\nauthorization: Bearer t\ncookie: a=1; b=2\nuser-agent: curl\n\na,b",
            "GET /v1/least",
            "GET /v1/gone",
            "HEAD /v1/gone",
        ])
        .await;
    expect![[r#"
        > PATCH /v1/a/b?q=1
        > content-type: text/csv
        > connection: x-mine, close
        > x-mine: 1
        > keep-alive: 5
        > te: trailers
        > upgrade: h2c
        > proxy-authorization: Basic x
        > x-tollgate-origin: secret
        > x-forwarded-for: 10.0.0.1
        > x-forwarded-host: evil.example
        > authorization: Bearer t
        > cookie: a=1; b=2
        > user-agent: curl
        > 
        > a,b
        200
        x-amzn-remapped-content-length: 442

        PATCH /a/b?q=1
        accept: application/json
        authorization: Bearer t
        content-length: 3
        content-type: text/csv
        cookie: a=1; b=2
        host: 127.0.0.1:PORT
        traceparent: 00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01
        user-agent: curl
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 10.0.0.1, 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https

        a,b

        > GET /v1/least
        200
        x-amzn-remapped-content-length: 362

        GET /least
        accept: application/json
        host: 127.0.0.1:PORT
        traceparent: 00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https



        > GET /v1/gone
        404
        etag: "e"
        x-amzn-remapped-connection: close, X-Hop
        x-amzn-remapped-date: now
        x-amzn-remapped-server: nginx
        set-cookie: a=1
        set-cookie: b=2

        no!

        > HEAD /v1/gone
        404
        etag: "e"
        x-amzn-remapped-connection: close, X-Hop
        x-amzn-remapped-date: now
        x-amzn-remapped-server: nginx
        set-cookie: a=1
        set-cookie: b=2



    "#]]
    .assert_eq(&story);
}

#[tokio::test]
async fn path_and_query_arrive_as_they_were_routed() {
    let target = Target::start([]).await;
    let gateway = proxy_to(&target, &json!({})).await;
    let cases = [
        ("/v1/a/b", "/a/b"),
        ("//v1//a//b/", "/a//b/"),
        ("/v1/a//", "/a//"),
        ("/v1/%61%2Fb%2f/%7Ec", "/a%2Fb%2F/~c"),
        ("/v1/caf%C3%A9", "/caf%C3%A9"),
        ("/v1/caf\u{e9}", "/caf%C3%A9"),
        ("/v1/%252e%252e/x", "/%252e%252e/x"),
        ("/v1/a;b=1,c@d:80", "/a;b=1,c@d:80"),
        ("/v1/@evil.example/x", "/@evil.example/x"),
        ("/v1/http://evil.example/", "/http://evil.example/"),
        ("/v1/x?a=1&a=%2F&&b", "/x?a=1&a=%2F&&b"),
        ("/v1/x?a=%zz&b=c d&e=#f", "/x?a=%zz&b=c%20d&e=%23f"),
        ("/v1/x?", "/x"),
        ("/v1/x??", "/x??"),
        ("/v1/x?u=http://evil.example/../", "/x?u=http://evil.example/../"),
    ];
    for (sent, expected) in cases {
        let answer = gateway.send(&format!("GET {sent}")).await;
        assert!(answer.starts_with("200\n"), "{sent}: {answer}");
        let received = target.received().concat();
        assert_eq!(received.lines().next(), Some(format!("GET {expected}").as_str()), "{sent}");
        assert!(received.contains("\nhost: 127.0.0.1:PORT\n"), "{received}");
    }
    for sent in [
        "/v1/../x",
        "/v1/a/%2e%2E/x",
        "/v1/a%2F..%2Fx",
        "/v1/a\\..\\x",
        "/v1/.",
        "/v1/a%00",
        "/v1/x?%0d%0a=\u{1}",
    ] {
        let answer = gateway.send(&format!("GET {sent}")).await;
        assert!(answer.starts_with("400\n"), "{sent}: {answer}");
    }
    assert_eq!(target.received(), [] as [&str; 0]);
}

#[tokio::test]
async fn request_parameters_change_method_headers_query_and_path() {
    let target = Target::start([]).await;
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "port": target.port.to_string() } }));
    gateway.put_route(&allowing(&["127.0.0.1"]));
    let mapping = json!({ "integrationMethod": "POST", "requestParameters": {
        "overwrite:header.x-user": "$request.body.user.id", "append:header.x-tag": "${request.path.id}/${context.stage}",
        "remove:header.x-secret": "", "overwrite:querystring.page": "$request.querystring.p", "remove:querystring.p": "",
        "append:querystring.q": "a&b", "overwrite:path": "/v2/${request.path.id}" } });
    gateway.put_route(&route(
        "PUT /orders/{id}",
        "http://127.0.0.1:${stageVariables.port}/x?fixed=1",
        &mapping,
    ));
    gateway.go_live().await;
    let request = "PUT /v1/orders/a%2Fb?p=2%263&page=9\nx-user: forged\nx-tag: mine\nx-secret: 1\naccept: */*\n\
                   user-agent: curl\n\n{\"user\": {\"id\": 7}}";
    expect![[r#"
        200
        x-amzn-remapped-content-length: 435

        POST /v2/a%2Fb?fixed=1&page=2%263&q=a%26b
        accept: */*
        content-length: 19
        host: 127.0.0.1:PORT
        traceparent: 00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01
        user-agent: curl
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https
        x-tag: a/b/v1
        x-tag: mine
        x-user: 7

        {"user": {"id": 7}}"#]]
    .assert_eq(&gateway.send(request).await);
    assert_eq!(target.received().len(), 1);
    for body in ["{", "", "{\"user\": {\"id\": \"a\\r\\nb: c\"}}"] {
        let answer = gateway.send(&format!("PUT /v1/orders/1\n\n{body}")).await;
        assert!(answer.starts_with("400\n"), "{body}: {answer}");
    }
    assert_eq!(target.received(), [] as [&str; 0], "what cannot be mapped is not sent");
}
