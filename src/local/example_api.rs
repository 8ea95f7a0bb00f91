//! The example API: orders in a DynamoDB table, prices from the function `orders`, a health check, and in a stage of its
//! own a route for callers with a token; written as an operator writes it.

use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

use super::{
    issuer,
    tables::{NewTable, TableNames, create, read},
};

/// The table that the orders are in.
pub const ORDERS_TABLE: &str = "orders";

fn stages() -> [Value; 2] {
    [json!({ "stage": "v1", "stageVariables": { "table": ORDERS_TABLE } }), json!({ "stage": "signed-in" })]
}

fn routes() -> Vec<Value> {
    vec![
        json!({
            "stage": "v1", "routeKey": "GET /orders", "description": "List orders, a page at a time",
            "integration": { "type": "DYNAMODB", "action": "Scan", "tableName": "${stageVariables.table}", "limit": 25 },
        }),
        json!({
            "stage": "v1", "routeKey": "POST /orders", "description": "Create an order; 409 if its id is taken",
            "integration": {
                "type": "DYNAMODB", "action": "PutItem", "tableName": "${stageVariables.table}",
                "item": {
                    "id": "$request.body.id",
                    "sku": "$request.body.sku",
                    "quantity": "$request.body.quantity",
                    "createdAt": "$context.requestTimeEpoch",
                },
                "conditionExpression": "attribute_not_exists(id)",
                "statusCode": 201,
            },
        }),
        json!({
            "stage": "v1", "routeKey": "GET /orders/{id}",
            "integration": {
                "type": "DYNAMODB", "action": "GetItem", "tableName": "${stageVariables.table}",
                "key": { "id": "$request.path.id" },
            },
        }),
        json!({
            "stage": "v1", "routeKey": "PUT /orders/{id}", "description": "Change the quantity",
            "integration": {
                "type": "DYNAMODB", "action": "UpdateItem", "tableName": "${stageVariables.table}",
                "key": { "id": "$request.path.id" },
                "updateExpression": "SET quantity = :quantity",
                "conditionExpression": "attribute_exists(id)",
                "expressionAttributeValues": { ":quantity": "$request.body.quantity" },
                "returnValues": "ALL_NEW",
            },
        }),
        json!({
            "stage": "v1", "routeKey": "DELETE /orders/{id}",
            "integration": {
                "type": "DYNAMODB", "action": "DeleteItem", "tableName": "${stageVariables.table}",
                "key": { "id": "$request.path.id" },
                "return": "none",
            },
        }),
        json!({
            "stage": "v1", "routeKey": "GET /quotes/{sku}", "description": "What so many of an article cost",
            "integration": { "type": "AWS_PROXY", "uri": "orders:live", "payloadFormatVersion": "2.0" },
        }),
        json!({
            "stage": "v1", "routeKey": "GET /health",
            "integration": {
                "type": "MOCK", "statusCode": 200,
                "headers": { "content-type": "application/json" },
                "body": r#"{"status":"up"}"#,
            },
        }),
    ]
}

/// The stage whose callers need a token of this issuer. Its keys are fetched from this machine.
fn signed_in(issuer: &str) -> [Value; 2] {
    [
        json!({
            "stage": "signed-in", "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1/32"],
            "authorizers": { "users": {
                "type": "JWT", "jwtConfiguration": { "issuer": issuer, "audience": [issuer::AUDIENCE] },
            } },
            "authorizerId": "users",
        }),
        json!({
            "stage": "signed-in", "routeKey": "GET /me", "description": "Who calls, by the token",
            "integration": { "type": "MOCK", "body": { "you": "${context.authorizer.principalId}" } },
        }),
    ]
}

fn orders() -> Vec<Value> {
    vec![
        json!({ "id": "1001", "sku": "pen", "quantity": 1, "createdAt": 1_760_000_000_000_u64 }),
        json!({ "id": "1002", "sku": "ink", "quantity": 4, "createdAt": 1_760_000_360_000_u64 }),
    ]
}

/// Writes the example API and its data, unless there are routes already. `issuer` is the URL of its issuer of tokens.
///
/// # Errors
/// The database failed.
pub fn seed(database: &Database, names: &TableNames, issuer: &str) -> Result<(), DynoxideError> {
    create(database, NewTable::new(ORDERS_TABLE, "id"))?;
    let any = database.scan(read(json!({ "TableName": names.routes(), "Limit": 1 })))?;
    if any.count > 0 {
        return Ok(());
    }
    for stage in stages() {
        put(database, names.stages(), &stage)?;
    }
    for order in orders() {
        put(database, ORDERS_TABLE, &order)?;
    }
    for route in routes().iter().chain(&signed_in(issuer)) {
        put(database, names.routes(), route)?;
    }
    Ok(())
}

/// Writes an item given as plain JSON.
///
/// # Errors
/// The database failed.
///
/// # Panics
/// `item` is no object.
pub fn put(database: &Database, table: &str, item: &Value) -> Result<(), DynoxideError> {
    let item = item.as_object().expect("an item is an object");
    let item: serde_json::Map<_, _> =
        item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    database.put_item(read(json!({ "TableName": table, "Item": item }))).map(drop)
}

/// Plain JSON → DynamoDB's.
pub fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(map) => {
            let map: serde_json::Map<_, _> =
                map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
            json!({ "M": map })
        }
    }
}
