//! `tollgate check` of keys and plans.

use expect_test::expect;
use serde_json::json;
use tollgate::authorizers::KeyValue;

use super::KEYS;
use crate::harness::TestGateway;

const PLANS: &str = "tollgate-usage-plans";

#[tokio::test]
async fn check_tells_what_is_wrong_with_keys_and_plans() {
    let gateway = TestGateway::new();
    gateway.put_route(&json!({ "routeKey": "GET /orders", "integration": { "type": "MOCK" } }));
    let hash = |digit: char| digit.to_string().repeat(64);
    let throttle = json!({ "rateLimit": 1, "burstLimit": 1 });
    gateway.put(KEYS, &json!({ "keyHash": hash('a'), "id": "k1", "usagePlanId": "gold", "stages": ["v1"] }));
    gateway.put(PLANS, &json!({ "usagePlanId": "gold", "apiStages": { "v1": { "GET /orders": throttle } } }));
    expect![[r#"
        exit 0
        tollgate-api-keys: 1 key
        tollgate-usage-plans: 1 plan
        v1: 1 route, not served yet, 1 MB of memory
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["check"]).text(&[]));

    gateway.put(KEYS, &json!({ "keyHash": hash('A'), "id": "k2", "usagePlanId": "gold" }));
    gateway
        .put(KEYS, &json!({ "keyHash": hash('c'), "id": "k3", "usagePlanId": "silver", "stages": ["v2"] }));
    gateway.put(KEYS, &json!({ "keyHash": hash('d'), "id": "k4", "customer": 1 }));
    gateway.put(KEYS, &json!({ "keyHash": hash('e'), "id": "k4", "usagePlanId": "gold" }));
    gateway.put(KEYS, &json!({ "keyHash": hash('f'), "enabled": "perhaps", "expiresAt": -1 }));
    gateway.put(
        PLANS,
        &json!({ "usagePlanId": "old", "apiStages": { "v0": {}, "v1": { "GET /old": throttle } } }),
    );
    gateway.put(PLANS, &json!({ "usagePlanId": "odd", "quota": { "limit": 1 }, "throtle": {} }));
    expect![[r#"
        exit 3
        tollgate-api-keys: 6 keys, 7 problems
          problem: tollgate-api-keys [id=k2] keyHash: got 64 characters, expected the SHA-256 of the key's value: 64 lower-case hex digits
          problem: tollgate-api-keys [id=k3] usagePlanId: got "silver", expected a usage plan of tollgate-usage-plans
          problem: tollgate-api-keys [id=k4] id: got "k4", expected an id that no other key has
          problem: tollgate-api-keys [id=k4] id: got "k4", expected an id that no other key has
          problem: tollgate-api-keys [keyHash=ffffffffffff…] enabled: got "perhaps", expected true or false
          problem: tollgate-api-keys [keyHash=ffffffffffff…] expiresAt: got -1, expected a whole number from 0 to 253402300799
          problem: tollgate-api-keys [keyHash=ffffffffffff…] id: got nothing, expected an id
          warning: tollgate-api-keys [id=k3] stages: got "v2", expected a stage that exists
          warning: tollgate-api-keys [id=k4] customer: got …, expected nothing of this name; did you mean customerId?
          warning: tollgate-api-keys [id=k4] usagePlanId: got nothing, expected a usage plan: without one it gets 403
        tollgate-usage-plans: 3 plans, 2 problems
          problem: tollgate-usage-plans [usagePlanId=odd] quota.period: got nothing, expected DAY or WEEK or MONTH
          problem: tollgate-usage-plans [usagePlanId=odd] throtle: got {}, expected nothing of this name; did you mean throttle?
          warning: tollgate-usage-plans [usagePlanId=old] apiStages: got "v0", expected a stage that exists
          warning: tollgate-usage-plans [usagePlanId=old] apiStages.v1: got "GET /old", expected a route key of stage v1
        v1: 1 route, not served yet, 1 MB of memory
        --
    "#]].assert_eq(&gateway.tollgate(&["check"]).text(&[]));
    expect![[r#"
        exit 3
        {
          "results": [
            {
              "items": 6,
              "problems": [
                {
                  "expected": "the SHA-256 of the key's value: 64 lower-case hex digits",
                  "field": "keyHash",
                  "got": "64 characters",
                  "key": "id=k2",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "a usage plan of tollgate-usage-plans",
                  "field": "usagePlanId",
                  "got": "\"silver\"",
                  "key": "id=k3",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "an id that no other key has",
                  "field": "id",
                  "got": "\"k4\"",
                  "key": "id=k4",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "an id that no other key has",
                  "field": "id",
                  "got": "\"k4\"",
                  "key": "id=k4",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "true or false",
                  "field": "enabled",
                  "got": "\"perhaps\"",
                  "key": "keyHash=ffffffffffff…",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "a whole number from 0 to 253402300799",
                  "field": "expiresAt",
                  "got": "-1",
                  "key": "keyHash=ffffffffffff…",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "an id",
                  "field": "id",
                  "got": "nothing",
                  "key": "keyHash=ffffffffffff…",
                  "table": "tollgate-api-keys"
                }
              ],
              "table": "tollgate-api-keys",
              "valid": false,
              "warnings": [
                {
                  "expected": "a stage that exists",
                  "field": "stages",
                  "got": "\"v2\"",
                  "key": "id=k3",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "nothing of this name; did you mean customerId?",
                  "field": "customer",
                  "got": "…",
                  "key": "id=k4",
                  "table": "tollgate-api-keys"
                },
                {
                  "expected": "a usage plan: without one it gets 403",
                  "field": "usagePlanId",
                  "got": "nothing",
                  "key": "id=k4",
                  "table": "tollgate-api-keys"
                }
              ]
            },
            {
              "items": 3,
              "problems": [
                {
                  "expected": "DAY or WEEK or MONTH",
                  "field": "quota.period",
                  "got": "nothing",
                  "key": "usagePlanId=odd",
                  "table": "tollgate-usage-plans"
                },
                {
                  "expected": "nothing of this name; did you mean throttle?",
                  "field": "throtle",
                  "got": "{}",
                  "key": "usagePlanId=odd",
                  "table": "tollgate-usage-plans"
                }
              ],
              "table": "tollgate-usage-plans",
              "valid": false,
              "warnings": [
                {
                  "expected": "a stage that exists",
                  "field": "apiStages",
                  "got": "\"v0\"",
                  "key": "usagePlanId=old",
                  "table": "tollgate-usage-plans"
                },
                {
                  "expected": "a route key of stage v1",
                  "field": "apiStages.v1",
                  "got": "\"GET /old\"",
                  "key": "usagePlanId=old",
                  "table": "tollgate-usage-plans"
                }
              ]
            },
            {
              "deploymentId": "06685d89debaa2f25f84b13a512cbf6b",
              "problems": [],
              "stage": "v1",
              "valid": true,
              "warnings": []
            }
          ],
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["check", "-o", "json"]).text(&[]));
    // A stage by itself has nothing to do with them.
    expect![[r#"
        exit 0
        v1: 1 route, not served yet, 1 MB of memory
        --
    "#]]
    .assert_eq(&gateway.tollgate(&["check", "v1"]).text(&[]));
}

#[tokio::test]
async fn check_masks_a_key_value_that_stands_in_another_field() {
    let gateway = TestGateway::new();
    let value = KeyValue::generate(&[7; 64]).unwrap();
    let (hash, value) = (value.hash().to_string(), value.reveal().to_owned());
    gateway.put(PLANS, &json!({ "usagePlanId": "gold" }));
    gateway.put(KEYS, &json!({ "keyHash": hash, "id": value, "usagePlanId": "gold" }));
    gateway.put(KEYS, &json!({ "keyHash": value, "id": "k2", "stages": [value], "key": value }));
    let mut named = json!({ "keyHash": "b".repeat(64), "id": "k3", "usagePlanId": value });
    named[&value] = json!({ "value": value });
    gateway.put(KEYS, &named);
    let ran = gateway.tollgate(&["check"]);
    expect![[r#"
        exit 3
        tollgate-api-keys: 3 keys, 3 problems
          problem: tollgate-api-keys [id=k2] keyHash: got 50 characters, expected the SHA-256 of the key's value: 64 lower-case hex digits
          problem: tollgate-api-keys [id=k3] usagePlanId: got …, expected letters, digits, ., - and _, at most 128
          problem: tollgate-api-keys [keyHash=b140365138af…] id: got …, expected a name that is no key's value: logs and counters show it
          warning: tollgate-api-keys [id=k2] key: got …, expected nothing of this name
          warning: tollgate-api-keys [id=k2] stages: got …, expected a stage that exists
          warning: tollgate-api-keys [id=k2] usagePlanId: got nothing, expected a usage plan: without one it gets 403
          warning: tollgate-api-keys [id=k3] …: got …, expected nothing of this name
        tollgate-usage-plans: 1 plan
        --
    "#]].assert_eq(&ran.text(&[]));
    for output in ["text", "json"] {
        let ran = gateway.tollgate(&["check", "-o", output]);
        assert!(!ran.stdout.contains(&value) && !ran.stderr.contains(&value), "{ran:?}");
    }
}
