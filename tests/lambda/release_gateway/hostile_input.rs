//! Targets, events and settings that must not end the process, or end it with a clear line.

use expect_test::expect;
use serde_json::json;
use tollgate::local::world::GATEWAY;

use super::RealGateway;
use crate::harness::{named, release_gateway, soon, text};

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
