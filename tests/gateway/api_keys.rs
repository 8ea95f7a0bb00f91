//! API keys from outside: one answer for every bad one, few reads, and no value in the log.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Map, Value, json};
use tollgate::authorizers::KeyValue;

use crate::harness::{START, TestGateway};

const GOOD: &str = "imported-key-of-the-tests";

/// `GET /v1` and `GET /v1/free`; the key that [`GOOD`] is the value of, and its plan.
async fn gateway() -> TestGateway {
    let world = TestGateway::new();
    world.put_plan(&json!({ "usagePlanId": "gold", "apiStages": ["v1"] }));
    world.put_key(GOOD, &json!({ "id": "good", "usagePlanId": "gold" }));
    world.put_route(&keyed());
    world.put_route(&json!({ "routeKey": "GET /free", "integration": { "type": "MOCK" } }));
    world.go_live().await;
    world.gate.calls();
    world
}

fn keyed() -> Value {
    json!({ "routeKey": "GET /", "apiKeyRequired": true, "integration": { "type": "MOCK", "body": "hello" } })
}

fn with_key(value: &str) -> String {
    format!("GET /v1\nx-api-key: {value}")
}

async fn send(world: &TestGateway, value: &str) -> String {
    world.send(&with_key(value)).await
}

async fn status(world: &TestGateway, value: &str) -> String {
    send(world, value).await[..3].to_owned()
}

