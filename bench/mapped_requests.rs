//! Routes that take a body of 2 KB elsewhere: as it is to a function, through a mapping template to the same function,
//! to a queue. Their items and their requests.

use std::net::SocketAddr;

use anyhow::Result;
use axum::{Router, body::to_bytes, extract::Request as Call, http::StatusCode, response::IntoResponse};
use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tollgate::local::{
    dynamodb::Dynamodb,
    server::Server,
    tables::{TableNames, create_missing, put},
};

use crate::scenario::{MappedScenario, TARGET};

/// Of 30 lines.
const TEMPLATE: &str = include_str!("order.vtl");
/// The lines of an order; with them it has about 2 KB.
const LINES: usize = 15;
const MOST_BYTES: usize = 1 << 20;
const QUEUE_URL: &str = "https://sqs.eu-test-1.amazonaws.com/111122223333/orders";

/// A queue that takes every message at once and keeps none.
pub struct Queue(Server);

impl Queue {
    /// # Errors
    /// The listener has no address any more.
    pub fn start(listener: TcpListener) -> Result<Self> {
        Ok(Self(Server::start(listener, Router::new().fallback(take_message))?))
    }

    pub fn address(&self) -> SocketAddr {
        self.0.address
    }
}

async fn take_message(call: Call) -> impl IntoResponse {
    const ANSWER: &str =
        r#"{"MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592","MessageId":"hello-5fea7756-0ea4-451a"}"#;
    match to_bytes(call.into_body(), MOST_BYTES).await {
        Ok(_) => (StatusCode::OK, [(CONTENT_TYPE, "application/x-amz-json-1.0")], ANSWER),
        Err(_) => (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/x-amz-json-1.0")], "{}"),
    }
}

/// Writes a stage with a route for each scenario.
///
/// # Errors
/// A write fails.
pub fn write_items(dynamodb: &Dynamodb, tables: &TableNames) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    let stage = json!({ "stage": "v1", "stageVariables": { "table": "orders" } });
    put(&dynamodb.database, tables.stages(), &stage)?;
    for scenario in MappedScenario::ALL {
        let route = json!({ "stage": "v1", "routeKey": format!("POST {}", path(scenario)),
            "integration": integration(scenario) });
        put(&dynamodb.database, tables.routes(), &route)?;
    }
    Ok(())
}

fn integration(scenario: MappedScenario) -> Value {
    match scenario {
        MappedScenario::AsItIs => json!({ "type": "AWS_PROXY", "uri": TARGET }),
        MappedScenario::Template => json!({ "type": "AWS", "uri": TARGET, "passthroughBehavior": "NEVER",
            "requestTemplates": { "application/json": TEMPLATE }, "responses": { "default": { "statusCode": 200 } } }),
        MappedScenario::Queue => json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE_URL,
            "messageBody": "$request.body", "statusCode": 200 }),
    }
}

/// Makes the requests of a scenario, sent to the gateway at `base`.
pub fn requests(scenario: MappedScenario, base: &str) -> Box<dyn Fn(usize) -> Request<Full<Bytes>>> {
    let uri = format!("{base}{}", path(scenario));
    let body = Bytes::from(order().to_string());
    Box::new(move |_| {
        let request = Request::post(&uri)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("user-agent", "bench");
        request.body(Full::from(body.clone())).expect("a request")
    })
}

fn path(scenario: MappedScenario) -> &'static str {
    match scenario {
        MappedScenario::AsItIs => "/as-it-is",
        MappedScenario::Template => "/template",
        MappedScenario::Queue => "/queue",
    }
}

fn order() -> Value {
    let lines = (1..=LINES).map(|number| {
        json!({ "sku": format!("sku-{number:05}"), "quantity": number, "price": 12.5,
            "note": format!("wrapped as a gift, \"with a card\", number {number}: {}", "x".repeat(20)) })
    });
    json!({ "id": "order-1003", "placedAt": "2026-11-30T18:00:00Z",
        "customer": { "name": "Ada Lovelace", "email": "Ada@Example.com", "phone": "+44 20 7946 0000",
            "address": { "street": "1 Main Street", "city": "Springfield", "zip": "12345" } },
        "lines": lines.collect::<Value>() })
}
