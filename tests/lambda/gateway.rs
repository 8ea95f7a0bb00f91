//! The release binary of the gateway in the local world: requests in, answers out, and no request ends the process.

use bytes::Bytes;
use expect_test::expect;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use tollgate::local::{
    example_api::put,
    output::Captured,
    world::{GATEWAY, World, WorldSettings},
};

use crate::{
    harness::{named, release_gateway, render, send, soon, text},
    world::settings,
};

pub struct RealGateway {
    pub world: World,
    output: Captured,
}

impl RealGateway {
    /// The example API with some more routes, served by the release binary.
    pub async fn serving(routes: &[Value]) -> Self {
        let output = Captured::default();
        // One instance of each function, as `settings` has it: a request beside an edit's event would start
        // another gateway, and the two may serve different deployments for a moment.
        let settings = WorldSettings { gateway: release_gateway(), output: output.output(), ..settings() };
        let gateway = Self { world: World::start(settings).await.expect("a world"), output };
        for route in routes {
            gateway.put_route(route);
        }
        gateway
    }

    /// Writes a route item; the table's stream does the rest.
    pub fn put_route(&self, item: &Value) {
        let mut item = item.clone();
        item["stage"] = json!("v1");
        let dynamodb = self.world.dynamodb.as_ref().expect("an own DynamoDB");
        put(&dynamodb.database, "tollgate-routes", &item).expect("a write");
    }

    /// Sends `GET /path`, header lines, an empty line, a body.
    pub async fn send(&self, request: &str) -> String {
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().and_then(|line| line.split_once(' ')).expect("a request line");
        let method: Method = method.parse().expect("a method");
        let mut request = Request::builder().method(method).uri(format!("http://{}{target}", self.world.api));
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
        render(&send(request.body(body).expect("a request")).await)
    }

