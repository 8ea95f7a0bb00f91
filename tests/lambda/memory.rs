//! What a client sends must not take the memory that a Lambda of 128 MB has.

use std::fs;

use serde_json::json;

use crate::{gateway::RealGateway, harness::soon};

/// Beside the process there are the runtime's own parts.
const MOST_KIB: u64 = 100 * 1024;

/// The most memory that the process has had at once.
fn peak_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    peak.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
async fn a_body_of_many_values_does_not_take_the_lambdas_memory() {
    let put = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "orders",
        "item": { "id": "many", "all": "$request.body" }, "return": "item" });
    let gateway = RealGateway::serving(&[json!({ "routeKey": "POST /many", "integration": put })]).await;
    gateway.until("200", "POST /v1/many\n\n[0]").await;
    let pids = gateway.pids();
    let bodies = [
        // Over the limit of values; just below it, in the two forms that take the most memory; and one value.
        ("413", format!("[{}0]", "0,".repeat(2_900_000))),
        ("200", format!("[{}0]", "0,".repeat(199_990))),
        ("200", format!("[{}0]", "{\"a\":0},".repeat(49_900))),
        ("413", format!("[\"{}\"]", "x".repeat(5_800_000))),
        ("200", format!("[{}0]", "0,".repeat(1_000))),
    ];
    for (status, body) in bodies {
        let answer = gateway.send(&format!("POST /v1/many\ncontent-type: application/json\n\n{body}")).await;
        let start = &body[..body.len().min(20)];
        assert!(answer.starts_with(status), "{start}: {}", &answer[..answer.len().min(300)]);
        let peak = peak_kib(pids[0]);
        assert!(peak < MOST_KIB, "{start}: {peak} KiB");
    }
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
}
