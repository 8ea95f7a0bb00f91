//! `tollgate export`: the tables as a file, which is read as the same items.

use std::fs;

use expect_test::expect;
use serde_json::{Map, Value, json};
use tollgate::api_file::{
    check,
    export::{Export, StoredItems, export},
};

use super::Folder;
use crate::harness::TestGateway;

fn item(json: Value) -> Map<String, Value> {
    json.as_object().unwrap().clone()
}

/// The items that a file is read as, as the tables would hold them.
fn read(text: &str) -> StoredItems {
    let folder = Folder::new(&[("tollgate.yaml", text.as_bytes())]);
    let checked = check(&folder.path("tollgate.yaml")).unwrap();
    let syntax: Vec<_> = checked.problems.iter().filter(|problem| problem.rule.name() != "item").collect();
    assert!(syntax.is_empty(), "{text}\n{syntax:?}");
    let mut items = StoredItems::default();
    for stage in &checked.api.stages {
        let name = stage.settings.name.as_str();
        items.stages.push(stage.settings.to_item([("stage", name)]));
        let of_stage = stage.api.iter().chain(&stage.routes);
        let of_stage = of_stage.map(|item| item.to_item([("stage", name), ("routeKey", &item.name)]));
        items.routes.insert(name.to_owned(), of_stage.collect());
    }
    let plans = checked.api.usage_plans.iter().map(|plan| plan.to_item([("usagePlanId", &plan.name)]));
    items.usage_plans = plans.collect();
    items.api_keys = checked.api.api_keys.iter().map(|key| key.to_item([("id", &key.name)])).collect();
    items
}

