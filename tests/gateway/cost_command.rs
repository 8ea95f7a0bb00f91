//! `tollgate cost`: whole bills, and the command lines that it refuses. No table is asked.

use expect_test::expect;
use serde_json::Value;

use crate::harness::tool::tollgate;

fn cost(arguments: &str) -> String {
    let arguments: Vec<&str> = ["cost"].into_iter().chain(arguments.split_whitespace()).collect();
    tollgate(&[], &arguments).text(&[])
}

fn cost_json(arguments: &str) -> Value {
    let text = cost(&format!("{arguments} -o json"));
    let text = text.strip_prefix("exit 0\n").and_then(|text| text.strip_suffix("--\n"));
    serde_json::from_str(text.unwrap()).unwrap()
}

#[test]
fn a_month_of_a_plain_api() {
    expect![[r#"
        exit 0
        10M requests a month, targets of 50 ms, 128 MB, no API keys, no cache
        us-east-1, arm64, list prices of November 2026, free tier not counted

        TOLLGATE                        UNITS  DOLLARS
        Lambda requests                   10M     2.00
        Lambda GB-seconds, arm64       70.62k     0.94
        DynamoDB write units                0     0.00
        DynamoDB read units            249.6k     0.03
        CloudWatch GB of access lines       5     2.50
        CloudWatch metrics                  5     1.50
        total                                     6.97

        A MONTH   DOLLARS  TARGET CALLS  TOLLGATE IS CHEAPER AT TARGETS  AND AT REQUESTS
        Tollgate     6.97           10M
        REST API    37.50           10M  below 1.873 s                   above 472.7k
        HTTP API    12.50           10M  below 380.8 ms                  above 2.162M
        ALB         16.82           10M  below 638.7 ms                  below 29.53M

        REST API: 30.53 more than Tollgate
        HTTP API: 5.53 more than Tollgate
        ALB: 9.85 more than Tollgate
        Most of Tollgate's bill is 2.50 of 6.97 for CloudWatch GB of access lines
        Not counted: the target's own bill, data that goes out, cold starts, storage, throttles of routes and stages
        --
    "#]].assert_eq(&cost("--requests 10M --target-ms 50 --memory 128"));
}

#[test]
fn a_month_with_keys_and_a_cache_says_where_tollgate_is_dearer_and_why() {
    expect![[r#"
        exit 0
        10M requests a month, targets of 50 ms, 128 MB, 1k API keys, 30 % from the cache
        us-east-1, arm64, list prices of November 2026, free tier not counted

        TOLLGATE                        UNITS  DOLLARS
        Lambda requests                   10M     2.00
        Lambda GB-seconds, arm64       65.43k     0.87
        DynamoDB write units           32.14M    20.09
        DynamoDB read units             9.32M     1.17
        CloudWatch GB of access lines       5     2.50
        CloudWatch metrics                  8     2.40
        total                                    29.03

        A MONTH   DOLLARS  TARGET CALLS  TOLLGATE IS CHEAPER AT TARGETS  AND AT REQUESTS
        Tollgate    29.03            7M
        REST API    52.10            7M  below 1.934 s                   below 27.34G
        HTTP API    12.50           10M  never                           never
        ALB         16.82           10M  never                           below 5.234M

        REST API: 23.07 more than Tollgate, no hard quotas
        HTTP API: 16.53 less than Tollgate, no API keys, no quotas, no cache
        ALB: 12.20 less than Tollgate, no API keys, no quotas, no cache
        Most of Tollgate's bill is 20.09 of 29.03 for DynamoDB write units: each instance leases and counts for each key by itself, and a miss of the cache is written
        Not counted: the target's own bill, data that goes out, cold starts, storage, throttles of routes and stages
        --
    "#]].assert_eq(&cost(
        "--requests 10M --target-ms 50 --memory 128 --hit-share 0.3 --keys 1000 --log-bytes 500",
    ));
}

#[test]
fn a_slow_target_makes_the_wait_the_dearest_line() {
    expect![[r#"
        exit 0
        1G requests a month, targets of 2 s, 256 MB, no API keys, no cache
        us-east-1, arm64, list prices of November 2026, free tier not counted

        TOLLGATE                        UNITS  DOLLARS
        Lambda requests                    1G   200.00
        Lambda GB-seconds, arm64       501.6M  6688.37
        DynamoDB write units                0     0.00
        DynamoDB read units            143.1M    17.90
        CloudWatch GB of access lines       0     0.00
        CloudWatch metrics                  5     1.50
        total                                  6907.77

        A MONTH   DOLLARS  TARGET CALLS  TOLLGATE IS CHEAPER AT TARGETS  AND AT REQUESTS
        Tollgate  6907.77            1G
        REST API  3033.10            1G  below 840.2 ms                  never
        HTTP API   930.00            1G  below 211.2 ms                  never
        ALB         56.42            1G  never                           below 2.173M

        REST API: 3874.67 less than Tollgate
        HTTP API: 5977.77 less than Tollgate
        ALB: 6851.34 less than Tollgate
        Most of Tollgate's bill is 6688.37 of 6907.77 for Lambda GB-seconds, arm64: the function is billed while it waits for the target
        Not counted: the target's own bill, data that goes out, cold starts, storage, throttles of routes and stages
        --
    "#]].assert_eq(&cost("--requests 1G --target-ms 2k --memory 256 --log-bytes 0"));
}

#[test]
fn a_target_that_a_peer_does_not_wait_for_is_no_question_of_price() {
    let verdicts = |arguments: &str| {
        let text = cost(&format!("--requests 10K --memory 256 {arguments}"));
        let is_told =
            |line: &&str| [" a month,", "REST API:", "HTTP API:"].iter().any(|words| line.contains(words));
        text.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    };
    let told = [
        verdicts("--target-ms 29k"),
        verdicts("--target-ms 30k"),
        verdicts("--target-ms 30001 --keys 1 --hit-share 0.5"),
    ];
    expect![[r#"
        10k requests a month, targets of 29 s, 256 MB, no API keys, no cache
        REST API: 2.43 less than Tollgate
        HTTP API: 2.46 less than Tollgate

        10k requests a month, targets of 30 s, 256 MB, no API keys, no cache
        REST API: no answer after 29 s unless that is raised
        HTTP API: 2.49 less than Tollgate

        10k requests a month, targets of 30 s, 256 MB, 1 API key, 50 % from the cache
        REST API: no answer after 29 s unless that is raised, no hard quotas
        HTTP API: no answer after 30 s, no API keys, no quotas, no cache"#]]
    .assert_eq(&told.join("\n\n"));
}

#[test]
fn no_requests_cost_what_is_fixed() {
    expect![[r#"
        exit 0
        0 requests a month, targets of 50 ms, 128 MB, no API keys, 0 % from the cache
        us-east-1, arm64, list prices of November 2026, free tier not counted

        TOLLGATE                       UNITS  DOLLARS
        Lambda requests                    0     0.00
        Lambda GB-seconds, arm64           0     0.00
        DynamoDB write units               0     0.00
        DynamoDB read units                0     0.00
        CloudWatch GB of access lines      0     0.00
        CloudWatch metrics                 0     0.00
        total                                    0.00

        A MONTH   DOLLARS  TARGET CALLS  TOLLGATE IS CHEAPER AT TARGETS  AND AT REQUESTS
        Tollgate     0.00             0
        REST API    14.60             0  always                          below 146.4G
        HTTP API     0.00             0  never                           never
        ALB         16.43             0  always                          below 7.758M

        REST API: 14.60 more than Tollgate
        HTTP API: as much as Tollgate, no cache
        ALB: 16.43 more than Tollgate, no cache
        Not counted: the target's own bill, data that goes out, cold starts, storage, throttles of routes and stages
        --
    "#]].assert_eq(&cost("--requests 0 --target-ms 50 --hit-share 0"));
}

#[test]
fn the_free_tier_counts_where_it_is_asked_for() {
    expect![[r#"
        exit 0
        2.5M requests a month, targets of 1.5 s, 128 MB, no API keys, no cache
        us-east-1, arm64, list prices of November 2026, free tier counted

        TOLLGATE                        UNITS  DOLLARS
        Lambda requests                  2.5M     0.30
        Lambda GB-seconds, arm64       470.7k     0.94
        DynamoDB write units                0     0.00
        DynamoDB read units            289.4k     0.04
        CloudWatch GB of access lines    1.25     0.00
        CloudWatch metrics                  5     0.00
        total                                     1.28

        A MONTH   DOLLARS  TARGET CALLS  TOLLGATE IS CHEAPER AT TARGETS  AND AT REQUESTS
        Tollgate     1.28          2.5M
        REST API     8.75          2.5M  below 3.286 s                   below 1.907G
        HTTP API     2.50          2.5M  below 1.791 s                   below 3.207M
        ALB         16.53          2.5M  below 5.148 s                   below 8.177M

        REST API: 7.47 more than Tollgate
        HTTP API: 1.22 more than Tollgate
        ALB: 15.25 more than Tollgate
        Most of Tollgate's bill is 0.94 of 1.28 for Lambda GB-seconds, arm64: the function is billed while it waits for the target
        Not counted: the target's own bill, data that goes out, cold starts, storage, throttles of routes and stages
        --
    "#]].assert_eq(&cost("--requests 2.5M --target-ms 1.5k --free-tier"));
}

#[test]
fn json_has_the_bills_the_break_evens_and_the_price_list() {
    expect![[r#"
        exit 0
        {
          "freeTier": false,
          "notCounted": [
            "the target's own bill",
            "data that goes out",
            "cold starts",
            "storage",
            "throttles of routes and stages"
          ],
          "peers": [
            {
              "bill": {
                "dollars": 52.1,
                "lines": [
                  {
                    "dollars": 35,
                    "name": "REST API requests",
                    "units": 10000000
                  },
                  {
                    "dollars": 2.5,
                    "name": "CloudWatch GB of access lines",
                    "units": 5
                  },
                  {
                    "dollars": 14.6,
                    "name": "REST API cache hours, 0.5 GB",
                    "units": 730
                  }
                ]
              },
              "lacks": [
                "hard quotas"
              ],
              "name": "REST API",
              "targetCalls": 7000000,
              "tollgateIsCheaper": {
                "requests": [
                  {
                    "from": null,
                    "to": null
                  }
                ],
                "targetMs": [
                  {
                    "from": null,
                    "to": 2368.149372
                  }
                ]
              }
            },
            {
              "bill": {
                "dollars": 12.5,
                "lines": [
                  {
                    "dollars": 10,
                    "name": "HTTP API requests, 512 KB",
                    "units": 10000000
                  },
                  {
                    "dollars": 2.5,
                    "name": "CloudWatch GB of access lines",
                    "units": 5
                  }
                ]
              },
              "lacks": [
                "API keys",
                "quotas",
                "cache"
              ],
              "name": "HTTP API",
              "targetCalls": 10000000,
              "tollgateIsCheaper": {
                "requests": [],
                "targetMs": []
              }
            },
            {
              "bill": {
                "dollars": 16.825,
                "lines": [
                  {
                    "dollars": 16.425,
                    "name": "ALB hours",
                    "units": 730
                  },
                  {
                    "dollars": 0.4,
                    "name": "ALB LCU-hours",
                    "units": 50
                  }
                ]
              },
              "lacks": [
                "API keys",
                "quotas",
                "cache"
              ],
              "name": "ALB",
              "targetCalls": 10000000,
              "tollgateIsCheaper": {
                "requests": [
                  {
                    "from": null,
                    "to": 6657125.922066
                  }
                ],
                "targetMs": []
              }
            }
          ],
          "prices": [
            {
              "free": 1000000,
              "name": "Lambda requests",
              "page": "https://aws.amazon.com/lambda/pricing/",
              "per": 1000000,
              "tiers": [
                {
                  "dollars": 0.2,
                  "upTo": null
                }
              ]
            },
            {
              "free": 400000,
              "name": "Lambda GB-seconds, arm64",
              "page": "https://aws.amazon.com/lambda/pricing/",
              "per": 1,
              "tiers": [
                {
                  "dollars": 0.0000133334,
                  "upTo": 7500000000
                },
                {
                  "dollars": 0.0000120001,
                  "upTo": 18750000000
                },
                {
                  "dollars": 0.0000106667,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "DynamoDB write units",
              "page": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
              "per": 1000000,
              "tiers": [
                {
                  "dollars": 0.625,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "DynamoDB read units",
              "page": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
              "per": 1000000,
              "tiers": [
                {
                  "dollars": 0.125,
                  "upTo": null
                }
              ]
            },
            {
              "free": 5,
              "name": "CloudWatch GB of access lines",
              "page": "https://aws.amazon.com/cloudwatch/pricing/",
              "per": 1,
              "tiers": [
                {
                  "dollars": 0.5,
                  "upTo": 10000
                },
                {
                  "dollars": 0.25,
                  "upTo": 30000
                },
                {
                  "dollars": 0.1,
                  "upTo": 50000
                },
                {
                  "dollars": 0.05,
                  "upTo": null
                }
              ]
            },
            {
              "free": 10,
              "name": "CloudWatch metrics",
              "page": "https://aws.amazon.com/cloudwatch/pricing/",
              "per": 1,
              "tiers": [
                {
                  "dollars": 0.3,
                  "upTo": 10000
                },
                {
                  "dollars": 0.1,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "REST API requests",
              "page": "https://aws.amazon.com/api-gateway/pricing/",
              "per": 1000000,
              "tiers": [
                {
                  "dollars": 3.5,
                  "upTo": 333000000
                },
                {
                  "dollars": 2.8,
                  "upTo": 1000000000
                },
                {
                  "dollars": 2.38,
                  "upTo": 20000000000
                },
                {
                  "dollars": 1.51,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "REST API cache hours, 0.5 GB",
              "page": "https://aws.amazon.com/api-gateway/pricing/",
              "per": 1,
              "tiers": [
                {
                  "dollars": 0.02,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "HTTP API requests, 512 KB",
              "page": "https://aws.amazon.com/api-gateway/pricing/",
              "per": 1000000,
              "tiers": [
                {
                  "dollars": 1.0,
                  "upTo": 300000000
                },
                {
                  "dollars": 0.9,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "ALB hours",
              "page": "https://aws.amazon.com/elasticloadbalancing/pricing/",
              "per": 1,
              "tiers": [
                {
                  "dollars": 0.0225,
                  "upTo": null
                }
              ]
            },
            {
              "free": 0,
              "name": "ALB LCU-hours",
              "page": "https://aws.amazon.com/elasticloadbalancing/pricing/",
              "per": 1,
              "tiers": [
                {
                  "dollars": 0.008,
                  "upTo": null
                }
              ]
            }
          ],
          "pricesOf": "November 2026",
          "region": "us-east-1",
          "schemaVersion": 1,
          "tollgate": {
            "bill": {
              "dollars": 23.669587,
              "lines": [
                {
                  "dollars": 2,
                  "name": "Lambda requests",
                  "units": 10000000
                },
                {
                  "dollars": 0.872504,
                  "name": "Lambda GB-seconds, arm64",
                  "units": 65437.5
                },
                {
                  "dollars": 15.214647,
                  "name": "DynamoDB write units",
                  "units": 24343435.390957
                },
                {
                  "dollars": 0.682436,
                  "name": "DynamoDB read units",
                  "units": 5459487.286523
                },
                {
                  "dollars": 2.5,
                  "name": "CloudWatch GB of access lines",
                  "units": 5
                },
                {
                  "dollars": 2.4,
                  "name": "CloudWatch metrics",
                  "units": 8
                }
              ]
            },
            "request": {
              "heldMs": 52.35,
              "readUnits": 0.545949,
              "writeUnits": 2.434344
            },
            "targetCalls": 7000000
          },
          "workload": {
            "answerBytes": 1000,
            "hitShare": 0.3,
            "keys": 10,
            "logBytes": 500,
            "memoryMb": 128,
            "requests": 10000000,
            "targetMs": 50
          }
        }
        --
    "#]]
    .assert_eq(&cost("--requests 10M --target-ms 50 --hit-share 0.3 --keys 10 -o json"));
}

/// By hand, for ten million requests of 56.5 ms with 1/8 GB: 2.00 of requests, 70,625 GB-seconds at 0.0000133334, a read
/// of half a unit for one request of 1 + 5 × 10M / 2,628,000 s, 5 GB of lines at 0.50, five metrics at 0.30.
#[test]
fn the_plain_month_is_what_it_is_by_hand() {
    let told = cost_json("--requests 10M --target-ms 50");
    let by_hand = 2.0 + 70_625.0 * 0.000_013_333_4 + 10.0 * 0.5 / 20.025_875 * 0.125 + 2.5 + 1.5;
    let dollars = told["tollgate"]["bill"]["dollars"].as_f64().unwrap();
    assert!((dollars - by_hand).abs() < 1e-5, "{dollars} {by_hand}");
}

/// At the target's time, or the number of requests, that is named, both cost the same; on its two sides one or the other
/// costs more.
#[test]
fn a_break_even_is_where_the_cheaper_one_changes() {
    let saved = |requests: &str, target_ms: &str, peer: usize| {
        let told = cost_json(&format!("--requests {requests} --target-ms {target_ms}"));
        let dollars = |bill: &Value| bill["dollars"].as_f64().unwrap();
        dollars(&told["peers"][peer]["bill"]) - dollars(&told["tollgate"]["bill"])
    };
    let told = cost_json("--requests 10M --target-ms 50");
    for peer in 0..3 {
        let cheaper = &told["peers"][peer]["tollgateIsCheaper"];
        let target_ms = cheaper["targetMs"][0]["to"].as_f64().unwrap().floor();
        let [before, after] = [target_ms, target_ms + 1.0].map(|at| saved("10M", &at.to_string(), peer));
        assert!(before >= 0.0 && after <= 0.0, "{peer}: {before} {after}");
        let span = &cheaper["requests"][0];
        let requests = span["from"].as_f64().or(span["to"].as_f64()).unwrap().floor();
        let [before, after] = [requests, requests + 1.0].map(|at| saved(&at.to_string(), "50", peer));
        assert!(before * after <= 0.0 && before.abs() < 1e-4, "{peer}: {before} {after}");
    }
}

#[test]
fn a_wrong_amount_is_refused_with_what_is_expected() {
    let cases = [
        (
            "--requests 10X --target-ms 50",
            "'10X' for '--requests <AMOUNT>': expected a whole number from 0 to 1000G",
        ),
        ("--requests -1 --target-ms 50", "unexpected argument '-1' found"),
        ("--requests 1001G --target-ms 50", "'1001G' for '--requests <AMOUNT>'"),
        (
            "--requests 1 --target-ms 901k",
            "'901k' for '--target-ms <AMOUNT>': expected a whole number from 0 to 900k",
        ),
        ("--requests 1 --target-ms 0.5", "'0.5' for '--target-ms <AMOUNT>'"),
        (
            "--requests 1 --target-ms 1 --memory 127",
            "'127' for '--memory <AMOUNT>': expected a whole number from 128 to 10240",
        ),
        ("--requests 1 --target-ms 1 --memory 10241", "'10241' for '--memory <AMOUNT>'"),
        (
            "--requests 1 --target-ms 1 --hit-share 1.01",
            "'1.01' for '--hit-share <SHARE>': expected a number from 0 to 1",
        ),
        ("--requests 1 --target-ms 1 --hit-share NaN", "'NaN' for '--hit-share <SHARE>'"),
        (
            "--requests 1 --target-ms 1 --keys 0",
            "'0' for '--keys <AMOUNT>': expected a whole number from 1 to 1G",
        ),
        ("--requests 1 --target-ms 1 --log-bytes 257k", "'257k' for '--log-bytes <AMOUNT>'"),
        ("--requests 1 --target-ms 1 --answer-bytes 7M", "'7M' for '--answer-bytes <AMOUNT>'"),
        ("--target-ms 50", "--requests <AMOUNT>"),
        ("--requests 1M", "--target-ms <AMOUNT>"),
    ];
    for (arguments, expected) in cases {
        let told = cost(arguments);
        assert!(told.starts_with("exit 64\n--\nerror: ") && told.contains(expected), "{arguments}: {told}");
    }
}
