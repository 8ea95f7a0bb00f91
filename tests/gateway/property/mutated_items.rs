//! Mutated items: a set of them is deployed, or is refused with its problems.

use std::cell::RefCell;

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tollgate::{deployment::PublishOutcome, local::tables};

use super::{for_all, json_value, text};
use crate::{
    authorizers::{functions::Form, issuer::Issuer},
    harness::{TestGateway, event, read},
};

/// Names that mean something somewhere.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "enabled", "integration", "type", "uri", "routeKey", "tableName", "key", "item", "$api", "limit",
    "throttle", "authorizers", "authorizerId", "authorizationScopes", "jwks", "authorizerUri", "identitySource",
];

/// Items that are valid together, of every kind.
fn items() -> Vec<Value> {
    let cors = json!({ "allowOrigins": ["https://a.example.com"], "allowMethods": ["*"], "maxAge": 5 });
    vec![
        json!({ "routeKey": "$api", "corsConfiguration": cors, "unmatchedRoutes": "HTTP", "problemDetails": true,
            "models": { "A": { "type": "object", "properties": { "b": { "$ref": "#/models/B" } }, "additionalProperties": false },
                "B": { "oneOf": [{ "type": "string", "pattern": "^a+$" }, { "items": { "$ref": "#" }, "maxItems": 3 }] } },
            "binaryMediaTypes": ["image/png"], "allowPrivateIntegrations": ["127.0.0.0/8"],
            "authorizers": { "users": Issuer::ours().authorizer(&json!({ "algorithms": ["EdDSA"], "leewaySeconds": 30,
                "identitySource": ["$request.header.Authorization"], "requiredClaims": { "role": "admin" } })),
                "token": Form::Token.authorizer(&json!({ "identityValidationExpression": "^allow .+$" })),
                "simple": Form::Simple.authorizer(&json!({ "authorizerResultTtlInSeconds": 60, "cacheScope": "API" })) },
            "gatewayResponses": { "DEFAULT_4XX": { "statusCode": 418, "responseTemplates": { "text/plain": "$context.error.message" },
                "responseParameters": { "gatewayresponse.header.x": "'y'" } } } }),
        json!({ "routeKey": "GET /mock/{id}", "enabled": true, "corsConfiguration": cors, "description": "x",
            "requestParameters": { "method.request.querystring.a": false, "method.request.querystring.b": { "required": true, "schema": { "type": "integer" } } },
            "requestModels": { "application/json": "A", "$default": "B" }, "requestValidator": { "validateRequestBody": true },
            "integration": { "type": "MOCK", "statusCode": 200, "headers": { "x-a": "${context.stage}" }, "body": "${stageVariables.a}" } }),
        json!({ "routeKey": "ANY /echo/{proxy+}", "integration": { "type": "AWS_PROXY", "uri": "echo:live", "timeoutInMillis": 1000,
            "payloadFormatVersion": "1.0", "invocationType": "RequestResponse", "responseTransferMode": "BUFFERED" } }),
        json!({ "routeKey": "PUT /put/{id}", "integration": { "type": "DYNAMODB", "action": "PutItem", "tableName": "orders",
            "item": { "id": "$request.path.id", "b": ["$request.body.b", 1.5] }, "conditionExpression": "#id <> :id",
            "expressionAttributeNames": { "#id": "id" }, "expressionAttributeValues": { ":id": "x" }, "return": "item" } }),
        json!({ "routeKey": "POST /both/{id}", "integration": { "type": "DYNAMODB", "action": "TransactWriteItems", "transactItems": [
            { "delete": { "tableName": "orders", "key": { "id": "$request.path.id" } } } ] } }),
        json!({ "routeKey": "GET /http/{id}", "integration": { "type": "HTTP_PROXY", "uri": "http://127.0.0.1:1/{id}?a={id}",
            "integrationMethod": "ANY", "requestParameters": { "append:header.x": "$request.header.y", "overwrite:path": "/${request.path.id}" } } }),
        json!({ "routeKey": "GET /named", "authorizationType": "JWT", "authorizerId": "users",
            "authorizationScopes": ["read"], "integration": { "type": "MOCK", "body": "${context.authorizer.claims.sub}" } }),
        json!({ "routeKey": "GET /asked", "authorizationType": "CUSTOM", "authorizerId": "token",
            "integration": { "type": "MOCK", "body": "${context.authorizer.name}" } }),
        json!({ "routeKey": "GET /asked/{id}", "authorizerId": "simple", "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "$default", "integration": { "type": "MOCK" } }),
    ]
}

/// A change at one place of an item.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Value),
    Remove,
    Add(String, Value),
}

fn mutation() -> impl Strategy<Value = (Index, Index, Mutation)> {
    let name = prop_oneof![select(WORDS).prop_map(str::to_owned), text()];
    let change = prop_oneof![
        4 => json_value().prop_map(Mutation::Replace),
        1 => Just(Mutation::Remove),
        1 => (name, json_value()).prop_map(|(name, value)| Mutation::Add(name, value)),
    ];
    (any::<Index>(), any::<Index>(), change)
}

/// Every place in a value, as JSON pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(nth, value)| places(value, &format!("{here}/{nth}"), found))
        }
        Value::Object(map) => {
            for (name, value) in map {
                places(value, &format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn mutate(item: &mut Value, place: &Index, mutation: &Mutation) {
    let mut found = Vec::new();
    places(item, "", &mut found);
    found.remove(0);
    let pointer = place.get(&found).clone();
    match mutation {
        Mutation::Replace(value) => *item.pointer_mut(&pointer).unwrap() = value.clone(),
        Mutation::Remove => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if let Some(map) = item.pointer_mut(parent).unwrap().as_object_mut() {
                map.remove(&name.replace("~1", "/").replace("~0", "~"));
            }
        }
        Mutation::Add(name, value) => {
            if let Some(map) = item.pointer_mut(&pointer).unwrap().as_object_mut() {
                map.insert(name.clone(), value.clone());
            }
        }
    }
}

#[test]
fn mutated_items_are_deployed_or_are_problems_that_name_item_and_field() {
    let runtime = Runtime::new().unwrap();
    let (mut valid, mut invalid) = (0, 0);
    let counts = RefCell::new((&mut valid, &mut invalid));
    let table_of = |gateway: &TestGateway, items: &[Value]| {
        items.iter().try_for_each(|item| tables::put(&gateway.dynamodb().database, "tollgate-routes", item))
    };
    for_all(200, prop::collection::vec(mutation(), 1..4), |mutations| {
        runtime.block_on(async {
            let gateway = TestGateway::new();
            gateway.create_table("orders", "id", None);
            gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "a": "b" } }));
            let mut items = items();
            for (item, place, mutation) in &mutations {
                let nth = item.index(items.len());
                mutate(&mut items[nth], place, mutation);
            }
            for item in &mut items {
                item["stage"] = json!("v1");
            }
            // DynamoDB has the first word: it takes no key that is no text, no number beyond its range.
            prop_assume!(table_of(&gateway, &items).is_ok());
            match gateway.publish("v1").await {
                PublishOutcome::Invalid { problems, .. } => {
                    *counts.borrow_mut().1 += 1;
                    prop_assert!(!problems.is_empty());
                    for problem in problems {
                        prop_assert_eq!(&problem.table, "tollgate-routes");
                        prop_assert!(problem.key.starts_with("stage=v1 routeKey="), "{}", problem);
                        let parts = [&problem.field, &problem.got, &problem.expected];
                        prop_assert!(parts.iter().all(|part| !part.is_empty()), "{:?}", problem);
                    }
                }
                outcome => {
                    *counts.borrow_mut().0 += 1;
                    prop_assert!(matches!(outcome, PublishOutcome::Published { .. }), "{:?}", outcome);
                    gateway.refresh().await;
                    for request in [
                        "GET /v1/mock/1?a=1",
                        "PUT /v1/put/1\n\n{}",
                        "PATCH /v1/echo/1/2",
                        "POST /v1/both/1",
                        "GET /v1/http/1",
                        "GET /v1/asked\nx-who: allow ada",
                        "GET /v1/asked/7\nx-who: deny ada",
                        "BREW /v1",
                    ] {
                        let event = event(request).to_string();
                        let response = gateway.answer(&event).await;
                        serde_json::to_value(&response.metadata_prelude).unwrap();
                        read(response.stream).await;
                        let line = gateway.log_lines().pop().unwrap();
                        prop_assert!(!line.contains("panicked"), "{}", line);
                    }
                }
            }
            Ok(())
        })
    });
    assert!(valid > 10 && invalid > 10, "{valid} valid, {invalid} invalid");
}

