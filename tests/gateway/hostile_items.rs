//! Odd values at every place of an item: each is served or a problem, and nothing panics.

use serde_json::{Value, json};
use tollgate::{
    deployment::{Deployment, DeploymentSource, parse},
    item::{Parsed, StageVariables},
    stages::StageSettings,
};

/// Items in which every field that the gateway knows stands once.
fn items() -> Vec<Value> {
    let cors = json!({ "allowOrigins": ["https://a.example"], "allowMethods": ["GET"], "allowHeaders": ["x"],
        "exposeHeaders": ["x"], "maxAge": 5, "allowCredentials": true });
    let put = json!({ "tableName": "t", "item": { "pk": "$request.body.id" }, "conditionExpression": "attribute_not_exists(#p)",
        "expressionAttributeNames": { "#p": "pk" } });
    let update = json!({ "tableName": "t", "key": { "pk": "a" }, "updateExpression": "SET a = :a",
        "expressionAttributeValues": { ":a": "${request.querystring.a}" } });
    let integrations = [
        json!({ "type": "MOCK", "statusCode": 200, "headers": { "x": "${context.path}" }, "body": "x${context.stage}" }),
        json!({ "type": "AWS_PROXY", "uri": "f:live", "payloadFormatVersion": "1.0", "integrationMethod": "POST", "timeoutInMillis": 50 }),
        json!({ "type": "AWS_PROXY", "uri": "f", "invocationType": "Event", "responseTransferMode": "BUFFERED" }),
        json!({ "type": "HTTP_PROXY", "uri": "https://t.example/{id}?a={id}", "integrationMethod": "ANY", "requestParameters":
            { "append:header.x": "$request.path.id", "remove:querystring.y": "", "overwrite:path": "/a${request.path.id}" } }),
        json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "t", "key": { "pk": "$request.path.id" },
            "projectionExpression": "#a", "expressionAttributeNames": { "#a": "a" }, "consistentRead": true, "return": "item" }),
        json!({ "type": "DYNAMODB", "action": "Query", "tableName": "t", "indexName": "i", "limit": "$request.querystring.n",
            "keyConditionExpression": "pk = :p", "filterExpression": "a = :p", "scanIndexForward": false,
            "expressionAttributeValues": { ":p": ["$request.path.id", 1] } }),
        json!({ "type": "DYNAMODB", "action": "BatchGetItem", "tableName": "t", "keys": [{ "pk": "$request.body.a[0]" }] }),
        json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "t", "item": "$request.body", "returnValues": "ALL_OLD", "statusCode": 201 }),
        json!({ "type": "DYNAMODB", "action": "TransactWriteItems", "transactItems": [{ "put": put }, { "update": update }] }),
    ];
    let mut items: Vec<_> = integrations
        .into_iter()
        .enumerate()
        .map(|(index, integration)| json!({ "stage": "v1", "routeKey": format!("GET /{index}/{{id}}"), "enabled": true, "description": "d",
            "integration": integration, "corsConfiguration": cors, "requestParameters": { "method.request.path.id": true } }))
        .collect();
    items.push(json!({ "stage": "v1", "routeKey": "$api", "corsConfiguration": cors, "binaryMediaTypes": ["a/*"],
        "unmatchedRoutes": "HTTP", "problemDetails": true, "allowPrivateIntegrations": ["10.0.0.0/8"],
        "gatewayResponses": { "DEFAULT_4XX": { "statusCode": 400, "responseParameters": { "gatewayresponse.header.x": "'x'" },
            "responseTemplates": { "application/json": "{\"a\":$context.error.messageString}" } } } }));
    items
}

