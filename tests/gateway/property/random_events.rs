//! Random events: each is answered, and its path is the same in the log and at every target.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{for_all, json_value, mostly_legal_text, text};
use crate::harness::{Target, TestGateway, event, read};

#[rustfmt::skip]
const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "BREW",
];

#[rustfmt::skip]
const HEADERS: &[&str] = &[
    "host", "content-type", "content-length", "connection", "transfer-encoding", "expect", "te", "origin",
    "cookie", "access-control-request-method", "access-control-request-headers", "if-match", "accept",
    "user-agent", "authorization", "x-forwarded-for", "x-forwarded-proto", "x-amzn-trace-id", "x-a",
];

/// The routes of [`world`], and what is near them.
#[rustfmt::skip]
const STARTS: &[&str] = &[
    "/echo/", "/echo-1/", "/put/", "/query/", "/proxy/", "/mock/", "/cors/", "/", "//", "", "/nothing",
];

/// The fields of an event that may be of another type altogether.
#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "", "/rawPath", "/rawQueryString", "/headers", "/headers/x-b", "/cookies", "/body", "/isBase64Encoded",
    "/requestContext", "/requestContext/http", "/requestContext/http/method", "/requestContext/http/sourceIp",
    "/requestContext/http/userAgent", "/requestContext/domainName", "/requestContext/timeEpoch",
    "/requestContext/time", "/requestContext/apiId", "/version",
];

fn method() -> impl Strategy<Value = String> {
    prop_oneof![30 => select(METHODS).prop_map(str::to_owned), 1 => text()]
}

fn headers() -> impl Strategy<Value = Value> {
    let name = prop_oneof![30 => select(HEADERS).prop_map(str::to_owned), 1 => text()];
    let pairs = prop::collection::vec((name, mostly_legal_text()), 0..6);
    pairs.prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect())
}

fn body() -> impl Strategy<Value = (Value, bool)> {
    prop_oneof![
        Just((Value::Null, false)),
        text().prop_map(|body| (body.into(), false)),
        json_value().prop_map(|body| (body.to_string().into(), false)),
        any::<Vec<u8>>().prop_map(|body| (BASE64_STANDARD.encode(body).into(), true)),
        text().prop_map(|body| (body.into(), true)),
    ]
}

/// The routes of [`world`], with and without the stage's base path.
fn path() -> impl Strategy<Value = String> {
    (select(STARTS), mostly_legal_text()).prop_map(|(start, rest)| format!("{start}{rest}"))
}

/// An event; a few have something in them that is of another type altogether.
fn any_event() -> impl Strategy<Value = Value> {
    let odd = prop::option::weighted(0.2, (select(FIELDS), json_value()));
    let parts = (
        method(),
        path(),
        mostly_legal_text(),
        headers(),
        prop::collection::vec(mostly_legal_text(), 0..3),
        body(),
        (mostly_legal_text(), mostly_legal_text()),
        odd,
    );
    parts.prop_map(
        |(method, path, query, headers, cookies, (body, is_base64), (source_ip, domain_name), odd)| {
            let mut event = event("GET /");
            event["rawPath"] = path.clone().into();
            event["rawQueryString"] = query.into();
            event["headers"] = headers;
            event["cookies"] = cookies.into();
            event["body"] = body;
            event["isBase64Encoded"] = is_base64.into();
            let context = &mut event["requestContext"];
            context["domainName"] = domain_name.into();
            context["http"]["method"] = method.into();
            context["http"]["path"] = path.into();
            context["http"]["sourceIp"] = source_ip.into();
            if let Some((pointer, value)) = odd
                && let Some(place) = event.pointer_mut(pointer)
            {
                *place = value;
            }
            event
        },
    )
}

fn route(route_key: &str, integration: &Value) -> Value {
    json!({ "routeKey": route_key, "integration": integration })
}

