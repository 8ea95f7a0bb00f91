//! HTTP APIs' first-class services: the service's own answer, with its status.

use super::*;

fn subtype(name: &str, parameters: Value) -> Value {
    json!({ "type": "AWS_PROXY", "integrationSubtype": name, "payloadFormatVersion": "1.0",
        "requestParameters": parameters })
}

#[tokio::test]
async fn every_subtype_asks_its_service() {
    let machine =
        json!({ "StateMachineArn": MACHINE, "Input": "$request.body.input", "Name": "$request.body.id" });
    let table = [
        (
            subtype("SQS-SendMessage", json!({ "QueueUrl": QUEUE, "MessageBody": "$request.body", "DelaySeconds": "5",
                "MessageAttributes": "{\"kind\":{\"DataType\":\"String\",\"StringValue\":\"${request.body.id}\"}}" })),
            format!(r#"sqs eu-west-1 SendMessage {{"DelaySeconds":5,"MessageAttributes":{{"kind":{{"DataType":"String","StringValue":"e"}}}},"MessageBody":"{{\"id\":\"e\",\"input\":{{\"n\":1}}}}","QueueUrl":"{QUEUE}"}}"#),
        ),
        (
            subtype("SQS-ReceiveMessage", json!({ "QueueUrl": QUEUE, "MaxNumberOfMessages": "2", "AttributeNames": "[\"All\"]" })),
            format!(r#"sqs eu-west-1 ReceiveMessage {{"AttributeNames":["All"],"MaxNumberOfMessages":2,"QueueUrl":"{QUEUE}"}}"#),
        ),
        (
            subtype("SQS-DeleteMessage", json!({ "QueueUrl": QUEUE, "ReceiptHandle": "$request.body.id" })),
            format!(r#"sqs eu-west-1 DeleteMessage {{"QueueUrl":"{QUEUE}","ReceiptHandle":"e"}}"#),
        ),
        (
            subtype("SQS-PurgeQueue", json!({ "QueueUrl": QUEUE, "Region": "us-west-2" })),
            format!(r#"sqs us-west-2 PurgeQueue {{"QueueUrl":"{QUEUE}"}}"#),
        ),
        (
            subtype("EventBridge-PutEvents", json!({ "Source": "shop", "DetailType": "$request.body.id",
                "Detail": "$request.body", "Resources": "[\"a\"]", "EventBusName": "bus", "Time": "1796061600" })),
            r#"events eu-west-1 PutEvents {"Entries":[{"Detail":"{\"id\":\"e\",\"input\":{\"n\":1}}","DetailType":"e","EventBusName":"bus","Resources":["a"],"Source":"shop","Time":1796061600}]}"#.to_owned(),
        ),
        (
            subtype("Kinesis-PutRecord", json!({ "StreamName": "clicks", "Data": "$request.body.id", "PartitionKey": "p" })),
            r#"kinesis eu-west-1 PutRecord {"Data":"ZQ==","PartitionKey":"p","StreamName":"clicks"}"#.to_owned(),
        ),
        (
            subtype("StepFunctions-StartExecution", machine.clone()),
            format!(r#"states eu-west-1 StartExecution {{"input":"{{\"n\":1}}","name":"e","stateMachineArn":"{MACHINE}"}}"#),
        ),
        (
            subtype("StepFunctions-StartSyncExecution", machine),
            format!(r#"states eu-west-1 StartSyncExecution {{"input":"{{\"n\":1}}","name":"e","stateMachineArn":"{MACHINE}"}}"#),
        ),
        (
            subtype("StepFunctions-StopExecution", json!({ "ExecutionArn": format!("{EXECUTION}e"), "Cause": "c", "Error": "E" })),
            format!(r#"states eu-west-1 StopExecution {{"cause":"c","error":"E","executionArn":"{EXECUTION}e"}}"#),
        ),
        (
            subtype("AppConfig-GetConfiguration", json!({ "Application": "shop", "Environment": "a/b",
                "Configuration": "c", "ClientId": "$request.body.id", "ClientConfigurationVersion": "7" })),
            "appconfig eu-west-1 GET /applications/shop/environments/a%2Fb/configurations/c?client_id=e&client_configuration_version=7 ".to_owned(),
        ),
    ];
    let integrations: Vec<Value> = table.iter().map(|(integration, _)| integration.clone()).collect();
    let (gateway, services) = serving(&integrations, |_| ok(r#"{"Anything": ["as it is"]}"#)).await;
    for (number, (_, expected)) in table.iter().enumerate() {
        let answer = post(&gateway, &format!("/{number}"), r#"{"id":"e","input":{"n":1}}"#).await;
        assert_eq!(answer, r#"200 {"Anything": ["as it is"]}"#);
        assert_eq!(call(&services), *expected);
    }
}

#[tokio::test]
async fn an_error_of_the_service_is_answered_as_it_is() {
    let send =
        subtype("SQS-SendMessage", json!({ "QueueUrl": QUEUE, "MessageBody": "$request.body.message" }));
    let (gateway, services) =
        serving(&[send], |_| (400, r#"{"__type":"QueueDoesNotExist"}"#.to_owned())).await;
    let answer = gateway.send("POST /v1/0\n\n{\"message\": \"a\"}").await;
    assert_eq!(answer, "400\ncontent-type: text/plain; charset=utf-8\n\n{\"__type\":\"QueueDoesNotExist\"}");
    assert_eq!(services.calls().len(), 1);
    let absent = post(&gateway, "/0", "{}").await;
    assert_eq!(absent, r#"400 {"message": "Invalid request body"}"#);
    assert_eq!(services.calls(), []);
}
