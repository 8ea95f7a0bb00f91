//! Steps of a test share the gateway's memory, its counters and its cache; other tests do not.

use super::{assert_passes, tested};

const API: &str = r#"
tollgate: 1
stages:
  v1:
    api: { corsConfiguration: { allowOrigins: ["https://shop.example"] } }
    routes:
      GET /cached:
        cachingEnabled: true
        cacheTtlInSeconds: 60
        integration: { type: AWS_PROXY, uri: orders }
      GET /throttled: { throttle: { rateLimit: 1, burstLimit: 2 }, integration: { type: MOCK } }
      GET /office: { ipAllow: [198.51.100.0/24], integration: { type: MOCK } }
  hosted: { hosts: [api.example.com], basePath: /, routes: { GET /: { integration: { type: MOCK, body: hosted } } } }
"#;

#[test]
fn a_cached_answer_is_a_hit_until_its_time_is_over() {
    assert_passes(
        API,
        r#"
- request: GET /v1/cached
  integration: { statusCode: 200, body: one }
  expect: { body: one, log: { cacheStatus: MISS } }
- at: +59s
  request: GET /v1/cached
  expect: { body: one, headers: { age: "59" }, integration: none, log: { cacheStatus: HIT } }
- at: +61s
  request: GET /v1/cached
  integration: { statusCode: 200, body: two }
  expect: { body: two, log: { cacheStatus: MISS } }
"#,
    );
}

#[test]
fn a_throttle_counts_by_the_clock_of_the_test() {
    assert_passes(
        API,
        r#"
- request: GET /v1/throttled
  expect: { status: 200 }
- request: GET /v1/throttled
  expect: { status: 200 }
- request: GET /v1/throttled
  expect: { status: 429, log: { errorResponseType: THROTTLED } }
- at: +5s
  request: GET /v1/throttled
  expect: { status: 200 }
"#,
    );
}

#[test]
fn addresses_hosts_and_origins_are_the_tests() {
    assert_passes(
        API,
        r#"
- request: GET /v1/office
  expect: { status: 403 }
- request: { path: /v1/office, sourceIp: 198.51.100.7, headers: { Origin: https://shop.example } }
  expect: { status: 200, headers: { access-control-allow-origin: https://shop.example, vary: Origin } }
- request: { path: /, host: api.example.com }
  expect: { route: GET /, body: hosted }
- request: GET /
  expect: { status: 404 }
- request: GET /v1/a/../b
  expect: { status: 400 }
"#,
    );
}

#[test]
fn a_test_knows_nothing_of_another_one() {
    let test = |name: &str| {
        format!(
            "  - name: {name}\n    request: GET /v1/cached\n    integration: {{ statusCode: 200, body: {name} }}\n    \
                 expect: {{ body: {name}, log: {{ cacheStatus: MISS }} }}\n"
        )
    };
    let tests = format!("tests:\n{}{}", test("one"), test("two"));
    let expected = "exit 0\nTAP version 14\n1..2\nok 1 - one\nok 2 - two\n# 2 passed, 0 failed\n--\n";
    assert_eq!(tested(API, &tests, &[]), expected);
}
