//! `shadow` of a route: copies of its safe requests go to another API once the answer has gone out.

use std::{sync::Arc, time::Duration};

use expect_test::expect;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::harness::{Script, Target, TestGateway, event, render};

/// A gateway that answers `{"pong":true}`, with a shadow of these fields at the target.
async fn shadowed(target: &Target, path: &str, more: Value) -> TestGateway {
    let mut shadow = json!({ "uri": format!("http://127.0.0.1:{}{path}", target.port), "percent": 100 });
    shadow.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    TestGateway::serving(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        json!({ "routeKey": "ANY /ping/{id}", "shadow": shadow,
            "integration": { "type": "MOCK", "headers": { "content-type": "application/json" }, "body": "{\"pong\":true}" } }),
    ])
    .await
}

/// The lines that tell of copies.
fn shadow_lines(gateway: &TestGateway) -> Vec<String> {
    gateway.log_lines().into_iter().filter(|line| line.contains("\"shadow\"")).collect()
}

fn says(status: u16, body: &str) -> Script {
    Script::Says(format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

#[tokio::test]
async fn a_line_says_if_both_apis_agree() {
    let target = Target::start([
        ("/agrees/1", says(200, "{\"pong\":true}")),
        ("/status/1", says(404, "{\"pong\":true}")),
        ("/body/1", says(200, "{\"pong\":false}")),
        (
            "/gzip/1",
            Script::Says(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno".to_owned(),
            ),
        ),
        ("/cut/1", Script::Says("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nno".to_owned())),
        ("/hangs-up/1", Script::Says(String::new())),
        ("/never/1", Script::Never),
    ])
    .await;
    let mut told = String::new();
    for path in ["agrees", "status", "body", "gzip", "cut", "hangs-up", "never"] {
        let mut gateway = shadowed(&target, &format!("/{path}/{{id}}"), json!({})).await;
        if path == "never" {
            gateway.time_left = Duration::from_millis(250);
        }
        let answer = gateway.send("GET /v1/ping/1").await;
        assert!(answer.starts_with("200\n"), "{answer}");
        told += &format!("{}\n", shadow_lines(&gateway).join("\n"));
    }
    let dead = TestGateway::serving(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        json!({ "routeKey": "GET /ping", "integration": { "type": "MOCK" },
            "shadow": { "uri": "http://127.0.0.1:1/ping", "percent": 100 } }),
    ])
    .await;
    assert!(dead.send("GET /v1/ping").await.starts_with("200\n"));
    told += &shadow_lines(&dead).join("\n");
    expect![[r#"
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"AGREES","answerStatus":200,"shadowStatus":200,"shadowLatency":0}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"STATUS_DIFFERS","answerStatus":200,"shadowStatus":404,"shadowLatency":0}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"BODY_DIFFERS","answerStatus":200,"shadowStatus":200,"shadowLatency":0}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"NOT_COMPARED","answerStatus":200,"shadowStatus":200,"shadowLatency":0,"shadowError":"a body that is not in the encoding that it says"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"NOT_COMPARED","answerStatus":200,"shadowStatus":200,"shadowLatency":0,"shadowError":"a body that broke off"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"NO_ANSWER","answerStatus":200,"shadowLatency":0,"shadowError":"the connection broke off"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /ping/{id}","shadow":"NO_ANSWER","answerStatus":200,"shadowLatency":0,"shadowError":"it took too long"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /ping","shadow":"NO_ANSWER","answerStatus":200,"shadowLatency":0,"shadowError":"no connection"}"#]].assert_eq(&told);
}

/// The answer is whole before the other API is asked, and the function goes on until it has answered.
#[tokio::test]
async fn a_slow_shadow_delays_no_answer() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let says = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"pong\":true}".to_owned();
    let script = Script::Waits { asked: Arc::clone(&asked), go: Arc::clone(&go), says };
    let target = Target::start([("/1", script)]).await;
    let gateway = shadowed(&target, "/{id}", json!({})).await;
    let answer = render(gateway.answer(&event("GET /v1/ping/1").to_string()).await).await;
    assert!(answer.ends_with("{\"pong\":true}"), "{answer}");
    assert_eq!(target.connections(), 0);
    let released = async {
        asked.notified().await;
        assert_eq!(shadow_lines(&gateway), [""; 0]);
        go.notify_one();
    };
    tokio::join!(gateway.finish(), released);
    let [line] = &shadow_lines(&gateway)[..] else { panic!("{:?}", gateway.log_lines()) };
    assert!(line.contains("\"AGREES\""), "{line}");
}

