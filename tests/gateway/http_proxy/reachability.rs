//! Addresses that no route can reach, whatever an item or a target says.

use serde_json::{Value, json};
use tollgate::{deployment::Outcome, userinfo::withheld};

use super::{allowing, proxy_to, refused, route};
use crate::harness::{Script, Target, TestGateway};

#[tokio::test]
async fn a_route_to_an_address_that_is_not_public_cannot_be_deployed() {
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
            assert_eq!(named, ("stage=v1 routeKey=GET /x", "integration.uri", &*withheld(&uri)));
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
async fn a_name_that_resolves_to_a_private_address_is_reached_only_if_that_is_allowed() {
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
async fn a_redirect_is_passed_to_the_client_and_not_followed() {
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
