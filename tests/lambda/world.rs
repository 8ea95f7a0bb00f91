//! The whole local world, with `echo` in the gateway's place.

use std::{num::NonZeroUsize, path::PathBuf};

use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use tollgate::local::{
    example_api::put,
    output::Captured,
    tables::TableNames,
    world::{GATEWAY, StartError, World, WorldSettings},
};

use crate::harness::{actor, example, exists, send, soon};

fn settings(captured: &Captured) -> WorldSettings {
    WorldSettings {
        api_port: 0,
        dynamodb_port: 0,
        invoke_port: 0,
        instances: NonZeroUsize::MIN,
        region: "eu-test-1".to_owned(),
        data_directory: None,
        gateway: example("echo"),
        examples: example("echo").with_file_name(""),
        dynamodb_endpoint: None,
        lambda_endpoint: None,
        tables: TableNames::from_environment(|_| None),
        gateway_environment: Vec::new(),
        output: captured.output(),
    }
}

#[tokio::test]
async fn a_world_serves_and_ends_without_a_trace() {
    let world = World::start(settings(&Captured::default())).await.expect("a world");
    let request = Request::get(format!("http://{}/v1/orders", world.api)).body(Full::default()).expect("a request");
    let answer = send(request).await;
    let event: Value = serde_json::from_slice(answer.body()).expect("the event");
    assert_eq!((answer.status().as_u16(), &event["rawPath"]), (200, &json!("/v1/orders")));
    let pid = world.host.instances(GATEWAY)[0].pid;
    let address = world.api;
    soon(world.stop()).await;
    assert!(!exists(pid));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
