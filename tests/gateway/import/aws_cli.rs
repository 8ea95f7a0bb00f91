//! Keys of `get-api-keys`: their hashes are written, and their values nowhere.

use std::{fs, path::Path};

use expect_test::expect;

use crate::api_file::Folder;

/// The files of `tests/import/aws-plans-and-keys/`; the last one are the answers.
pub const INPUTS: [&str; 6] = [
    "openapi.yaml",
    "aws-plans.json",
    "aws-keys.json",
    "aws-plan-keys-gold1.json",
    "aws-plan-keys-b.json",
    "answers.yaml",
];

/// What begins each value of `tests/import/aws-plans-and-keys/aws-keys.json`.
const CANARY: &str = "canary-value";

/// SHA-256 of the two values that are in plans, computed with sha256sum.
const KEYS: &str = "\
Name,KeyHash,Description,Enabled,UsagePlanIds,Id
\"Acme, Inc.\",cde26f5eb79b0997d59d1f213fd09e7701ebc7a7f24cbe7a88da1e3f2728d9ff,first,true,gold1,k1
Beta,28dd5d6c218b2003f09ec41499f040fe8ec10d79b51e6b7b5dfedb0c11d04bd6,,false,free2,k2
";

#[test]
fn the_values_of_keys_are_hashed_and_written_nowhere() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/aws-plans-and-keys");
    let files = INPUTS.map(|name| (name, fs::read(case.join(name)).unwrap()));
    let folder = Folder::new(&files.each_ref().map(|(name, bytes)| (*name, &bytes[..])));
    let import = |more: &[&str]| {
        folder.tollgate(
            &[
                &["import"],
                &INPUTS[..5],
                &["--kind", "rest", "--map", "answers.yaml", "-o", "tollgate.yaml"],
                more,
            ]
            .concat(),
        )
    };
    let ran = import(&["--report", "json"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), "tollgate: 2 API keys: --keys FILE writes their hashes, for tollgate keys import FILE\n")
    );
    assert!(!ran.stdout.contains(CANARY), "{}", ran.stdout);
    let ran = import(&["--keys", "keys.csv", "--force"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert_eq!(fs::read_to_string(folder.path("keys.csv")).unwrap(), KEYS);
    let written = fs::read_to_string(folder.path("tollgate.yaml")).unwrap();
    assert!(!ran.stdout.contains(CANARY) && !written.contains(CANARY), "{}{written}", ran.stdout);
}

#[test]
fn keys_whose_plans_or_values_are_not_known_are_told() {
    let document = r#"{"openapi": "3.0.1", "info": {"title": "a"}, "x-amazon-apigateway-api-key-source": "HEADER",
        "servers": [{"url": "https://a1.execute-api.eu-west-1.amazonaws.com/prod"}], "paths": {"/a": {"get": {
        "security": [{"key": []}], "x-amazon-apigateway-integration": {"type": "mock", "requestTemplates":
        {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": "200"}}}}}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}}}"#;
    let plans = r#"{"items": [{"id": "gold", "apiStages": [{"apiId": "a1", "stage": "prod"}]},
        {"id": "free", "apiStages": [{"apiId": "a1", "stage": "prod"}]}]}"#;
    let keys = r#"{"items": [{"id": "k1", "name": "one", "enabled": true}]}"#;
    let of_plan = r#"{"items": [{"id": "k1", "type": "API_KEY", "name": "one"}]}"#;
    let files: [(&str, &[u8]); 5] = [
        ("api.json", document.as_bytes()),
        ("plans.json", plans.as_bytes()),
        ("keys.json", keys.as_bytes()),
        ("of-plan.json", of_plan.as_bytes()),
        ("answers.yaml", b"usage plan of of-plan.json: silver\nkeys of usage plan free: some\n"),
    ];
    let folder = Folder::new(&files);
    let import = |more: &[&str]| {
        let given = ["import", "api.json", "plans.json", "keys.json", "--kind", "rest", "--keys", "keys.csv"];
        folder.tollgate(&[&given, more].concat()).stderr
    };
    expect![[r#"
        keys.json:1:1: error: this is no definition of an API: expected OpenAPI, Swagger or a CloudFormation template

        40 taken, 0 taken otherwise, 1 left out, 0 needs an answer; 1 error
    "#]].assert_eq(&import(&[]));
    expect![[r#"
        keys.json:1:1: error: this is no definition of an API: expected OpenAPI, Swagger or a CloudFormation template
        of-plan.json:1:1: error: the answer to usage plan of of-plan.json is silver, which get-usage-plans does not have
        answers.yaml:2:26: warning: nothing asks for keys of usage plan free

        Left out:
          get-api-keys says it
            of-plan.json:1:44 /items/0/name

        44 taken, 0 taken otherwise, 3 left out, 0 needs an answer; 2 errors
    "#]].assert_eq(&import(&["of-plan.json", "--map", "answers.yaml"]));
}
