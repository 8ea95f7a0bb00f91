//! What is sent to queues, topics, buses and streams, and the ids that a client gets.

use super::*;

#[tokio::test]
async fn a_message_of_a_request_is_sent_and_its_id_is_answered() {
    let fields = json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE,
        "messageBody": "$request.body", "delaySeconds": "$request.header.x-delay",
        "messageGroupId": "$context.stage", "messageDeduplicationId": "${request.header.x-id}",
        "messageAttributes": { "kind": "order", "n": "$request.body.n", "absent": "$request.body.absent" } });
    let parts = json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "statusCode": 201,
        "messageBody": { "id": "$request.body.id", "stage": "$context.stage" } });
    let (gateway, services) = serving(&[fields, parts], |_| {
        ok(r#"{"MessageId":"m-1","MD5OfMessageBody":"x","SequenceNumber":"18"}"#)
    })
    .await;
    let answer = gateway
        .send("POST /v1/0\ncontent-type: application/json\nx-delay: 5\nx-id: a b\n\n{ \"n\": 7.50 }")
        .await;
    assert_eq!(
        answer,
        "202\ncontent-type: application/json\n\n{\"messageId\":\"m-1\",\"sequenceNumber\":\"18\"}"
    );
    assert_eq!(
        call(&services),
        format!(
            r#"sqs eu-west-1 SendMessage {{"DelaySeconds":5,"MessageAttributes":{{"kind":{{"DataType":"String","StringValue":"order"}},"n":{{"DataType":"Number","StringValue":"7.50"}}}},"MessageBody":"{{ \"n\": 7.50 }}","MessageDeduplicationId":"a b","MessageGroupId":"v1","QueueUrl":"{QUEUE}"}}"#
        )
    );
    assert_eq!(
        post(&gateway, "/1", r#"{"id": "\"},{"}"#).await,
        r#"201 {"messageId":"m-1","sequenceNumber":"18"}"#
    );
    assert_eq!(
        call(&services),
        format!(
            r#"sqs eu-west-1 SendMessage {{"MessageBody":"{{\"id\":\"\\\"}},{{\",\"stage\":\"v1\"}}","QueueUrl":"{QUEUE}"}}"#
        )
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_message_too_and_what_cannot_be_one_is_refused() {
    let fields = json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE,
        "messageBody": "$request.body", "delaySeconds": "$request.header.x-delay" });
    let (gateway, services) = serving(&[fields], |_| ok(r#"{"MessageId":"m-1"}"#)).await;
    assert_eq!(post(&gateway, "/0", "plain text").await, r#"202 {"messageId":"m-1"}"#);
    assert!(call(&services).contains(r#""MessageBody":"plain text""#));
    let refused = r#"400 {"message": "Invalid request body"}"#;
    assert_eq!(post(&gateway, "/0", "").await, refused);
    let large = "x".repeat((1 << 20) + 1);
    assert_eq!(post(&gateway, "/0", &large).await, r#"413 {"message":"Request Too Long"}"#);
    let late = gateway.send("POST /v1/0\nx-delay: 901\n\nx").await;
    assert!(late.starts_with("400\n") && late.ends_with("{\"message\":\"Bad Request\"}"), "{late}");
    assert_eq!(services.calls(), []);
    // Of as many bytes as SQS takes.
    assert_eq!(post(&gateway, "/0", &large[1..]).await, r#"202 {"messageId":"m-1"}"#);
}

#[tokio::test]
async fn entries_are_sent_together_and_one_that_failed_is_an_error() {
    let batch = json!({ "type": "SQS", "action": "SendMessageBatch", "queueUrl": QUEUE, "entries": [
        { "messageBody": "$request.body.first" },
        { "id": "second", "messageBody": "$request.body.second", "messageGroupId": "g" } ] });
    let records = json!({ "type": "KINESIS", "action": "PutRecords", "streamName": "clicks", "records": [
        { "data": "$request.body", "partitionKey": "$context.requestId" },
        { "data": "x", "partitionKey": "p" } ] });
    let event = json!({ "type": "EVENTBRIDGE", "action": "PutEvents", "source": "shop", "detailType": "Order",
        "eventBusName": "arn:aws:events:us-east-2:111122223333:event-bus/shop", "detail": "$request.body",
        "resources": ["$request.body.first"], "time": "2026-11-30T18:00:00Z" });
    let (gateway, services) = serving(&[batch, records, event], |call| {
        let fails = call.body.contains("bad") || call.body.contains("YmFk");
        let throttles = call.body.contains("busy");
        ok(match (call.operation.as_str(), fails) {
            ("SendMessageBatch", false) => r#"{"Successful":[{"Id":"1","MessageId":"a"},{"Id":"second","MessageId":"b"}]}"#,
            ("SendMessageBatch", true) => r#"{"Successful":[{"MessageId":"a"}],"Failed":[{"Id":"1","Code":"InvalidMessageContents"}]}"#,
            ("PutEvents", true) => r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail","ErrorMessage":"no JSON"}]}"#,
            ("PutEvents", false) if throttles => r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}"#,
            ("PutEvents", false) => r#"{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}"#,
            _ => r#"{"FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"s"},{"SequenceNumber":"2","ShardId":"s"}]}"#,
        })
    })
    .await;
    let body = r#"{"first":"1","second":"2"}"#;
    let bad = r#"{"first":"bad","second":"2"}"#;
    let failed = r#"502 {"message": "Internal server error"}"#;
    let id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
    let sent = [
        ("/0", body, r#"202 {"messageIds":["a","b"]}"#, format!(r#"sqs eu-west-1 SendMessageBatch {{"Entries":[{{"Id":"1","MessageBody":"1"}},{{"Id":"second","MessageBody":"2","MessageGroupId":"g"}}],"QueueUrl":"{QUEUE}"}}"#)),
        ("/1", "ab", r#"202 {"sequenceNumbers":["1","2"]}"#, format!(r#"kinesis eu-west-1 PutRecords {{"Records":[{{"Data":"YWI=","PartitionKey":"{id}"}},{{"Data":"eA==","PartitionKey":"p"}}],"StreamName":"clicks"}}"#)),
        ("/2", body, r#"202 {"eventIds":["e"]}"#, r#"events us-east-2 PutEvents {"Entries":[{"Detail":"{\"first\":\"1\",\"second\":\"2\"}","DetailType":"Order","EventBusName":"arn:aws:events:us-east-2:111122223333:event-bus/shop","Resources":["1"],"Source":"shop","Time":1796061600}]}"#.to_owned()),
    ];
    for (path, body, expected, expected_call) in sent {
        assert_eq!(post(&gateway, path, body).await, expected);
        assert_eq!(call(&services), expected_call);
    }
    for path in ["/0", "/2"] {
        assert_eq!(post(&gateway, path, bad).await, failed);
    }
    assert_eq!(
        gateway.last_line()["integrationErrorMessage"],
        json!("integration failed: 1 entries failed, the first with MalformedDetail")
    );
    let busy = r#"{"first":"busy","second":"2"}"#;
    assert_eq!(post(&gateway, "/2", busy).await, r#"429 retry-after: 1{"message":"Too Many Requests"}"#);
}

#[tokio::test]
async fn a_topic_is_asked_by_a_form() {
    let publish = json!({ "type": "SNS", "action": "Publish", "topicArn": TOPIC, "message": "$request.body",
        "subject": "Order ${request.body.id}", "messageAttributes": { "kind": "order" } });
    let (gateway, services) = serving(&[publish], |_| {
        ok("<PublishResponse xmlns=\"u\"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>")
    })
    .await;
    assert_eq!(post(&gateway, "/0", r#"{"id":"a&b"}"#).await, r#"202 {"messageId":"m-1"}"#);
    assert_eq!(
        call(&services),
        "sns eu-west-1 Publish Action=Publish&Version=2010-03-31&Message=%7B%22id%22%3A%22a%26b%22%7D\
         &MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String\
         &MessageAttributes.entry.1.Value.StringValue=order&Subject=Order%20a%26b\
         &TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Aorders"
    );
}

#[tokio::test]
async fn messages_are_published_together_and_one_that_failed_is_an_error() {
    let batch = json!({ "type": "SNS", "action": "PublishBatch", "topicArn": TOPIC, "entries": [
        { "message": "$request.body.first", "messageAttributes": { "kind": "order" } },
        { "id": "second", "message": "$request.body.second" } ] });
    let (gateway, services) = serving(&[batch], |call| {
        let member = |id: &str| format!("<member><Id>1</Id><MessageId>{id}</MessageId></member>");
        let failed = |code: &str| format!("<Failed><member><Code>{code}</Code><Id>2</Id></member></Failed>");
        let successful = format!("<Successful>{}{}</Successful>", member("a"), member("b"));
        ok(&match () {
            () if call.body.contains("bad") => format!("{successful}{}", failed("InvalidParameter")),
            () if call.body.contains("busy") => format!("{successful}{}", failed("ThrottlingException")),
            () => format!("<PublishBatchResult><Failed/>{successful}</PublishBatchResult>"),
        })
    })
    .await;
    let body = r#"{"first":"1","second":"a b"}"#;
    assert_eq!(post(&gateway, "/0", body).await, r#"202 {"messageIds":["a","b"]}"#);
    assert_eq!(
        call(&services),
        "sns eu-west-1 PublishBatch Action=PublishBatch&Version=2010-03-31\
         &PublishBatchRequestEntries.member.1.Id=1&PublishBatchRequestEntries.member.1.Message=1\
         &PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Name=kind\
         &PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.DataType=String\
         &PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.StringValue=order\
         &PublishBatchRequestEntries.member.2.Id=second&PublishBatchRequestEntries.member.2.Message=a%20b\
         &TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Aorders"
    );
    let failed = r#"502 {"message": "Internal server error"}"#;
    assert_eq!(post(&gateway, "/0", r#"{"first":"bad","second":"2"}"#).await, failed);
    let words = "integration failed: 1 entries failed, the first with InvalidParameter";
    assert_eq!(gateway.last_line()["integrationErrorMessage"], json!(words));
    let busy = r#"429 retry-after: 1{"message":"Too Many Requests"}"#;
    assert_eq!(post(&gateway, "/0", r#"{"first":"busy","second":"2"}"#).await, busy);
}

#[tokio::test]
async fn messages_are_received_and_deleted() {
    let receive = json!({ "type": "SQS", "action": "ReceiveMessage", "queueUrl": QUEUE,
        "maxNumberOfMessages": 2, "waitTimeSeconds": "$request.querystring.wait",
        "messageAttributeNames": ["All"] });
    let delete = json!({ "type": "SQS", "action": "DeleteMessage", "queueUrl": QUEUE,
        "receiptHandle": "$request.body.handle" });
    let purge = json!({ "type": "SQS", "action": "PurgeQueue", "queueUrl": QUEUE });
    let (gateway, services) = serving(&[receive, delete, purge], |call| {
        ok(if call.operation == "ReceiveMessage" {
            r#"{"Messages":[{"MessageId":"m","Body":"{}","ReceiptHandle":"h","MD5OfBody":"x","MessageAttributes":{"kind":{"DataType":"String","StringValue":"order"}}}]}"#
        } else {
            ""
        })
    })
    .await;
    assert_eq!(
        post(&gateway, "/0?wait=0", "").await,
        r#"200 {"messages":[{"body":"{}","messageAttributes":{"kind":"order"},"messageId":"m","receiptHandle":"h"}]}"#
    );
    assert_eq!(
        call(&services),
        format!(
            r#"sqs eu-west-1 ReceiveMessage {{"MaxNumberOfMessages":2,"MessageAttributeNames":["All"],"QueueUrl":"{QUEUE}","WaitTimeSeconds":0}}"#
        )
    );
    assert_eq!(post(&gateway, "/1", r#"{"handle":"h"}"#).await, "204 ");
    assert_eq!(
        call(&services),
        format!(r#"sqs eu-west-1 DeleteMessage {{"QueueUrl":"{QUEUE}","ReceiptHandle":"h"}}"#)
    );
    assert_eq!(post(&gateway, "/2", "").await, "204 ");
    assert_eq!(call(&services), format!(r#"sqs eu-west-1 PurgeQueue {{"QueueUrl":"{QUEUE}"}}"#));
}
