//! The templates that frameworks write for services: reference/vtl.md §A 7 to 10.

use serde_json::json;

use super::{World, gives_json};

/// 7: the body as a text in JSON.
#[test]
fn sam_state_machine() {
    let template = r#"{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")", "stateMachineArn": "arn:x"}"#;
    let world = World::new().body(r#"{"name": "O'Neil \"x\" €/", "n": 1.50}"#);
    let text = world.text(template);
    let outer: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(outer["input"], r#"{"name":"O'Neil \"x\" €/","n":1.50}"#);
    gives_json(&World::new().body(""), template, &json!({ "input": "{}", "stateMachineArn": "arn:x" }));
}

/// 8: DynamoDB by Serverless's service proxy; `hasNext()` is called.
#[test]
fn serverless_dynamodb() {
    let template = r#"#set ($body = $util.parseJson($input.body)){"TableName": "orders","Item": {#foreach ($key in $body.keySet())#set ($item = $body.get($key))#foreach ($type in $item.keySet())"$key": {"$type": "$item.get($type)"}#if($foreach.hasNext()),#end#end#if($foreach.hasNext()),#end#end},"Key": {"pk": {"S": "${input.params().path.id}"},"sk": {"N": "$input.params().querystring.page"}}}"#;
    let world = World::new().body(r#"{"id":{"S":"a"},"n":{"N":"1"}}"#);
    let expected = json!({
        "TableName": "orders",
        "Item": { "id": { "S": "a" }, "n": { "N": "1" } },
        "Key": { "pk": { "S": "7/8" }, "sk": { "N": "2" } },
    });
    gives_json(&world, template, &expected);
}

/// 9: Kinesis, EventBridge, SNS and SQS by the same.
#[test]
fn serverless_services() {
    let world = World::new().body(r#"{"data":{"a":"ü"},"message":"a&b","type":"order"}"#);
    #[rustfmt::skip]
    world.gives(&[
        (r#"{"StreamName":"s","Data":"$util.base64Encode($input.json('$.data'))","PartitionKey":"$input.params().path.id"}"#,
         r#"{"StreamName":"s","Data":"eyJhIjoiw7wifQ==","PartitionKey":"7/8"}"#),
        (r#"{"PartitionKey":"$input.path('$.type')","Kind":"$util.parseJson($input.body).type"}"#,
         r#"{"PartitionKey":"order","Kind":"order"}"#),
        ("Action=Publish&TopicArn=$util.urlEncode('arn:aws:sns:eu-west-1:1:t')&Message=$util.urlEncode($input.body)",
         "Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At&Message=%7B%22data%22%3A%7B%22a%22%3A%22%C3%BC%22%7D%2C%22message%22%3A%22a%26b%22%2C%22type%22%3A%22order%22%7D"),
        ("Action=SendMessage&MessageBody=$util.urlEncode($util.parseJson($input.body).message)", "Action=SendMessage&MessageBody=a%26b"),
        (r#"#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1"){"Entries":[{"Detail":"$util.escapeJavaScript($input.json('$'))","DetailType":"$input.path('$.type')"}]}"#,
         r#"{"Entries":[{"Detail":"{\"data\":{\"a\":\"\u00FC\"},\"message\":\"a&b\",\"type\":\"order\"}","DetailType":"order"}]}"#),
    ]);
}

/// 10: AWS Solutions Constructs.
#[test]
fn solutions_constructs() {
    let world = World::new()
        .body(r#"{"records":[{"data":"a","partition-key":"p1"},{"data":"b","partition-key":"p2"}]}"#);
    #[rustfmt::skip]
    world.gives(&[
        (r#"{ "StreamName": "s", "Records": [ #foreach($elem in $input.path('$.records')) { "Data": "$util.base64Encode($elem.data)", "PartitionKey": "$elem.partition-key"}#if($foreach.hasNext),#end #end ] }"#,
         r#"{ "StreamName": "s", "Records": [  { "Data": "YQ==", "PartitionKey": "p1"},  { "Data": "Yg==", "PartitionKey": "p2"}  ] }"#),
        ("Action=SendMessage&MessageBody=$util.urlEncode(\"$input.body\")&MessageAttribute.1.Value=$context.httpMethod",
         "Action=SendMessage&MessageBody=%7B%22records%22%3A%5B%7B%22data%22%3A%22a%22%2C%22partition-key%22%3A%22p1%22%7D%2C%7B%22data%22%3A%22b%22%2C%22partition-key%22%3A%22p2%22%7D%5D%7D&MessageAttribute.1.Value=GET"),
        ("Action=ReceiveMessage", "Action=ReceiveMessage"),
        ("Action=DeleteMessage&ReceiptHandle=$util.urlEncode($input.params('receiptHandle'))", "Action=DeleteMessage&ReceiptHandle="),
    ]);
}
