//! One gateway with many requests at a time: none of them takes another one's time.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use futures_util::future::join_all;
use http_body_util::BodyExt;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tollgate::local::{function_output::Captured, function_settings::FunctionSettings, world::GATEWAY};

use super::gateway_cluster::{ClusterSize, GatewayCluster, Tables};
use crate::harness::soon;

const AT_A_TIME: usize = 8;

/// A target that takes requests, and leaves the answers to the test.
struct StuckTarget {
    address: SocketAddr,
    requests: mpsc::UnboundedReceiver<TcpStream>,
}

impl StuckTarget {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                drop(sender.send(client));
            }
        });
        Self { address, requests }
    }

    /// The next request, whose head is read.
    async fn request(&mut self) -> TcpStream {
        let mut client = soon(self.requests.recv()).await.expect("a request");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            assert_ne!(soon(client.read_buf(&mut head)).await.expect("a request"), 0);
        }
        client
    }
}

/// One gateway with a route to the target, and one that needs nobody.
async fn gateway(target: &StuckTarget, timeout: Duration) -> GatewayCluster {
    let tables = Tables::start().await;
    let uri = format!("http://{}", target.address);
    tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
    let routes = [
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        json!({ "routeKey": "GET /stuck", "integration": { "type": "HTTP_PROXY", "uri": uri } }),
        json!({ "routeKey": "GET /hello", "integration": { "type": "MOCK", "body": "hello" } }),
    ];
    for mut route in routes {
        route["stage"] = json!("v1");
        tables.put("ROUTES_TABLE", &route);
    }
    let settings = GatewayCluster::settings(&tables, tables.dynamodb.address, &Captured::default(), &[]);
    let size = ClusterSize { instances: 1, events_at_a_time: AT_A_TIME };
    GatewayCluster::start_as(FunctionSettings { timeout, ..settings }, size, tables).await
}

async fn get(gateway: &GatewayCluster, path: &str) -> (u16, String) {
    let (head, body) = soon(gateway.get(path, &[])).await.expect("an answer").into_parts();
    let body = soon(body.collect()).await.expect("all of it").to_bytes();
    (head.status.as_u16(), String::from_utf8_lossy(&body).into_owned())
}

fn pids(gateway: &GatewayCluster) -> Vec<u32> {
    gateway.host.instances(GATEWAY).iter().map(|instance| instance.pid).collect()
}

#[tokio::test]
async fn a_stuck_target_takes_nobody_elses_time() {
    let mut target = StuckTarget::start().await;
    let gateway = gateway(&target, Duration::from_secs(30)).await;
    let pids_before = pids(&gateway);
    let stuck = join_all((1..AT_A_TIME).map(|_| get(&gateway, "/v1/stuck")));
    let (stuck, ()) = tokio::join!(stuck, async {
        let mut held = Vec::new();
        for _ in 1..AT_A_TIME {
            held.push(target.request().await);
        }
        for _ in 0..100 {
            assert_eq!(get(&gateway, "/v1/hello").await, (200, "hello".to_owned()));
        }
        for mut client in held {
            client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate").await.expect("a reader");
        }
    });
    assert_eq!(stuck, vec![(200, "late".to_owned()); AT_A_TIME - 1]);
    assert_eq!(pids(&gateway), pids_before);
    gateway.stop().await;
}

/// On Managed Instances nobody ends an event whose time is over but the process itself.
#[tokio::test]
async fn an_answer_that_nobody_reads_leaves_its_place_when_its_time_is_over() {
    let mut target = StuckTarget::start().await;
    let gateway = gateway(&target, Duration::from_secs(3)).await;
    let pids_before = pids(&gateway);
    let mut unread = Vec::new();
    for _ in 0..AT_A_TIME {
        let (answer, mut client) = tokio::join!(gateway.get("/v1/stuck", &[]), async {
            let mut client = target.request().await;
            client.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: x/y\r\n\r\n").await.expect("a reader");
            client
        });
        unread.push(answer.expect("an answer's head"));
        tokio::spawn(async move { while client.write_all(&[b'x'; 65_536]).await.is_ok() {} });
    }
    // All places are taken, and then free again.
    let answers = join_all((0..2 * AT_A_TIME).map(|_| get(&gateway, "/v1/hello"))).await;
    assert_eq!(answers, vec![(200, "hello".to_owned()); 2 * AT_A_TIME]);
    assert_eq!(pids(&gateway), pids_before);
    for answer in unread {
        assert!(
            soon(answer.into_body().collect()).await.is_err(),
            "its client can tell that it is not whole"
        );
    }
    gateway.stop().await;
}
