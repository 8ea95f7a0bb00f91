//! What is wrong with a test file is told with its place, all at once, and nothing runs.

use expect_test::expect;

use super::tested;
use crate::api_file::Folder;

const API: &str = "tollgate: 1\nstages: { v1: { routes: { GET /: { integration: { type: MOCK } } } } }\n";

#[test]
fn a_test_file_names_no_api_file_outside_of_its_folder_and_of_this_one() {
    let tests = |api: &str| {
        format!("api: {api}\ntests:\n  - {{ name: it, request: GET /v1, expect: {{ status: 200 }} }}\n")
    };
    let folder = Folder::new(&[
        ("tollgate.yaml", API.as_bytes()),
        ("tests/inside.yaml", tests("../tollgate.yaml").as_bytes()),
        ("tests/outside.yaml", tests("../../secret.yaml").as_bytes()),
        ("tests/root.yaml", tests("/etc/passwd").as_bytes()),
        ("tests/link.yaml", tests("link.yaml").as_bytes()),
        ("tests/missing.yaml", tests("../../missing.yaml").as_bytes()),
        ("../secret.yaml", b"password: hush\n"),
    ]);
    std::os::unix::fs::symlink("../../secret.yaml", folder.path("tests/link.yaml.linked")).unwrap();
    folder.write("tests/link.yaml", tests("link.yaml.linked").as_bytes());
    let mut told = String::new();
    for arguments in [
        &["tests/inside.yaml"][..],
        &["tests/outside.yaml"],
        &["tests/root.yaml"],
        &["tests/link.yaml"],
        &["tests/missing.yaml"],
        &["tests/root.yaml", "--api", "tollgate.yaml"],
    ] {
        let ran = folder.tollgate(&[&["test"], arguments].concat());
        told += &format!("$ tollgate test {}\n{}\n", arguments.join(" "), ran.text(&[]));
    }
    assert!(!told.contains("hush"), "{told}");
    expect![[r#"
        $ tollgate test tests/inside.yaml
        exit 0
        TAP version 14
        1..1
        ok 1 - it
        # 1 passed, 0 failed
        --

        $ tollgate test tests/outside.yaml
        exit 3
        --
        tollgate: tests/outside.yaml: api: got ../../secret.yaml, expected a file below the folder of the tests or below this one; another one: --api FILE

        $ tollgate test tests/root.yaml
        exit 3
        --
        tollgate: tests/root.yaml: api: got /etc/passwd, expected a file below the folder of the tests or below this one; another one: --api FILE

        $ tollgate test tests/link.yaml
        exit 3
        --
        tollgate: tests/link.yaml: api: got link.yaml.linked, expected a file below the folder of the tests or below this one; another one: --api FILE

        $ tollgate test tests/missing.yaml
        exit 4
        --
        tollgate: there is no file tests/../../missing.yaml

        $ tollgate test tests/root.yaml --api tollgate.yaml
        exit 0
        TAP version 14
        1..1
        ok 1 - it
        # 1 passed, 0 failed
        --

    "#]].assert_eq(&told);
}

#[test]
fn unknown_words_and_wrong_kinds_are_located() {
    let tests = r#"apis: x
now: yesterday
tests:
  - nam: it
    request: GET /v1
    expect: { status: 200 }
  - name: one
    request: { methd: GET, path: v1, headers: [a], sourceIp: here, caller: { claim: {} } }
    expect: { statuss: 200, status: "200", headers: { a: [b] }, integration: 7, log: x }
  - name: two
    request: 7
  - name: three
    at: 5 minutes
    request: { method: GET }
    integration: {}
    integrationFails: slowly
    expect: {}
  - name: four
    request: GET /v1
    integrationFails: { message: x }
    steps:
      - { at: +2s, request: GET /v1, expect: { status: 200 } }
      - { at: +1s, request: GET /v1, expect: { status: 200 } }
"#;
    expect![[r#"
        exit 3
        --
        tests.yaml:1:1: problem: got apis, expected api, now, tests
         1 | apis: x
           | ^^^^
           = did you mean api?

        tests.yaml:2:6: problem: got "yesterday", expected a time such as 2026-01-01T12:00:00Z
         2 | now: yesterday
           |      ^^^^^^^^^

        tests.yaml:4:5: problem: got a test without a name, expected one that says what the API does
         4 |   - nam: it
           |     ^

        tests.yaml:4:5: problem: got nam, expected name, steps, at, request, authorizer, integration, integrationFails, expect
         4 |   - nam: it
           |     ^^^
           = did you mean name?

        tests.yaml:8:16: problem: got methd, expected method, path, host, headers, body, sourceIp, apiKey, caller
         8 |     request: { methd: GET, path: v1, headers: [a], sourceIp: here, caller: { claim: {} } }
           |                ^^^^^
           = did you mean method?

        tests.yaml:8:34: problem: got "v1", expected a path that begins with /, base path included
         8 |     request: { methd: GET, path: v1, headers: [a], sourceIp: here, caller: { claim: {} } }
           |                                  ^^

        tests.yaml:8:47: problem: got a list, expected a map of headers
         8 |     request: { methd: GET, path: v1, headers: [a], sourceIp: here, caller: { claim: {} } }
           |                                               ^^^

        tests.yaml:8:62: problem: got "here", expected an address such as 198.51.100.7
         8 |     request: { methd: GET, path: v1, headers: [a], sourceIp: here, caller: { claim: {} } }
           |                                                              ^^^^

        tests.yaml:8:78: problem: got claim, expected claims, userArn
         8 |     request: { methd: GET, path: v1, headers: [a], sourceIp: here, caller: { claim: {} } }
           |                                                                              ^^^^^
           = did you mean claims?

        tests.yaml:9:15: problem: got statuss, expected route, status, headers, body, bodyIncludes, integration, log
         9 |     expect: { statuss: 200, status: "200", headers: { a: [b] }, integration: 7, log: x }
           |               ^^^^^^^
           = did you mean status?

        tests.yaml:9:37: problem: got "200", expected a status such as 200
         9 |     expect: { statuss: 200, status: "200", headers: { a: [b] }, integration: 7, log: x }
           |                                     ^^^^^

        tests.yaml:9:58: problem: got a list, expected a header's value, or null where it is not to be there
         9 |     expect: { statuss: 200, status: "200", headers: { a: [b] }, integration: 7, log: x }
           |                                                          ^^^^

        tests.yaml:9:78: problem: got a number, expected a map: members of what is asked; or none, where nobody is
         9 |     expect: { statuss: 200, status: "200", headers: { a: [b] }, integration: 7, log: x }
           |                                                                              ^

        tests.yaml:9:86: problem: got "x", expected a map: members of the access line
         9 |     expect: { statuss: 200, status: "200", headers: { a: [b] }, integration: 7, log: x }
           |                                                                                      ^

        tests.yaml:10:5: problem: got no expect, which every test has
         10 |   - name: two
            |     ^

        tests.yaml:11:14: problem: got a number, expected a request: GET /v1/orders/7, or a map with path
         11 |     request: 7
            |              ^

        tests.yaml:13:9: problem: got "5 minutes", expected a time from the beginning of the test, such as +61s, +2m or +1d
         13 |     at: 5 minutes
            |         ^^^^^^^^^

        tests.yaml:14:14: problem: got a request without a path, expected one such as /v1/orders/7
         14 |     request: { method: GET }
            |              ^^^^^^^^^^^^^^^

        tests.yaml:16:5: problem: got integrationFails beside integration, expected one of them
         16 |     integrationFails: slowly
            |     ^^^^^^^^^^^^^^^^

        tests.yaml:17:13: problem: got a map, expected at least one of status, headers, body, …
         17 |     expect: {}
            |             ^^

        tests.yaml:19:5: problem: got request beside steps, expected it in a step
         19 |     request: GET /v1
            |     ^^^^^^^

        tests.yaml:20:5: problem: got integrationFails beside steps, expected it in a step
         20 |     integrationFails: { message: x }
            |     ^^^^^^^^^^^^^^^^

        tests.yaml:23:15: problem: got a time before that of the last step, expected one that is not earlier
         23 |       - { at: +1s, request: GET /v1, expect: { status: 200 } }
            |               ^^^

        tests.yaml: 23 problems
    "#]].assert_eq(&tested(API, tests, &[]));
}

#[test]
fn a_file_without_tests_is_one_with_a_problem() {
    let mut told = String::new();
    for text in ["", "tests: 7\n", "now: 2026-01-01\n", "- a\n", "tests: [a: b\n"] {
        told += &tested(API, text, &[]);
    }
    expect![[r#"
        exit 3
        --
        tests.yaml:1:1: problem: got nothing, expected a map with tests
         1 | 
           | ^

        tests.yaml: 1 problem
        exit 3
        --
        tests.yaml:1:8: problem: got a number, expected a list of tests
         1 | tests: 7
           |        ^

        tests.yaml: 1 problem
        exit 3
        --
        tests.yaml:1:1: problem: got no tests, expected a list of them
         1 | now: 2026-01-01
           | ^

        tests.yaml: 1 problem
        exit 3
        --
        tests.yaml:1:1: problem: got a list, expected a map with tests
         1 | - a
           | ^^^

        tests.yaml: 1 problem
        exit 3
        --
        tests.yaml:2:1: problem: no YAML: while parsing a flow mapping, did not find expected ',' or '}'
         2 | 
           | ^
           = between { and } a text with {, }, [, ] or a comma in it, such as ${…}, needs quotes

        tests.yaml: 1 problem
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_file_that_is_not_there_and_an_api_with_problems_are_told() {
    let mut told = String::new();
    let folder =
        Folder::new(&[("tests.yaml", b"tests: [{ name: it, request: GET /v1, expect: { status: 200 } }]\n")]);
    told += &folder.tollgate(&["test", "none.yaml"]).text(&[]);
    told += &folder.tollgate(&["test", "tests.yaml"]).text(&[]);
    folder.write("tollgate.yaml", API.replace("MOCK", "MOKC").as_bytes());
    told += &folder.tollgate(&["test", "tests.yaml"]).text(&[]);
    folder.write("other.yaml", API.as_bytes());
    told += &folder.tollgate(&["test", "tests.yaml", "--api", "other.yaml"]).text(&[]);
    expect![[r#"
        exit 4
        --
        tollgate: there is no file none.yaml
        exit 4
        --
        tollgate: there is no file tollgate.yaml
        exit 3
        tollgate.yaml:2:57: problem: integration.type: got "MOKC", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         2 | stages: { v1: { routes: { GET /: { integration: { type: MOKC } } } } }
           |                                                         ^^^^
           = in stage v1, GET /

        tollgate.yaml: 1 problem
        --
        exit 0
        TAP version 14
        1..1
        ok 1 - it
        # 1 passed, 0 failed
        --
    "#]].assert_eq(&told);
}
