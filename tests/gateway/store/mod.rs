//! The shared state fails, is slow, is torn, or is written by two at once: the served deployment stays.

mod publishers;

use std::{iter, time::Duration};

use dynoxide::ImportOptions;
use serde_json::{Value, json};
use tokio::time::timeout;
use tollgate::{deployment::PublishOutcome, local::dynamodb::Dynamodb};

use crate::{
    harness::{Script, Target, TestGateway, Way},
    text_route::{UNAVAILABLE, served, text_route},
};

async fn deployment_id(gateway: &TestGateway) -> String {
    gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap()
}

#[tokio::test]
async fn an_outage_of_the_store_costs_no_answer_of_an_instance_that_has_its_deployment() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    let cold = gateway.cold_instance();
    gateway.gate.set(Way::Shut);
    gateway.advance(Duration::from_secs(3600));
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1").await, served("one"), "the last good one");
    assert_eq!(cold.send("GET /v1").await, UNAVAILABLE, "a cold instance cannot tell");
    assert_eq!(cold.send("GET /nowhere").await, UNAVAILABLE, "and so it is no 404");

    gateway.gate.set(Way::Open);
    assert_eq!(cold.send("GET /v1").await, served("one"), "the next request asks again");
    gateway.put_route(&text_route("v1", "two"));
    gateway.go_live().await;
    assert_eq!(gateway.send("GET /v1").await, served("two"));
}

#[tokio::test]
async fn a_request_does_not_wait_for_a_slow_store() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    gateway.gate.set(Way::Stalled);
    tokio::select! {
        biased;
        () = gateway.refresh() => panic!("the store has answered"),
        answer = gateway.send("GET /v1") => assert_eq!(answer, served("one")),
    }
}

#[tokio::test]
async fn a_cold_instance_gives_up_on_a_store_that_stalls_and_answers_503() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    gateway.gate.set(Way::Stalled);
    let cold = gateway.cold_instance();
    // Far longer than it waits for the store.
    let answer = timeout(Duration::from_secs(20), cold.send("GET /v1")).await.expect("it gives up");
    assert_eq!(answer, UNAVAILABLE);
}

#[tokio::test]
async fn a_store_that_answers_errors_or_nonsense_is_a_503() {
    let error = |status: &str, kind: &str| {
        let body = json!({ "__type": kind, "message": "arn:aws:dynamodb:secret" }).to_string();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let answers = [
        error("500 Internal Server Error", "com.amazonaws.dynamodb.v20120810#InternalServerError"),
        error("400 Bad Request", "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"),
        error("400 Bad Request", "com.amazon.coral.service#AccessDeniedException"),
        error("400 Bad Request", "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".to_owned(),
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"Items\":".to_owned(),
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
    ];
    for answer in answers {
        let target = Target::start([("/", Script::Says(answer.clone()))]).await;
        let store = format!("http://127.0.0.1:{}", target.port);
        let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL_DYNAMODB", &store)]);
        assert_eq!(gateway.send("GET /v1").await, UNAVAILABLE, "{answer}");
        assert!(!target.received().is_empty(), "{answer}");
    }
}

/// Text that deflate makes only a quarter smaller.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (state >> 58) as u8)
    };
    iter::repeat_with(next).take(length).collect()
}

/// A write of one part of a deployment.
enum PartWrite {
    Delete(usize),
    Put { part: usize, snapshot: Value },
}

fn write_part(dynamodb: &Dynamodb, id: &str, write: &PartWrite) {
    let key = |part: usize| json!({ "deploymentId": { "S": id }, "part": { "N": part.to_string() } });
    let table = "tollgate-deployments";
    match write {
        PartWrite::Delete(part) => {
            let request = json!({ "TableName": table, "Key": key(*part) });
            dynamodb.database.delete_item(serde_json::from_value(request).unwrap()).unwrap();
        }
        PartWrite::Put { part, snapshot } => {
            let mut item = key(*part);
            item["snapshot"] = json!({ "B": snapshot });
            let request = json!({ "TableName": table, "Item": item });
            dynamodb.database.put_item(serde_json::from_value(request).unwrap()).unwrap();
        }
    }
}

