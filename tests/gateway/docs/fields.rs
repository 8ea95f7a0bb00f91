//! The tables of fields: every field that a page names is one that the gateway reads there.

use serde_json::{Value, json};

use super::{Page, markdown, notes::Notes};
use crate::harness::TestGateway;

/// The item or map that a page's fields belong to.
enum Place {
    Stage,
    Api,
    /// A map of the `$api` item.
    ApiMap(&'static str),
    Route,
    /// A map of a route item.
    RouteMap(&'static str),
    /// The integration of a route: each field is one of some of these.
    Integration(Vec<Value>),
    ApiKey,
    UsagePlan,
}

/// A field that nobody reads is told so in these words.
const UNKNOWN: &str = "nothing of this name";

#[tokio::test]
async fn every_field_of_the_tables_is_read_where_it_is_said_to_stand() {
    let with = |fields: Value| Place::Integration(vec![fields]);
    let lambda = json!({ "type": "AWS_PROXY", "uri": "echo" });
    let read = json!({ "type": "DYNAMODB", "action": "Query", "tableName": "t" });
    let write = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "t" });
    let sqs = json!({ "type": "SQS", "action": "SendMessage", "queueUrl": "q" });
    let put = json!({ "type": "S3", "action": "PutObject", "bucket": "b" });
    let get = json!({ "type": "S3", "action": "GetObject", "bucket": "b" });
    let subtype = json!({ "type": "AWS_PROXY", "integrationSubtype": "SQS-PurgeQueue" });
    let places = [
        ("docs/items.md", "Stage", Place::Stage),
        ("docs/items.md", "$api", Place::Api),
        ("docs/items.md", "Route", Place::Route),
        ("docs/integrations.md", "Fields that all have", with(lambda.clone())),
        ("docs/integrations.md", "AWS_PROXY", with(lambda)),
        ("docs/integrations.md", "DYNAMODB", Place::Integration(vec![read, write])),
        ("docs/integrations.md", "AWS services", Place::Integration(vec![sqs, put, get, subtype])),
        (
            "docs/integrations.md",
            "HTTP_PROXY",
            with(json!({ "type": "HTTP_PROXY", "uri": "https://a.example" })),
        ),
        ("docs/integrations.md", "MOCK", with(json!({ "type": "MOCK" }))),
        (
            "docs/non-proxy-integrations.md",
            "Fields",
            Place::Integration(vec![json!({ "type": "AWS", "uri": "f" }), json!({ "type": "HTTP" })]),
        ),
        ("docs/cors-and-gateway-responses.md", "CORS", Place::ApiMap("corsConfiguration")),
        ("docs/caching.md", "Fields of a route", Place::Route),
        ("docs/caching.md", "Fields of a stage", Place::Stage),
        ("docs/compare.md", "A shadow", Place::RouteMap("shadow")),
        ("docs/keys-plans-limits.md", "An API key", Place::ApiKey),
        ("docs/keys-plans-limits.md", "A usage plan", Place::UsagePlan),
    ];
    for (path, section, place) in places {
        let fields = fields(path, section);
        assert!(fields.len() > 1, "{path}, {section}: {fields:?}");
        for field in fields {
            assert!(is_read(&place, &field).await, "{path}, {section}: nobody reads {field}");
        }
    }
}

/// The first column of the tables of fields in a section.
fn fields(path: &str, section: &str) -> Vec<String> {
    let page = Page::read(path);
    let tables = markdown::tables(markdown::section(&page.text, section));
    let tables = tables.iter().filter(|table| table.head[0].starts_with("field"));
    tables.flat_map(|table| &table.rows).flat_map(|row| markdown::code_spans(row[0])).collect()
}

async fn is_read(place: &Place, field: &str) -> bool {
    match place {
        Place::Integration(bases) => {
            for base in bases {
                let route = json!({ "routeKey": "GET /", "integration": with(base, field) });
                if !is_unknown(&world(&[route]), field).await {
                    return true;
                }
            }
            false
        }
        Place::Stage => {
            let world = world(&[]);
            world.put_stage(&with(&json!({ "stage": "v1" }), field));
            !is_unknown(&world, field).await
        }
        Place::Api => !is_unknown(&world(&[with(&json!({ "routeKey": "$api" }), field)]), field).await,
        Place::ApiMap(name) => {
            let api = json!({ "routeKey": "$api", *name: { field: true } });
            !is_unknown(&world(&[api]), field).await
        }
        Place::RouteMap(name) => {
            let mut route = route();
            route[*name] = json!({ field: true });
            !is_unknown(&world(&[route]), field).await
        }
        Place::Route => !is_unknown(&world(&[with(&route(), field)]), field).await,
        Place::ApiKey => {
            let world = TestGateway::new();
            world.put_key("a-key-of-twenty-characters", &with(&json!({ "id": "k1" }), field));
            !is_unknown_to_the_tool(&world, field)
        }
        Place::UsagePlan => {
            let world = TestGateway::new();
            world.put_plan(&with(&json!({ "usagePlanId": "p1" }), field));
            !is_unknown_to_the_tool(&world, field)
        }
    }
}

fn route() -> Value {
    json!({ "stage": "v1", "routeKey": "GET /", "integration": { "type": "MOCK" } })
}

/// A map with one field more, unless it has it.
fn with(map: &Value, field: &str) -> Value {
    let mut map = map.clone();
    map.as_object_mut().unwrap().entry(field).or_insert(json!(true));
    map
}

/// A stage with these items, and a route, without which it would not be valid.
fn world(items: &[Value]) -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&route());
    items.iter().for_each(|item| world.put_route(item));
    world
}

async fn is_unknown(world: &TestGateway, field: &str) -> bool {
    let Notes { problems, warnings } = Notes::of_publishing(world).await;
    let is_it = |name: &str| name.rsplit('.').next() == Some(field);
    problems.iter().chain(&warnings).any(|note| is_it(&note.field) && note.expected.starts_with(UNKNOWN))
}

fn is_unknown_to_the_tool(world: &TestGateway, field: &str) -> bool {
    let ran = world.tollgate(&["check"]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("tollgate-api-keys") || said.contains("tollgate-usage-plans"), "{field}: {ran:?}");
    said.lines().any(|line| line.contains(UNKNOWN))
}
