//! Each kind of file, and the requests that come of it.

use expect_test::expect;

use super::TwoApis;

/// The requests that both servers got of a file, as the left one tells them.
async fn sent(name: &str, content: &str, arguments: &[&str]) -> String {
    let apis = TwoApis::equal(&[(name, content.as_bytes())]).await;
    let told = apis.compare(&[&["--requests", name, "--concurrency", "1"], arguments].concat()).await;
    let left_out = told.lines().filter(|line| line.contains(" left out: "));
    let left_out: String = left_out.map(|line| format!("{line}\n")).collect();
    let own = ["accept-encoding: gzip, deflate", "accept: */*", "host: 127.0.0.1:PORT"];
    let is_shown = |line: &&str| !line.is_empty() && !own.contains(line) && !line.starts_with("user-agent: ");
    let requests = apis.left.received();
    let lines = requests.iter().flat_map(|request| request.lines()).filter(is_shown);
    assert_eq!(requests.len(), apis.right.received().len());
    lines.map(|line| format!("{line}\n")).collect::<String>() + &left_out
}

#[tokio::test]
async fn an_access_log_of_any_format() {
    let log = r#"{"requestId":"1","ip":"192.0.2.1","httpMethod":"GET","resourcePath":"/cdk","status":"200","protocol":"HTTP/1.1"}
{"requestId":"2","httpMethod":"GET","resourcePath":"/cdk/{id}","status":"200"}
{"requestId":"3","stage":"v1","routeKey":"GET /own/{id}","httpMethod":"GET","path":"/v1/own/7","status":200,"responseLatency":3}
192.0.2.1 - - [14/Apr/2025:22:12:48 +0000] "GET /clf HTTP/1.1" 200 99 4
192.0.2.1,-,-,14/Apr/2025:22:12:48 +0000,GET,/csv,HTTP/1.1,200,99,5
START RequestId: 6
"#;
    expect![[r#"
        GET /api/cdk
        GET /api/own/7
        GET /api/clf
        GET /api/csv
        1 left out: no request stands there (first: access.log:6)
        1 left out: a parameter or a variable has no value (--value NAME=VALUE) (first: access.log:2)
    "#]]
    .assert_eq(&sent("access.log", log, &[]).await);
    let events = r#"{"events": [{"message": "{\"httpMethod\":\"GET\",\"path\":\"/prod/a\"}\n"}, {"message": "END RequestId: 1\n"}]}"#;
    expect![[r#"
        GET /api/a
        1 left out: no request stands there (first: events.json:2)
    "#]]
    .assert_eq(&sent("events.json", events, &["--origin", "/prod"]).await);
}

#[tokio::test]
async fn a_har_file() {
    let har = r#"{"log": {"version": "1.2", "entries": [
      {"request": {"method": "GET", "url": "https://api.example.com/v1/orders?limit=2", "headers": [
        {"name": ":authority", "value": "api.example.com"}, {"name": "Accept", "value": "application/json"},
        {"name": "If-None-Match", "value": "\"1\""}, {"name": "Cookie", "value": "a=1"}]}},
      {"request": {"method": "POST", "url": "https://api.example.com/v1/orders", "headers": [],
        "postData": {"mimeType": "application/json", "text": "{\"n\":1}"}}},
      {"request": {"method": "GET", "url": "https://fonts.example.com/a.woff", "headers": []}}]}}"#;
    expect![[r#"
        GET /api/orders?limit=2
        accept: application/json
        POST /api/orders
        content-length: 7
        {"n":1}
        1 left out: it was for another server (--origin says where the API was) (first: api.har, entry 3)
    "#]]
    .assert_eq(&sent("api.har", har, &["--origin", "https://api.example.com/v1", "--unsafe"]).await);
}

#[tokio::test]
async fn a_postman_collection() {
    let collection = r#"{"info": {"name": "Orders", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
      "variable": [{"key": "limit", "value": "{{most}}"}, {"key": "most", "value": 5}],
      "item": [{"name": "folder", "item": [
        {"name": "list", "request": {"method": "GET", "url": {"raw": "{{baseUrl}}/orders?limit={{limit}}"},
          "header": [{"key": "X-Tenant", "value": "{{tenant}}"}, {"key": "X-Off", "value": "1", "disabled": true}]}},
        {"name": "one", "request": {"method": "GET", "url": {"raw": "{{baseUrl}}/orders/:id",
          "variable": [{"key": "id", "value": "7"}]}}}]},
        {"name": "plain", "request": "{{baseUrl}}/health"},
        {"name": "no value", "request": {"method": "GET", "url": "{{baseUrl}}/{{unknown}}"}},
        {"name": "create", "request": {"method": "POST", "url": "{{baseUrl}}/orders",
          "body": {"mode": "raw", "raw": "{\"n\": {{limit}}}", "options": {"raw": {"language": "json"}}}}},
        {"name": "form", "request": {"method": "POST", "url": "{{baseUrl}}/form",
          "body": {"mode": "urlencoded", "urlencoded": [{"key": "a b", "value": "1&2"}]}}}]}"#;
    expect![[r#"
        GET /api/orders?limit=5
        x-tenant: t1
        GET /api/orders/7
        GET /api/health
        POST /api/orders
        content-length: 8
        content-type: application/json
        {"n": 5}
        POST /api/form
        content-length: 11
        content-type: application/x-www-form-urlencoded
        a%20b=1%262
        1 left out: a parameter or a variable has no value (--value NAME=VALUE) (first: collection.json, no value)
    "#]]
        .assert_eq(&sent("collection.json", collection, &["--value", "tenant=t1", "--unsafe"]).await);
}

#[tokio::test]
async fn the_examples_of_an_openapi_document() {
    let document = r##"openapi: 3.0.1
info: { title: Orders, version: 2025-04-14 }
paths:
  /orders/{id}:
    parameters:
      - $ref: "#/components/parameters/Id"
    get:
      parameters:
        - { name: expand, in: query, schema: { type: string, enum: [lines, all] } }
        - { name: X-Tenant, in: header, example: t1 }
        - { name: fields, in: query, schema: { type: array } }
      responses: { 200: { description: ok } }
    delete:
      responses: { 204: { description: gone } }
  /orders:
    get:
      parameters:
        - name: status
          in: query
          examples: { open: { value: open }, both: { $ref: "#/components/examples/Both" } }
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
  /needs/{what}:
    get: {}
  /search:
    get:
      parameters: [{ name: q, in: query, required: true, schema: { type: string } }]
components:
  parameters: { Id: { name: id, in: path, required: true, schema: { type: integer, example: 7 } } }
  examples: { Both: { value: [open, paid] } }
  schemas: { Order: { type: object, example: { n: 1 } } }
"##;
    expect![[r#"
        GET /api/orders?status=open&status=paid
        GET /api/orders?status=open
        POST /api/orders
        content-length: 7
        content-type: application/json
        {"n":1}
        GET /api/orders/7?expand=lines
        x-tenant: t1
        DELETE /api/orders/7
        2 left out: a parameter or a variable has no value (--value NAME=VALUE) (first: openapi.yaml, GET /needs/{what})
    "#]].assert_eq(&sent("openapi.yaml", document, &["--unsafe"]).await);
    let swagger = r#"{"swagger": "2.0", "paths": {"/a/{id}": {"get": {"parameters": [
        {"name": "id", "in": "path", "required": true, "type": "string", "x-example": "a/b"},
        {"name": "page", "in": "query", "type": "integer", "default": 1}]}}}}"#;
    expect![[r#"
        GET /api/a/a%2Fb?page=1
    "#]]
    .assert_eq(&sent("swagger.json", swagger, &[]).await);
}

#[tokio::test]
async fn a_file_of_tests_and_plain_lines() {
    let tests = "tests:\n  - name: one\n    request: GET /v1/orders/7?x=1\n    expect: { status: 200 }\n  - name: two\n    steps:\n      - { request: { path: /v1/orders, method: POST, body: { n: 1 }, apiKey: k1 }, expect: { status: 201 } }\n      - { request: { path: /v1/orders, headers: { x-tenant: t1 } }, expect: { status: 200 } }\n";
    expect![[r#"
        GET /api/orders/7?x=1
        POST /api/orders
        content-length: 7
        content-type: application/json
        {"n":1}
        GET /api/orders
        x-tenant: t1
    "#]]
    .assert_eq(&sent("tests.yaml", tests, &["--unsafe", "--origin", "/v1"]).await);
    expect![[r#"
        GET /api/a?x=1
        HEAD /api/b
    "#]]
    .assert_eq(&sent("requests", "\u{feff}/a?x=1\r\n\r\n# no\r\nHEAD /b\r\n", &[]).await);
}
