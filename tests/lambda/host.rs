//! The host: events in, answers out, whole or as they come.

use std::time::Duration;

use serde_json::{Value, json};
use tollgate::local::{answer::Outcome, host::InvokeError, settings::FunctionSettings};

use crate::harness::{Gate, act, actor, example, failure, host, named, quiet, text};

#[tokio::test]
async fn a_buffered_answer_comes_back_byte_for_byte() {
    let host = host([quiet("reflect", example("reflect"))]);
    for result in ["{\"a\": 1.50}", "not json {", "", "\u{0}ä\u{7f}"] {
        let event = json!({ "headers": {}, "body": result }).to_string();
        let answer = host.invoke(&named("reflect"), event.into(), None).await.expect("a known function");
        assert_eq!(text(answer).await, Ok(result.to_owned()));
    }
    let event = json!({ "body": "//4A", "isBase64Encoded": true }).to_string();
    let answer = host.invoke(&named("reflect"), event.into(), None).await.expect("a known function");
    assert_eq!(answer.outcome.collect().await.expect("an answer"), &b"\xff\xfe\0"[..]);
}

#[tokio::test]
async fn the_example_functions_quote_echo_and_reflect() {
    let host = host(["echo", "orders", "reflect"].map(|name| quiet(name, example(name))));
    let quote = json!({
        "version": "2.0", "routeKey": "GET /quotes/{sku}", "rawPath": "/v1/quotes/pen", "rawQueryString": "quantity=3",
        "headers": {}, "queryStringParameters": { "quantity": "3" }, "pathParameters": { "sku": "pen" },
        "requestContext": { "stage": "v1", "http": { "method": "GET", "path": "/v1/quotes/pen" } },
        "isBase64Encoded": false,
    });
    let quoted = json!({
        "statusCode": 200, "headers": { "content-type": "application/json" }, "multiValueHeaders": {}, "cookies": [],
        "body": r#"{"lines":[{"cents":7350,"name":"Fountain pen","quantity":3}],"shipping_cents":0,"total_cents":7350}"#,
        "isBase64Encoded": false,
    });
    let echoed = json!({
        "statusCode": 200, "headers": { "content-type": "application/json" }, "body": r#"{ "any":  1.0 }"#,
    });
    let table = [
        ("orders", quote.to_string(), Ok(quoted)),
        ("echo", r#"{ "any":  1.0 }"#.to_owned(), Ok(echoed)),
        (
            "reflect",
            r#"{"headers":{"X-Reflect-Error":"no"},"body":"x"}"#.to_owned(),
            Err(json!({ "errorType": "Reflected", "errorMessage": "no" })),
        ),
        (
            "reflect",
            "{}".to_owned(),
            Err(json!({ "errorType": "Reflected", "errorMessage": "the request has no body to reflect" })),
        ),
    ];
    let json = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
    for (function, event, expected) in table {
        let answer = host.invoke(&named(function), event.into(), None).await.expect("a known function");
        assert_eq!(text(answer).await.map(json).map_err(json), expected, "{function}");
    }
}

#[tokio::test]
async fn a_function_gets_the_headers_and_the_environment_that_lambda_gives() {
    let settings = FunctionSettings { environment: vec![("OWN".to_owned(), "1".to_owned())], ..actor(1) };
    let host = host([FunctionSettings { timeout: Duration::from_secs(7), ..settings }]);
    let event = json!({ "do": ["tell"] }).to_string();
    let before = epoch_ms();
    let answer = host
        .invoke(&named("actor:live"), event.into(), Some("Root=1-2-3".to_owned()))
        .await
        .expect("a function");
    let id = answer.request_id.clone();
    assert_eq!(answer.executed_version, "1");
    let mut told: Value = serde_json::from_str(&text(answer).await.expect("an answer")).expect("JSON");

    let headers = told["headers"].as_object_mut().expect("headers");
    let deadline = headers.remove("lambda-runtime-deadline-ms").expect("a deadline");
    let deadline: u128 = deadline.as_str().expect("text").parse().expect("a number");
    assert!((before + 7000..=epoch_ms() + 7000).contains(&deadline), "{deadline}");
    for name in ["date", "content-length"] {
        headers.remove(name);
    }
    assert_eq!(id.len(), 36);
    let expected = json!({
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": "ID",
        "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-test-1:000000000000:function:actor:live",
        "lambda-runtime-trace-id": "Root=1-2-3",
    });
    assert_eq!(told["headers"], expected);

    let environment = told["environment"].as_object_mut().expect("an environment");
    environment.retain(|name, _| name != "PATH" && name != "AWS_LAMBDA_RUNTIME_API");
    let expected = json!({
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_DEFAULT_REGION": "eu-test-1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_NAME": "actor",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/actor",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local/[$LATEST]1",
        "AWS_REGION": "eu-test-1",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "LANG": "en_US.UTF-8",
        "OWN": "1",
        "TZ": ":UTC",
        "_HANDLER": "bootstrap",
    });
    assert_eq!(told["environment"], expected);
}

fn epoch_ms() -> u128 {
    let now = tollgate::clock::Clock::System.now();
    now.duration_since(std::time::UNIX_EPOCH).expect("a time after 1970").as_millis()
}

#[tokio::test]
async fn an_unknown_function_or_alias_is_not_found() {
    let host = host([actor(1)]);
    for (function, arn) in [
        ("nobody", "arn:aws:lambda:eu-test-1:000000000000:function:nobody"),
        ("actor:dead", "arn:aws:lambda:eu-test-1:000000000000:function:actor:dead"),
    ] {
        let error = host.invoke(&named(function), "{}".into(), None).await.expect_err("a refusal");
        assert_eq!(error, InvokeError::NotFound { arn: arn.to_owned() });
    }
}

#[tokio::test]
async fn a_streamed_answer_comes_chunk_by_chunk() {
    let host = host([actor(1)]);
    let gate = Gate::new().await;
    let steps = json!([{ "stream": "text/plain" }, { "chunk": "one" }, gate.step, { "chunk": "two" }]);
    let Outcome::Streamed(mut streamed) = act(&host, steps).await.outcome else { panic!("a stream") };
    assert_eq!(streamed.content_type.as_deref(), Some("text/plain"));
    assert_eq!(streamed.chunks.recv().await, Some(Ok("one".into())));
    drop(gate.arrival().await);
    assert_eq!(streamed.chunks.recv().await, Some(Ok("two".into())));
    assert_eq!(streamed.chunks.recv().await, None);
}

#[tokio::test]
async fn a_failure_in_the_middle_of_a_stream_ends_it() {
    let host = host([FunctionSettings { timeout: Duration::from_millis(500), ..actor(1) }]);
    let table = [
        (json!({ "exit": 4 }), failure("Runtime.ExitError", "Runtime exited with error: exit status 4")),
        (json!("hang"), failure("Sandbox.Timedout", "Task timed out after 0.50 seconds")),
        (json!({ "trailer": "Midway" }), Err(json!({ "errorType": "Midway" }).to_string())),
    ];
    for (step, expected) in table {
        let gate = Gate::new().await;
        let steps = json!([{ "stream": "text/plain" }, { "chunk": "one" }, gate.step, step]);
        let mut answer = act(&host, steps).await;
        let Outcome::Streamed(streamed) = &mut answer.outcome else { panic!("a stream") };
        assert_eq!(streamed.chunks.recv().await, Some(Ok("one".into())));
        drop(gate.arrival().await);
        assert_eq!(text(answer).await, expected);
    }
}