#[tokio::test]
async fn only_safe_requests_that_were_let_through_are_copied() {
    let target = Target::start([]).await;
    let gateway = shadowed(&target, "/{id}", json!({})).await;
    for request in [
        "POST /v1/ping/1",
        "PUT /v1/ping/1",
        "DELETE /v1/ping/1",
        "PATCH /v1/ping/1",
        "GET /v1/ping/1\n\nbody",
        "GET /v1/ping/1\nif-none-match: \"x\"",
        "GET /v1/ping/1\nrange: bytes=0-1",
        "GET /v1/ping/1\nx-tollgate-shadow: 1",
        "GET /v1/other",
    ] {
        gateway.send(request).await;
        assert_eq!(target.received(), [""; 0], "{request}");
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        gateway.send(&format!("{method} /v1/ping/a%2Fb?x=1")).await;
        let received = target.received();
        let [received] = &received[..] else { panic!("{method}: {received:?}") };
        assert!(received.starts_with(&format!("{method} /a%2Fb?x=1\n")), "{received}");
    }
    let none = shadowed(&target, "/{id}", json!({ "percent": 0 })).await;
    none.send("GET /v1/ping/1").await;
    assert_eq!(target.received(), [""; 0]);
}

#[tokio::test]
async fn a_request_that_is_refused_is_not_copied() {
    let target = Target::start([]).await;
    let shadow = json!({ "uri": format!("http://127.0.0.1:{}/", target.port), "percent": 100 });
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        json!({ "routeKey": "GET /key", "apiKeyRequired": true, "shadow": shadow, "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /page", "requestParameters": { "method.request.querystring.page": true },
            "shadow": shadow, "integration": { "type": "MOCK" } }),
    ])
    .await;
    for (request, status) in [("GET /v1/key", "403"), ("GET /v1/page", "400")] {
        let answer = gateway.send(request).await;
        assert!(answer.starts_with(status), "{answer}");
    }
    assert_eq!((target.received().len(), shadow_lines(&gateway).len()), (0, 0));
}

const WITH_SECRETS: &str = "GET /v1/ping/1?page=2&access_token=s&X-Amz-Signature=s\naccept: text/plain\nauthorization: Bearer s\n\
                            cookie: s=1\nx-api-key: s\nx-secret: s\nuser-agent: curl";

