//! `tollgate usage`: the gateway's counts, as the operator sees them.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{calendar::Day, clock::Clock, limits::usage::by_day};

use crate::harness::TestGateway;

fn today() -> Day {
    let now = Clock::System.now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Day::of(now.as_secs())
}

/// Counts as the gateway writes them.
fn put(gateway: &TestGateway, day: Day, counts: &Value) {
    let mut item = json!({ "counter": by_day::counter("k1", day), "expiresAt": by_day::expires_at(day) });
    item.as_object_mut().unwrap().extend(counts.as_object().unwrap().clone());
    gateway.put("tollgate-counters", &item);
}

#[tokio::test]
async fn usage_lists_counts_by_day_and_stage_with_totals() {
    let gateway = TestGateway::new();
    let days: Vec<Day> = Day::of(today().start_seconds() - 150 * 86_400).through(today()).collect();
    put(&gateway, days[0], &json!({ "served:v1": 1_000_000, "throttled:v1": 20 }));
    put(&gateway, days[120], &json!({ "served:v1": 5, "served:$default": 7, "overQuota:$default": 3 }));
    put(&gateway, days[149], &json!({ "served:v1": 100 }));
    let dates: Vec<String> = [0, 120, 149].map(|day| days[day].to_string()).to_vec();
    let names = [(dates[0].as_str(), "FIRST-DAY "), (&dates[1], "SECOND-DAY"), (&dates[2], "THIRD-DAY ")];
    let range = ["--from", &dates[0], "--to", &dates[2]];
    let ran = gateway.tollgate(&[&["usage", "k1"], &range[..]].concat());
    expect![[r#"
        exit 0
        DATE        STAGE      SERVED  THROTTLED  OVER QUOTA
        FIRST-DAY   v1        1000000         20           0
        SECOND-DAY  $default        7          0           3
        SECOND-DAY  v1              5          0           0
        THIRD-DAY   v1            100          0           0
        total       $default        7          0           3
        total       v1        1000105         20           0
        total                 1000112         20           3
        --
    "#]]
    .assert_eq(&ran.text(&names));
    let ran = gateway.tollgate(&[&["usage", "k1", "-o", "json"], &range[..]].concat());
    expect![[r#"
        exit 0
        {
          "days": [
            {
              "date": "FIRST-DAY ",
              "stages": {
                "v1": {
                  "overQuota": 0,
                  "served": 1000000,
                  "throttled": 20
                }
              }
            },
            {
              "date": "SECOND-DAY",
              "stages": {
                "$default": {
                  "overQuota": 3,
                  "served": 7,
                  "throttled": 0
                },
                "v1": {
                  "overQuota": 0,
                  "served": 5,
                  "throttled": 0
                }
              }
            },
            {
              "date": "THIRD-DAY ",
              "stages": {
                "v1": {
                  "overQuota": 0,
                  "served": 100,
                  "throttled": 0
                }
              }
            }
          ],
          "from": "FIRST-DAY ",
          "keyId": "k1",
          "schemaVersion": 1,
          "stages": {
            "$default": {
              "overQuota": 3,
              "served": 7,
              "throttled": 0
            },
            "v1": {
              "overQuota": 0,
              "served": 1000105,
              "throttled": 20
            }
          },
          "to": "THIRD-DAY ",
          "total": {
            "overQuota": 3,
            "served": 1000112,
            "throttled": 20
          }
        }
        --
    "#]]
    .assert_eq(&ran.text(&names));
    // Both ends are included, and nothing else.
    let ran = gateway.tollgate(&["usage", "k1", "--from", &dates[1], "--to", &dates[1]]);
    expect![[r#"
        exit 0
        DATE        STAGE     SERVED  THROTTLED  OVER QUOTA
        SECOND-DAY  $default       7          0           3
        SECOND-DAY  v1             5          0           0
        total       $default       7          0           3
        total       v1             5          0           0
        total                     12          0           3
        --
    "#]]
    .assert_eq(&ran.text(&names));
}

#[tokio::test]
async fn usage_covers_the_current_month_by_default() {
    let gateway = TestGateway::new();
    gateway.put("tollgate-api-keys", &json!({ "keyHash": "aa", "id": "k1" }));
    let first = today().first_of_month();
    let before = Day::of(first.start_seconds() - 1);
    put(&gateway, before, &json!({ "served:v1": 1000 }));
    let (ran, zero) = (
        gateway.tollgate(&["usage", "k1"]),
        "exit 0\nDATE   STAGE  SERVED  THROTTLED  OVER QUOTA\ntotal              0          0           0\n--\n",
    );
    assert_eq!(ran.text(&[]), zero);
    put(&gateway, first, &json!({ "served:v1": 1 }));
    put(&gateway, today(), &json!({ "served:v1": 1 }));
    let ran = gateway.tollgate(&["usage", "k1", "-o", "json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let served = if first == today() { 1 } else { 2 };
    assert_eq!(told["total"], json!({ "served": served, "throttled": 0, "overQuota": 0 }));
    assert_eq!(told["from"], first.to_string());
}

#[tokio::test]
async fn usage_refuses_a_range_that_is_empty_or_over_400_days() {
    let gateway = TestGateway::new();
    let cases = [
        (
            &["--from", "2026-02-02", "--to", "2026-02-01"][..],
            "exit 3\n--\ntollgate: from 2026-02-02 to 2026-02-01 is 0 days; it must be 1 to 400\n",
        ),
        (
            &["--from", "2025-01-01", "--to", "2026-02-05"],
            "exit 3\n--\ntollgate: from 2025-01-01 to 2026-02-05 is 401 days; it must be 1 to 400\n",
        ),
        (
            &["--from", "2025-01-01", "--to", "2026-02-04"],
            "exit 4\n--\ntollgate: there is no key k1 in tollgate-api-keys\n",
        ),
    ];
    for (arguments, expected) in cases {
        assert_eq!(gateway.tollgate(&[&["usage", "k1"], arguments].concat()).text(&[]), expected);
    }
    let ran = gateway.tollgate(&["usage", "k1", "--from", "yesterday"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(64), ""));
}