#[test]
fn a_mutated_stage_item_causes_no_5xx_and_its_repair_brings_the_stage_back() {
    let runtime = Runtime::new().unwrap();
    let gateway = runtime.block_on(TestGateway::serving(&[
        json!({ "routeKey": "GET /", "integration": { "type": "MOCK", "body": "one" } }),
    ]));
    let row = runtime.block_on(gateway.store.stage("v1")).unwrap().unwrap();
    let mut whole = Value::Object(row.item);
    for (name, value) in [
        ("basePath", json!("/v1")),
        ("hosts", json!([])),
        ("autoDeploy", json!(true)),
        ("stageVariables", json!({ "a": "b" })),
    ] {
        whole[name] = value;
    }
    for_all(300, prop::collection::vec(mutation(), 1..3), |mutations| {
        runtime.block_on(async {
            let mut item = whole.clone();
            for (_, place, mutation) in &mutations {
                mutate(&mut item, place, mutation);
            }
            item["stage"] = json!("v1");
            prop_assume!(tables::put(&gateway.dynamodb().database, "tollgate-stages", &item).is_ok());
            gateway.refresh().await;
            let response = gateway.answer(&event("GET /v1").to_string()).await;
            // It may be elsewhere now, or for another host; but it is there, and as it was.
            let status = response.metadata_prelude.status_code.as_u16();
            prop_assert!(matches!(status, 200 | 404), "{} {}", status, item);
            gateway.put_stage(&whole);
            gateway.refresh().await;
            prop_assert!(gateway.send("GET /v1").await.ends_with("\n\none"), "{}", item);
            Ok(())
        })
    });
}