#[tokio::test]
async fn a_copy_has_no_secret_unless_credentials_are_passed() {
    let target = Target::start([]).await;
    let gateway = shadowed(&target, "/{id}", json!({})).await;
    gateway.send(WITH_SECRETS).await;
    expect![[r#"
        GET /1?page=2
        accept: text/plain
        host: 127.0.0.1:PORT
        user-agent: curl
        x-amzn-apigateway-api-id: abc123
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https
        x-tollgate-shadow: 1

    "#]]
    .assert_eq(&target.received().join("\n"));
    let gateway = shadowed(&target, "/{id}", json!({ "passCredentials": true })).await;
    gateway.send(WITH_SECRETS).await;
    expect![[r#"
        GET /1?page=2&access_token=s&X-Amz-Signature=s
        accept: text/plain
        authorization: Bearer s
        cookie: s=1
        host: 127.0.0.1:PORT
        traceparent: 00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01
        user-agent: curl
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-api-key: s
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https
        x-secret: s
        x-tollgate-shadow: 1

    "#]]
    .assert_eq(&target.received().join("\n"));
}

/// The old API needs no more of a query than what is nobody's secret, however its name is written.
#[tokio::test]
async fn a_parameter_that_is_a_secret_by_its_name_is_not_copied() {
    let target = Target::start([]).await;
    let gateway = shadowed(&target, "/{id}", json!({})).await;
    let secrets = "id_token=s&refresh_token=s&password=s&client_secret=s&x-api-key=s&jwt=s&code=s&%74oken=s&X-Amz-Date=s\
                   &Client%5FSecret=s&user%5Bpassword%5D=s&session-id=s&API.Key=s&otp=s&AWSAccessKeyId=s";
    gateway.send(&format!("GET /v1/ping/1?page=2&{secrets}&author=ada&postcode=1")).await;
    let received = target.received().join("\n");
    assert_eq!(received.lines().next(), Some("GET /1?page=2&author=ada&postcode=1"));
}

#[tokio::test]
async fn a_line_has_the_beginning_of_an_encoding_whose_name_is_long() {
    for (length, told) in [(64, "x".repeat(64)), (60_000, "x".repeat(64) + "…")] {
        let says = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {}\r\nContent-Length: 2\r\n\r\nno",
            "x".repeat(length)
        );
        let target = Target::start([("/1", Script::Says(says))]).await;
        let gateway = shadowed(&target, "/{id}", json!({})).await;
        gateway.send("GET /v1/ping/1").await;
        let [line] = &shadow_lines(&gateway)[..] else { panic!("{:?}", gateway.log_lines()) };
        let expected = format!(r#""shadowLatency":0,"shadowError":"a body in the encoding {told}"}}"#);
        assert!(line.ends_with(&expected), "{line}");
    }
}

#[tokio::test]
async fn what_the_authorizer_reads_is_a_secret_whatever_its_name_is() {
    let target = Target::start([]).await;
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"], "authorizers": { "who": {
            "type": "REQUEST", "authorizerUri": "simple", "enableSimpleResponses": true,
            "identitySource": ["$request.querystring.who", "$request.header.prefer"] } } }),
        json!({ "routeKey": "GET /ping", "authorizerId": "who", "integration": { "type": "MOCK" },
            "shadow": { "uri": format!("http://127.0.0.1:{}/", target.port), "percent": 100 } }),
    ])
    .await;
    let answer = gateway.send("GET /v1/ping?page=2&who=allow%20ada\nprefer: s\naccept: text/plain").await;
    assert!(answer.starts_with("200\n"), "{answer}");
    let received = target.received().join("\n");
    assert!(received.starts_with("GET /?page=2\naccept: text/plain\n"), "{received}");
    assert!(!received.contains("prefer"), "{received}");
}

#[tokio::test]
async fn a_streamed_answer_is_compared_by_its_content() {
    let plain = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n";
    let target =
        Target::start([("/new", Script::Says(chunked.to_owned())), ("/old", Script::Says(plain.to_owned()))])
            .await;
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", target.port);
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        json!({ "routeKey": "GET /ping", "integration": { "type": "HTTP_PROXY", "uri": at("/new") },
            "shadow": { "uri": at("/old"), "percent": "100" } }),
    ])
    .await;
    gateway.send("GET /v1/ping").await;
    let [line] = &shadow_lines(&gateway)[..] else { panic!("{:?}", gateway.log_lines()) };
    assert!(line.contains("\"AGREES\""), "{line}");
}

#[tokio::test]
async fn a_shadow_that_cannot_be_is_a_problem() {
    let gateway = TestGateway::new();
    let route = |shadow: Value| json!({ "routeKey": "GET /ping", "integration": { "type": "MOCK" }, "shadow": shadow });
    let mut told = String::new();
    for shadow in [
        json!({}),
        json!({ "uri": "http://10.0.0.1/ping", "percent": 100 }),
        json!({ "uri": "https://u:p@a.example/ping", "percent": 101 }),
        json!({ "uri": "https://a.example/{id}", "percent": 5, "passCredentials": "maybe" }),
    ] {
        gateway.put_route(&route(shadow));
        gateway.publish("v1").await;
        told += &format!("{}\n", gateway.stage_status("v1").await);
    }
    expect![[r#"
        INVALID 2 problems; nothing is served yet
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.percent: got nothing, expected a number from 0 to 100, with four decimals at most
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.uri: got nothing, expected a URL such as https://old.example.com/prod/orders/{id}
        INVALID 1 problem; nothing is served yet
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.uri: got http://10.0.0.1/ping, expected a host's name, a public address, or one that allowPrivateIntegrations of $api lists
        INVALID 2 problems; nothing is served yet
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.percent: got 101, expected a number from 0 to 100, with four decimals at most
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.uri: got https://…@a.example/ping, expected a URL without user name and password
        INVALID 2 problems; nothing is served yet
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.passCredentials: got "maybe", expected true or false
        tollgate-routes [stage=v1 routeKey=GET /ping] shadow.uri: got {id}, expected one of the route's path parameters ()
    "#]].assert_eq(&told);
}
