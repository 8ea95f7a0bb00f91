//! The trace of a request: passed on, in its line, and told to X-Ray.

use std::{net::UdpSocket, time::Duration};

use serde_json::{Value, json};

use crate::harness::{REQUEST_ID, TestGateway};

const CLIENTS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const LAMBDAS: &str = "00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01";

#[tokio::test]
async fn a_function_gets_a_clients_traceparent_and_for_a_wrong_one_that_of_lambda() {
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "GET /echo", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    ])
    .await;
    let cases = [
        (CLIENTS, json!(CLIENTS), json!("a=1"), json!("0af7651916cd43dd8448eb211c80319c")),
        ("00-0-0-0", json!(LAMBDAS), Value::Null, Value::Null),
    ];
    for (sent, passed, state, in_line) in cases {
        gateway.send(&format!("GET /v1/echo\ntraceparent: {sent}\ntracestate: a=1")).await;
        let event = gateway.called_with().unwrap();
        assert_eq!((&event["headers"]["traceparent"], &event["headers"]["tracestate"]), (&passed, &state));
        let line = gateway.last_line();
        assert_eq!(line["xrayTraceId"], "1-67891233-abcdef012345678912345678");
        assert_eq!((&line["traceId"], &line["awsEndpointRequestId"]), (&in_line, &json!(REQUEST_ID)));
    }
}

#[tokio::test]
async fn each_call_of_a_target_is_a_subsegment_where_the_function_has_active_tracing() {
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    daemon.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = daemon.local_addr().unwrap().to_string();
    let gateway = TestGateway::with_environment(&[("AWS_XRAY_DAEMON_ADDRESS", &address)]);
    gateway.put_route(
        &json!({ "routeKey": "GET /gone/{id}", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
    );
    gateway.go_live().await;
    gateway.send("GET /v1/nothing").await;
    gateway.send("GET /v1/gone/1").await;
    let mut bytes = [0; 2_048];
    let length = daemon.recv(&mut bytes).unwrap();
    let (header, document) = std::str::from_utf8(&bytes[..length]).unwrap().split_once('\n').unwrap();
    assert_eq!(header, r#"{"format":"json","version":1}"#);
    let told: Value = serde_json::from_str(document).unwrap();
    assert_eq!(
        json!([told["name"], told["trace_id"], told["parent_id"], told["fault"], told["aws"]["request_id"]]),
        json!([
            "GET /gone/_id_",
            "1-67891233-abcdef012345678912345678",
            "53995c3f42cd8ad8",
            true,
            REQUEST_ID
        ])
    );
}