#[tokio::test]
async fn the_example_is_what_its_file_says() {
    let world = TestGateway::new();
    world.put_example();
    let ran = world.tollgate(&["export"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let example = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tollgate.yaml")).unwrap();
    let (exported, written) = (read(&ran.stdout), read(&example));
    let sorted = |items: &StoredItems| {
        let mut all = [items.stages.clone(), items.routes.values().flatten().cloned().collect()].concat();
        all.sort_by_key(|item| Value::from(item.clone()).to_string());
        all
    };
    assert_eq!(sorted(&exported), sorted(&written));
    expect![[r#"
        tollgate: 1

        stages:
          services:
            routes:
              POST /orders/{id}/reminders:
                description: Put a reminder into a queue
                integration:
                  type: SQS
                  action: SendMessage
                  messageBody: { at: $context.requestTimeEpoch, order: $request.path.id }
                  queueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/reminders

          signed-in:
            api:
              allowPrivateIntegrations: [127.0.0.1/32]
              authorizerId: users
              authorizers:
                users:
                  type: JWT
                  jwtConfiguration: { audience: [orders], issuer: "http://127.0.0.1:9003" }
            routes:
              GET /me:
                description: Who calls, by the token
                integration:
                  type: MOCK
                  body: { you: "${context.authorizer.principalId}" }

          v1:
            stageVariables: { table: orders }
            routes:
              DELETE /orders/{id}:
                integration:
                  type: DYNAMODB
                  action: DeleteItem
                  key: { id: $request.path.id }
                  return: none
                  tableName: ${stageVariables.table}
              GET /health:
                integration:
                  type: MOCK
                  body: "{\"status\":\"up\"}"
                  headers: { content-type: application/json }
                  statusCode: 200
              GET /orders:
                description: List orders, a page at a time
                integration:
                  type: DYNAMODB
                  action: Scan
                  limit: 25
                  tableName: ${stageVariables.table}
              GET /orders/{id}:
                integration:
                  type: DYNAMODB
                  action: GetItem
                  key: { id: $request.path.id }
                  tableName: ${stageVariables.table}
              GET /quotes/{sku}:
                description: What so many of an article cost
                integration:
                  type: AWS_PROXY
                  payloadFormatVersion: "2.0"
                  uri: orders:live
              POST /orders:
                description: Create an order; 409 if its id is taken
                integration:
                  type: DYNAMODB
                  action: PutItem
                  conditionExpression: attribute_not_exists(id)
                  item:
                    createdAt: $context.requestTimeEpoch
                    id: $request.body.id
                    quantity: $request.body.quantity
                    sku: $request.body.sku
                  statusCode: 201
                  tableName: ${stageVariables.table}
              PUT /orders/{id}:
                description: Change the quantity
                integration:
                  type: DYNAMODB
                  action: UpdateItem
                  conditionExpression: attribute_exists(id)
                  expressionAttributeValues: { ":quantity": $request.body.quantity }
                  key: { id: $request.path.id }
                  returnValues: ALL_NEW
                  tableName: ${stageVariables.table}
                  updateExpression: SET quantity = :quantity
    "#]]
    .assert_eq(&ran.stdout);
}

#[tokio::test]
async fn keys_are_exported_without_what_is_secret_and_state_is_left_out() {
    let world = TestGateway::new();
    world
        .put_stage(&json!({ "stage": "v1", "deploymentId": "d", "revision": 7, "lastDeploymentStatus": "OK",
        "hosts": ["a.example"], "routes": 1, "description": "The shop" }));
    world.put_route(&json!({ "stage": "v1", "routeKey": "$api", "ipAllow": ["10.0.0.0/8"] }));
    world.put_route(&json!({ "stage": "v1", "routeKey": "GET /", "integration": { "type": "MOCK", "body": { "$include": "x" } } }));
    world.put_route(&json!({ "stage": "v1", "routeKey": "GET /x", "integration": { "$include": "x" } }));
    world.put_route(&json!({ "stage": "v2", "routeKey": "$default", "integration": { "type": "MOCK" } }));
    world.put_plan(&json!({ "usagePlanId": "gold", "quota": { "limit": 1000, "period": "DAY" } }));
    world.put_key(
        "a-key-of-twenty-characters",
        &json!({ "id": "acme", "usagePlanId": "gold", "tags": { "on": "yes" } }),
    );
    world.put_key("another-key-of-twenty-characters", &json!({ "id": "another-key-of-twenty-characters" }));
    let ran = world.tollgate(&["export"]);
    assert!(!ran.text(&[]).contains("of-twenty"), "{ran:?}");
    expect![[r#"
        exit 0
        tollgate: 1

        stages:
          v1:
            description: The shop
            hosts: [a.example]
            api: { ipAllow: [10.0.0.0/8] }
            routes:
              GET /: { integration: { type: MOCK, body: { $include: x } } }
              GET /x: {}

          v2:
            routes:
              $default: { integration: { type: MOCK } }

        usagePlans:
          gold: { quota: { limit: 1000, period: DAY } }

        apiKeys:
          acme: { tags: { "on": "yes" }, usagePlanId: gold }
        --
        tollgate: left out: [stage=v1] routes: a word of the file
        tollgate: left out: [stage=v1 routeKey=GET /x] integration: $include in it would take in a file
        tollgate: left out: [keyHash=f1b5f74de861…]: a key's value may be in it
    "#]]
    .assert_eq(&ran.text(&[]));

    let folder = Folder::new(&[]);
    let path = folder.path("out.yaml");
    let file = path.to_str().unwrap();
    let ran = world.tollgate(&["export", file, "--stage", "v2"]);
    assert_eq!(ran.text(&[]), "exit 0\n--\n");
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "tollgate: 1\n\nstages:\n  v2:\n    routes:\n      $default: { integration: { type: MOCK } }\n"
    );
    let ran = world.tollgate(&["export", file, "--stage", "v2"]);
    assert_eq!(
        ran.text(&[(file, "FILE")]),
        "exit 1\n--\ntollgate: FILE is there: --update brings into it what differs, --force writes over it\n"
    );
    let ran = world.tollgate(&["export", file, "--stage", "v2", "--force", "-o", "json"]);
    assert_eq!(ran.text(&[]), "exit 0\n--\n");
    let json: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let expected = json!({ "tollgate": 1, "stages": { "v2": { "routes": { "$default": { "integration": { "type": "MOCK" } } } } } });
    assert_eq!(json, expected);
    assert_eq!(folder.tollgate(&["check", "out.yaml"]).stdout, "out.yaml: valid, 1 stage, 1 route\n");
    let ran = world.tollgate(&["export", "--stage", "v3"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(4), ""));
}

#[test]
fn what_is_exported_is_read_as_the_same_items() {
    let texts = [
        "",
        "on",
        "0777",
        "1e3",
        "a: b",
        " a",
        "a ",
        "# a",
        "- a",
        "{x}",
        "[x",
        "a, b",
        "'",
        "\"",
        "\\",
        "\n",
        "a\nb\n",
        "a\n\n  b: c",
        " a\nb",
        "\t",
        "\u{e9}",
        "\u{1f600}",
        "\u{2028}",
        "\u{85}",
        "null",
        "~",
        "<<",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "?",
        "---",
        "...",
        "2026-11-30",
        "12:30",
        "=",
        "y",
        "-",
        "a:",
        "a #b",
        "x y",
        "${stageVariables.x}",
        "$request.path.id",
    ];
    let values: Vec<Value> =
        texts.iter().map(|text| json!({ *text: *text, "in": [text, { "deep": text }] })).collect();
    let routes = values.iter().enumerate().map(|(n, value)| {
        item(json!({ "stage": "v1", "routeKey": format!("GET /{n}/{{id}}"), "x": value, "y": texts[n], "n": [1, -2.5, 1e30, null, true] }))
    });
    let items = StoredItems {
        stages: vec![item(json!({ "stage": "v1", "stageVariables": { "on": "off" } }))],
        routes: [("v1".to_owned(), routes.collect())].into(),
        usage_plans: vec![item(json!({ "usagePlanId": "1", "tags": texts.to_vec() }))],
        api_keys: vec![item(json!({ "id": "007", "tags": {} }))],
    };
    let Export { text, left_out, .. } = export(&items);
    assert_eq!(left_out, [""; 0]);
    let numbers = |items: &StoredItems| format!("{items:#?}").replace("1e30", "1e+30");
    assert_eq!(numbers(&read(&text)), numbers(&items), "{text}");
    assert_eq!(export(&read(&text)).text, text);
}
