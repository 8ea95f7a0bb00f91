//! Services' errors, and what is no answer at all: the client gets a status, the log the service's words.

use super::*;

#[tokio::test]
async fn an_error_of_a_service_is_a_status_and_its_words_stay_in_the_log() {
    let send =
        json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "$request.body" });
    let fixed = json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "tick" });
    let (gateway, _services) = serving(&[send, fixed], |call| {
        // `{"status": 400, "code": "…"}` in what is sent, or plain text.
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let message = body["MessageBody"].as_str().unwrap();
        let script: Value =
            serde_json::from_str(message).unwrap_or(json!({ "code": "InvalidMessageContents" }));
        let status = script["status"].as_u64().unwrap_or(400);
        let error = json!({ "__type": format!("com.amazonaws.sqs#{}", script["code"].as_str().unwrap()),
            "message": "arn:aws:sqs:eu-west-1:111122223333:orders says no" });
        (u16::try_from(status).unwrap(), error.to_string())
    })
    .await;
    let (bad, failed) =
        (r#"400 {"message": "Invalid request body"}"#, r#"502 {"message": "Internal server error"}"#);
    let forbidden = r#"500 {"message": "Internal server error"}"#;
    let busy = r#"429 retry-after: 1{"message":"Too Many Requests"}"#;
    let table = [
        ("/0", r#"{"code":"InvalidMessageContents"}"#, bad),
        ("/0", r#"{"code":"InvalidParameterValue"}"#, bad),
        ("/1", "", failed),
        ("/0", r#"{"code":"BatchRequestTooLong"}"#, r#"413 {"message":"Request Too Long"}"#),
        ("/0", r#"{"code":"ExecutionAlreadyExists"}"#, r#"409 {"message":"Conflict"}"#),
        ("/0", r#"{"code":"RequestThrottled"}"#, busy),
        ("/0", r#"{"code":"ThrottlingException"}"#, busy),
        ("/0", r#"{"code":"AWS.SimpleQueueService.PurgeQueueInProgress"}"#, busy),
        ("/0", r#"{"code":"QueueDoesNotExist"}"#, forbidden),
        ("/0", r#"{"code":"AWS.SimpleQueueService.NonExistentQueue"}"#, forbidden),
        ("/0", r#"{"code":"AccessDeniedException"}"#, forbidden),
        ("/0", r#"{"code":"AccessDenied","status":403}"#, forbidden),
        ("/0", r#"{"code":"InternalFailure","status":500}"#, failed),
        ("/0", r#"{"code":"SomethingNew"}"#, failed),
    ];
    for (path, body, expected) in table {
        assert_eq!(post(&gateway, path, body).await, expected, "{body}");
    }
    let line = gateway.last_line();
    assert_eq!(
        line["integrationErrorMessage"],
        json!(
            "integration failed: SomethingNew: arn:aws:sqs:eu-west-1:111122223333:orders says no (status 400)"
        )
    );
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_502() {
    let send =
        json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "$request.body" });
    let (gateway, _services) = serving(&[send], |call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        ok(body["MessageBody"].as_str().unwrap())
    })
    .await;
    for answer in ["<html>", "[]", "7", "null", "{", "\u{0}"] {
        let told = post(&gateway, "/0", answer).await;
        assert_eq!(told, r#"502 {"message": "Internal server error"}"#, "{answer}");
    }
    // One without an id is one that did it.
    assert_eq!(post(&gateway, "/0", "{}").await, "202 {}");
}

#[tokio::test]
async fn a_service_out_of_reach_is_a_504() {
    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1")]);
    let send =
        json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "$request.body" });
    gateway.put_route(&json!({ "routeKey": "POST /0", "integration": send }));
    gateway.go_live().await;
    assert_eq!(
        post(&gateway, "/0", "x").await,
        r#"504 {"message": "Network error communicating with endpoint"}"#
    );
}
