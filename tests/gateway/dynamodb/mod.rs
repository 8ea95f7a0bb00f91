//! An orders API on DynamoDB, without a function behind it: operations, values and pages.

mod operations;
mod optional_values;
mod pages;
mod value_types;
mod values;

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
