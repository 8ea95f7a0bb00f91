//! Problems of items, word for word.

use super::*;

/// What is said of a route with this integration.
async fn problems(integration: &Value) -> String {
    let gateway = TestGateway::new();
    gateway.put_route(&json!({ "routeKey": "POST /x/{id}", "integration": integration }));
    gateway.publish("v1").await;
    let status = gateway.stage_status("v1").await;
    let (_, problems) = status.split_once('\n').unwrap();
    problems.replace("tollgate-routes [stage=v1 routeKey=POST /x/{id}] integration.", "")
}

#[tokio::test]
async fn a_field_that_will_not_do_is_a_problem() {
    let send = |more: Value| {
        let mut fields =
            json!({ "type": "SQS", "action": "SendMessage", "queueUrl": QUEUE, "messageBody": "x" });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let a_role =
        "expected a role's ARN, arn:aws:iam::123456789012:role/NAME, or nothing: the gateway's own role";
    let table = [
        (
            json!({ "type": "SQS" }),
            "action: got nothing, expected SendMessage or SendMessageBatch or ReceiveMessage or DeleteMessage or PurgeQueue".to_owned(),
        ),
        (
            json!({ "type": "SQS", "action": "SendMessage" }),
            "messageBody: got nothing, expected text, JSON, or a word such as $request.body\nqueueUrl: got nothing, expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/orders".to_owned(),
        ),
        (
            send(json!({ "queueUrl": "" })),
            "queueUrl: got \"\", expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/orders".to_owned(),
        ),
        (
            send(json!({ "queueUrl": "arn:aws:sqs:eu-west-1:111122223333:orders" })),
            "queueUrl: got \"arn:aws:sqs:eu-west-1:111122223333:orders\", expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/orders, not its ARN".to_owned(),
        ),
        (
            send(json!({ "queueUrl": "$request.query.q" })),
            "queueUrl: got \"$request.query.q\", expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/orders; a client must not choose it, so no word of the request may stand in it".to_owned(),
        ),
        (
            json!({ "type": "SNS", "action": "Publish", "topicArn": "orders", "message": "x" }),
            "topicArn: got \"orders\", expected a topic's ARN such as arn:aws:sns:eu-west-1:111122223333:orders".to_owned(),
        ),
        (
            json!({ "type": "STEP_FUNCTIONS", "action": "StartExecution", "stateMachineArn": EXECUTION }),
            format!("stateMachineArn: got \"{EXECUTION}\", expected a state machine's ARN such as arn:aws:states:eu-west-1:111122223333:stateMachine:orders"),
        ),
        (
            json!({ "type": "KINESIS", "action": "PutRecord", "streamName": "arn:aws:kinesis:eu-west-1:1:stream/a", "data": "x", "partitionKey": "p" }),
            "streamName: got \"arn:aws:kinesis:eu-west-1:1:stream/a\", expected a stream's name (1 to 128 letters, digits, . _ and -), not its ARN".to_owned(),
        ),
        (
            json!({ "type": "EVENTBRIDGE", "action": "PutEvents", "source": "a", "detailType": "b", "detail": {}, "eventBusName": TOPIC }),
            format!("eventBusName: got \"{TOPIC}\", expected an event bus by its name, or by an ARN such as arn:aws:events:eu-west-1:111122223333:event-bus/orders"),
        ),
        (
            send(json!({ "delaySeconds": 901 })),
            "delaySeconds: got 901, expected a whole number that the service takes, or a word".to_owned(),
        ),
        (
            send(json!({ "messageAttributes": ["a"] })),
            "messageAttributes: got [\"a\"], expected a map of attributes, or a word such as $request.body.attributes".to_owned(),
        ),
        (send(json!({ "region": "eu west" })), "region: got \"eu west\", expected a region such as eu-west-1".to_owned()),
        (send(json!({ "credentials": "me" })), format!("credentials: got \"me\", {a_role}")),
        (
            send(json!({ "credentials": "arn:aws:iam::*:user/*" })),
            "credentials: got \"arn:aws:iam::*:user/*\", expected a role's ARN: calls are not made with the caller's own credentials, which a function URL does not hand on".to_owned(),
        ),
        (send(json!({ "statusCode": 404 })), "statusCode: got 404, expected a whole number from 200 to 299".to_owned()),
        (
            json!({ "type": "SQS", "action": "SendMessageBatch", "queueUrl": QUEUE, "entries": [] }),
            "entries: got a list of 0, expected a list of 1 to 10 maps".to_owned(),
        ),
        (
            json!({ "type": "SQS", "action": "SendMessageBatch", "queueUrl": QUEUE, "entries": [{ "id": "a" }] }),
            "entries[0].messageBody: got nothing, expected text, JSON, or a word such as $request.body".to_owned(),
        ),
        (
            json!({ "type": "EVENTBRIDGE", "action": "PutEvents", "source": "a", "detailType": "b", "detail": {}, "time": "noon", "resources": {} }),
            "resources: got {}, expected a list of texts, or a word\ntime: got \"noon\", expected a time such as 2026-11-30T18:00:00Z, or a word".to_owned(),
        ),
        (
            json!({ "type": "S3", "action": "GetObject", "bucket": "${request.path.id}", "key": "a/../b" }),
            "bucket: got \"${request.path.id}\", expected a bucket's name (3 to 63 small letters, digits, . and -); a client must not choose it, so no word of the request may stand in it\nkey: got \"a/../b\", expected an object's key, or words such as files/${request.path.name}".to_owned(),
        ),
        (
            json!({ "type": "S3", "action": "GetObject", "bucket": "shop-files", "key": "a", "redirectTtlInSeconds": 3601 }),
            "redirectTtlInSeconds: got 3601, expected a whole number from 1 to 3600".to_owned(),
        ),
        (
            json!({ "type": "SNS", "action": "PublishAll" }),
            "action: got \"PublishAll\", expected Publish or PublishBatch".to_owned(),
        ),
    ];
    for (integration, expected) in table {
        assert_eq!(problems(&integration).await, expected, "{integration}");
    }
}

#[tokio::test]
async fn a_parameter_of_a_subtype_that_will_not_do_is_a_problem() {
    let subtype = |name: &str, parameters: Value| json!({ "type": "AWS_PROXY", "integrationSubtype": name, "requestParameters": parameters });
    let table = [
        (
            subtype("SQS-Send", json!({})),
            "integrationSubtype: got \"SQS-Send\", expected EventBridge-PutEvents or SQS-SendMessage or SQS-ReceiveMessage or SQS-DeleteMessage or SQS-PurgeQueue or AppConfig-GetConfiguration or Kinesis-PutRecord or StepFunctions-StartExecution or StepFunctions-StartSyncExecution or StepFunctions-StopExecution",
        ),
        (
            json!({ "type": "AWS_PROXY", "integrationSubtype": "SQS-PurgeQueue" }),
            "requestParameters: got nothing, expected a map with QueueUrl; it may have Region",
        ),
        (
            subtype("SQS-DeleteMessage", json!({ "QueueUrl": "$request.path.no", "ReceiptHandel": "x" })),
            "requestParameters.QueueUrl: got \"$request.path.no\", expected one of the route's path parameters (id)\nrequestParameters.ReceiptHandel: got \"x\", expected nothing of this name; did you mean ReceiptHandle?\nrequestParameters.ReceiptHandle: got nothing, expected text, or a word such as $request.body.x",
        ),
        (
            subtype("SQS-PurgeQueue", json!({ "QueueUrl": "q", "Region": "no region" })),
            "requestParameters.Region: got \"no region\", expected a region such as eu-west-1",
        ),
    ];
    for (integration, expected) in table {
        assert_eq!(problems(&integration).await, expected, "{integration}");
    }
}
