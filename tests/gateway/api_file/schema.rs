//! `tollgate schema`: its fields are those that readers ask for, and what the pages show is valid by it.

use std::sync::{Arc, LazyLock};

use expect_test::expect;
use serde_json::{Deserializer, Map, Value, json};
use tollgate::{
    api_file::{
        first_request::FirstRequest,
        local_function::LocalFunction,
        local_table::LocalTable,
        schema::{ItemKind, field_paths, schema},
    },
    authorizers::ApiKey,
    deployment::{DeploymentSource, parse},
    error::Problem,
    item::{StageVariables, recorded_fields},
    json_schema::Schemas,
    limits::usage_plan::UsagePlan,
    stages::StageSettings,
};

use super::Folder;
use crate::{docs::docs, harness::TestGateway};

type Item = Map<String, Value>;

/// The items in the fences of all pages.
fn items(fence: &str) -> Vec<Item> {
    let mark = format!("```{fence}\n");
    let mut items = Vec::new();
    for page in docs() {
        for rest in page.text.split(&mark).skip(1) {
            let json = rest.split("```").next().unwrap();
            items.extend(Deserializer::from_str(json).into_iter::<Item>().map(Result::unwrap));
        }
    }
    assert!(!items.is_empty(), "{fence}");
    items
}

fn source(stage_variables: &StageVariables) -> DeploymentSource<'_> {
    DeploymentSource { table: "routes", stage: "v1", stage_variables, function_url_auth_type: None }
}

/// The problems and warnings of an item.
fn read(kind: ItemKind, item: &Item) -> Vec<Problem> {
    fn notes<T>(parsed: tollgate::item::Parsed<T>) -> Vec<Problem> {
        let problems = parsed.value.err().map(|invalid| invalid.0).unwrap_or_default();
        problems.into_iter().chain(parsed.warnings).collect()
    }
    match kind {
        ItemKind::Stage => notes(StageSettings::parse("stages", item)),
        ItemKind::Api | ItemKind::Route => {
            notes(parse(source(&StageVariables::new()), std::slice::from_ref(item)))
        }
        ItemKind::UsagePlan => notes(UsagePlan::parse("usagePlans", item)),
        ItemKind::ApiKey => notes(ApiKey::parse("apiKeys", item)),
        ItemKind::Function => notes(LocalFunction::parse("prices", item)),
        ItemKind::Table => notes(LocalTable::parse("orders", item)),
        ItemKind::FirstRequest => notes(FirstRequest::parse("try[0]", item)),
    }
}

const KINDS: [ItemKind; 8] = [
    ItemKind::Stage,
    ItemKind::Api,
    ItemKind::Route,
    ItemKind::UsagePlan,
    ItemKind::ApiKey,
    ItemKind::Function,
    ItemKind::Table,
    ItemKind::FirstRequest,
];

/// Attributes that the name of an item says, or that are no part of a file.
const NOT_IN_A_FILE: [&str; 12] = [
    "stage",
    "routeKey",
    "id",
    "usagePlanId",
    "keyHash",
    "deploymentId",
    "canarySettings",
    "canaryRollback",
    "revision",
    "lastDeploymentStatus",
    "lastDeploymentMessage",
    "applying",
];

#[test]
fn every_field_that_a_reader_asks_for_in_the_examples_is_in_the_schema() {
    let kinds = [
        (ItemKind::Stage, "json stages"),
        (ItemKind::Route, "json routes"),
        (ItemKind::UsagePlan, "json usage-plans"),
        (ItemKind::ApiKey, "json api-keys"),
    ];
    for (kind, fence) in kinds {
        for item in items(fence) {
            let kind = if item.get("routeKey") == Some(&json!("$api")) { ItemKind::Api } else { kind };
            let known = paths(kind);
            for field in recorded_fields(|| drop(read(kind, &item))) {
                let path = field.path.trim_end_matches('.').to_owned();
                if kind == ItemKind::Route && field.key.ends_with("$api")
                    || NOT_IN_A_FILE.contains(&path.as_str())
                {
                    continue;
                }
                assert!(
                    path.is_empty() || known.iter().any(|known| is_like(&path, known)),
                    "{kind:?} {path}"
                );
            }
        }
    }
}

