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
    expect![[r#"
        exit 7
        TAP version 14
        1..5
        ok 1 - what passes \# with <marks> & "quotes"
        not ok 2 - all that can differ
          ---
          - request: 'GET /v1/mock?x=1'
            at: 'tests.yaml:5'
            differences:
              - what: route
                at: 'tests.yaml:8'
                expected: '"GET /item/{id}"'
                got:      '"GET /mock"'
              - what: status
                at: 'tests.yaml:9'
                expected: 201
                got:      200
              - what: headers.x-a
                at: 'tests.yaml:10'
                expected: '"c"'
                got:      '"b"'
              - what: headers.x-b
                at: 'tests.yaml:10'
                expected: '"d"'
                got:      nothing
              - what: headers.content-type
                at: 'tests.yaml:10'
                expected: 'null'
                got:      '"application/json"'
              - what: body.id
                at: 'tests.yaml:11'
                expected: 8
                got:      7
              - what: body.more
                at: 'tests.yaml:11'
                expected: 'null'
                got:      nothing
              - what: body.tags
                at: 'tests.yaml:11'
                expected: '["a"]'
                got:      '["a","b"]'
              - what: 'body.tags[1]'
                at: 'tests.yaml:12'
                expected: '"c"'
                got:      '"b"'
              - what: integration
                at: 'tests.yaml:13'
                expected: '{"operation":"GetItem"}'
                got:      nothing
              - what: log.status
                at: 'tests.yaml:14'
                expected: 500
                got:      200
          ...
        not ok 3 - two steps, of which the second fails
          ---
          - request: 'GET /v1/item/7'
            at: 'tests.yaml:19, step 2'
            differences:
              - what: integration
                at: 'tests.yaml:21'
                expected: none
                got:      '{"body":{"Key":{"id":{"S":"7"}},"TableName":"items"},"operation":"GetItem"}'
          ...
        not ok 4 - an answer that the test does not say
          ---
          - request: 'GET /v1/item/7'
            at: 'tests.yaml:22'
            differences:
              - what: status
                at: 'tests.yaml:24'
                expected: 200
                got:      502
              - what: integration
                at: 'tests.yaml:22'
                expected: 'no call: the test has no integration: … that says its answer'
                got:      '{"body":{"Key":{"id":{"S":"7"}},"TableName":"items"},"operation":"GetItem"}'
          ...
        not ok 5 - a key that there is not
          ---
          - request: 'GET /v1/mock'
            at: 'tests.yaml:25'
            differences:
              - what: request.apiKey
                at: 'tests.yaml:25'
                expected: 'the id of a key of the API'
                got:      '"nobody"'
          ...
        # 1 passed, 4 failed
        --
    "#]]
    .assert_eq(&tested(API, TESTS, &[]));
}

#[test]
fn a_report_as_junit_is_xml() {
    expect![[r#"
        exit 7
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="5" failures="4">
          <testsuite name="tests.yaml" tests="5" failures="4">
            <testcase name="what passes # with &lt;marks&gt; &amp; &quot;quotes&quot;" classname="tests.yaml" file="tests.yaml" line="2"/>
            <testcase name="all that can differ" classname="tests.yaml" file="tests.yaml" line="5">
              <failure type="difference" message="GET /v1/mock?x=1: route, status, headers.x-a, headers.x-b, headers.content-type, body.id, body.more, body.tags, body.tags[1], integration, log.status">tests.yaml:5
        route (tests.yaml:8)
          expected: &quot;GET /item/{id}&quot;
          got:      &quot;GET /mock&quot;
        status (tests.yaml:9)
          expected: 201
          got:      200
        headers.x-a (tests.yaml:10)
          expected: &quot;c&quot;
          got:      &quot;b&quot;
        headers.x-b (tests.yaml:10)
          expected: &quot;d&quot;
          got:      nothing
        headers.content-type (tests.yaml:10)
          expected: null
          got:      &quot;application/json&quot;
        body.id (tests.yaml:11)
          expected: 8
          got:      7
        body.more (tests.yaml:11)
          expected: null
          got:      nothing
        body.tags (tests.yaml:11)
          expected: [&quot;a&quot;]
          got:      [&quot;a&quot;,&quot;b&quot;]
        body.tags[1] (tests.yaml:12)
          expected: &quot;c&quot;
          got:      &quot;b&quot;
        integration (tests.yaml:13)
          expected: {&quot;operation&quot;:&quot;GetItem&quot;}
          got:      nothing
        log.status (tests.yaml:14)
          expected: 500
          got:      200
              </failure>
            </testcase>
            <testcase name="two steps, of which the second fails" classname="tests.yaml" file="tests.yaml" line="15">
              <failure type="difference" message="GET /v1/item/7: integration">tests.yaml:19
        integration (tests.yaml:21)
          expected: none
          got:      {&quot;body&quot;:{&quot;Key&quot;:{&quot;id&quot;:{&quot;S&quot;:&quot;7&quot;}},&quot;TableName&quot;:&quot;items&quot;},&quot;operation&quot;:&quot;GetItem&quot;}
              </failure>
            </testcase>
            <testcase name="an answer that the test does not say" classname="tests.yaml" file="tests.yaml" line="22">
              <failure type="difference" message="GET /v1/item/7: status, integration">tests.yaml:22
        status (tests.yaml:24)
          expected: 200
          got:      502
        integration (tests.yaml:22)
          expected: no call: the test has no integration: … that says its answer
          got:      {&quot;body&quot;:{&quot;Key&quot;:{&quot;id&quot;:{&quot;S&quot;:&quot;7&quot;}},&quot;TableName&quot;:&quot;items&quot;},&quot;operation&quot;:&quot;GetItem&quot;}
              </failure>
            </testcase>
            <testcase name="a key that there is not" classname="tests.yaml" file="tests.yaml" line="25">
              <failure type="difference" message="GET /v1/mock: request.apiKey">tests.yaml:25
        request.apiKey (tests.yaml:25)
          expected: the id of a key of the API
          got:      &quot;nobody&quot;
              </failure>
            </testcase>
          </testsuite>
        </testsuites>
        --
    "#]].assert_eq(&tested(API, TESTS, &["--format", "junit"]));
}

#[test]
fn a_report_as_json_has_a_version_of_its_form() {
    let tests: String =
        TESTS.split("  - name: two steps").next().unwrap().replace("      log:", "      # log:");
    let json = tested(API, &tests, &["-o", "json"]);
    expect![[r#"
        exit 7
        {
          "failed": 1,
          "files": [
            {
              "file": "tests.yaml",
              "tests": [
                {
                  "at": {
                    "file": "tests.yaml",
                    "line": 2
                  },
                  "failedSteps": [],
                  "name": "what passes # with <marks> & \"quotes\"",
                  "passed": true
                },
                {
                  "at": {
                    "file": "tests.yaml",
                    "line": 5
                  },
                  "failedSteps": [
                    {
                      "at": {
                        "file": "tests.yaml",
                        "line": 5
                      },
                      "differences": [
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 8
                          },
                          "expected": "\"GET /item/{id}\"",
                          "got": "\"GET /mock\"",
                          "what": "route"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 9
                          },
                          "expected": "201",
                          "got": "200",
                          "what": "status"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 10
                          },
                          "expected": "\"c\"",
                          "got": "\"b\"",
                          "what": "headers.x-a"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 10
                          },
                          "expected": "\"d\"",
                          "got": "nothing",
                          "what": "headers.x-b"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 10
                          },
                          "expected": "null",
                          "got": "\"application/json\"",
                          "what": "headers.content-type"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 11
                          },
                          "expected": "8",
                          "got": "7",
                          "what": "body.id"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 11
                          },
                          "expected": "null",
                          "got": "nothing",
                          "what": "body.more"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 11
                          },
                          "expected": "[\"a\"]",
                          "got": "[\"a\",\"b\"]",
                          "what": "body.tags"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 12
                          },
                          "expected": "\"c\"",
                          "got": "\"b\"",
                          "what": "body.tags[1]"
                        },
                        {
                          "at": {
                            "file": "tests.yaml",
                            "line": 13
                          },
                          "expected": "{\"operation\":\"GetItem\"}",
                          "got": "nothing",
                          "what": "integration"
                        }
                      ],
                      "request": "GET /v1/mock?x=1",
                      "step": 1
                    }
                  ],
                  "name": "all that can differ",
                  "passed": false
                }
              ]
            }
          ],
          "passed": 1,
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&json);
    assert_eq!(tested(API, &tests, &["--format", "json"]), json);
}
