//! Every action, against a real DynamoDB-compatible server over HTTP.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_sdk_dynamodb::{
    config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig},
    types::{
        AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType,
    },
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::{
    context::PathParameter,
    error::Problem,
    item::{Item, Report, StageVariables},
    message::{Body, Origin, Request},
};

/// A DynamoDB with the tables `orders-v1` (pk, number `n`; index `by-status` on `status`, `n`) and `stock` (pk).
struct World {
    client: Client,
}

/// What a client sends to `/v1/orders/{id}`; the fields of a request that matter here.
#[derive(Clone, Default)]
struct Sent<'a> {
    id: &'a str,
    query: &'a str,
    headers: &'a [(&'static str, &'static str)],
    body: Vec<u8>,
    route: Option<&'a str>,
}

fn get(id: &str) -> Sent<'_> {
    Sent { id, ..Sent::default() }
}

fn query(query: &str) -> Sent<'_> {
    Sent { id: "o1", query, ..Sent::default() }
}

fn post(body: impl Into<Vec<u8>>) -> Sent<'static> {
    Sent { id: "o1", body: body.into(), ..Sent::default() }
}

fn client(address: std::net::SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(crate::http_client::sdk_http_client())
        .endpoint_url(format!("http://{address}"));
    Client::from_conf(config.build())
}

impl World {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
        let world = Self { client: client(address) };
        world.create_tables().await;
        world
    }

    async fn create_tables(&self) {
        let attribute = |name: &str, of| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(of).build().unwrap()
        };
        let key =
            |name: &str, of| KeySchemaElement::builder().attribute_name(name).key_type(of).build().unwrap();
        let all = Projection::builder().projection_type(ProjectionType::All).build();
        let by_status = GlobalSecondaryIndex::builder()
            .index_name("by-status")
            .key_schema(key("status", KeyType::Hash))
            .key_schema(key("n", KeyType::Range))
            .projection(all);
        let orders =
            self.client.create_table().table_name("orders-v1").billing_mode(BillingMode::PayPerRequest);
        orders
            .attribute_definitions(attribute("pk", ScalarAttributeType::S))
            .attribute_definitions(attribute("n", ScalarAttributeType::N))
            .attribute_definitions(attribute("status", ScalarAttributeType::S))
            .key_schema(key("pk", KeyType::Hash))
            .key_schema(key("n", KeyType::Range))
            .global_secondary_indexes(by_status.build().unwrap())
            .send()
            .await
            .unwrap();
        let stock = self.client.create_table().table_name("stock").billing_mode(BillingMode::PayPerRequest);
        stock
            .attribute_definitions(attribute("pk", ScalarAttributeType::S))
            .key_schema(key("pk", KeyType::Hash))
            .send()
            .await
            .unwrap();
    }

    async fn put(&self, table: &str, item: Value) {
        let item = values::to_attributes(item.as_object().unwrap()).unwrap();
        self.client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }

    async fn items(&self, table: &str) -> Vec<Value> {
        let found = self.client.scan().table_name(table).send().await.unwrap();
        found
            .items
            .unwrap()
            .into_iter()
            .map(|item| values::to_json(AttributeValue::M(item)).unwrap())
            .collect()
    }

    async fn send(&self, integration: &Value, sent: Sent<'_>) -> String {
        send(&self.client, integration, sent).await
    }
}

fn parse(integration: &Value, route: &str) -> Result<DynamoDb, Vec<(String, String, String)>> {
    let stage_variables = StageVariables::from([("table".to_owned(), "orders-v1".to_owned())]);
    let report = Report::default();
    let item = Item { table: "routes", key: "k", stage_variables: &stage_variables, report: &report };
    let surroundings = Surroundings {
        path_parameters: &["id".to_owned()],
        stage_and_route: route,
        binary_media_types: &Arc::from([]),
        allow_private_integrations: &Arc::from([]),
    };
    let fields = Fields::of(item, integration.as_object().unwrap());
    let parsed = DynamoDb::parse(&fields, &surroundings);
    fields.finish();
    let (problems, warnings) = report.into_parts();
    let parts = |Problem { field, got, expected, .. }| (field, got, expected);
    let found: Vec<_> = problems.into_iter().chain(warnings).map(parts).collect();
    match parsed {
        Some(parsed) if found.is_empty() => Ok(parsed),
        _ => Err(found),
    }
}

