//! The reports of tests that pass and that fail, in each form.

use expect_test::expect;

use super::tested;

const API: &str = r#"
tollgate: 1
stages:
  v1:
    routes:
      GET /mock: { integration: { type: MOCK, headers: { x-a: b }, body: { id: 7, tags: [a, b] } } }
      GET /item/{id}:
        integration: { type: DYNAMODB, action: GetItem, tableName: items, key: { id: $request.path.id } }
"#;

const TESTS: &str = r##"tests:
  - name: "what passes # with <marks> & \"quotes\""
    request: GET /v1/mock
    expect: { status: 200 }
  - name: all that can differ
    request: GET /v1/mock?x=1
    expect:
      route: GET /item/{id}
      status: 201
      headers: { X-A: c, x-b: d, content-type: null }
      body: { id: 8, tags: [a], more: null }
      bodyIncludes: { tags: [a, c] }
      integration: { operation: GetItem }
      log: { status: 500, cacheStatus: null, routeKey: GET /mock }
  - name: two steps, of which the second fails
    steps:
      - request: GET /v1/mock
        expect: { status: 200, body: '{"id":7,"tags":["a","b"]}' }
      - request: GET /v1/item/7
        integration: { id: "7" }
        expect: { body: { id: "7" }, integration: none }
  - name: an answer that the test does not say
    request: GET /v1/item/7
    expect: { status: 200 }
  - name: a key that there is not
    request: { path: /v1/mock, apiKey: nobody }
    expect: { status: 200 }
"##;

#[test]
fn a_report_as_tap_tells_request_expected_and_got_with_lines() {
    expect![[r#""#]].assert_eq(&tested(API, TESTS, &[]));
}

#[test]
fn a_report_as_junit_is_xml() {
    expect![[r#""#]].assert_eq(&tested(API, TESTS, &["--format", "junit"]));
}

#[test]
fn a_report_as_json_has_a_version_of_its_form() {
    let tests: String =
        TESTS.split("  - name: two steps").next().unwrap().replace("      log:", "      # log:");
    let json = tested(API, &tests, &["-o", "json"]);
    expect![[r#""#]].assert_eq(&json);
    assert_eq!(tested(API, &tests, &["--format", "json"]), json);
}
