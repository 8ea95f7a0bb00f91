//! An orders API on DynamoDB, without a function behind it: every action, page by page, to the last digit.

mod optional_values;
mod pages;
mod value_types;
mod values;

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

const BAD_REQUEST: &str = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n{\"message\":\"Bad Request\"}";

fn route(route_key: &str, integration: &Value) -> Value {
    let mut integration = integration.clone();
    integration["type"] = json!("DYNAMODB");
    if integration.get("transactItems").is_none() && integration.get("tableName").is_none() {
        integration["tableName"] = json!("${stageVariables.table}");
    }
    json!({ "routeKey": route_key, "integration": integration })
}

/// Asserts that a route of stage `v1` cannot be deployed for one problem, at this field of its integration.
async fn assert_one_problem(stage_variables: &Value, item: &Value, field: &str, expected: &str) {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": stage_variables }));
    gateway.put_route(item);
    gateway.publish("v1").await;
    let status = gateway.stage_status("v1").await;
    assert!(status.starts_with("INVALID 1 problem;"), "{item}: {status}");
    assert!(
        status.contains(&format!("integration.{field}: ")) && status.contains(expected),
        "{item}: {status}"
    );
}

fn routes() -> Vec<Value> {
    let key = json!({ "customer": "$request.path.customer", "id": "$request.path.id" });
    vec![
        route(
            "GET /orders/{customer}/{id}",
            &json!({ "action": "GetItem", "key": key, "consistentRead": true }),
        ),
        route(
            "PUT /orders/{customer}/{id}",
            &json!({ "action": "PutItem", "statusCode": 201, "return": "item",
                "item": { "customer": "$request.path.customer", "id": "$request.path.id", "version": 1,
                    "amount": "$request.body.amount", "note": "$request.body.note", "by": "${request.header.x-user}!" },
                "conditionExpression": "attribute_not_exists(id)" }),
        ),
        route(
            "PATCH /orders/{customer}/{id}",
            &json!({ "action": "UpdateItem", "key": key, "returnValues": "ALL_NEW",
                "updateExpression": "SET note = :note ADD version :one",
                "conditionExpression": "attribute_exists(id) AND (:etag = :any OR version = :version)",
                "expressionAttributeValues": { ":note": "$request.body.note", ":one": 1, ":any": "*",
                    ":etag": "$request.header.if-match", ":version": "$request.body.version" } }),
        ),
        route(
            "DELETE /orders/{customer}/{id}",
            &json!({ "action": "DeleteItem", "key": key, "return": "item" }),
        ),
        route(
            "GET /orders/{customer}",
            &json!({ "action": "Query", "keyConditionExpression": "customer = :customer", "scanIndexForward": false,
                "expressionAttributeValues": { ":customer": "$request.path.customer" },
                "limit": "$request.querystring.limit" }),
        ),
        route("GET /orders", &json!({ "action": "Scan", "limit": 3 })),
        route("GET /everything", &json!({ "action": "Scan", "limit": 3 })),
        route("POST /orders/batch", &json!({ "action": "BatchGetItem", "keys": "$request.body.keys" })),
        route(
            "POST /checkout/{customer}/{id}",
            &json!({ "action": "TransactWriteItems", "statusCode": 201, "transactItems": [
                { "put": { "tableName": "${stageVariables.table}", "conditionExpression": "attribute_not_exists(id)",
                    "item": { "customer": "$request.path.customer", "id": "$request.path.id", "sku": "$request.body.sku" } } },
                { "update": { "tableName": "stock", "key": { "sku": "$request.body.sku" },
                    "updateExpression": "SET n = n - :n", "conditionExpression": "n >= :n",
                    "expressionAttributeValues": { ":n": "$request.body.n" } } } ] }),
        ),
    ]
}

/// The orders API on stages `v1` and `v2`, each with a table of its own.
async fn orders() -> TestGateway {
    let gateway = TestGateway::new();
    gateway.create_table("stock", "sku", None);
    for stage in ["v1", "v2"] {
        let table = format!("orders-{stage}");
        gateway.create_table(&table, "customer", Some("id"));
        gateway.put_stage(&json!({ "stage": stage, "stageVariables": { "table": table } }));
        for mut route in routes() {
            route["stage"] = json!(stage);
            gateway.put_route(&route);
        }
        gateway.publish(stage).await;
    }
    gateway.go_live().await;
    gateway
}

#[tokio::test]
async fn an_item_is_created_read_updated_and_deleted_through_its_routes() {
    let gateway = orders().await;
    gateway.put("stock", &json!({ "sku": "pen", "n": 3 }));
    let story = gateway
        .story(&[
            "PUT /v1/orders/ann/1\nx-user: ann\n\n{\"amount\": 7.50, \"note\": null, \"other\": true}",
            "PUT /v1/orders/ann/1\n\n{\"amount\": 1}",
            "PUT /v1/orders/ann/1\nif-none-match: *\n\n{\"amount\": 1}",
            "GET /v1/orders/ann/1",
            "HEAD /v1/orders/ann/1",
            "GET /v2/orders/ann/1",
            "PATCH /v1/orders/ann/1\nif-match: *\n\n{\"note\": [1, {\"a\": \"ü\"}], \"version\": 0}",
            "PATCH /v1/orders/ann/1\nif-match: x\n\n{\"note\": 1, \"version\": 1}",
            "PATCH /v1/orders/ann/1\n\n{\"note\": 1, \"version\": 1}",
            "POST /v1/checkout/bob/1\n\n{\"sku\": \"pen\", \"n\": 2}",
            "POST /v1/checkout/bob/2\n\n{\"sku\": \"pen\", \"n\": 2}",
            "POST /v1/checkout/bob/1\n\n{\"sku\": \"pen\", \"n\": 1}",
            "POST /v1/orders/batch\n\n{\"keys\": [{\"customer\": \"bob\", \"id\": \"1\"}, {\"customer\": \"bob\", \"id\": \"2\"}]}",
            "GET /v1/orders/bob?limit=5",
            "DELETE /v1/orders/ann/1",
            "DELETE /v1/orders/ann/1",
            "GET /v1/orders/ann",
        ])
        .await;
    expect![[r#"
        > PUT /v1/orders/ann/1
        > x-user: ann
        > 
        > {"amount": 7.50, "note": null, "other": true}
        201
        content-type: application/json

        {"amount":7.50,"by":"ann!","customer":"ann","id":"1","note":null,"version":1}

        > PUT /v1/orders/ann/1
        > 
        > {"amount": 1}
        409
        content-type: application/json
        x-amzn-errortype: ConflictException

        {"message":"Conflict"}

        > PUT /v1/orders/ann/1
        > if-none-match: *
        > 
        > {"amount": 1}
        412
        content-type: application/json
        x-amzn-errortype: PreconditionFailedException

        {"message":"Precondition Failed"}

        > GET /v1/orders/ann/1
        200
        content-type: application/json

        {"amount":7.5,"by":"ann!","customer":"ann","id":"1","note":null,"version":1}

        > HEAD /v1/orders/ann/1
        200
        content-type: application/json



        > GET /v2/orders/ann/1
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > PATCH /v1/orders/ann/1
        > if-match: *
        > 
        > {"note": [1, {"a": "ü"}], "version": 0}
        200
        content-type: application/json

        {"amount":7.5,"by":"ann!","customer":"ann","id":"1","note":[1,{"a":"ü"}],"version":2}

        > PATCH /v1/orders/ann/1
        > if-match: x
        > 
        > {"note": 1, "version": 1}
        412
        content-type: application/json
        x-amzn-errortype: PreconditionFailedException

        {"message":"Precondition Failed"}

        > PATCH /v1/orders/ann/1
        > 
        > {"note": 1, "version": 1}
        400
        content-type: application/json
        x-amzn-errortype: BadRequestException

        {"message":"Bad Request"}

        > POST /v1/checkout/bob/1
        > 
        > {"sku": "pen", "n": 2}
        201
        content-type: application/json

        {}

        > POST /v1/checkout/bob/2
        > 
        > {"sku": "pen", "n": 2}
        409
        content-type: application/json
        x-amzn-errortype: ConflictException

        {"message":"Conflict"}

        > POST /v1/checkout/bob/1
        > 
        > {"sku": "pen", "n": 1}
        409
        content-type: application/json
        x-amzn-errortype: ConflictException

        {"message":"Conflict"}

        > POST /v1/orders/batch
        > 
        > {"keys": [{"customer": "bob", "id": "1"}, {"customer": "bob", "id": "2"}]}
        200
        content-type: application/json

        {"items":[{"customer":"bob","id":"1","sku":"pen"}]}

        > GET /v1/orders/bob?limit=5
        200
        content-type: application/json

        {"items":[{"customer":"bob","id":"1","sku":"pen"}]}

        > DELETE /v1/orders/ann/1
        200
        content-type: application/json

        {"amount":7.5,"by":"ann!","customer":"ann","id":"1","note":[1,{"a":"ü"}],"version":2}

        > DELETE /v1/orders/ann/1
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > GET /v1/orders/ann
        200
        content-type: application/json

        {"items":[]}

    "#]]
    .assert_eq(&story);
    assert_eq!(gateway.items("stock").await, [json!({ "sku": "pen", "n": 1 })]);
    assert_eq!(gateway.items("orders-v1").await, [json!({ "customer": "bob", "id": "1", "sku": "pen" })]);
    assert_eq!(gateway.items("orders-v2").await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_missing_table_is_a_500_that_does_not_name_it() {
    let gateway = TestGateway::serving(&[
        route(
            "GET /one",
            &json!({ "action": "GetItem", "tableName": "salaries-prod", "key": { "id": "1" } }),
        ),
        route("GET /all", &json!({ "action": "Scan", "tableName": "salaries-prod" })),
        route(
            "PUT /one",
            &json!({ "action": "PutItem", "tableName": "salaries-prod", "item": { "id": "1" } }),
        ),
        route(
            "POST /both",
            &json!({ "action": "TransactWriteItems", "transactItems": [
            { "put": { "tableName": "salaries-prod", "item": { "id": "1" } } } ] }),
        ),
    ])
    .await;
    for request in ["GET /v1/one", "GET /v1/all", "PUT /v1/one", "POST /v1/both"] {
        let expected = "500\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
                        {\"message\": \"Internal server error\"}";
        assert_eq!(gateway.send(request).await, expected, "{request}");
    }
    for line in gateway.log_lines() {
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["errorResponseType"], "API_CONFIGURATION_ERROR");
        let message = line["integrationErrorMessage"].as_str().unwrap();
        assert!(message.contains("ResourceNotFoundException"), "the operator can tell: {message}");
        let table = format!("table salaries-prod of route {}: ", line["routeKey"].as_str().unwrap());
        assert!(message.contains(&table), "{message}");
    }
}