/// The whole answer as text: status, headers, body.
async fn send(client: &Client, integration: &Value, sent: Sent<'_>) -> String {
    let route = sent.route.unwrap_or("v1 GET /orders/{id}");
    let operation = parse(integration, route).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let header =
        |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
    let request = Request {
        id: "req-1".to_owned(),
        received_at: SystemTime::UNIX_EPOCH,
        deadline: SystemTime::UNIX_EPOCH,
        method: Method::GET,
        path: format!("/v1/orders/{}", sent.id),
        query: sent.query.to_owned(),
        headers: sent.headers.iter().map(header).collect::<HeaderMap>(),
        cookies: Vec::new(),
        body: Bytes::from(sent.body),
        origin: Origin::default(),
    };
    let context = Context {
        request: &request,
        stage: "v1",
        base_path: "/v1",
        path: &request.path[3..],
        stage_variables: &StageVariables::new(),
        deployment_id: "d1",
        route_key: "GET /orders/{id}",
        path_parameters: &[PathParameter { name: "id", value: sent.id }],
    };
    let response = match operation.invoke(&context, client).await {
        Ok(response) => response,
        Err(error) => error.refusal().to_response(),
    };
    let mut text = response.status().as_str().to_owned();
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != "content-type") {
        text += &format!(" {name}: {}", value.to_str().unwrap());
    }
    let json = response.headers().get("content-type").is_some_and(|kind| kind == "application/json");
    let Body::Whole(body) = response.into_body() else { panic!("a stream") };
    assert_eq!(json, !body.is_empty(), "JSON if and only if there is a body");
    text + " " + std::str::from_utf8(&body).unwrap()
}

const BAD_REQUEST: &str = r#"400 x-amzn-errortype: BadRequestException {"message":"Bad Request"}"#;
const INVALID_BODY: &str = r#"400 x-amzn-errortype: BadRequestException {"message": "Invalid request body"}"#;
const NOT_FOUND: &str = r#"404 x-amzn-errortype: NotFoundException {"message":"Not Found"}"#;
const CONFLICT: &str = r#"409 x-amzn-errortype: ConflictException {"message":"Conflict"}"#;
const PRECONDITION: &str =
    r#"412 x-amzn-errortype: PreconditionFailedException {"message":"Precondition Failed"}"#;
const FAILURE: &str =
    r#"502 x-amzn-errortype: InternalServerErrorException {"message": "Internal server error"}"#;
const FORBIDDEN: &str =
    r#"500 x-amzn-errortype: InternalServerErrorException {"message": "Internal server error"}"#;
const UNREACHABLE: &str = r#"504 x-amzn-errortype: InternalServerErrorException {"message": "Network error communicating with endpoint"}"#;
const BUSY: &str = r#"503 x-amzn-errortype: ServiceUnavailableException {"message":"Service Unavailable"}"#;

