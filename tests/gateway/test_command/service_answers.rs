//! What a test says that a service answers is what the gateway reads, whatever the service is asked in.

use super::assert_passes;

const API: &str = r#"
tollgate: 1
stages:
  v1:
    routes:
      POST /queue:
        integration: { type: SQS, action: SendMessage, queueUrl: "https://sqs.eu-west-1.amazonaws.com/1/q", messageBody: $request.body }
      GET /queue:
        integration: { type: SQS, action: ReceiveMessage, queueUrl: "https://sqs.eu-west-1.amazonaws.com/1/q" }
      POST /events: { integration: { type: EVENTBRIDGE, action: PutEvents, source: shop, detailType: placed, detail: $request.body } }
      POST /topic:
        integration: { type: SNS, action: Publish, topicArn: "arn:aws:sns:eu-west-1:1:t", message: $request.body.m }
      POST /topic/batch:
        integration: { type: SNS, action: PublishBatch, topicArn: "arn:aws:sns:eu-west-1:1:t", entries: [{ message: a }, { message: b }] }
      GET /file/{key+}: { integration: { type: S3, action: GetObject, bucket: shop-files, key: $request.path.key } }
      POST /subtype:
        integration:
          type: AWS_PROXY
          integrationSubtype: SQS-SendMessage
          requestParameters: { QueueUrl: "https://sqs.eu-west-1.amazonaws.com/1/q", MessageBody: $request.body }
      GET /settings:
        integration:
          type: AWS_PROXY
          integrationSubtype: AppConfig-GetConfiguration
          requestParameters: { Application: a, Environment: e, Configuration: c, ClientId: i }
      POST /item:
        integration:
          type: AWS
          httpMethod: POST
          uri: "arn:aws:apigateway:eu-west-1:dynamodb:action/GetItem"
          requestTemplates: { application/json: '{"TableName": "orders", "Key": {"id": {"S": "7"}}}' }
          responses: { default: { statusCode: "200", responseTemplates: { application/json: $input.json('$.Item.id.S') } } }
      POST /machine:
        integration:
          type: AWS
          httpMethod: POST
          uri: "arn:aws:apigateway:eu-west-1:states:action/StartExecution"
          requestTemplates: { application/json: '{"input": "{}"}' }
          responses: { default: { statusCode: "200", responseTemplates: { application/json: $input.json('$.executionArn') } } }
      POST /form:
        integration:
          type: AWS
          httpMethod: POST
          uri: "arn:aws:apigateway:eu-west-1:sqs:path/1/q"
          requestParameters: { integration.request.header.Content-Type: "'application/x-www-form-urlencoded'" }
          requestTemplates: { application/json: Action=SendMessage&MessageBody=a }
          responses: { default: { statusCode: "200", responseTemplates: { application/json: $input.json('$.SendMessageResponse.id') } } }
"#;

#[test]
fn the_answer_of_a_plain_type_is_the_tests() {
    assert_passes(
        API,
        r#"
- request: { method: POST, path: /v1/queue, body: { n: 1 } }
  integration: { MessageId: m1, SequenceNumber: "2" }
  expect: { status: 202, body: { messageId: m1, sequenceNumber: "2" } }
- request: { method: POST, path: /v1/queue, body: { n: 1 } }
  integration: {}
  expect: { status: 202, body: {} }
- request: GET /v1/queue
  integration: { Messages: [{ MessageId: m1, Body: hello, ReceiptHandle: r }] }
  expect: { body: { messages: [{ messageId: m1, body: hello, receiptHandle: r }] } }
- request: { method: POST, path: /v1/events, body: { n: 1 } }
  integration: { FailedEntryCount: 0, Entries: [{ EventId: e1 }] }
  expect: { status: 202, body: { eventIds: [e1] } }
- request: { method: POST, path: /v1/topic, body: { m: hello } }
  integration: { MessageId: m<1> }
  expect: { status: 202, body: { messageId: m<1> } }
- request: { method: POST, path: /v1/topic, body: { m: hello } }
  integration: {}
  expect: { status: 202, body: {} }
- request: POST /v1/topic/batch
  integration: { Successful: [{ Id: "1", MessageId: m1 }, { Id: "2", MessageId: m2 }] }
  expect: { status: 202, body: { messageIds: [m1, m2] } }
- request: POST /v1/topic/batch
  integration: { Successful: [], Failed: [{ Id: "1", Code: Throttled }] }
  expect: { status: 502 }
- request: GET /v1/file/functions/a.txt
  integration: text of it
  expect: { status: 200, body: text of it, integration: { uri: /shop-files/functions/a.txt } }
- request: GET /v1/file/a.json
  integration: { colour: red }
  expect: { status: 200, body: { colour: red } }
- request: GET /v1/file/a.txt
  integration: { headers: { content-type: text/plain }, body: of this type }
  expect: { status: 200, headers: { content-type: text/plain }, body: of this type }
"#,
    );
}

#[test]
fn the_answer_of_a_subtype_is_the_tests_as_it_is() {
    assert_passes(
        API,
        r#"
- request: { method: POST, path: /v1/subtype, body: { n: 1 } }
  integration: { MessageId: m1 }
  expect: { status: 200, body: { MessageId: m1 }, integration: { operation: SendMessage } }
- request: GET /v1/settings
  integration: { colour: red }
  expect: { status: 200, headers: { content-type: application/json }, body: { colour: red } }
"#,
    );
}

#[test]
fn a_template_reads_the_tests_answer_as_the_services_own() {
    assert_passes(
        API,
        r#"
- request: POST /v1/item
  integration: { Item: { id: { S: "7" } } }
  expect: { status: 200, body: "\"7\"", integration: { operation: GetItem } }
- request: POST /v1/machine
  integration: { executionArn: "arn:aws:states:eu-west-1:1:execution:m:n" }
  expect: { status: 200, body: "\"arn:aws:states:eu-west-1:1:execution:m:n\"" }
- request: POST /v1/form
  integration: { SendMessageResponse: { id: m1 } }
  expect: { status: 200, body: "\"m1\"" }
"#,
    );
}
