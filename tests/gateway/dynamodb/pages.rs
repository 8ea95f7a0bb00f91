//! Pages of queries and scans, and their cursors.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{BAD_REQUEST, orders};
use crate::harness::TestGateway;

/// All items behind `first`, as the client finds them who follows `Link`, and how many pages there were.
async fn follow(gateway: &TestGateway, first: &str) -> (Vec<Value>, usize) {
    let (mut items, mut next, mut pages) = (Vec::new(), Some(first.to_owned()), 0);
    while let Some(target) = next {
        let answer = gateway.send(&format!("GET {target}")).await;
        let (head, body) = answer.split_once("\n\n").unwrap();
        let link = head.lines().find_map(|line| line.strip_prefix("link: <"));
        next = link.map(|link| link.strip_suffix(">; rel=\"next\"").unwrap().to_owned());
        let page: Value = serde_json::from_str(body).unwrap();
        let cursor = page["cursor"].as_str().map(|cursor| format!("cursor={cursor}"));
        assert_eq!(cursor.as_deref(), next.as_deref().map(|next| next.rsplit(['?', '&']).next().unwrap()));
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        pages += 1;
        assert!(pages < 100, "the pages do not end");
    }
    (items, pages)
}

#[tokio::test]
async fn following_the_links_to_the_next_page_yields_every_item_once() {
    let gateway = orders().await;
    for n in 0..23 {
        let customer = if n < 11 { "a%20b" } else { "bob" };
        let made = gateway.send(&format!("PUT /v1/orders/{customer}/{n:02}\n\n{{\"amount\": {n}}}")).await;
        assert!(made.starts_with("201\n"), "{made}");
    }
    let ids = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };

    let (items, pages) = follow(&gateway, "/v1/orders").await;
    assert_eq!((items.len(), pages), (23, 8));
    assert_eq!(
        ids(&items).into_iter().collect::<BTreeSet<_>>(),
        (0..23).map(|n| format!("{n:02}")).collect()
    );

    for limit in [1, 2, 10, 11, 1000] {
        let (items, _) = follow(&gateway, &format!("/v1/orders/a%20b?x=%26&limit={limit}&y")).await;
        assert_eq!(ids(&items), (0..11).rev().map(|n| format!("{n:02}")).collect::<Vec<_>>(), "{limit}");
    }
    assert_eq!(follow(&gateway, "/v1/orders/nobody").await, (Vec::new(), 1));
}

#[tokio::test]
async fn a_cursor_of_another_route_stage_or_table_is_a_400() {
    let gateway = orders().await;
    for stage in ["v1", "v2"] {
        for n in 0..5 {
            gateway.put(&format!("orders-{stage}"), &json!({ "customer": "ann", "id": n.to_string() }));
        }
    }
    let page = gateway.json("GET /v1/orders").await;
    let cursor = page["cursor"].as_str().unwrap();
    let own = gateway.json(&format!("GET /v1/orders?cursor={cursor}")).await;
    assert_eq!(own["items"].as_array().unwrap().len(), 2);

    let changed = format!("{}{}", &cursor[..cursor.len() - 1], if cursor.ends_with('A') { 'Q' } else { 'A' });
    for request in [
        format!("GET /v1/everything?cursor={cursor}"),
        format!("GET /v1/orders/ann?cursor={cursor}"),
        format!("GET /v2/orders?cursor={cursor}"),
        format!("GET /v1/orders?cursor={changed}"),
        format!("GET /v1/orders?cursor={}", &cursor[1..]),
        "GET /v1/orders?cursor=".to_owned(),
        "GET /v1/orders?cursor=%00".to_owned(),
        "GET /v1/orders?cursor=eyJpZCI6WyJTIiwiMSJdfQ".to_owned(),
    ] {
        assert_eq!(gateway.send(&request).await, BAD_REQUEST, "{request}");
    }

    // The same route of the same stage, on another table.
    let id = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id;
    gateway
        .put_stage(&json!({ "stage": "v1", "deploymentId": id, "stageVariables": { "table": "orders-v2" } }));
    gateway.go_live().await;
    assert_eq!(gateway.send(&format!("GET /v1/orders?cursor={cursor}")).await, BAD_REQUEST);
}