#[tokio::test]
async fn every_bad_key_gets_one_answer_and_only_the_log_tells_them_apart() {
    let world = gateway().await;
    let now_seconds = START / 1000;
    let items = [
        ("disabled", json!({ "id": "disabled", "usagePlanId": "gold", "enabled": false })),
        ("expired", json!({ "id": "expired", "usagePlanId": "gold", "expiresAt": now_seconds })),
        ("elsewhere", json!({ "id": "elsewhere", "usagePlanId": "gold", "stages": ["v2"] })),
        ("planless", json!({ "id": "planless" })),
        ("lost-plan", json!({ "id": "lost-plan", "usagePlanId": "none" })),
        ("uncovered", json!({ "id": "uncovered", "usagePlanId": "silver" })),
    ];
    world.put_plan(&json!({ "usagePlanId": "silver", "apiStages": { "v2": {} } }));
    let mut values = vec!["canary-5f0c-short".to_owned(), "unknown-key-canary-5f0c".to_owned()];
    for (name, item) in &items {
        let value = format!("canary-5f0c-{name}-of-the-tests");
        world.put_key(&value, item);
        values.push(value);
    }
    let mut wrong = KeyValue::generate(&[7; 64]).unwrap().reveal().to_owned();
    let last = if wrong.pop() == Some('0') { '1' } else { '0' };
    wrong.push(last);
    values.push(wrong);
    values.push("x".repeat(129));
    values.push("canary-5f0c with a space".to_owned());

    let forbidden = "403\ncontent-type: application/json\nx-amzn-errortype: ForbiddenException\n\n{\"message\":\"Forbidden\"}";
    let mut told = Vec::new();
    assert_eq!(world.send("GET /v1").await, forbidden);
    told.push(format!("{} {}", world.last_line()["errorResponseType"], world.last_line()["errorMessage"]));
    for value in &values {
        assert_eq!(send(&world, value).await, forbidden, "{value}");
        told.push(format!("{} {}", world.last_line()["apiKeyId"], world.last_line()["errorMessage"]));
    }
    expect![[r#"
        "INVALID_API_KEY" "bad API key: no key"
        null "bad API key: malformed key: shorter than 20 characters"
        null "bad API key: unknown key"
        "disabled" "bad API key: key disabled is disabled"
        "expired" "bad API key: key expired has expired"
        "elsewhere" "bad API key: key elsewhere is not for this stage"
        "planless" "bad API key: key planless has no usage plan"
        "lost-plan" "bad API key: usage plan none does not exist"
        "uncovered" "bad API key: usage plan silver does not cover this stage"
        null "bad API key: malformed key: the checksum is wrong"
        null "bad API key: malformed key: longer than 128 characters"
        null "bad API key: malformed key: not all visible ASCII characters""#]]
    .assert_eq(&told.join("\n"));
    let log = world.log_lines().join("\n");
    assert!(!log.contains("canary") && values.iter().all(|value| !log.contains(value.as_str())), "{log}");
}

#[tokio::test]
async fn a_valid_key_is_logged_by_its_id_and_only_on_routes_that_ask_for_one() {
    let world = gateway().await;
    assert_eq!(send(&world, GOOD).await, "200\ncontent-type: application/json\n\nhello");
    assert_eq!(world.last_line()["apiKeyId"], "good");
    assert!(world.send(&format!("GET /v1/free\nx-api-key: {GOOD}")).await.starts_with("200"));
    assert_eq!(world.last_line()["apiKeyId"], Value::Null);
    let ours = KeyValue::generate(&[7; 64]).unwrap();
    world.put_key(ours.reveal(), &json!({ "id": "ours", "usagePlanId": "gold" }));
    assert_eq!(status(&world, ours.reveal()).await, "200");
    assert!(world.log_lines().iter().all(|line| !line.contains(ours.reveal()) && !line.contains(GOOD)));
}

#[tokio::test]
async fn a_malformed_key_costs_no_read_and_any_other_one_for_as_long_as_it_is_remembered() {
    let world = gateway().await;
    let mut wrong = KeyValue::generate(&[7; 64]).unwrap().reveal().to_owned();
    let last = if wrong.pop() == Some('0') { '1' } else { '0' };
    wrong.push(last);
    for value in [wrong.as_str(), "short"] {
        assert_eq!(status(&world, value).await, "403");
    }
    assert!(world.gate.calls().is_empty(), "what is no key is not read");

    let unknown = "a-key-that-nobody-knows";
    for _ in 0..3 {
        assert_eq!(status(&world, unknown).await, "403");
    }
    assert_eq!(world.gate.calls(), ["GetItem api-keys"]);
    world.put_key(unknown, &json!({ "id": "new", "usagePlanId": "gold" }));
    world.advance(Duration::from_millis(9_999));
    assert_eq!((status(&world, unknown).await.as_str(), world.gate.calls().len()), ("403", 0));
    world.advance(Duration::from_millis(1));
    assert_eq!(status(&world, unknown).await, "200");
    assert_eq!(world.gate.calls(), ["GetItem api-keys", "GetItem usage-plans"]);
    for _ in 0..3 {
        assert_eq!(status(&world, unknown).await, "200");
    }
    assert!(world.gate.calls().is_empty(), "a known key is not read again");
}

#[tokio::test]
async fn an_edit_of_a_key_or_a_plan_acts_within_a_minute() {
    let world = gateway().await;
    assert_eq!(status(&world, GOOD).await, "200");
    world.put_key(GOOD, &json!({ "id": "good", "usagePlanId": "gold", "enabled": false }));
    world.advance(Duration::from_secs(60));
    assert_eq!(status(&world, GOOD).await, "403");
    world.put_key(GOOD, &json!({ "id": "good", "usagePlanId": "gold" }));
    world.advance(Duration::from_secs(60));
    assert_eq!(status(&world, GOOD).await, "200");
    world.put_plan(&json!({ "usagePlanId": "gold", "apiStages": ["v2"] }));
    world.advance(Duration::from_secs(60));
    assert_eq!(status(&world, GOOD).await, "403");
}

#[tokio::test]
async fn a_key_expires_to_the_second_without_a_read() {
    let world = gateway().await;
    world.put_key(GOOD, &json!({ "id": "good", "usagePlanId": "gold", "expiresAt": START / 1000 + 5 }));
    assert_eq!(status(&world, GOOD).await, "200");
    world.gate.calls();
    world.advance(Duration::from_millis(4_999));
    assert_eq!(status(&world, GOOD).await, "200");
    world.advance(Duration::from_millis(1));
    assert_eq!(status(&world, GOOD).await, "403");
    assert!(world.gate.calls().is_empty());
}

#[tokio::test]
async fn a_broken_key_or_plan_item_is_a_503_and_the_log_names_its_field() {
    let world = gateway().await;
    let broken = "503\ncontent-type: application/json\nretry-after: 1\nx-amzn-errortype: ServiceUnavailableException\n\n{\"message\":\"Service Unavailable\"}";
    let (key, plan) = ("key-of-a-broken-item", "key-of-a-broken-plan");
    world.put_key(key, &json!({ "id": "broken", "usagePlanId": "gold", "expiresAt": "tomorrow" }));
    world.put_key(plan, &json!({ "id": "fine", "usagePlanId": "bad" }));
    let throttle = json!({ "rateLimit": -1, "burstLimit": 1 });
    world.put_plan(&json!({ "usagePlanId": "bad", "throttle": throttle, "quota": { "limit": 5 } }));
    let mut told = Vec::new();
    for value in [key, plan] {
        assert_eq!(send(&world, value).await, broken);
        told.push(world.last_line()["errorMessage"].as_str().unwrap().to_owned());
    }
    expect![[r#"
        broken item: tollgate-api-keys [id=broken] expiresAt: got "tomorrow", expected a whole number from 0 to 253…
        broken item: tollgate-usage-plans [usagePlanId=bad] throttle.rateLimit: got -1, expected a number, 0 or mor…; and 1 more"#]].assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn the_log_line_about_a_broken_item_is_short_however_much_is_wrong_with_it() {
    let world = gateway().await;
    let long = "p".repeat(2_000);
    let throttles: Map<String, Value> = (0..50)
        .map(|route| (format!("GET /{route}"), json!({ "rateLimit": -1, "burstLimit": -1 })))
        .collect();
    for (plan, value) in [("bad", "key-of-a-broken-plan"), (&long, "key-of-a-plan-with-a-long-id")] {
        world.put_plan(&json!({ "usagePlanId": plan, "apiStages": { "v1": throttles } }));
        world.put_key(value, &json!({ "id": "a-key-of-an-ordinary-id", "usagePlanId": plan }));
        let request = with_key(value) + "\nuser-agent: " + &"x".repeat(80);
        assert!(world.send(&request).await.starts_with("503"));
        let line = world.log_lines().pop().unwrap();
        assert!(line.len() < 560, "{} bytes: {line}", line.len());
    }
}

#[tokio::test]
async fn a_key_whose_id_is_its_value_is_refused_and_not_logged() {
    let world = gateway().await;
    let ours = KeyValue::generate(&[7; 64]).unwrap().reveal().to_owned();
    for value in [ours.as_str(), "an-imported-key-canary-0123456789"] {
        world.put_key(value, &json!({ "id": value, "usagePlanId": "gold" }));
        assert_eq!(status(&world, value).await, "503");
        let told = world.last_line()["errorMessage"].as_str().unwrap().to_owned();
        assert!(told.contains("…] id: got …, expected a name that is no key's value"), "{told}");
        assert!(world.log_lines().iter().all(|line| !line.contains(value)), "{value}");
    }
}

#[tokio::test]
async fn every_key_is_refused_if_api_key_source_is_authorizer() {
    let world = gateway().await;
    world.put_route(&json!({ "routeKey": "$api", "apiKeySource": "AUTHORIZER" }));
    world.go_live().await;
    assert_eq!(status(&world, GOOD).await, "403");
    assert!(world.send("GET /v1/free").await.starts_with("200"));
}

#[tokio::test]
async fn a_function_gets_the_key_only_on_routes_that_ask_for_one() {
    let world = gateway().await;
    let echo = json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" });
    world.put_route(&json!({ "routeKey": "GET /", "apiKeyRequired": true, "integration": echo }));
    world.put_route(&json!({ "routeKey": "GET /free", "integration": echo }));
    let body = json!({ "id": "${context.identity.apiKeyId}" });
    world.put_route(&json!({ "routeKey": "GET /id", "apiKeyRequired": true, "integration": { "type": "MOCK", "body": body } }));
    world.go_live().await;
    let told = async |path: &str| {
        let event = world.json(&format!("GET /v1{path}\nx-api-key: {GOOD}")).await;
        let identity = &event["requestContext"]["identity"];
        [identity["apiKey"].clone(), identity["apiKeyId"].clone()]
    };
    assert_eq!(told("").await, [GOOD, "good"]);
    assert_eq!(told("/free").await, [Value::Null, Value::Null]);
    let answer = world.json(&format!("GET /v1/id\nx-api-key: {GOOD}")).await;
    assert_eq!(answer, json!({ "id": "good" }));
}
