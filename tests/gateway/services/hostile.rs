//! A service that answers with anything but what it should: a bounded refusal, and the next request is answered.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use futures_util::future::join_all;

use super::*;
use crate::harness::{Script, Target};

/// One route of every kind that asks a service, by name.
fn integrations() -> Vec<(&'static str, Value)> {
    let aws = |operation: &str| {
        json!({ "type": "AWS", "uri": format!("arn:aws:apigateway:eu-west-1:{operation}"), "httpMethod": "POST",
            "requestTemplates": { "application/json": "{}" },
            "responses": { "default": { "statusCode": 200, "responseTemplates": { "application/json": "<$input.path('$.a')>" } },
                "[45]\\d\\d": { "statusCode": 400 } } })
    };
    let subtype = |name: &str, parameters: Value| json!({ "type": "AWS_PROXY", "integrationSubtype": name, "requestParameters": parameters });
    vec![
        ("AWS sns", aws("sns:action/Publish")),
        ("AWS states", aws("states:action/StartExecution")),
        ("AWS s3", aws("s3:path/files/a")),
        ("SQS", json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "x" })),
        ("SNS", json!({ "type": "SNS", "action": "Publish", "topicArn": TOPIC, "message": "x" })),
        (
            "EVENTBRIDGE",
            json!({ "type": "EVENTBRIDGE", "action": "PutEvents", "source": "a", "detailType": "b", "detail": {} }),
        ),
        (
            "STEP_FUNCTIONS",
            json!({ "type": "STEP_FUNCTIONS", "action": "StartSyncExecution", "stateMachineArn": MACHINE, "input": {} }),
        ),
        (
            "KINESIS",
            json!({ "type": "KINESIS", "action": "PutRecord", "streamName": "s", "data": "x", "partitionKey": "p" }),
        ),
        ("S3 put", json!({ "type": "S3", "action": "PutObject", "bucket": "files", "key": "a" })),
        ("S3 get", json!({ "type": "S3", "action": "GetObject", "bucket": "files", "key": "a" })),
        ("SQS-", subtype("SQS-SendMessage", json!({ "QueueUrl": QUEUE, "MessageBody": "x" }))),
        (
            "EventBridge-",
            subtype("EventBridge-PutEvents", json!({ "Source": "a", "DetailType": "b", "Detail": "{}" })),
        ),
        (
            "AppConfig-",
            subtype(
                "AppConfig-GetConfiguration",
                json!({ "Application": "a", "Environment": "b", "Configuration": "c", "ClientId": "d" }),
            ),
        ),
    ]
}

/// A gateway with all of them, whose services are at `url`.
async fn world(url: &str, timeout_ms: u64) -> TestGateway {
    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL", url)]);
    for (number, (_, mut integration)) in integrations().into_iter().enumerate() {
        integration["timeoutInMillis"] = json!(timeout_ms);
        gateway.put_route(&json!({ "routeKey": format!("POST /{number}"), "integration": integration }));
    }
    gateway.go_live().await;
    gateway
}

