//! Throttled calls are made again, so often and no more; lists are read to their ends.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tollgate::{
    aws::{
        ServiceClient,
        api_gateway::ApiGatewayControl,
        call::{CallError, CallPolicy},
        service::Service,
    },
    environment::Environment,
};

use crate::harness::scripted_aws::{Answer, ScriptedAws};

/// Reads the list of an API Gateway, without a pause; counts the calls.
async fn list(
    answer: impl Fn(usize) -> Answer + Send + Sync + 'static,
) -> (Result<Vec<Value>, CallError>, usize) {
    let number = AtomicUsize::new(0);
    let aws = ScriptedAws::start(move |_| answer(number.fetch_add(1, Ordering::SeqCst)));
    let environment = Environment::read(|name| match name {
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL" => Some(aws.url.clone()),
        _ => None,
    });
    let client = ServiceClient::new(Service::ApiGateway, &environment.unwrap().aws);
    let control = ApiGatewayControl::new(client, CallPolicy::ONCE).with_first_pause(Duration::ZERO);
    let list = control.list("/usageplans").await;
    (list, aws.calls().len())
}

fn throttled() -> Answer {
    (429, json!({ "message": "Too Many Requests", "__type": "TooManyRequestsException" }).to_string())
}

#[tokio::test]
async fn a_throttled_call_is_made_again_until_it_is_answered() {
    let (list, calls) = list(|number| match number {
        0..6 => throttled(),
        _ => (200, json!({ "item": [1, 2] }).to_string()),
    })
    .await;
    assert_eq!((list.unwrap(), calls), (vec![json!(1), json!(2)], 7));
}

#[tokio::test]
async fn a_call_that_is_throttled_for_ever_ends() {
    let (list, calls) = list(|_| throttled()).await;
    assert_eq!((list.unwrap_err().code(), calls), (Some("TooManyRequestsException"), 7));
}

#[tokio::test]
async fn a_list_without_an_end_is_an_error() {
    let page =
        |number: usize| (200, json!({ "item": [number], "position": format!("p{number}") }).to_string());
    let (list, calls) = list(page).await;
    assert_eq!(list.unwrap_err().to_string(), "an answer that cannot be read");
    assert_eq!(calls, 1_000);
}
