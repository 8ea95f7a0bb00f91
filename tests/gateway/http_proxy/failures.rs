//! Targets that fail, and bodies of any size.

use std::time::Duration;

use serde_json::{Value, json};

use super::{allowing, proxy_to, refused, route};
use crate::harness::{Script, Target, TestGateway};

#[tokio::test]
async fn a_failing_target_is_a_5xx_that_says_nothing_of_it() {
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
    let gateway = proxy_to(&target, &json!({})).await;
    for (path, _) in broken {
        assert_eq!(
            gateway.send(&format!("GET /v1{path}")).await,
            refused(502, "Internal server error"),
            "{path}"
        );
        assert_eq!(target.received().len(), 1, "{path}: a request is sent once");
    }
    let timed_out = refused(504, "Endpoint request timed out");
    let mut gateway = proxy_to(&target, &json!({ "timeoutInMillis": 100 })).await;
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
async fn a_body_of_20_megabytes_passes_and_one_that_breaks_off_breaks_off_for_the_client() {
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
