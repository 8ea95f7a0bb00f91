//! AWS services without a function between: what is sent, what a client gets, what is said of items.

mod errors;
mod executions;
mod hostile;
mod objects;
mod problems;
mod real_servers;
mod roles;
mod sends;
mod subtypes;

use serde_json::{Value, json};

use crate::harness::{
    TestGateway,
    scripted_aws::{Answer, AwsCall, ScriptedAws},
};

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:orders";
const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders:";

/// A gateway that serves these integrations as `POST /0`, `POST /1`, …, and the services that it calls.
async fn serving(
    integrations: &[Value],
    script: impl Fn(&AwsCall) -> Answer + Send + Sync + 'static,
) -> (TestGateway, ScriptedAws) {
    let services = ScriptedAws::start(script);
    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL", &services.url)]);
    for (number, integration) in integrations.iter().enumerate() {
        gateway.put_route(&json!({ "routeKey": format!("POST /{number}"), "integration": integration }));
        gateway
            .put_route(&json!({ "routeKey": format!("POST /{number}/{{id}}"), "integration": integration }));
    }
    gateway.go_live().await;
    (gateway, services)
}

/// The one call that was made: service, region, operation, and the body as JSON or text.
fn call(services: &ScriptedAws) -> String {
    let calls = services.calls();
    let [call] = &calls[..] else { panic!("{calls:?}") };
    format!("{} {} {} {}", call.service, call.region, call.operation, call.body)
}

/// `POST`s a body; gives the answer's status and body in one line.
async fn post(gateway: &TestGateway, path: &str, body: &str) -> String {
    let answer = gateway.send(&format!("POST /v1{path}\ncontent-type: application/json\n\n{body}")).await;
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let headers: Vec<&str> = head.lines().filter(|line| line.starts_with("retry-after")).collect();
    format!("{} {}{body}", head.lines().next().unwrap(), headers.concat())
}

fn ok(body: &str) -> Answer {
    (200, body.to_owned())
}