/// `gatewayResponses.THROTTLED.statusCode` is like `gatewayResponses.*.statusCode`.
fn is_like(path: &str, known: &str) -> bool {
    let path = path.replace('[', ".").replace(']', "");
    match known.split_once('*') {
        None => path == known,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|end| rest.is_char_boundary(*end))
                .any(|end| is_like(&format!("x{}", &rest[end..]), &format!("x{after}")))
        }),
    }
}

#[test]
fn every_field_of_the_schema_is_asked_for() {
    for kind in KINDS {
        for path in paths(kind).iter().filter(|path| !path.contains('.') && *path != "*") {
            let mut item = Item::from_iter([(path.clone(), json!("x"))]);
            if matches!(kind, ItemKind::Api | ItemKind::Route) {
                let key = if kind == ItemKind::Api { "$api" } else { "GET /" };
                item.extend([("stage".to_owned(), json!("v1")), ("routeKey".to_owned(), json!(key))]);
            }
            let unknown =
                |note: &Problem| note.field == *path && note.expected.starts_with("nothing of this name");
            assert!(!read(kind, &item).iter().any(unknown), "{kind:?} {path}");
        }
    }
}

static PATHS: LazyLock<Vec<(ItemKind, Vec<String>)>> =
    LazyLock::new(|| KINDS.map(|kind| (kind, field_paths(kind))).to_vec());

fn paths(kind: ItemKind) -> &'static [String] {
    &PATHS.iter().find(|(known, _)| *known == kind).unwrap().1
}

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

static SCHEMAS: LazyLock<Arc<Schemas>> =
    LazyLock::new(|| Schemas::compile(&[("file".to_owned(), SCHEMA.clone())]).schemas.unwrap());

/// What the schema says of a file.
fn judged(file: &Value) -> Vec<String> {
    let schemas = &SCHEMAS;
    let violations = schemas.check(schemas.model("file").unwrap(), file).err().unwrap_or_default();
    violations.into_iter().map(|violation| format!("{} {}", violation.pointer, violation.detail)).collect()
}

