//! Whole exchanges with Lambda's Invoke API.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{
    super::{BinaryMediaTypes, FunctionName, InvocationMode, Lambda, PayloadFormat},
    Scene,
    invoke_server::{Service, answer, client_of},
    render,
};
use crate::{
    aws::{ServiceClient, request_id::EndpointRequestId},
    error::GatewayError,
};

const REFUSED: &str = "content-type: application/json\nx-amzn-errortype: InternalServerErrorException\n";

pub fn lambda(format: PayloadFormat, mode: InvocationMode) -> Lambda {
    Lambda::new(FunctionName::parse("orders:live").unwrap(), format, mode)
}

pub async fn exchange(
    lambda: &Lambda,
    scene: &Scene,
    client: &ServiceClient,
) -> Result<crate::message::Response, GatewayError> {
    let path_parameters = scene.path_parameters();
    lambda.invoke(&scene.context(&path_parameters), client, &mut EndpointRequestId::default()).await
}

pub fn scene() -> Scene {
    Scene::new(Method::POST, "/stage/orders/7", "POST /orders/{id}").parameter("id", "7").body("{\"a\":1}")
}

/// The causes of an error, as the log has them.
pub fn causes(error: &GatewayError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[tokio::test]
async fn the_function_gets_the_event_and_the_client_its_answer() {
    let service =
        Service::new(|| answer(200, &[], r#"{"statusCode":201,"headers":{"x-a":"1"},"body":"done"}"#));
    let client = service.start().await;
    let v1 = PayloadFormat::V1(BinaryMediaTypes::new(&Arc::default()));
    let cases = [
        (PayloadFormat::V2, "201\ncontent-type: text/plain; charset=utf-8\nx-a: 1\ndone", json!("2.0")),
        (v1, "201\ncontent-type: application/json\nx-a: 1\ndone", Value::Null),
    ];
    for (format, expected, version) in cases {
        let got = exchange(&lambda(format, InvocationMode::Buffered), &scene(), &client).await;
        assert_eq!(render(got).await, expected);
        assert_eq!(
            service.calls.lock().unwrap().pop().unwrap(),
            "POST /2015-03-31/functions/orders%3Alive/invocations -"
        );
        let event = service.events.lock().unwrap().pop().unwrap();
        assert_eq!(
            [&event["version"], &event["body"], &event["pathParameters"]],
            [&version, &json!("{\"a\":1}"), &json!({"id": "7"})]
        );
    }
}

#[tokio::test]
async fn an_asynchronous_invocation_is_answered_202_at_once() {
    let service = Service::new(|| answer(202, &[], ""));
    let got =
        exchange(&lambda(PayloadFormat::V2, InvocationMode::Event), &scene(), &service.start().await).await;
    assert_eq!(render(got).await, "202\ncontent-type: application/json\n{\"requestId\":\"request-1\"}");
    assert_eq!(service.calls(), ["POST /2015-03-31/functions/orders%3Alive/invocations Event"]);
}

#[tokio::test]
async fn a_function_that_fails_is_called_once_and_only_the_log_knows_why() {
    let refusal = |status: u16, kind: &'static str| {
        Service::new(move || {
            answer(status, &[("x-amzn-errortype", kind)], r#"{"Message":"about arn:secret"}"#)
        })
    };
    let failed = Service::new(|| {
        answer(
            200,
            &[("x-amz-function-error", "Unhandled")],
            format!(r#"{{"errorMessage":"secret {}","errorType":"ValueError"}}"#, "x".repeat(5000)),
        )
    });
    let cases = [
        (failed, 502, "Internal server error", "integration failed: function error, Unhandled: ValueError"),
        (
            refusal(403, "AccessDeniedException"),
            500,
            "Internal server error",
            "integration may not be called: AccessDeniedException: about arn:secret (status 403)",
        ),
        (
            refusal(404, "ResourceNotFoundException"),
            502,
            "Internal server error",
            "integration failed: ResourceNotFoundException: about arn:secret (status 404)",
        ),
        (
            refusal(429, "TooManyRequestsException"),
            502,
            "Internal server error",
            "integration failed: TooManyRequestsException: about arn:secret (status 429)",
        ),
        (
            refusal(500, "ServiceException"),
            502,
            "Internal server error",
            "integration failed: ServiceException: about arn:secret (status 500)",
        ),
    ];
    for (service, status, message, cause) in cases {
        let client = service.start().await;
        for mode in [InvocationMode::Buffered, InvocationMode::Stream] {
            let Err(error) = exchange(&lambda(PayloadFormat::V2, mode), &scene(), &client).await else {
                panic!("{cause}")
            };
            let causes = causes(&error);
            // A whole response in place of frames is no event stream; the status is the same.
            if mode == InvocationMode::Buffered || status != 502 {
                assert!(causes.starts_with(cause), "{causes}");
                // A function's own words may be its client's.
                assert_eq!(causes.contains("secret"), !causes.contains("function error"), "{causes}");
                assert!(causes.len() < 1200, "{causes}");
            }
            assert_eq!(
                render(Err(error)).await,
                format!("{status}\n{REFUSED}{{\"message\": \"{message}\"}}"),
                "{mode:?}"
            );
        }
        assert_eq!(service.calls().len(), 2, "{cause}");
    }
}

#[tokio::test]
async fn one_call_after_another_goes_over_one_connection() {
    let service = Service::new({
        let calls = AtomicUsize::new(0);
        move || match calls.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => answer(200, &[], "{}"),
            1 => answer(200, &[("x-amz-function-error", "Unhandled")], "{}"),
            _ => answer(429, &[], "{}"),
        }
    });
    let client = service.start().await;
    for mode in [InvocationMode::Buffered, InvocationMode::Event] {
        for _ in 0..3 {
            drop(exchange(&lambda(PayloadFormat::V2, mode), &scene(), &client).await);
        }
    }
    assert_eq!((service.calls().len(), service.connections()), (6, 1));
}

#[tokio::test]
async fn a_payload_that_breaks_off_is_a_502_and_is_not_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_of(&listener);
    let connections = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(connection.read(&mut [0; 64 * 1024]).await.unwrap() > 0);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await.unwrap();
        drop(connection);
        listener.accept().await.map(drop)
    });
    let got = exchange(&lambda(PayloadFormat::V2, InvocationMode::Buffered), &scene(), &client).await;
    assert_eq!(render(got).await, format!("502\n{REFUSED}{{\"message\": \"Internal server error\"}}"));
    assert!(!connections.is_finished(), "sent again");
    connections.abort();
}

