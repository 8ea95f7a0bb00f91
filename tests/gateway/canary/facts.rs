//! What a canary's request is told as: in events, words, variables and the access line.

use serde_json::{Value, json};

use super::Versions;
use crate::harness::TestGateway;

#[tokio::test]
async fn events_and_the_access_line_say_which_request_was_the_canarys() {
    let route = |format: &str| {
        json!({ "routeKey": "GET /a", "description": format,
            "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format } })
    };
    let world = TestGateway::new();
    let versions = Versions::publish(&world, &[route("2.0")], &[route("1.0")]).await;
    for (settings, format) in [(versions.item(json!({ "header": "x-canary" })), "1.0"), {
        let turned = Versions { stage: versions.canary.clone(), canary: versions.stage.clone() };
        (turned.item(json!({ "header": "x-canary" })), "2.0")
    }] {
        world.put_stage(&settings);
        world.refresh().await;
        for (header, expected) in [("never", Value::Null), ("always", json!(true))] {
            let event = world.json(&format!("GET /v1/a\nx-canary: {header}")).await;
            assert_eq!(event["requestContext"]["isCanaryRequest"], expected, "{event}");
            let line = world.last_line();
            assert_eq!(line["isCanaryRequest"], expected, "{line}");
            if header == "always" {
                assert_eq!(event.get("version").is_some_and(|version| version == "2.0"), format == "2.0");
                assert_eq!(line["deploymentId"], settings["canarySettings"]["deploymentId"]);
            } else {
                assert_eq!(line.get("deploymentId"), None);
            }
        }
    }
}

#[tokio::test]
async fn words_and_variables_are_those_of_the_version() {
    let world = TestGateway::new();
    let body = json!({ "isCanary": "${context.isCanaryRequest}", "deployment": "${context.deploymentId}",
        "changed": "${stageVariables.changed}", "kept": "${stageVariables.kept}" });
    let mock = json!({ "routeKey": "GET /mock", "integration": { "type": "MOCK", "body": body } });
    let mapped = json!({ "routeKey": "PUT /mapped", "integration": { "type": "DYNAMODB", "action": "PutItem",
        "tableName": "orders-${stageVariables.changed}",
        "item": { "id": "x", "isCanary": "$context.isCanaryRequest", "text": "is ${context.isCanaryRequest}" } } });
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "changed": "old", "kept": "same" } }));
    let edited = json!({ "routeKey": "GET /new", "integration": { "type": "MOCK", "body": "${stageVariables.changed}" } });
    let versions = Versions::publish(&world, &[mock, mapped], &[edited]).await;
    let mut item = versions.item(json!({ "header": "x-canary",
        "stageVariableOverrides": { "changed": "new", "added": "too" } }));
    item["stageVariables"] = json!({ "changed": "old", "kept": "same" });
    world.put_stage(&item);
    world.refresh().await;
    for table in ["orders-old", "orders-new"] {
        world.create_table(table, "id", None);
    }
    for (header, expected) in [
        (
            "never",
            json!({ "isCanary": "false", "deployment": versions.stage, "changed": "old", "kept": "same" }),
        ),
        (
            "always",
            json!({ "isCanary": "true", "deployment": versions.canary, "changed": "new", "kept": "same" }),
        ),
    ] {
        let is_canary = expected["isCanary"] == "true";
        let answer = world.json(&format!("GET /v1/mock\nx-canary: {header}")).await;
        assert_eq!(answer, expected);
        world.send(&format!("PUT /v1/mapped\nx-canary: {header}")).await;
        let table = format!("orders-{}", expected["changed"].as_str().unwrap());
        let stored = json!({ "id": "x", "isCanary": is_canary, "text": format!("is {is_canary}") });
        assert_eq!(world.items(&table).await, [stored]);
    }
}