    /// Sends a request until its answer begins with `status`: an edit goes live by itself.
    pub async fn until(&self, status: &str, request: &str) -> String {
        soon(async {
            loop {
                let answer = self.send(request).await;
                if answer.starts_with(status) {
                    return answer;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    pub fn pids(&self) -> Vec<u32> {
        self.world.host.instances(GATEWAY).iter().map(|instance| instance.pid).collect()
    }
}

/// Without the digits that the clock has a say in.
fn without_time(answer: &str) -> String {
    let Some((before, after)) = answer.split_once("\"createdAt\":") else { return answer.to_owned() };
    format!("{before}\"createdAt\":…{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

const STORY: [&str; 9] = [
    "GET /v1/health",
    "GET /v1/orders/1001",
    "POST /v1/orders\ncontent-type: application/json\n\n{\"id\":\"7\",\"sku\":\"ink\",\"quantity\":12345678901234567890123456789012345678}",
    "GET /v1/orders/7",
    "PUT /v1/orders/7\ncontent-type: application/json\n\n{\"quantity\":3}",
    "GET /v1/quotes/pen?quantity=3",
    "DELETE /v1/orders/7",
    "GET /v1/orders/7",
    "PATCH /v1/orders/7",
];

#[tokio::test]
async fn the_release_binary_serves_the_example_api() {
    let gateway = RealGateway::serving(&[]).await;
    let mut story = String::new();
    for request in STORY {
        let line = request.lines().next().unwrap_or_default();
        story += &format!("> {line}\n{}\n\n", without_time(&gateway.send(request).await));
    }
    expect![[r#"
        > GET /v1/health
        200
        content-type: application/json
        transfer-encoding: chunked

        {"status":"up"}

        > GET /v1/orders/1001
        200
        content-type: application/json
        transfer-encoding: chunked

        {"createdAt":…,"id":"1001","quantity":1,"sku":"pen"}

        > POST /v1/orders
        201
        content-type: application/json
        transfer-encoding: chunked

        {}

        > GET /v1/orders/7
        200
        content-type: application/json
        transfer-encoding: chunked

        {"createdAt":…,"id":"7","quantity":12345678901234567890123456789012345678,"sku":"ink"}

        > PUT /v1/orders/7
        200
        content-type: application/json
        transfer-encoding: chunked

        {"createdAt":…,"id":"7","quantity":3,"sku":"ink"}

        > GET /v1/quotes/pen?quantity=3
        200
        content-type: application/json
        transfer-encoding: chunked

        {"lines":[{"cents":7350,"name":"Fountain pen","quantity":3}],"shipping_cents":0,"total_cents":7350}

        > DELETE /v1/orders/7
        204



        > GET /v1/orders/7
        404
        content-type: application/json
        transfer-encoding: chunked
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > PATCH /v1/orders/7
        405
        allow: DELETE, GET, HEAD, PUT
        content-type: application/json
        transfer-encoding: chunked
        x-amzn-errortype: MethodNotAllowedException

        {"message":"Method Not Allowed"}

    "#]]
    .assert_eq(&story);
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn an_edit_goes_live_through_the_tables_stream_and_a_bad_one_is_refused() {
    let gateway = RealGateway::serving(&[]).await;
    assert!(gateway.send("GET /v1/hello").await.starts_with("404"));
    let hello =
        |body: &str| json!({ "routeKey": "GET /hello", "integration": { "type": "MOCK", "body": body } });
    gateway.put_route(&hello("moin"));
    assert!(gateway.until("200", "GET /v1/hello").await.ends_with("\nmoin"));

    gateway.put_route(&json!({ "routeKey": "GET /hello", "integration": { "type": "MOCKERY" } }));
    let line = soon(gateway.output.wait_for(|line| line.contains("ConfigurationInvalid"))).await;
    let line: Value = serde_json::from_str(&line.text).expect("JSON");
    assert_eq!(
        (line["level"].as_str(), line["stage"].as_str(), line["problems"].as_str()),
        (
            Some("ERROR"),
            Some("v1"),
            Some(
                "tollgate-routes [stage=v1 routeKey=GET /hello] integration.type: got \"MOCKERY\", \
                 expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK"
            )
        )
    );
    assert!(gateway.send("GET /v1/hello").await.ends_with("\nmoin"));
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn a_thousand_requests_in_a_row_stay_in_one_process() {
    let gateway = RealGateway::serving(&[]).await;
    gateway.until("200", "GET /v1/health").await;
    let pids = gateway.pids();
    for _ in 0..1_000 {
        assert!(gateway.send("GET /v1/health").await.starts_with("200"));
    }
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
    let served =
        |text: &str| text.contains("\"routeKey\":\"GET /health\"") && text.contains("\"status\":200");
    let lines = gateway.output.lines().iter().filter(|line| served(&line.text)).count();
    assert_eq!(lines, 1_001, "one line a request");
}

#[tokio::test]
async fn a_hung_or_failing_target_is_a_5xx_and_the_instance_lives_on() {
    let reflect = |route_key: &str, timeout: u64| {
        let integration = json!({ "type": "AWS_PROXY", "uri": "reflect", "timeoutInMillis": timeout });
        json!({ "routeKey": route_key, "integration": integration })
    };
    let gateway = RealGateway::serving(&[reflect("POST /slow", 200), reflect("POST /reflect", 20_000)]).await;
    let answer = gateway.until("200", "POST /v1/reflect\n\n{\"statusCode\":200,\"body\":\"there\"}").await;
    assert!(answer.ends_with("\nthere"), "{answer}");
    let pids = gateway.pids();
    let failing = gateway.send("POST /v1/reflect\nx-reflect-error: the secret cause\n\n{}").await;
    let hung = gateway.send("POST /v1/slow\nx-reflect-delay-ms: 600000\n\n{}").await;
    expect![[r#"
        502
        content-type: application/json
        transfer-encoding: chunked
        x-amzn-errortype: InternalServerErrorException

        {"message": "Internal server error"}

        504
        content-type: application/json
        transfer-encoding: chunked
        x-amzn-errortype: InternalServerErrorException

        {"message": "Endpoint request timed out"}"#]]
    .assert_eq(&format!("{failing}\n\n{hung}"));
    assert!(gateway.send("GET /v1/health").await.starts_with("200"));
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn an_event_that_is_no_event_is_a_400_and_the_instance_lives_on() {
    let gateway = RealGateway::serving(&[]).await;
    gateway.until("200", "GET /v1/health").await;
    let pids = gateway.pids();
    let gateway_function = named(GATEWAY);
    for event in [
        "nonsense",
        "",
        "{}",
        "[]",
        "7",
        "\"text\"",
        "null",
        "{\"rawPath\":7}",
        "{\"requestContext\":{\"http\":{}}}",
    ] {
        let answer =
            gateway.world.host.invoke(&gateway_function, event.into(), None).await.expect("the function");
        let answer = text(answer).await.expect("no function error");
        assert!(answer.contains("\"statusCode\":400"), "{event}: {answer}");
        assert!(answer.ends_with("\0\0\0\0\0\0\0\0{\"message\":\"Bad Request\"}"), "{event}: {answer}");
    }
    let records = json!({ "Records": [{}, { "eventSource": "aws:s3" }, { "eventSource": "aws:dynamodb", "dynamodb": {} }] });
    let answer =
        gateway.world.host.invoke(&gateway_function, records.to_string().into(), None).await.expect("it");
    assert_eq!(text(answer).await.as_deref(), Ok("{\"batchItemFailures\":[]}"));
    assert!(gateway.send("GET /v1/health").await.starts_with("200"));
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn nothing_that_the_process_prints_holds_a_secret() {
    const CANARY: &str = "canary-7d1e";
    let gateway = RealGateway::serving(&[
        json!({ "routeKey": "ANY /reflect", "integration": { "type": "AWS_PROXY", "uri": "reflect" } }),
    ])
    .await;
    gateway.until("502", "GET /v1/reflect").await;
    for target in ["/v1/orders", "/v1/orders/1", "/v1/reflect", "/v1/quotes/pen", "/v1/nothing", "/nowhere"] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let headers = format!(
                "authorization: Bearer {CANARY}\nx-api-key: {CANARY}\ncookie: s={CANARY}\nx-tollgate-origin: {CANARY}"
            );
            gateway.send(&format!("{method} {target}?token={CANARY}\n{headers}\n\n{{\"id\":\"1\",\"quantity\":\"{CANARY}\"}}")).await;
        }
    }
    soon(gateway.world.stop()).await;
    let lines = gateway.output.lines();
    assert!(lines.iter().filter(|line| line.function == GATEWAY).count() > 24);
    for line in lines {
        assert!(!line.text.contains(CANARY), "{}: {}", line.function, line.text);
    }
}

#[tokio::test]
async fn a_bad_setting_ends_the_cold_start_with_one_clear_line() {
    let output = std::process::Command::new(release_gateway())
        .env_clear()
        .envs([("AWS_REGION", "eu-test-1"), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x")])
        .env("REFRESH_SECONDS", "soon")
        .output()
        .expect("a result");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "gateway: environment variable REFRESH_SECONDS: got \"soon\", expected a whole number of seconds, at most 86400\n"
    );
}
