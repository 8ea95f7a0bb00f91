//! An integration's `credentials`: the role is assumed once, and signs.

use super::*;

#[tokio::test]
async fn a_role_is_assumed_once_and_signs_the_calls() {
    let role = "arn:aws:iam::111122223333:role/sender";
    let send = |role: &str| {
        json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "$request.body",
            "credentials": role })
    };
    let denied = "arn:aws:iam::111122223333:role/nobodys";
    let (gateway, services) = serving(&[send(role), send(denied)], |call| match call.operation.as_str() {
        "AssumeRole" if call.body.contains("nobodys") => {
            (403, "<E><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></E>".to_owned())
        }
        "AssumeRole" => ok(
            "<A><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></A>",
        ),
        _ => ok(r#"{"MessageId":"m"}"#),
    })
    .await;
    for _ in 0..2 {
        assert_eq!(post(&gateway, "/0", "x").await, r#"202 {"messageId":"m"}"#);
    }
    let calls: Vec<_> = services
        .calls()
        .into_iter()
        .map(|call| format!("{} {} {} {}", call.service, call.operation, call.key_id, call.token))
        .collect();
    let signed = "sqs SendMessage ASIAROLE t";
    assert_eq!(calls, ["sts AssumeRole test ", signed, signed]);
    assert_eq!(post(&gateway, "/1", "x").await, r#"500 {"message": "Internal server error"}"#);
    assert_eq!(
        gateway.last_line()["integrationErrorMessage"],
        json!(format!(
            "integration may not be called: the role {denied} cannot be assumed: AccessDenied: not authorized (status 403)"
        ))
    );
}
