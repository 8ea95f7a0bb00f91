//! The Invoke API, called by the official SDK.

use aws_sdk_lambda::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::{InvocationType, InvokeWithResponseStreamResponseEvent, ResponseStreamingInvocationType},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tollgate::local::{
    PAYLOAD_LIMIT, function_output::Captured, function_settings::FunctionSettings, invoke_api, server::Server,
};

use crate::{
    harness::{Gate, actor, example, host, quiet, soon},
    sdk_http_client::sdk_http_client,
};

async fn api(functions: impl Into<Vec<FunctionSettings>>) -> (Server, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = invoke_api::serve(listener, host(functions)).expect("a server");
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-test-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(format!("http://{}", server.address))
        .retry_config(RetryConfig::disabled())
        .http_client(sdk_http_client())
        .build();
    (server, Client::from_conf(config))
}

fn steps(steps: Value) -> Blob {
    Blob::new(json!({ "do": steps }).to_string())
}

#[tokio::test]
async fn the_sdk_reads_answers_and_function_errors() {
    let (_server, client) = api([quiet("reflect", example("reflect"))]).await;
    let arn = "arn:aws:lambda:eu-test-1:000000000000:function:reflect";
    let failed = r#"{"errorMessage":"no","errorType":"Reflected"}"#;
    let body = json!({ "body": "{\"a\":1.50}" }).to_string();
    let error = json!({ "body": "", "headers": { "x-reflect-error": "no" } }).to_string();
    let table = [
        ("reflect", None, &body, "$LATEST", None, "{\"a\":1.50}"),
        ("reflect:live", None, &body, "1", None, "{\"a\":1.50}"),
        ("reflect", Some("live"), &body, "1", None, "{\"a\":1.50}"),
        (arn, None, &body, "$LATEST", None, "{\"a\":1.50}"),
        ("reflect", None, &error, "$LATEST", Some("Unhandled"), failed),
    ];
    for (function, qualifier, payload, version, function_error, expected) in table {
        let call = client.invoke().function_name(function).set_qualifier(qualifier.map(str::to_owned));
        let answer = call.payload(Blob::new(payload.as_bytes())).send().await.expect("an answer");
        assert_eq!(answer.status_code(), 200);
        assert_eq!(answer.executed_version(), Some(version), "{function}");
        assert_eq!(answer.function_error(), function_error, "{function}");
        assert_eq!(answer.payload().map(Blob::as_ref), Some(expected.as_bytes()), "{function}");
    }
}

#[tokio::test]
async fn the_sdk_reads_refusals() {
    let (_server, client) = api([quiet("reflect", example("reflect"))]).await;
    let table = [
        (
            "nobody",
            "{}".to_owned(),
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:eu-test-1:000000000000:function:nobody",
        ),
        (
            "reflect:dead",
            "{}".to_owned(),
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:eu-test-1:000000000000:function:reflect:dead",
        ),
        (
            "reflect",
            "{".to_owned(),
            "InvalidRequestContentException",
            "Could not parse request body into json: EOF while parsing an object at line 1 column 1",
        ),
        (
            "reflect",
            " ".repeat(PAYLOAD_LIMIT + 1),
            "RequestTooLargeException",
            "Request must be smaller than 6291556 bytes for the InvokeFunction operation",
        ),
    ];
    for (function, payload, code, message) in table {
        let call = client.invoke().function_name(function).payload(Blob::new(payload));
        let error = call.send().await.expect_err("a refusal").into_service_error();
        assert_eq!((error.code(), error.message()), (Some(code), Some(message)), "{function}");
    }
}

#[tokio::test]
async fn an_event_is_accepted_at_once_and_a_dry_run_runs_nothing() {
    let captured = Captured::default();
    let (_server, client) = api([FunctionSettings { output: captured.output(), ..actor(1) }]).await;
    let gate = Gate::new().await;
    let call =
        |kind, payload| client.invoke().function_name("actor").invocation_type(kind).payload(payload).send();
    let dry = call(InvocationType::DryRun, steps(json!([{ "answer": "dry" }]))).await.expect("an answer");
    assert_eq!((dry.status_code(), dry.payload()), (204, None));
    let event =
        call(InvocationType::Event, steps(json!([gate.step, { "answer": "" }]))).await.expect("an answer");
    assert_eq!((event.status_code(), event.payload()), (202, None));
    drop(gate.arrival().await);
    soon(captured.wait_for(|line| line.starts_with("event"))).await;
    let events: Vec<_> = captured.lines().into_iter().filter(|line| line.text.starts_with("event")).collect();
    assert_eq!(events.len(), 1, "{events:?}");
}

/// The chunks as text, and the error at the end.
async fn stream(client: &Client, payload: Blob) -> (Vec<String>, Option<(String, String)>) {
    let call = client.invoke_with_response_stream().function_name("actor").payload(payload);
    let call = call.invocation_type(ResponseStreamingInvocationType::RequestResponse);
    let mut events = call.send().await.expect("an answer").event_stream;
    let mut chunks = Vec::new();
    loop {
        match events.recv().await.expect("a frame").expect("an end") {
            InvokeWithResponseStreamResponseEvent::PayloadChunk(chunk) => {
                let payload = chunk.payload.expect("a payload");
                chunks.push(String::from_utf8(payload.into_inner()).expect("text"));
            }
            InvokeWithResponseStreamResponseEvent::InvokeComplete(end) => {
                return (chunks, end.error_code.zip(end.error_details));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_sdk_reads_streams_and_their_ends() {
    let (_server, client) = api([actor(1)]).await;
    let gates = [Gate::new().await, Gate::new().await];
    let table = [
        (
            json!([{ "stream": "a/b" }, { "chunk": "one" }, gates[0].step, { "chunk": "two" }]),
            vec!["one", "two"],
            None,
        ),
        (json!([{ "answer": "whole" }]), vec!["whole"], None),
        (json!([{ "fail": "so" }]), vec![], Some(r#"{"errorMessage":"so","errorType":"Actor"}"#)),
        (
            json!([{ "stream": "a/b" }, { "chunk": "one" }, gates[1].step, { "trailer": "Midway" }]),
            vec!["one"],
            Some(r#"{"errorType":"Midway"}"#),
        ),
    ];
    let opened = tokio::spawn(async move {
        for gate in gates {
            drop(gate.arrival().await);
        }
    });
    for (todo, chunks, details) in table {
        let (got, error) = soon(stream(&client, steps(todo))).await;
        assert_eq!(got, chunks);
        assert_eq!(error, details.map(|details| ("Unhandled".to_owned(), details.to_owned())));
    }
    opened.await.expect("no panic");
}
