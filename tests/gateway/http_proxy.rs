//! HTTP targets: what they get, what the client gets of theirs, and where no route can reach.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::deployment::Outcome;

use crate::harness::{Script, Target, TestGateway};

fn route(route_key: &str, uri: &str, more: &Value) -> Value {
    let mut integration = json!({ "type": "HTTP_PROXY", "uri": uri });
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "routeKey": route_key, "integration": integration })
}

/// What the whole API may reach besides public addresses.
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
        x-amzn-remapped-content-length: 312

        PATCH /a/b?q=1
        accept: application/json
        authorization: Bearer t
        content-length: 3
        content-type: text/csv
        cookie: a=1; b=2
        host: 127.0.0.1:PORT
        user-agent: curl
        x-amzn-apigateway-api-id: abc123
        x-forwarded-for: 10.0.0.1, 192.0.2.1
        x-forwarded-host: evil.example
        x-forwarded-port: 443
        x-forwarded-proto: https

        a,b

        > GET /v1/least
        200
        x-amzn-remapped-content-length: 201

        GET /least
        accept: application/json
        host: 127.0.0.1:PORT
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
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
        // As API Gateway was recorded to: `{proxy}` has no slash at its end.
        ("//v1//a//b/", "/a//b"),
        ("/v1/%61%2Fb%2f/%7Ec", "/a%2Fb%2F/~c"),
        ("/v1/caf%C3%A9", "/caf%C3%A9"),
        ("/v1/caf\u{e9}", "/caf%C3%A9"),
        ("/v1/%252e%252e/x", "/%252e%252e/x"),
        ("/v1/a;b=1,c@d:80", "/a;b=1,c@d:80"),
        ("/v1/@evil.example/x", "/@evil.example/x"),
        ("/v1/http://evil.example/", "/http://evil.example"),
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
async fn the_operator_changes_method_headers_query_and_path() {
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
        x-amzn-remapped-content-length: 274

        POST /v2/a%2Fb?fixed=1&page=2%263&q=a%26b
        accept: */*
        content-length: 19
        host: 127.0.0.1:PORT
        user-agent: curl
        x-amzn-apigateway-api-id: abc123
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

#[tokio::test]
async fn an_address_that_is_not_public_cannot_be_deployed() {
    let target = Target::start([]).await;
    let gateway = TestGateway::new();
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.255.255.254",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[::127.0.0.1]",
        "[fe80::1%25eth0]",
        "%31%32%37.0.0.1",
        "127.0.0.1%00.example.com",
        "\u{ff11}27.0.0.1",
        "user@127.0.0.1",
        "example.com@127.0.0.1",
        "",
    ];
    for host in hosts {
        for uri in [format!("http://{host}:{}/", target.port), format!("HTTPS://{host}/x")] {
            gateway.put_route(&route("GET /x", &uri, &json!({})));
            let Outcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!("{uri}") };
            assert_eq!(problems.len(), 1, "{problems:?}");
            let named = (problems[0].key.as_str(), problems[0].field.as_str(), problems[0].got.as_str());
            assert_eq!(named, ("stage=v1 routeKey=GET /x", "integration.uri", uri.as_str()));
        }
    }
    for uri in [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1",
        "http:/127.0.0.1/",
        "http://{id}/",
        "http://{id}.example.com/",
    ] {
        gateway.put_route(&route("GET /x", uri, &json!({})));
        assert!(matches!(gateway.publish("v1").await, Outcome::Invalid { .. }), "{uri}");
    }
    // What is listed opens nothing beside it.
    gateway.put_route(&allowing(&["127.0.0.2", "10.0.0.0/8", "::1"]));
    gateway.put_route(&route("GET /x", &format!("http://127.0.0.1:{}/", target.port), &json!({})));
    assert!(matches!(gateway.publish("v1").await, Outcome::Invalid { .. }));
    for range in ["0.0.0.0/33", "10.0.0.1/8", "everything", "localhost", "10.0.0.0-10.0.0.9", ""] {
        gateway.put_route(&allowing(&[range]));
        let Outcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!("{range}") };
        assert_eq!(problems[0].field, "allowPrivateIntegrations", "{range}: {problems:?}");
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_name_is_as_public_as_the_address_behind_it() {
    let target = Target::start([]).await;
    let uri = |name: &str| format!("http://{name}:{}/x", target.port);
    let names = ["localhost", "LOCALHOST", "localhost."];
    let routes: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(nth, name)| route(&format!("GET /{nth}"), &uri(name), &json!({})))
        .collect();
    let gateway = TestGateway::serving(&routes).await;
    let unreachable = refused(504, "Network error communicating with endpoint");
    for (nth, name) in names.iter().enumerate() {
        assert_eq!(gateway.send(&format!("GET /v1/{nth}")).await, unreachable, "{name}");
    }
    assert_eq!(target.connections(), 0);

    gateway.put_route(&allowing(&["127.0.0.1", "::1"]));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1/0").await.starts_with("200\n"));
    assert_eq!(target.connections(), 1);

    // The connection is kept, but not for a deployment that may not make it.
    gateway.put_route(&allowing(&[]));
    gateway.go_live().await;
    assert_eq!(gateway.send("GET /v1/0").await, unreachable);
    assert_eq!((target.connections(), target.received().len()), (1, 1));
}

#[tokio::test]
async fn a_redirect_is_the_clients_to_follow() {
    let inside = Target::start([]).await;
    let location = format!("http://127.0.0.1:{}/credentials", inside.port);
    let scripts = [301, 302, 303, 307, 308].map(|status| {
        let path: &'static str = format!("/{status}").leak();
        let says = format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        (path, Script::Says(says))
    });
    let target = Target::start(scripts).await;
    let gateway = proxy_to(&target, &json!({})).await;
    for status in [301, 302, 303, 307, 308] {
        let answer = gateway.send(&format!("GET /v1/{status}")).await;
        assert_eq!(answer, format!("{status}\nlocation: {location}\nx-amzn-remapped-content-length: 0\n\n"));
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_target_that_fails_is_a_5xx_that_says_nothing_of_it() {
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(600_000));
    let broken = [
        ("/text", "hello secret-host\r\n\r\n"),
        ("/nothing", ""),
        ("/half", "HTTP/1.1 200 OK\r\nx-a: 1"),
        ("/nul", "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n"),
        ("/low", "HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n"),
        ("/high", "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"),
        ("/switch", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        ("/length", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
        ("/long", &long),
    ];
    let scripts = broken.map(|(path, says)| (path, Script::Says(says.to_owned())));
    let target = Target::start(scripts.into_iter().chain([("/never", Script::Never)])).await;
    let mut gateway = proxy_to(&target, &json!({ "timeoutInMillis": 100 })).await;
    for (path, _) in broken {
        assert_eq!(
            gateway.send(&format!("GET /v1{path}")).await,
            refused(502, "Internal server error"),
            "{path}"
        );
        assert_eq!(target.received().len(), 1, "{path}: a request is sent once");
    }
    let timed_out = refused(504, "Endpoint request timed out");
    assert_eq!(gateway.send("GET /v1/never").await, timed_out);
    gateway.time_left = Duration::from_millis(250);
    assert_eq!(gateway.send("GET /v1/never").await, timed_out);

    let nobody = crate::harness::free_port().local_addr().unwrap().port();
    for uri in [format!("http://127.0.0.1:{nobody}/"), format!("https://127.0.0.1:{nobody}/")] {
        let gateway =
            TestGateway::serving(&[allowing(&["127.0.0.1"]), route("GET /x", &uri, &json!({}))]).await;
        assert_eq!(
            gateway.send("GET /v1/x").await,
            refused(504, "Network error communicating with endpoint"),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn a_body_of_any_size_passes_and_one_that_breaks_off_is_seen_to() {
    let large = "x".repeat(20_000_000);
    let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{large}", large.len());
    let scripts = [
        ("/large", whole),
        ("/part", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart".to_owned()),
        ("/chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n".to_owned()),
        ("/close", "HTTP/1.1 200 OK\r\n\r\nto the end".to_owned()),
    ];
    let target = Target::start(scripts.map(|(path, says)| (path, Script::Says(says)))).await;
    let gateway = proxy_to(&target, &json!({})).await;
    let answer = gateway.send("GET /v1/large").await;
    assert!(answer.split_once("\n\n").unwrap().1 == large, "{} bytes", answer.len());

    let sent = "y".repeat(6_000_000);
    let answer = gateway.send(&format!("POST /v1/echo\n\n{sent}")).await;
    assert!(answer.ends_with(&format!("\n\n{sent}")), "{} bytes", answer.len());

    assert_eq!(gateway.send("GET /v1/close").await, "200\n\nto the end");
    for path in ["/part", "/chunk"] {
        let answer = gateway.send(&format!("GET /v1{path}")).await;
        let (_, body) = answer.split_once("\n\n").unwrap();
        assert_eq!(body, "part<broke off: error reading a body from connection>", "{path}");
        let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
        assert_eq!(line["integrationErrorMessage"], "error reading a body from connection", "{line}");
    }
}