/// The whole answers of all routes, each once, with the routes that give it. A long body is told by its length.
async fn answers(gateway: &TestGateway) -> String {
    let names = integrations();
    let sent = (0..names.len()).map(|number| async move {
        let request = format!("POST /v1/{number}\ncontent-type: application/json\n\n{{}}");
        gateway.send(&request).await
    });
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for (answer, (name, _)) in join_all(sent).await.into_iter().zip(&names) {
        let (head, body) = answer.split_once("\n\n").unwrap();
        let head = head.replace('\n', " | ");
        let line = if body.len() > 200 {
            format!("{head} | {} bytes", body.len())
        } else {
            format!("{head} | {}", body.replace("\r\n", "\\n"))
        };
        match told.iter_mut().find(|(other, _)| *other == line) {
            Some((_, routes)) => routes.push(name),
            None => told.push((line, vec![name])),
        }
    }
    told.into_iter().map(|(line, routes)| format!("  {}: {line}\n", routes.join(", "))).collect()
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn every_kind_of_route_survives_what_a_service_can_answer() {
    let says = Arc::new(Mutex::new(String::new()));
    let target = Target::of({
        let says = Arc::clone(&says);
        move |_| says.lock().unwrap().clone()
    })
    .await;
    let gateway = world(&format!("http://127.0.0.1:{}", target.port), 10_000).await;
    let html = http("200 OK", "Content-Type: text/html\r\n", "<html>login</html>");
    let fine = http("200 OK", "Content-Type: application/x-amz-json-1.1\r\n", "{\"a\": 7}");
    let cases = [
        ("fine", fine.clone()),
        ("HTML", html),
        ("HTML of a proxy", http("503 Busy", "Content-Type: text/html\r\n", "<html>busy</html>")),
        (
            "an XML error",
            http(
                "403 Forbidden",
                "",
                "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>",
            ),
        ),
        ("broken JSON", http("200 OK", "", "{\"a\": ")),
        ("an error of broken JSON", http("400 Bad", "", "{\"__type\": ")),
        ("an empty body", http("200 OK", "", "")),
        ("nothing", String::new()),
        (
            "half a body",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\nEND"
                .to_owned(),
        ),
        ("no HTTP", "hello 111122223333\r\n\r\n".to_owned()),
        ("a redirect", http("307 Temporary Redirect", "Location: http://169.254.169.254/\r\n", "")),
        ("a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}".to_owned()),
        ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}".to_owned()),
    ];
    let mut story = String::new();
    for (name, bytes) in cases {
        *says.lock().unwrap() = bytes;
        story += &format!("{name}\n{}", answers(&gateway).await);
        *says.lock().unwrap() = fine.clone();
        let next = gateway.send("POST /v1/1\n\n{}").await;
        assert_eq!(next, "200\ncontent-type: application/json\n\n<7>", "after {name}");
    }
    expect![[r#"
        fine
          AWS sns, AWS states, AWS s3: 200 | content-type: application/json | <7>
          SQS, KINESIS: 202 | content-type: application/json | {}
          SNS, STEP_FUNCTIONS, S3 put: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          EVENTBRIDGE: 202 | content-type: application/json | {"eventIds":[]}
          S3 get: 200 | content-type: application/x-amz-json-1.1 | {"a": 7}
          SQS-, EventBridge-, AppConfig-: 200 | content-type: application/json | {"a": 7}
        HTML
          AWS sns, AWS states, AWS s3: 200 | content-type: application/json | <>
          SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          S3 get, SQS-, EventBridge-, AppConfig-: 200 | content-type: text/html | <html>login</html>
        HTML of a proxy
          AWS sns, AWS states, AWS s3: 400 | content-type: application/json | <html>busy</html>
          SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          SQS-, EventBridge-, AppConfig-: 503 | content-type: text/html | <html>busy</html>
        an XML error
          AWS sns, AWS states, AWS s3: 400 | content-type: application/json | <ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>
          SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get: 500 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          SQS-, EventBridge-, AppConfig-: 403 | content-type: application/json | <ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>
        broken JSON
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          S3 get: 200 | {"a": 
          SQS-, EventBridge-, AppConfig-: 200 | content-type: application/json | {"a": 
        an error of broken JSON
          AWS sns, AWS states, AWS s3, SQS-, EventBridge-, AppConfig-: 400 | content-type: application/json | {"__type": 
          SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
        an empty body
          AWS sns, AWS states, AWS s3: 200 | content-type: application/json | <>
          SQS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          SNS: 202 | content-type: application/json | {}
          S3 put: 200 | content-type: application/json | {"eTag":null}
          S3 get, SQS-, EventBridge-, AppConfig-: 200 | 
        nothing
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get, SQS-, EventBridge-, AppConfig-: 504 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Network error communicating with endpoint"}
        half a body
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, SQS-, EventBridge-, AppConfig-: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          S3 get: 200 | {"a"<broke off: error reading a body from connection>
        no HTTP
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get, SQS-, EventBridge-, AppConfig-: 504 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Network error communicating with endpoint"}
        a redirect
          AWS sns, AWS states, AWS s3: 200 | content-type: application/json | <>
          SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          SQS-, EventBridge-, AppConfig-: 307 | 
        a length that is none
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get, SQS-, EventBridge-, AppConfig-: 504 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Network error communicating with endpoint"}
        two lengths
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get, SQS-, EventBridge-, AppConfig-: 504 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Network error communicating with endpoint"}
    "#]].assert_eq(&story);
}

#[tokio::test]
async fn a_service_that_says_nothing_or_goes_on_for_ever_is_left() {
    let part = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"";
    let said = "HTTP/1.1 200 OK\r\nContent-Length: 20971520\r\n\r\n{\"a\"";
    let unsaid = format!("HTTP/1.1 200 OK\r\n\r\n\"{}", "x".repeat(20 << 20));
    let paths = ["/", "/files/a", "/a", "/applications/a/environments/b/configurations/c"];
    let always = |script: Script| paths.map(|path| (path, script.clone()));
    let silent = Target::start(always(Script::Never)).await;
    let gateway = world(&format!("http://127.0.0.1:{}", silent.port), 100).await;
    let mut story = format!("after the time-out\n{}", answers(&gateway).await);
    for (name, says) in [("a body shorter than it says", part), ("20 MB, as it says", said)] {
        let target = Target::start(always(Script::Says(says.to_owned()))).await;
        let gateway = world(&format!("http://127.0.0.1:{}", target.port), 10_000).await;
        story += &format!("{name}\n{}", answers(&gateway).await);
    }
    // Long to send: not to all of them.
    let endless = Target::start(always(Script::Says(unsaid))).await;
    let gateway = world(&format!("http://127.0.0.1:{}", endless.port), 10_000).await;
    for number in [0, 3, 10] {
        let answer = gateway.send(&format!("POST /v1/{number}\n\n{{}}")).await;
        story += &format!("20 MB\n  {}\n", answer.replace('\n', " | "));
    }
    expect![[r#"
        after the time-out
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, S3 get, SQS-, EventBridge-, AppConfig-: 504 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Endpoint request timed out"}
        a body shorter than it says
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, SQS-, EventBridge-, AppConfig-: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          S3 get: 200 | {"a"<broke off: error reading a body from connection>
        20 MB, as it says
          AWS sns, AWS states, AWS s3, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3 put, SQS-, EventBridge-, AppConfig-: 502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException | {"message": "Internal server error"}
          S3 get: 200 | {"a"<broke off: error reading a body from connection>
        20 MB
          502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException |  | {"message": "Internal server error"}
        20 MB
          502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException |  | {"message": "Internal server error"}
        20 MB
          502 | content-type: application/json | x-amzn-errortype: InternalServerErrorException |  | {"message": "Internal server error"}
    "#]].assert_eq(&story);
}