/// Every type, and what is hard to read as any.
fn oddities() -> Vec<Value> {
    let deep = (0..30).fold(json!("$request.body"), |inner, level| {
        if level % 2 == 0 { json!([inner]) } else { json!({ "$": inner }) }
    });
    let texts = [
        "",
        " ",
        "$",
        "$$",
        "${",
        "${}",
        "$context.",
        "${context.path",
        "${stageVariables.x}",
        "$stageVariables.x",
        "'",
        "''",
        "'é",
        "é",
        "\u{0}",
        "\r\n",
        "{",
        "}",
        "{}",
        "{id",
        "*",
        "https://*.",
        "https://*.:443",
        "https://[",
        "https://[::1]:x",
        "http://",
        "http://@",
        "http://a:99999/",
        "/../",
        "..",
        "%",
        "%zz",
        ":",
        "#",
        "#é",
        ":é",
        "a:b:c",
        "arn:aws:lambda",
        "NaN",
        "-1",
        "99999999999999999999",
        "10.0.0.0/99",
        "::/0",
        "append:",
        "overwrite:path",
        "GET /",
        "$default",
        "$api",
        "true",
        "1e400",
    ];
    let mut oddities: Vec<Value> = texts.map(Value::from).to_vec();
    oddities.extend([
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([1, "a", {}]),
        json!({ "": "" }),
        json!({ "é": { "é": "é" } }),
        json!({ "x": null }),
        deep,
        json!("x".repeat(10_000)),
        json!("é".repeat(81)),
    ]);
    oddities.push("1e999999".parse::<serde_json::Number>().unwrap().into());
    oddities
}

/// The places in `value`, the root among them.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, inner)| places(inner, &format!("{at}/{}", escaped(name)), found))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, inner)| places(inner, &format!("{at}/{index}"), found))
        }
        _ => {}
    }
}

fn parsed(items: &[Value]) -> Parsed<Deployment> {
    let items: Vec<_> = items.iter().map(|item| item.as_object().unwrap().clone()).collect();
    let stage_variables = StageVariables::new();
    parse(
        DeploymentSource {
            table: "routes",
            stage: "v1",
            stage_variables: &stage_variables,
            function_url_auth_type: None,
        },
        &items,
    )
}

#[test]
fn an_odd_value_anywhere_in_an_item_neither_panics_nor_floods_the_problems() {
    let items = items();
    let good = parsed(&items);
    assert_eq!(
        (good.value.map(drop).map_err(|error| error.to_string()), good.warnings),
        (Ok(()), Vec::new())
    );
    for (index, item) in items.iter().enumerate() {
        let mut found = Vec::new();
        places(item, "", &mut found);
        for place in &found[1..] {
            for odd in oddities() {
                let mut changed = item.clone();
                *changed.pointer_mut(place).unwrap() = odd.clone();
                if let Some(Value::Object(parent)) = changed.pointer_mut(place.rsplit_once('/').unwrap().0)
                    && let Some(name) = odd.as_str().filter(|name| name.len() < 100)
                {
                    // The same as a name.
                    parent.insert(name.to_owned(), json!("x"));
                }
                let outcome = parsed(&[changed]).value;
                let words = outcome.err().map(|error| error.to_string()).unwrap_or_default();
                assert!(
                    words.len() < 200_000,
                    "item {index} {place} {odd}: {} bytes of problems",
                    words.len()
                );
            }
        }
    }
}

#[test]
fn an_odd_value_anywhere_in_a_stage_item_is_refused_or_leaves_a_usable_name_and_base_path() {
    let item = json!({ "stage": "v1", "basePath": "/v1", "hosts": ["a.example"], "autoDeploy": true, "deploymentId": "d",
        "stageVariables": { "a": "b" }, "canarySettings": { "percentTraffic": 5 }, "revision": 1 });
    let mut found = Vec::new();
    places(&item, "", &mut found);
    for place in &found[1..] {
        for odd in oddities() {
            let mut changed = item.clone();
            *changed.pointer_mut(place).unwrap() = odd;
            if let Ok(settings) = StageSettings::parse("stages", changed.as_object().unwrap()).value {
                assert!(!settings.name.is_empty() && !settings.base_path.ends_with('/'), "{changed}");
            }
        }
    }
}
