//! AWS services that are called without a function between: what a test answers for them.

use super::assert_passes;

const API: &str = r#"
tollgate: 1
stages:
  v1:
    routes:
      PUT /item/{id}:
        integration:
          type: AWS
          httpMethod: POST
          uri: "arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem"
          credentials: "arn:aws:iam::111122223333:role/writer"
          requestTemplates:
            application/json: '{"TableName": "orders", "Item": {"id": {"S": "$input.params("id")"}}}'
          responses:
            default: { statusCode: "201", responseTemplates: { application/json: '{"ok": true}' } }
            '4\d{2}': { statusCode: "409", responseTemplates: { application/json: '{"ok": false}' } }
      POST /topic:
        integration: { type: SNS, action: Publish, topicArn: "arn:aws:sns:eu-west-1:111122223333:t", message: $request.body.m }
      GET /file/{key}:
        integration:
          type: AWS
          httpMethod: GET
          uri: "arn:aws:apigateway:eu-west-1:s3:path/bucket/{key}"
          requestParameters: { integration.request.path.key: method.request.path.key }
          responses: { default: { statusCode: "200" }, "404": { statusCode: "404" } }
"#;

#[test]
fn a_service_is_answered_by_the_test_and_every_role_can_be_assumed() {
    assert_passes(
        API,
        r#"
- request: PUT /v1/item/7
  integration: {}
  expect:
    status: 201
    body: { ok: true }
    integration: { operation: PutItem, body: { TableName: orders, Item: { id: { S: "7" } } } }
- request: PUT /v1/item/7
  integrationFails: { code: ConditionalCheckFailedException, message: taken }
  expect: { status: 409, body: { ok: false } }
- request: { method: POST, path: /v1/topic, body: { m: hello } }
  integration: { statusCode: 200, body: "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>" }
  expect:
    status: 202
    integration: { method: POST, uri: / }
- request: GET /v1/file/a.txt
  integration: { statusCode: 200, body: text of it }
  expect:
    status: 200
    body: text of it
    integration: { method: GET, uri: /bucket/a.txt }
- request: GET /v1/file/none
  integration: { statusCode: 404, body: "<Error><Code>NoSuchKey</Code></Error>" }
  expect: { status: 404 }
"#,
    );
}