#[tokio::test]
async fn the_examples_are_valid_by_the_schema() {
    let mut file = json!({ "tollgate": 1, "stages": {}, "usagePlans": {}, "apiKeys": {} });
    let without = |item: &Item| -> Value {
        item.iter()
            .filter(|(name, _)| {
                !NOT_IN_A_FILE.contains(&name.as_str()) || *name == "usagePlanId" && item.contains_key("id")
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Item>()
            .into()
    };
    for item in items("json stages") {
        file["stages"][item["stage"].as_str().unwrap()] = without(&item);
    }
    for item in items("json routes") {
        let stage = &mut file["stages"][item["stage"].as_str().unwrap()];
        match item["routeKey"].as_str().unwrap() {
            "$api" => stage["api"] = without(&item),
            key => stage["routes"][key] = without(&item),
        }
    }
    for item in items("json usage-plans") {
        file["usagePlans"][item["usagePlanId"].as_str().unwrap()] = without(&item);
    }
    for item in items("json api-keys") {
        file["apiKeys"][item["id"].as_str().unwrap()] = without(&item);
    }
    assert_eq!(judged(&file), [""; 0]);
    let world = TestGateway::new();
    world.put_example();
    let example = world.tollgate(&["export", "-o", "json"]).stdout;
    assert_eq!(judged(&serde_json::from_str(&example).unwrap()), [""; 0]);
}

#[test]
fn a_file_that_says_something_else_is_not() {
    let route = |route: Value| json!({ "tollgate": 1, "stages": { "v1": { "routes": { "GET /": route } } } });
    let files = [
        json!({}),
        json!({ "tollgate": 2 }),
        json!({ "tollgate": 1, "stagse": {} }),
        json!({ "tollgate": 1, "stages": { "v1": { "routes": { "BREW /": {} } } } }),
        json!({ "tollgate": 1, "stages": { "v1": { "deploymentId": "x" } } }),
        json!({ "tollgate": 1, "apiKeys": { "a": { "value": "x" } } }),
        json!({ "tollgate": 1, "functions": { "prices": { "runtime": "ruby" } } }),
        json!({ "tollgate": 1, "functions": { "prices": { "timeout": 901 } } }),
        json!({ "tollgate": 1, "tables": { "orders": { "hashKey": "id" } } }),
        json!({ "tollgate": 1, "try": { "GET /": null } }),
        route(json!({ "integration": { "type": "MOK" } })),
        route(json!({ "integration": { "type": "MOCK", "statusCode": 99 } })),
        route(json!({ "apiKeyRequird": true })),
        // What another type, or another action, has.
        route(json!({ "integration": { "type": "MOCK", "uri": "orders" } })),
        route(json!({ "integration": { "type": "AWS_PROXY", "uri": "orders", "statusCode": 200 } })),
        route(
            json!({ "integration": { "type": "DYNAMODB", "action": "GetItem", "tableName": "t", "item": {} } }),
        ),
        json!({ "tollgate": 1, "stages": { "v1": { "api": { "authorizers": { "a": { "type": "AWS_IAM", "jwks": {} } } } } } }),
    ];
    for file in files {
        assert!(!judged(&file).is_empty(), "{file}");
    }
    let taken_in = json!({ "tollgate": 1, "$include": ["a.yaml"], "stages": { "v1": { "$include": "b.yaml", "extends": "v2", "throttle": null,
        "api": { "models": { "$include": "m.json" } }, "routes": { "$include": "r.yaml", "GET /": null, "$default": { "$include": "d.yaml" } } } } });
    assert_eq!(judged(&taken_in), [""; 0]);
    let for_a_laptop = json!({ "tollgate": 1,
        "functions": { "a": { "command": ["node", "a.mjs"], "environment": { "N": 1 }, "timeout": 3 }, "b": { "runtime": "python", "handler": "b.handler" } },
        "tables": { "orders": { "key": "id", "sortKey": { "at": "N" }, "indexes": { "by-sku": { "key": "sku" } }, "items": [{ "id": "1", "at": 2 }] } },
        "try": ["GET /v1", { "request": "POST /v1", "headers": { "x": "y" }, "body": [1] }] });
    assert_eq!(judged(&for_a_laptop), [""; 0]);
}

#[test]
fn the_schema_describes_fields_in_the_words_of_the_pages() {
    let ran = Folder::new(&[]).tollgate(&["schema"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed, *SCHEMA);
    let defs = &printed["$defs"];
    let described = [
        &defs["stage"]["properties"]["basePath"]["description"],
        &defs["api"]["properties"]["corsConfiguration"]["description"],
        &defs["route"]["properties"]["throttle"]["description"],
        &defs["route"]["properties"]["integration"]["anyOf"][0]["properties"]["timeoutInMillis"]["description"],
        &defs["usagePlan"]["properties"]["quota"]["description"],
    ];
    expect![[r#"
        "Where its paths begin, at most 1,000 bytes. The longest that fits wins. On one host (or on any) it is one stage's: of the first that was published there. Default: /<stage>; of $default /"
        "CORS for all routes; a route's own replaces it. Default: none"
        "{rateLimit, burstLimit, perCaller: {rateLimit, burstLimit}}: of all callers together, and of each caller by itself. Default: none"
        "50 to 900000: the longest wait for the head of an answer, within the Lambda's own time. Default: 29000"
        "{limit, period, offset}: period is DAY, WEEK (from Monday) or MONTH, in UTC; offset is subtracted in the key's first period; a limit of 0 refuses everything. Default: none""#]].assert_eq(&described.map(Value::to_string).join("\n"));
    let mut missing = Vec::new();
    for (kind, def) in defs.as_object().unwrap() {
        for (name, schema) in def["properties"].as_object().into_iter().flatten() {
            if schema.get("description").is_none() && !name.starts_with('$') {
                missing.push(format!("{kind}.{name}"));
            }
        }
    }
    expect![[r#"
        api.description
        apiKey.createdAt
        apiKey.rotatedFrom
        apiKey.rotatedTo
        route.description
        usagePlan.description
        usagePlan.name
        usagePlan.tags"#]]
    .assert_eq(&missing.join("\n"));
}
