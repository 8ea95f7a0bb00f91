//! A canary of many real gateways: all of them give a caller the same version, and all of them leave one that fails.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use tollgate::{
    aws::{ServiceClient, service::Service},
    clock::Clock,
    deployment::{self, CanaryStart, CanaryStarted, Origin, Publication, PublishOutcome, start_canary},
    environment::Environment,
    local::function_output::Captured,
    store::Store,
};

use super::{
    INSTANCES,
    gateway_cluster::{GatewayCluster, Tables},
};
use crate::harness::soon;

const CALLERS: usize = 200;
/// So many requests of each caller.
const ROUNDS: usize = 10;
/// More than any fleet takes to see a hundred faults.
const MOST_FAULTS: usize = 20_000;

fn store(tables: &Tables) -> Store {
    let endpoint = format!("http://{}", tables.dynamodb.address);
    let variables: BTreeMap<String, String> = tables.names.environment().collect();
    let environment = Environment::read(|name| match name {
        "AWS_REGION" => Some("eu-test-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.clone()),
        _ => variables.get(name).cloned(),
    })
    .expect("an environment");
    Store::new(ServiceClient::new(Service::DynamoDb, &environment.aws), environment.tables)
}

fn put_routes(tables: &Tables, version: &str, faulty_status: u16) {
    let routes = [("GET /version", 200), ("GET /faulty", faulty_status)];
    for (route_key, status) in routes {
        let integration = json!({ "type": "MOCK", "statusCode": status, "body": version });
        tables.put(
            "ROUTES_TABLE",
            &json!({ "stage": "v1", "routeKey": route_key, "integration": integration }),
        );
    }
}

/// Gateways that serve a stage with a canary from their start: so none has to be waited for.
async fn cluster(output: &Captured) -> (GatewayCluster, Store) {
    let tables = Tables::start().await;
    let store = store(&tables);
    tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
    put_routes(&tables, "stage", 200);
    let origin = Origin { at: Clock::System.now(), by: "ada", message: "" };
    let outcome = deployment::publish(&store, "v1", Publication::on_request(origin)).await.expect("a store");
    assert!(matches!(outcome, PublishOutcome::Published { .. }), "{outcome:?}");
    put_routes(&tables, "canary", 500);
    let settings = json!({ "percentTraffic": 30, "stickyBy": "CALLER", "header": "x-canary",
        "rollbackOn5xxPercent": 5, "minRequests": 100 });
    let fields: Map<String, Value> = settings.as_object().expect("a map").clone();
    let start = CanaryStart { deployment_id: None, fields, origin };
    let started = start_canary(&store, "v1", &start).await.expect("a store");
    assert!(matches!(started, CanaryStarted::Started(_)), "{started:?}");
    let address = tables.dynamodb.address;
    let environment = [("REFRESH_SECONDS", "1"), ("MAX_STALE_SECONDS", "1")];
    (GatewayCluster::start(INSTANCES, tables, address, output, &environment).await, store)
}

async fn body(cluster: &GatewayCluster, path: &str, headers: &[(&str, &str)]) -> String {
    let answer = soon(cluster.get(path, headers)).await.expect("an answer");
    let body = soon(answer.into_body().collect()).await.expect("all of it").to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

#[tokio::test]
async fn a_fleet_gives_each_caller_one_version_and_leaves_a_canary_that_fails() {
    let output = Captured::default();
    let (cluster, store) = cluster(&output).await;
    let cluster = &cluster;
    // The same caller asks many instances at once.
    let asked = (0..ROUNDS * CALLERS).map(|number| async move {
        let caller = number % CALLERS;
        (caller, body(cluster, "/v1/version", &[("x-api-key", &format!("caller-{caller}"))]).await)
    });
    let answers: Vec<_> = stream::iter(asked).buffer_unordered(2 * INSTANCES).collect().await;
    let mut versions: BTreeMap<usize, String> = BTreeMap::new();
    for (caller, version) in answers {
        assert_eq!(*versions.entry(caller).or_insert_with(|| version.clone()), version, "{caller}");
    }
    let canarys = versions.values().filter(|version| *version == "canary").count();
    // Six standard deviations: 60 ± 6 √42.
    assert!((22..=98).contains(&canarys), "{canarys} of {CALLERS}");
    let is_answer = |text: &str| text.contains("\"status\":200");
    let pids: std::collections::BTreeSet<u32> =
        output.lines().iter().filter(|line| is_answer(&line.text)).map(|line| line.pid).collect();
    assert_eq!(pids.len(), INSTANCES, "not all instances took part");

    // Callers of the canary, not requests that its header sends there: those are not counted.
    let of_canary = versions.iter().filter(|(_, version)| *version == "canary");
    let callers: Vec<String> = of_canary.map(|(caller, _)| format!("caller-{caller}")).collect();
    let callers = &callers;
    let mut faults = 0;
    let asked = (0..MOST_FAULTS).map(|number| async move {
        body(cluster, "/v1/faulty", &[("x-api-key", &callers[number % callers.len()])]).await
    });
    let mut answers = std::pin::pin!(stream::iter(asked).buffer_unordered(2 * INSTANCES));
    // Until as many in a row as there are instances, and as many more, were the stage's.
    let mut in_a_row = 0;
    while let Some(version) = answers.next().await {
        in_a_row = if version == "stage" { in_a_row + 1 } else { 0 };
        faults += usize::from(version == "canary");
        if in_a_row == 20 * INSTANCES {
            break;
        }
    }
    assert!((1..MOST_FAULTS / 2).contains(&faults) && in_a_row == 20 * INSTANCES, "{faults} faults");
    let item = store.stage("v1").await.expect("a store").expect("a stage").item;
    assert!(item.contains_key("canaryRollback"), "{item:?}");
    cluster.stop_gateways().await;
    let lines = output.lines();
    let told = lines.iter().filter(|line| line.text.contains("\"metric\":\"CanaryRolledBack\"")).count();
    assert_eq!(told, 1, "one of them was the first");
}