/// One route of every kind, that no request can make fail, on a stage that serves `/`.
async fn world(target: &Target) -> TestGateway {
    let gateway = TestGateway::new();
    gateway.create_table("orders", "id", None);
    gateway.put_stage(&json!({ "stage": "v1", "basePath": "/" }));
    gateway.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1"], "binaryMediaTypes": ["image/*"],
        "problemDetails": true }));
    let echo_1 = json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" });
    let put = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "orders", "return": "item",
        "item": { "id": "x${request.path.id}", "body": "$request.body", "a": "$request.header.x-a",
            "q": "$request.querystring.a", "ip": "$context.identity.sourceIp" } });
    let query = json!({ "type": "DYNAMODB", "action": "Query", "tableName": "orders",
        "keyConditionExpression": "id = :id", "expressionAttributeValues": { ":id": "$request.path.id" } });
    let proxy = json!({ "type": "HTTP_PROXY", "uri": format!("http://127.0.0.1:{}/", target.port), "requestParameters": {
        "overwrite:path": "$request.path", "append:querystring.q": "${request.querystring.a}", "overwrite:header.x-b": "$request.header.x-a" } });
    let cors = json!({ "allowOrigins": ["https://*.example.com"], "allowMethods": ["GET"], "allowHeaders": ["x-a"], "allowCredentials": true });
    gateway.put_route(&route("ANY /echo/{proxy+}", &json!({ "type": "AWS_PROXY", "uri": "echo" })));
    gateway.put_route(&route("ANY /echo-1/{id}", &echo_1));
    gateway.put_route(&route("ANY /put/{id}", &put));
    gateway.put_route(&route("ANY /query/{id}", &query));
    gateway.put_route(&route("ANY /proxy/{proxy+}", &proxy));
    gateway.put_route(
        &json!({ "routeKey": "GET /cors/{id}", "corsConfiguration": cors, "integration": { "type": "MOCK" },
        "requestParameters": { "method.request.querystring.a": true } }),
    );
    gateway.put_route(&route(
        "GET /mock/{proxy+}",
        &json!({ "type": "MOCK", "body": "${context.path} ${context.identity.sourceIp}" }),
    ));
    gateway.go_live().await;
    gateway
}

/// The answer's status, line and body, after checking the facts that hold for all of them.
async fn status(gateway: &TestGateway, event: &str) -> Result<(u16, Value, String), TestCaseError> {
    let lines = gateway.log_lines().len();
    let response = gateway.answer(event).await;
    let prelude = serde_json::to_value(&response.metadata_prelude)
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    let status = response.metadata_prelude.status_code.as_u16();
    let id = response.metadata_prelude.headers.get("x-amzn-requestid");
    prop_assert_eq!(
        id.and_then(|id| id.to_str().ok()),
        Some("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"),
        "{}",
        prelude
    );
    let body = read(response.stream).await;
    let new = gateway.log_lines().split_off(lines);
    prop_assert_eq!(new.len(), 1, "one line a request");
    let line: Value =
        serde_json::from_str(&new[0]).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&line["status"], &json!(status));
    prop_assert!(!new[0].contains(['\n', '\r']), "{}", new[0]);
    prop_assert!(status < 500, "no client can make the gateway fail: {}\n{}", line, event);
    Ok((status, line, body))
}

#[test]
fn any_event_is_answered_with_a_status_below_500() {
    let runtime = Runtime::new().unwrap();
    let target = runtime.block_on(Target::start([]));
    let gateway = runtime.block_on(world(&target));
    let seen = RefCell::new(BTreeMap::<u16, usize>::new());
    for_all(1500, any_event(), |event| {
        let (status, ..) = runtime.block_on(status(&gateway, &event.to_string()))?;
        *seen.borrow_mut().entry(status).or_default() += 1;
        Ok(())
    });
    let seen = seen.into_inner();
    let often = |status: &u16| seen.get(status).is_some_and(|times| *times >= 20);
    assert!([200, 400, 404, 405].iter().all(often), "too few kinds: {seen:?}");
}

#[test]
fn text_that_is_no_event_is_answered_with_a_status_below_500() {
    let runtime = Runtime::new().unwrap();
    let target = runtime.block_on(Target::start([]));
    let gateway = runtime.block_on(world(&target));
    let cut = (any_event(), any::<Index>(), any::<Index>(), text()).prop_map(|(event, from, to, between)| {
        let event: Vec<char> = event.to_string().chars().collect();
        let (from, to) = (from.index(event.len()), to.index(event.len()));
        let (kept, rest) = (&event[..from], &event[to..]);
        format!("{}{between}{}", String::from_iter(kept), String::from_iter(rest))
    });
    for_all(500, cut, |event| runtime.block_on(status(&gateway, &event)).map(drop));
}

#[test]
fn functions_targets_and_the_log_get_one_canonical_path() {
    let runtime = Runtime::new().unwrap();
    let target = runtime.block_on(Target::start([]));
    let gateway = runtime.block_on(world(&target));
    let compared = Cell::new(0);
    for_all(1000, text(), |rest| {
        runtime.block_on(async {
            let (answer, line, body) = status(&gateway, &with_path(&format!("/echo/{rest}"))).await?;
            if answer != 200 {
                return Ok(());
            }
            let echoed: Value = serde_json::from_str(&body).unwrap();
            let path = &line["path"];
            prop_assert_eq!((&echoed["rawPath"], &echoed["requestContext"]["http"]["path"]), (path, path));

            target.received();
            let (answer, line, _) = status(&gateway, &with_path(&format!("/proxy/{rest}"))).await?;
            if answer == 400 {
                // Servlet containers read `..;` as `..`: it is forwarded nowhere.
                prop_assert!(line["path"].as_str().unwrap().contains(".;"), "{}", line);
                return Ok(());
            }
            prop_assert_eq!(answer, 200);
            let received = target.received().concat();
            let expected = format!("GET {}", line["path"].as_str().unwrap());
            prop_assert_eq!(received.lines().next(), Some(expected.as_str()));

            compared.set(compared.get() + 1);
            // What is canonical stays as it is.
            let (answer, again, _) = status(&gateway, &with_path(path.as_str().unwrap())).await?;
            prop_assert_eq!((answer, &again["path"]), (200, path));
            Ok(())
        })
    });
    assert!(compared.get() > 100, "only {} paths were served", compared.get());
}

fn with_path(path: &str) -> String {
    let mut event = event("GET /");
    event["rawPath"] = path.into();
    event.to_string()
}
