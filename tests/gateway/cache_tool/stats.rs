//! `tollgate cache stats`.

use expect_test::expect;
use serde_json::{Value, json};

use super::now_ms;
use crate::harness::{TestGateway, table_client::to_attributes};

/// Seconds since 1970.
fn now() -> u64 {
    now_ms() / 1_000
}

/// A part of an entry of `v1`, or of the stage that `words` say. `bytes` is text here, and bytes in the table.
async fn put(gateway: &TestGateway, entry: &str, part: i64, words: &Value) {
    use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue::B};
    let mut item = json!({ "cacheKey": format!("v1#{entry}"), "part": part });
    item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    let bytes = item.as_object_mut().unwrap().remove("bytes");
    let attributes = to_attributes(&item);
    let bytes = bytes.map(|bytes| B(Blob::new(bytes.as_str().unwrap())));
    let put = gateway.client().put_item().table_name("tollgate-cache").set_item(Some(attributes));
    let put = bytes.into_iter().fold(put, |put, bytes| put.item("bytes", bytes));
    put.send().await.unwrap();
}

#[tokio::test]
async fn stats_count_entries_by_route_and_expired_ones_apart() {
    let gateway = TestGateway::new();
    let (soon, long_ago) = (now() + 3_600, now() - 3_600);
    let part = |route: &str, expires_at: u64, bytes: &str| json!({ "routeKey": route, "expiresAt": expires_at, "parts": 1, "bytes": bytes });
    put(&gateway, "a", 0, &part("GET /x", soon, "12345678")).await;
    put(&gateway, "a", 1, &part("GET /x", soon, "12")).await;
    put(&gateway, "b", 0, &part("GET /x", soon, "123")).await;
    put(&gateway, "c", 0, &part("GET /x", long_ago, "1")).await;
    put(&gateway, "d", 0, &part("GET /y", long_ago, "1234")).await;
    put(&gateway, "a", -1, &json!({ "lockedUntil": (now() + 60) * 1_000 })).await;
    put(&gateway, "e", -1, &json!({ "lockedUntil": (now() - 60) * 1_000 })).await;
    put(&gateway, "f", -1, &json!({})).await;
    let mut other = part("GET /x", soon, "1");
    other["cacheKey"] = json!("v10#a");
    put(&gateway, "", 0, &other).await;
    let ran = gateway.tollgate(&["cache", "stats", "v1"]);
    expect![[r#"
        exit 0
        ROUTE   ENTRIES  BYTES  EXPIRED  BYTES
        GET /x        2     13        1      1
        GET /y        0      0        1      4
        total         2     13        2      5
        locks: 1 held, 2 ended
        --
    "#]]
    .assert_eq(&ran.text(&[]));
    let ran = gateway.tollgate(&["cache", "stats", "v1", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "locks": {
            "ended": 2,
            "held": 1
          },
          "routes": {
            "GET /x": {
              "expired": {
                "bytes": 1,
                "entries": 1
              },
              "kept": {
                "bytes": 13,
                "entries": 2
              }
            },
            "GET /y": {
              "expired": {
                "bytes": 4,
                "entries": 1
              },
              "kept": {
                "bytes": 0,
                "entries": 0
              }
            }
          },
          "schemaVersion": 1,
          "stage": "v1",
          "total": {
            "expired": {
              "bytes": 5,
              "entries": 2
            },
            "kept": {
              "bytes": 13,
              "entries": 2
            }
          }
        }
        --
    "#]]
    .assert_eq(&ran.text(&[]));
}

/// The statistics of `v1` while nothing of it is kept.
const EMPTY: &str = "exit 0
ROUTE  ENTRIES  BYTES  EXPIRED  BYTES
total        0      0        0      0
locks: 0 held, 0 ended
--
";

#[tokio::test]
async fn stats_of_a_stage_without_entries_are_all_zero() {
    let with_item = TestGateway::new();
    with_item.put_stage(&json!({ "stage": "v1" }));
    let with_route = TestGateway::new();
    with_route.put_route(&json!({ "routeKey": "GET /x" }));
    for gateway in [with_item, with_route] {
        assert_eq!(gateway.tollgate(&["cache", "stats", "v1"]).text(&[]), EMPTY);
    }
}

#[tokio::test]
async fn stats_of_a_missing_stage_fail_unless_the_cache_still_has_something_of_it() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v10" }));
    for output in ["text", "json"] {
        assert_eq!(
            gateway.tollgate(&["cache", "stats", "v1", "-o", output]).text(&[]),
            "exit 4\n--\ntollgate: there is no stage v1 in tollgate-stages or tollgate-routes\n"
        );
    }
    put(&gateway, "a", -1, &json!({ "lockedUntil": 1 })).await;
    let told = EMPTY.replace("0 ended", "1 ended");
    assert_eq!(gateway.tollgate(&["cache", "stats", "v1"]).text(&[]), told);
}