#[tokio::test]
async fn a_lambda_out_of_reach_is_a_504() {
    let expected = format!("504\n{REFUSED}{{\"message\": \"Network error communicating with endpoint\"}}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_of(&listener);
    drop(listener);
    let got = exchange(&lambda(PayloadFormat::V2, InvocationMode::Buffered), &scene(), &client).await;
    assert_eq!(render(got).await, expected, "nothing listens");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_of(&listener);
    let connections = tokio::spawn(async move {
        let mut connections = 0;
        while let Ok((mut connection, _)) = listener.accept().await {
            connections += 1;
            assert!(connection.read(&mut [0; 64 * 1024]).await.unwrap() > 0);
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-").await.unwrap();
            drop(connection);
            if connections == 2 {
                break;
            }
        }
        connections
    });
    let got = exchange(&lambda(PayloadFormat::V2, InvocationMode::Buffered), &scene(), &client).await;
    assert_eq!(render(got).await, expected, "the connection broke off");
    assert!(!connections.is_finished(), "sent again");
    connections.abort();
}

#[tokio::test]
async fn an_event_that_lambda_would_not_take_is_not_sent() {
    let service = Service::new(|| answer(200, &[], "{}"));
    let client = service.start().await;
    let expected = "413\ncontent-type: application/json\nx-amzn-errortype: RequestTooLargeException\n{\"message\":\"Request Too Long\"}";
    let megabyte = "x".repeat(1024 * 1024);
    let cases = [(InvocationMode::Buffered, 6), (InvocationMode::Stream, 6), (InvocationMode::Event, 1)];
    for (mode, megabytes) in cases {
        let scene = scene().body(megabyte.repeat(megabytes));
        assert_eq!(
            render(exchange(&lambda(PayloadFormat::V2, mode), &scene, &client).await).await,
            expected,
            "{mode:?}"
        );
    }
    assert!(service.calls().is_empty());
}
