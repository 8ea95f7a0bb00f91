//! What is wrong with a test file is told with its place, all at once, and nothing runs.

use expect_test::expect;

use super::tested;
use crate::api_file::Folder;

const API: &str = "tollgate: 1\nstages: { v1: { routes: { GET /: { integration: { type: MOCK } } } } }\n";

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
    expect![[r#""#]].assert_eq(&tested(API, tests, &[]));
}

#[test]
fn a_file_without_tests_is_one_with_a_problem() {
    let mut told = String::new();
    for text in ["", "tests: 7\n", "now: 2026-01-01\n", "- a\n", "tests: [a: b\n"] {
        told += &tested(API, text, &[]);
    }
    expect![[r#""#]].assert_eq(&told);
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
    expect![[r#""#]].assert_eq(&told);
}