#[tokio::test]
async fn a_deployment_in_parts_is_served_whole_or_not_at_all() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = deployment_id(&gateway).await;
    for nth in 0..10 {
        let description = noise(150_000 + nth);
        gateway.put_route(&json!({ "routeKey": format!("GET /{nth}"), "description": description,
            "integration": { "type": "MOCK" } }));
    }
    gateway.put_route(&text_route("v1", "two"));
    gateway.go_live().await;
    let large = deployment_id(&gateway).await;
    let parts: Vec<Value> = gateway
        .items("tollgate-deployments")
        .await
        .into_iter()
        .filter(|part| part["deploymentId"] == large.as_str())
        .collect();
    let part = |nth: usize| &parts.iter().find(|part| part["part"] == nth).unwrap()["snapshot"];
    assert!(parts.len() > 2, "{} parts", parts.len());
    assert_eq!(gateway.send("GET /v1").await, served("two"));
    assert_eq!(gateway.cold_instance().send("GET /v1").await, served("two"));

    let small = gateway.items("tollgate-deployments").await;
    let small = &small.iter().find(|part| part["deploymentId"] == first.as_str()).unwrap()["snapshot"];
    let swapped = part(1).as_str().unwrap().replacen('A', "B", 1);
    let put = |part: usize, snapshot: &Value| PartWrite::Put { part, snapshot: snapshot.clone() };
    let broken: [(&str, Vec<PartWrite>); 6] = [
        ("the first part is missing", vec![PartWrite::Delete(0)]),
        ("the last part is missing", vec![PartWrite::Delete(parts.len() - 1)]),
        ("a part in the middle is missing", vec![PartWrite::Delete(1)]),
        ("two parts in the wrong order", vec![put(0, part(1)), put(1, part(0))]),
        ("one letter is another", vec![put(1, &json!(swapped))]),
        (
            "another deployment's",
            iter::once(put(0, small)).chain((1..parts.len()).map(PartWrite::Delete)).collect(),
        ),
    ];
    for (what, writes) in broken {
        for write in &writes {
            write_part(gateway.dynamodb(), &large, write);
        }
        gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": large }));
        let cold = gateway.cold_instance();
        assert_eq!(cold.send("GET /v1").await, UNAVAILABLE, "{what}");
        // Who serves the other one stays there.
        let warm = gateway.cold_instance();
        let point_to =
            |id: &str| gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": id }));
        point_to(&first);
        assert_eq!(warm.send("GET /v1").await, served("one"), "{what}");
        point_to(&large);
        warm.refresh().await;
        assert_eq!(warm.send("GET /v1").await, served("one"), "{what}");

        for nth in 0..parts.len() {
            write_part(gateway.dynamodb(), &large, &put(nth, part(nth)));
        }
        warm.refresh().await;
        assert_eq!(warm.send("GET /v1").await, served("two"), "{what}: mended, it is served");
        assert_eq!(cold.send("GET /v1").await, UNAVAILABLE, "until it has asked again");
        cold.refresh().await;
        assert_eq!(cold.send("GET /v1").await, served("two"), "{what}");
    }
}

#[tokio::test]
async fn ten_thousand_routes_are_one_deployment() {
    let gateway = TestGateway::new();
    let item = |nth: usize| {
        let route_key = match nth % 4 {
            0 => format!("GET /literal/{nth}"),
            1 => format!("POST /orders/{{id}}/{nth}"),
            2 => format!("ANY /files{nth}/{{proxy+}}"),
            _ => format!("DELETE /{nth}/{{a}}/{{b}}"),
        };
        let headers = json!({ "M": { "content-type": { "S": "text/plain" } } });
        let integration =
            json!({ "type": { "S": "MOCK" }, "headers": headers, "body": { "S": nth.to_string() } });
        json!({ "stage": { "S": "v1" }, "routeKey": { "S": route_key }, "integration": { "M": integration } })
    };
    // One by one they would take ten seconds.
    let items = serde_json::from_value((0..10_000).map(item).collect()).unwrap();
    gateway.dynamodb().database.import_items("tollgate-routes", items, ImportOptions::default()).unwrap();
    let PublishOutcome::Published { routes, .. } = gateway.deploy("v1").await else {
        panic!("not published")
    };
    assert_eq!(routes, 10_000);
    assert_eq!(gateway.stage_status("v1").await, "OK 10000 routes");
    for (request, body) in [
        ("GET /v1/literal/0", "0"),
        ("POST /v1/orders/x/9997", "9997"),
        ("PUT /v1/files9998/a/b", "9998"),
        ("DELETE /v1/9999/a/b", "9999"),
        ("GET /v1/literal/9996", "9996"),
    ] {
        assert_eq!(gateway.send(request).await, served(body), "{request}");
    }
    assert!(gateway.send("GET /v1/literal/1").await.starts_with("404\n"));

    // One bad item among them is told, and changes nothing.
    gateway.put_route(&json!({ "routeKey": "GET /bad", "integration": { "type": "SOAP" } }));
    let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!("published") };
    assert_eq!(problems.len(), 1);
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1/literal/0").await, served("0"));
}
