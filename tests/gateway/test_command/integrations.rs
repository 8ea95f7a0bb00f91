//! What each kind of integration is asked, and what becomes of its answer or failure.

use super::assert_passes;

const API: &str = r#"
tollgate: 1
stages:
  v1:
    stageVariables: { host: legacy.example.com }
    routes:
      ANY /v2: { integration: { type: AWS_PROXY, uri: "orders:live" } }
      GET /v1: { integration: { type: AWS_PROXY, uri: orders, payloadFormatVersion: "1.0" } }
      GET /stream: { integration: { type: AWS_PROXY, uri: orders, responseTransferMode: STREAM } }
      POST /later: { integration: { type: AWS_PROXY, uri: orders, invocationType: Event } }
      ANY /http/{id}: { integration: { type: HTTP_PROXY, uri: "https://${stageVariables.host}/orders/{id}" } }
      GET /item/{id}:
        integration: { type: DYNAMODB, action: GetItem, tableName: orders, key: { id: $request.path.id } }
      GET /items: { integration: { type: DYNAMODB, action: Scan, tableName: orders } }
      POST /batch: { integration: { type: DYNAMODB, action: BatchGetItem, tableName: orders, keys: $request.body.keys } }
      PUT /item/{id}:
        integration:
          type: DYNAMODB
          action: UpdateItem
          tableName: orders
          key: { id: $request.path.id }
          updateExpression: SET n = :n
          expressionAttributeValues: { ":n": $request.body.n }
          conditionExpression: attribute_exists(id)
          returnValues: ALL_NEW
"#;

#[test]
fn a_function_answers_in_each_form() {
    assert_passes(
        API,
        r#"
- request: { method: PUT, path: /v1/v2?x=1, body: { n: 1 } }
  integration: { statusCode: 201, headers: { x-a: b }, body: { id: 7 } }
  expect:
    status: 201
    headers: { x-a: b }
    body: { id: 7 }
    integration: { function: "orders:live", event: { version: "2.0", rawPath: /v1/v2, body: '{"n":1}' } }
- request: GET /v1/v1
  integration: { statusCode: 200, body: plain text }
  expect: { body: plain text, integration: { function: orders, event: { resource: /v1, httpMethod: GET } } }
- request: GET /v1/v1
  integration: { statusCode: many }
  expect: { status: 502, body: { message: Internal server error } }
- request: GET /v1/stream
  integration: { statusCode: 200, body: streamed }
  expect: { status: 200, body: streamed }
- request: POST /v1/later
  integration: {}
  expect: { status: 202, integration: { function: orders } }
"#,
    );
}

#[test]
fn a_function_fails_in_each_way() {
    assert_passes(
        API,
        r#"
- request: GET /v1/v2
  integrationFails: timeout
  expect: { status: 504, body: { message: Endpoint request timed out } }
- request: GET /v1/v2
  integrationFails: throttled
  expect: { status: 502 }
- request: GET /v1/v2
  integrationFails: { errorType: Error, errorMessage: not now }
  expect: { status: 502, log: { errorResponseType: INTEGRATION_FAILURE } }
"#,
    );
}

#[test]
fn a_url_is_answered_here_whatever_its_host() {
    assert_passes(
        API,
        r#"
- request: { method: POST, path: "/v1/http/7?x=1", headers: { x-a: [b, c] }, body: text }
  integration: { statusCode: 404, headers: { x-from: there }, body: { message: gone } }
  expect:
    status: 404
    headers: { x-from: there, content-type: application/json }
    body: { message: gone }
    integration: { method: POST, uri: "https://legacy.example.com/orders/7?x=1", headers: { x-a: "b,c" }, body: text }
- request: GET /v1/http/7
  integrationFails: timeout
  expect: { status: 504 }
"#,
    );
}

#[test]
fn an_operation_answers_with_plain_items_and_fails_by_code() {
    assert_passes(
        API,
        r#"
- request: GET /v1/item/7
  integration: { id: "7", price: 7.5, tags: [a], more: null }
  expect: { status: 200, body: { id: "7", price: 7.5, tags: [a], more: null } }
- request: GET /v1/item/7
  integration: null
  expect: { status: 404 }
- request: GET /v1/items
  integration: [{ id: a }, { id: b }]
  expect: { body: { items: [{ id: a }, { id: b }] }, integration: { operation: Scan, body: { TableName: orders } } }
- request: GET /v1/items
  integration: { items: [{ id: a }], lastEvaluatedKey: { id: a } }
  expect: { bodyIncludes: { items: [{ id: a }] }, headers: { cursor: null } }
- request: { method: POST, path: /v1/batch, body: { keys: [{ id: a }] } }
  integration: [{ id: a }]
  expect: { body: { items: [{ id: a }] } }
- request: { method: PUT, path: /v1/item/7, body: { n: 3 } }
  integration: { id: "7", n: 3 }
  expect:
    body: { id: "7", n: 3 }
    integration: { operation: UpdateItem, body: { ExpressionAttributeValues: { ":n": { N: "3" } } } }
- request: { method: PUT, path: /v1/item/7, body: { n: 3 } }
  integrationFails: { code: ConditionalCheckFailedException, message: The conditional request failed }
  expect: { status: 409 }
- request: GET /v1/item/7
  integrationFails: { code: ResourceNotFoundException }
  expect: { status: 500 }
- request: GET /v1/item/7
  integrationFails: timeout
  expect: { status: 504 }
"#,
    );
}