#[tokio::test]
async fn get_item_gives_the_item_or_404() {
    let world = World::new().await;
    let big = "12345678901234567890123456789012345678";
    let item =
        format!(r#"{{"pk": "ORDER#a/b", "n": 1, "big": {big}, "price": 7.50, "tags": ["x", null, true]}}"#);
    world.put("orders-v1", serde_json::from_str(&item).unwrap()).await;
    let whole = json!({
        "action": "GetItem", "tableName": "${stageVariables.table}",
        "key": {"pk": "ORDER#${request.path.id}", "n": 1}, "return": "item",
    });
    let part = json!({
        "action": "getitem", "tableName": "orders-v1", "key": {"pk": "ORDER#${request.path.id}", "n": 1},
        "projectionExpression": "#p, tags[0]", "expressionAttributeNames": {"#p": "price"},
        "consistentRead": true, "statusCode": 203,
    });
    let nothing = json!({"action": "GetItem", "tableName": "orders-v1", "return": "none",
        "key": {"pk": "ORDER#${request.path.id}", "n": 1}});
    let all = format!(r#"200 {{"big":{big},"n":1,"pk":"ORDER#a/b","price":7.5,"tags":["x",null,true]}}"#);
    let cases = [
        (&whole, get("a%2Fb"), &*all),
        (&whole, get("other"), NOT_FOUND),
        (&whole, get("%23"), NOT_FOUND),
        (&whole, get(":x"), NOT_FOUND),
        (&whole, get("a%20=%20b%20OR"), NOT_FOUND),
        (&part, get("a%2Fb"), r#"203 {"price":7.5,"tags":["x"]}"#),
        (&nothing, get("a%2Fb"), "204 "),
        (&nothing, get("other"), NOT_FOUND),
    ];
    for (integration, sent, expected) in cases {
        let id = sent.id.to_owned();
        assert_eq!(world.send(integration, sent).await, expected, "{id}");
    }
}

#[tokio::test]
async fn sets_and_binary_reach_the_client_as_arrays_and_base64() {
    let world = World::new().await;
    let put = world.client.put_item().table_name("stock").item("pk", AttributeValue::S("s".to_owned()));
    let set = ["b".to_owned(), "a".to_owned()];
    let put = put.item("set", AttributeValue::Ss(set.to_vec()));
    let put = put.item("bytes", AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(b"\x00\xff")));
    put.send().await.unwrap();
    let integration = json!({"action": "GetItem", "tableName": "stock", "key": {"pk": "$request.path.id"}});
    let answer = world.send(&integration, get("s")).await;
    let body: Value = serde_json::from_str(answer.strip_prefix("200 ").unwrap()).unwrap();
    let mut set: Vec<_> = body["set"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    set.sort_unstable();
    assert_eq!((set, &body["bytes"]), (vec!["a", "b"], &json!("AP8=")));
}

#[tokio::test]
async fn put_item_writes_what_the_client_sent_and_leaves_out_what_is_absent() {
    let world = World::new().await;
    let put = |more: Value| {
        let mut integration = json!({
            "action": "PutItem", "tableName": "stock",
            "item": {"pk": "$request.body.id", "amount": "$request.body.amount", "in": {"deep": "$request.body.x"}},
        });
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        integration
    };
    let created =
        put(json!({"conditionExpression": "attribute_not_exists(pk)", "statusCode": 201, "return": "item"}));
    let old = put(json!({"returnValues": "ALL_OLD"}));
    let cases = [
        (put(json!({})), r#"{"id": "a", "amount": 7.50}"#, "200 {}"),
        (put(json!({"return": "none"})), r#"{"id": "a", "amount": 8, "x": "y"}"#, "204 "),
        (old, r#"{"id": "a", "amount": 9}"#, r#"200 {"amount":8,"in":{"deep":"y"},"pk":"a"}"#),
        (created.clone(), r#"{"id": "b", "amount": 7.50}"#, r#"201 {"amount":7.50,"in":{},"pk":"b"}"#),
        (created, r#"{"id": "a", "amount": 1}"#, CONFLICT),
    ];
    for (integration, body, expected) in cases {
        assert_eq!(world.send(&integration, post(body)).await, expected, "{body}");
    }
    let mut items = world.items("stock").await;
    items.sort_by_key(|item| item["pk"].to_string());
    assert_eq!(
        Value::from(items).to_string(),
        r#"[{"amount":9,"in":{},"pk":"a"},{"amount":7.5,"in":{},"pk":"b"}]"#
    );
}

#[tokio::test]
async fn a_body_that_will_not_do_is_a_400_and_nothing_is_written() {
    let world = World::new().await;
    let mapped = json!({"action": "PutItem", "tableName": "stock",
        "item": {"pk": "$request.body.id", "v": "$request.body.v"}});
    let whole = json!({"action": "PutItem", "tableName": "stock", "item": "$request.body"});
    let update = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "$request.path.id"},
        "updateExpression": "SET v = :v", "expressionAttributeValues": {":v": "$request.body.v"}});
    let digits =
        |count: usize| format!(r#"{{"id": "a", "pk": "a", "v": [{{"deep": {}}}]}}"#, "1".repeat(count));
    let deep = format!(r#"{{"pk": "a", "v": {}{}}}"#, "[".repeat(60), "]".repeat(60));
    let bodies = [
        String::new(),
        "{".to_owned(),
        "no".to_owned(),
        r#"{"id": "a"} {}"#.to_owned(),
        r#"[{"id": "a", "pk": "a", "v": 1}]"#.to_owned(),
        r#"{"id": "", "pk": "", "v": 1e126}"#.to_owned(),
        r#"{"id": 7, "pk": 7, "v": 1e-131}"#.to_owned(),
        digits(39),
        "[".repeat(100_000),
    ];
    for body in bodies {
        for integration in [&mapped, &whole, &update] {
            assert_eq!(world.send(integration, post(&*body)).await, INVALID_BODY, "{body:.60} {integration}");
        }
    }
    assert_eq!(world.send(&whole, post(&*deep)).await, INVALID_BODY);
    assert_eq!(world.send(&whole, post(b"{\"pk\": \"\xff\"}".to_vec())).await, INVALID_BODY);
    let huge = format!(r#"{{"pk": "a", "v": "{}"}}"#, "x".repeat(6_000_000));
    let answer = world.send(&whole, post(huge)).await;
    assert!(answer.starts_with("413 "), "{answer}");
    assert_eq!(world.items("stock").await, Vec::<Value>::new());

    let last_of_two = format!(r#"{{"pk": "x", "pk": "a", "v": {}}}"#, "1".repeat(38));
    assert_eq!(world.send(&whole, post(last_of_two)).await, "200 {}");
    let written = world.items("stock").await;
    assert_eq!(Value::from(written).to_string(), format!(r#"[{{"pk":"a","v":{}}}]"#, "1".repeat(38)));
}

#[tokio::test]
async fn update_and_delete_answer_with_what_return_values_ask_for() {
    let world = World::new().await;
    let update = |more: Value| {
        let mut integration = json!({
            "action": "UpdateItem", "tableName": "stock", "key": {"pk": "$request.path.id"},
            "updateExpression": "ADD #n :by", "expressionAttributeNames": {"#n": "count"},
            "expressionAttributeValues": {":by": "$request.body.by"},
        });
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        integration
    };
    let delete = |more: Value| {
        let mut integration =
            json!({"action": "DeleteItem", "tableName": "stock", "key": {"pk": "$request.path.id"}});
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        integration
    };
    let by = |by| post(format!(r#"{{"by": {by}}}"#));
    let only_existing = json!({"conditionExpression": "attribute_exists(pk)"});
    let cases = [
        (update(json!({})), by(2), "200 {}"),
        (update(json!({"returnValues": "UPDATED_NEW"})), by(-1), r#"200 {"count":1}"#),
        (update(json!({"returnValues": "all_old"})), by(1), r#"200 {"count":1,"pk":"o1"}"#),
        (update(json!({"return": "item"})), by(1), r#"200 {"count":3,"pk":"o1"}"#),
        (update(json!({})), post(r#"{"by": "text"}"#), INVALID_BODY),
        (update(only_existing.clone()), Sent { id: "none", ..by(1) }, CONFLICT),
        (
            update(only_existing.clone()),
            Sent { id: "none", headers: &[("if-match", "*")], ..by(1) },
            PRECONDITION,
        ),
        (
            delete(only_existing.clone()),
            Sent { id: "none", headers: &[("if-none-match", "\"x\"")], ..get("none") },
            PRECONDITION,
        ),
        (delete(json!({"return": "item"})), get("o1"), r#"200 {"count":3,"pk":"o1"}"#),
        (delete(json!({"return": "item"})), get("o1"), NOT_FOUND),
        (delete(json!({"returnValues": "ALL_OLD"})), get("o1"), "200 {}"),
        (delete(json!({"return": "none"})), get("o1"), "204 "),
        (delete(only_existing), get("o1"), CONFLICT),
    ];
    for (step, (integration, sent, expected)) in cases.into_iter().enumerate() {
        assert_eq!(world.send(&integration, sent).await, expected, "step {step}: {integration}");
    }
}

#[tokio::test]
async fn a_query_gives_pages_that_cursors_join() {
    let world = World::new().await;
    for n in 0..5 {
        world.put("orders-v1", json!({"pk": "o1", "n": n, "status": "open", "m": n})).await;
    }
    world.put("orders-v1", json!({"pk": "o2", "n": 9, "m": 9, "status": "open"})).await;
    let by_key = json!({
        "action": "Query", "tableName": "orders-v1", "keyConditionExpression": "pk = :pk",
        "expressionAttributeValues": {":pk": "$request.path.id"}, "projectionExpression": "n",
        "limit": "$request.querystring.limit", "scanIndexForward": false,
    });
    let by_status = json!({
        "action": "Query", "tableName": "orders-v1", "indexName": "by-status",
        "keyConditionExpression": "#s = :s", "filterExpression": "m > :least",
        "expressionAttributeNames": {"#s": "status"},
        "expressionAttributeValues": {":s": "open", ":least": 1}, "projectionExpression": "n", "limit": 2,
    });
    let scan = json!({"action": "Scan", "tableName": "orders-v1", "projectionExpression": "n", "limit": 4});
    let cases = [
        (&by_key, "a=1&limit=2", vec![4, 3, 2, 1, 0]),
        (&by_key, "limit=5", vec![4, 3, 2, 1, 0]),
        (&by_key, "", vec![4, 3, 2, 1, 0]),
        (&by_status, "", vec![2, 3, 4, 9]),
        (&scan, "", vec![0, 1, 2, 3, 4, 9]),
    ];
    for (integration, others, expected) in cases {
        let (mut numbers, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let sent =
                cursor.as_ref().map_or(others.to_owned(), |cursor| format!("cursor={cursor}&{others}"));
            let answer = world.send(integration, query(&sent)).await;
            let (head, body) = answer.split_once('{').unwrap();
            let page: Value = serde_json::from_str(&format!("{{{body}")).unwrap();
            numbers.extend(page["items"].as_array().unwrap().iter().map(|item| item["n"].as_i64().unwrap()));
            cursor = page["cursor"].as_str().map(str::to_owned);
            let Some(cursor) = &cursor else { break assert_eq!(head, "200 ") };
            let joint = if others.is_empty() { "" } else { "&" };
            let link = format!("200 link: </v1/orders/o1?{others}{joint}cursor={cursor}>; rel=\"next\" ");
            assert_eq!(head, link);
        }
        numbers.sort_by_key(|n| if integration == &by_key { -n } else { *n });
        assert_eq!(numbers, expected, "{integration} {others}");
    }
    let first = json!({"action": "Scan", "tableName": "stock", "return": "item"});
    assert_eq!(world.send(&first, get("o1")).await, NOT_FOUND);
    world.put("stock", json!({"pk": "a"})).await;
    assert_eq!(world.send(&first, get("o1")).await, r#"200 {"pk":"a"}"#);
}

#[tokio::test]
async fn a_bad_or_foreign_cursor_and_a_bad_limit_are_a_400() {
    let world = World::new().await;
    for n in 0..3 {
        world.put("orders-v1", json!({"pk": "o1", "n": n})).await;
    }
    let orders = json!({
        "action": "Query", "tableName": "orders-v1", "keyConditionExpression": "pk = :pk",
        "expressionAttributeValues": {":pk": "$request.path.id"}, "limit": "$request.querystring.limit",
    });
    let answer = world.send(&orders, query("limit=1")).await;
    let cursor = answer.rsplit('"').nth(1).unwrap();
    let good = format!("limit=1&cursor={cursor}");
    assert!(world.send(&orders, query(&good)).await.starts_with("200 "));

    let foreign = Sent { route: Some("v1 GET /stock"), ..query(&good) };
    assert_eq!(world.send(&orders, foreign).await, BAD_REQUEST);
    let twice = format!("cursor={cursor}&cursor={cursor}");
    let cut = format!("cursor={}", &cursor[1..]);
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=-1",
        "limit=",
        "limit=1&limit=2",
        "cursor=",
        "cursor=x",
        "cursor",
        &twice,
        &cut,
    ] {
        assert_eq!(world.send(&orders, query(bad)).await, BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn batch_get_item_gives_the_items_that_there_are() {
    let world = World::new().await;
    for pk in ["a", "b", "c"] {
        world.put("stock", json!({"pk": pk, "n": 1, "x": "y"})).await;
    }
    let integration = json!({"action": "BatchGetItem", "tableName": "stock", "keys": "$request.body.keys",
        "projectionExpression": "pk", "consistentRead": true});
    let listed = json!({"action": "BatchGetItem", "tableName": "stock", "return": "item",
        "keys": [{"pk": "$request.path.id"}, {"pk": "b"}]});
    let keys = |keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|pk| json!({"pk": pk})).collect();
        post(json!({"keys": keys}).to_string())
    };
    let many: Vec<_> = (0..101).map(|n| n.to_string()).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let cases = [
        (&integration, keys(&["a", "none"]), r#"200 {"items":[{"pk":"a"}]}"#),
        (&integration, keys(&["none"]), r#"200 {"items":[]}"#),
        (&integration, keys(&many[..100]), r#"200 {"items":[]}"#),
        (&integration, keys(&many), INVALID_BODY),
        (&integration, keys(&[]), INVALID_BODY),
        (&integration, keys(&["a", "a"]), INVALID_BODY),
        (&integration, keys(&[""]), INVALID_BODY),
        (&integration, post("{}"), INVALID_BODY),
        (&integration, post(r#"{"keys": {"pk": "a"}}"#), INVALID_BODY),
        (&integration, post(r#"{"keys": [{"other": "a"}]}"#), INVALID_BODY),
        (&integration, post(r#"{"keys": [{"pk": {"S": "a"}}]}"#), INVALID_BODY),
        (&listed, get("none"), r#"200 {"n":1,"pk":"b","x":"y"}"#),
    ];
    for (integration, sent, expected) in cases {
        let body = String::from_utf8(sent.body.clone()).unwrap();
        assert_eq!(world.send(integration, sent).await, expected, "{body:.60}");
    }
}

#[tokio::test]
async fn what_a_batch_leaves_for_later_comes_with_its_cursor() {
    let world = World::new().await;
    let item = |n: usize| json!({"pk": "big", "n": n as f64 / 4.0, "x": "x".repeat(380_000)});
    for n in 0..50 {
        world.put("orders-v1", item(n)).await;
    }
    let integration = json!({"action": "BatchGetItem", "tableName": "orders-v1", "keys": "$request.body"});
    let keys: Vec<_> = (0..50).map(|n| json!({"pk": "big", "n": n as f64 / 4.0})).collect();
    let body = Value::from(keys.clone()).to_string();
    let mut found = Vec::new();
    let (mut pages, mut sent) = (0, String::new());
    loop {
        let answer = world.send(&integration, Sent { query: &sent, ..post(&*body) }).await;
        let page: Value = serde_json::from_str(&answer[answer.find('{').unwrap()..]).unwrap();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["n"].as_f64().unwrap()));
        pages += 1;
        let Some(cursor) = page["cursor"].as_str() else { break };
        sent = format!("cursor={cursor}");
        let other_keys = Value::from(keys[1..].to_vec()).to_string();
        assert_eq!(world.send(&integration, Sent { query: &sent, ..post(other_keys) }).await, BAD_REQUEST);
    }
    found.sort_by(f64::total_cmp);
    assert_eq!(found, (0..50).map(|n| f64::from(n) / 4.0).collect::<Vec<_>>());
    assert!(pages > 1, "the answer is over DynamoDB's 16 MB");
}

#[tokio::test]
async fn a_transaction_happens_as_a_whole_or_not_at_all() {
    let world = World::new().await;
    world.put("stock", json!({"pk": "bolt", "n": 1})).await;
    world.put("stock", json!({"pk": "old", "n": 1})).await;
    let integration = json!({"action": "TransactWriteItems", "transactItems": [
        {"put": {"tableName": "orders-v1", "item": {"pk": "$request.body.id", "n": 1},
            "conditionExpression": "attribute_not_exists(pk)"}},
        {"update": {"tableName": "stock", "key": {"pk": "$request.body.sku"}, "updateExpression": "ADD n :d",
            "conditionExpression": "n > :zero", "expressionAttributeValues": {":d": -1, ":zero": 0}}},
        {"delete": {"tableName": "stock", "key": {"pk": "$request.body.old"}}},
        {"conditionCheck": {"tableName": "stock", "key": {"pk": "closed"},
            "conditionExpression": "attribute_not_exists(pk)"}},
    ]});
    let order = |id: &str, sku: &str| post(json!({"id": id, "sku": sku, "old": "old"}).to_string());
    let with_match = Sent { headers: &[("if-match", "\"1\"")], ..order("t2", "bolt") };
    let cases = [
        (order("t1", "bolt"), "200 {}"),
        (order("t2", "bolt"), CONFLICT),
        (with_match, PRECONDITION),
        (order("t2", "none"), CONFLICT),
        (order("t2", "old"), INVALID_BODY),
        (post(r#"{"id": "t2", "sku": "bolt"}"#), INVALID_BODY),
        (post(r#"{"id": 7, "sku": "nut", "old": "o"}"#), INVALID_BODY),
    ];
    for (step, (sent, expected)) in cases.into_iter().enumerate() {
        assert_eq!(world.send(&integration, sent).await, expected, "step {step}");
    }
    assert_eq!(world.items("orders-v1").await, [json!({"pk": "t1", "n": 1})]);
    assert_eq!(world.items("stock").await, [json!({"pk": "bolt", "n": 0})]);
}

#[tokio::test]
async fn the_operators_errors_are_5xx_without_a_word_of_why() {
    let world = World::new().await;
    let missing = json!({"action": "GetItem", "tableName": "secret-table", "key": {"pk": "a"}});
    let syntax = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "a"}, "updateExpression": "SETT x"});
    let no_index = json!({"action": "Scan", "tableName": "stock", "indexName": "secret-index"});
    assert_eq!(world.send(&missing, get("a")).await, FORBIDDEN);
    assert_eq!(world.send(&syntax, get("a")).await, FAILURE);
    assert_eq!(world.send(&no_index, get("a")).await, FAILURE);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(send(&client(closed), &missing, get("a")).await, UNREACHABLE);
}

/// A DynamoDB that answers every call in one way, and counts them.
async fn failing(status: u16, error: &'static str) -> (Client, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let app = axum::Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{error}","message":"no"}}"#);
        async move { (status, [("content-type", "application/x-amz-json-1.0")], body) }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    (client(address), calls)
}

#[tokio::test]
async fn only_what_may_happen_twice_is_tried_again() {
    let read = json!({"action": "GetItem", "tableName": "stock", "key": {"pk": "a"}});
    let put = json!({"action": "PutItem", "tableName": "stock", "item": {"pk": "$request.path.id"}});
    let new = json!({"action": "PutItem", "tableName": "stock", "item": {"pk": "$request.path.id"},
        "conditionExpression": "attribute_not_exists(pk)"});
    let add = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "a"},
        "updateExpression": "ADD n :one", "expressionAttributeValues": {":one": 1}});
    let transaction = json!({"action": "TransactWriteItems", "transactItems": [{"delete": {"tableName": "stock",
        "key": {"pk": "a"}}}]});
    let busy = BUSY;
    let cases = [
        (500, "InternalServerError", &read, FAILURE, 3),
        (500, "InternalServerError", &put, FAILURE, 3),
        (500, "InternalServerError", &new, FAILURE, 1),
        (500, "InternalServerError", &add, FAILURE, 1),
        (500, "InternalServerError", &transaction, FAILURE, 3),
        (400, "ThrottlingException", &read, busy, 3),
        (400, "ProvisionedThroughputExceededException", &add, busy, 1),
        (400, "TransactionConflictException", &add, busy, 1),
        (400, "AccessDeniedException", &read, FORBIDDEN, 1),
    ];
    for (status, error, integration, expected, calls) in cases {
        let (client, counted) = failing(status, error).await;
        assert_eq!(send(&client, integration, get("a")).await, expected, "{error} {integration}");
        assert_eq!(counted.load(Ordering::Relaxed), calls, "{error} {integration}");
    }
}

#[test]
fn what_will_not_work_is_a_problem_with_its_field() {
    let base = |more: Value| -> Value {
        let mut map = Map::new();
        map.insert("tableName".to_owned(), "stock".into());
        map.extend(more.as_object().unwrap().clone());
        Value::Object(map)
    };
    let key = json!({"pk": "$request.path.id"});
    let cases = [
        (json!({}), &[("action", "nothing")][..]),
        (json!({"action": "DropTable"}), &[("action", "\"DropTable\"")]),
        (json!({"action": "GetItem"}), &[("tableName", "nothing"), ("key", "nothing")]),
        (
            json!({"action": "GetItem", "tableName": "${request.path.id}", "key": key}),
            &[("tableName", "\"${request.path.id}\"")],
        ),
        (
            json!({"action": "GetItem", "tableName": "${stageVariables.x}", "key": key}),
            &[("tableName", "${stageVariables.x}")],
        ),
        (base(json!({"action": "GetItem", "key": {}})), &[("key", "{}")]),
        (base(json!({"action": "GetItem", "key": "id"})), &[("key", "\"id\"")]),
        (
            base(json!({"action": "GetItem", "key": {"pk": "$request.path.no", "sk": "$nope"}})),
            &[("key.pk", "\"$request.path.no\""), ("key.sk", "\"$nope\"")],
        ),
        (base(json!({"action": "GetItem", "key": key, "return": "items"})), &[("return", "\"items\"")]),
        (base(json!({"action": "GetItem", "key": key, "statusCode": 404})), &[("statusCode", "404")]),
        (
            base(json!({"action": "GetItem", "key": key, "filterExpression": "a = b"})),
            &[("filterExpression", "\"a = b\"")],
        ),
        (base(json!({"action": "PutItem"})), &[("item", "nothing")]),
        (
            base(json!({"action": "PutItem", "item": {"pk": "a"}, "returnValues": "ALL_NEW"})),
            &[("returnValues", "\"ALL_NEW\"")],
        ),
        (base(json!({"action": "UpdateItem", "key": key})), &[("updateExpression", "nothing")]),
        (
            base(
                json!({"action": "UpdateItem", "key": key, "updateExpression": "SET #a = :b, c = :b", "expressionAttributeNames": {"#x": "y"}}),
            ),
            &[("updateExpression", "#a"), ("updateExpression", ":b"), ("expressionAttributeNames.#x", "#x")],
        ),
        (
            base(
                json!({"action": "UpdateItem", "key": key, "updateExpression": "SET a = :b", "expressionAttributeValues": {":b": "$no", ":c": 1}}),
            ),
            &[("expressionAttributeValues.:c", ":c"), ("expressionAttributeValues.:b", "\"$no\"")],
        ),
        (base(json!({"action": "Query"})), &[("keyConditionExpression", "nothing")]),
        (
            base(json!({"action": "Scan", "limit": 0, "indexName": "$request.path.id"})),
            &[("indexName", "\"$request.path.id\""), ("limit", "0")],
        ),
        (base(json!({"action": "BatchGetItem", "keys": []})), &[("keys", "[]")]),
        (json!({"action": "TransactWriteItems"}), &[("transactItems", "nothing")]),
        (json!({"action": "TransactWriteItems", "transactItems": []}), &[("transactItems", "0 items")]),
        (
            json!({"action": "TransactWriteItems", "transactItems": [{"put": {"tableName": "a"}}, {}, {"put": {}, "delete": {}}, {"conditionCheck": {"tableName": "a", "key": {"pk": "a"}}}]}),
            &[
                ("transactItems[0].put.item", "nothing"),
                ("transactItems[1].put", "none of them"),
                ("transactItems[2].put", "put and delete"),
                ("transactItems[3].conditionCheck.conditionExpression", "nothing"),
            ],
        ),
    ];
    for (integration, expected) in cases {
        let problems = parse(&integration, "v1 GET /").map(drop).unwrap_err();
        let found: Vec<_> = problems.iter().map(|(field, got, _)| (field.as_str(), got.as_str())).collect();
        assert_eq!(found, expected, "{integration} {problems:#?}");
    }
}
