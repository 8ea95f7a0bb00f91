//! What AWS denies or does not answer: one line, and an exit code.

use std::fs;

use expect_test::expect;
use serde_json::{Value, json};

use super::{answer, at, aws, file};
use crate::harness::{
    free_port,
    scripted_aws::{ScriptedAws, denied},
    tool::tollgate_in,
};

const LINES: &str = "routes:\n  GET /a: { integration: { type: AWS_PROXY, uri: orders } }\n  \
                     GET /b: { integration: { type: DYNAMODB, action: Scan, tableName: orders } }";

#[test]
fn what_is_denied_is_named_with_exit_6() {
    let of_lambda = ScriptedAws::start(|call| match call.service.as_str() {
        "lambda" => {
            denied("lambda:GetFunctionConfiguration", "arn:aws:lambda:eu-west-1:111122223333:function:orders")
        }
        _ => answer(call),
    });
    let of_dynamodb = ScriptedAws::start(|call| match call.service.as_str() {
        "dynamodb" => {
            denied("dynamodb:DescribeTable", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
        }
        _ => answer(call),
    });
    let told = [of_lambda, of_dynamodb]
        .map(|aws| at(&file(LINES), &aws.url, &["check", "tollgate.yaml", "--deep"]).text(&[]));
    expect![[r#"
        exit 6
        --
        tollgate: asking about a function failed: denied: arn:aws:iam::111122223333:user/ada may not do lambda:GetFunctionConfiguration on arn:aws:lambda:eu-west-1:111122223333:function:orders; let it be allowed, or use other credentials (--profile)
        exit 6
        --
        tollgate: asking about a table failed: denied: arn:aws:iam::111122223333:user/ada may not do dynamodb:DescribeTable on the table orders; let it be allowed, or use other credentials (--profile)
    "#]].assert_eq(&told.concat());
}

#[test]
fn the_rights_are_in_the_policies() {
    for file in ["read-only", "deploy"] {
        let path = format!("{}/infra/policies/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let policy: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        let statement = statements.iter().find(|statement| statement["Sid"] == "CheckDeep").unwrap();
        let asked = aws();
        let ran = at(&super::file(LINES), &asked.url, &["check", "tollgate.yaml", "--deep"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let rights =
            asked.operations().into_iter().map(|operation| match operation.split_once(' ').unwrap() {
                ("lambda", call) if call.ends_with("/configuration") => {
                    "lambda:GetFunctionConfiguration".to_owned()
                }
                (service, operation) => format!("{service}:{operation}"),
            });
        let mut rights: Vec<_> = rights.collect();
        rights.sort();
        assert_eq!(json!(rights), statement["Action"], "{file}");
        let resources = ["arn:aws:dynamodb:*:*:table/*", "arn:aws:lambda:*:*:function:*"];
        assert_eq!((&statement["Effect"], &statement["Resource"]), (&json!("Allow"), &json!(resources)));
    }
}

#[test]
fn credentials_that_aws_does_not_take_are_told_with_exit_1() {
    let aws = ScriptedAws::start(|_| {
        (
            403,
            r#"{"__type":"UnrecognizedClientException","message":"The security token is invalid."}"#
                .to_owned(),
        )
    });
    let told = at(&file(LINES), &aws.url, &["check", "tollgate.yaml", "--deep"]).text(&[]);
    expect![[r#"
        exit 1
        --
        tollgate: asking about a function failed: AWS does not take these credentials: UnrecognizedClientException: The security token is invalid.: other ones: --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    "#]].assert_eq(&told);
}

#[test]
fn without_region_credentials_or_services_it_is_said_which() {
    let folder = file(LINES);
    let check = |variables: &[(&str, &str)], more: &[&str]| {
        tollgate_in(&folder.path(""), variables, &[&["check", "tollgate.yaml", "--deep"], more].concat())
    };
    let no_region = check(&[], &[]);
    assert_eq!(
        no_region.text(&[]),
        "exit 1\n--\ntollgate: no region: --region, AWS_REGION, or the region of a profile; the local world: --local\n"
    );
    let no_credentials = check(&[("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")], &[]);
    assert_eq!(no_credentials.code, Some(1));
    assert!(no_credentials.stderr.starts_with("tollgate: no credentials: "), "{no_credentials:?}");
    let nobody = format!("http://{}", free_port().local_addr().unwrap());
    let unreachable = check(&[("AWS_ENDPOINT_URL", &nobody)], &["--local"]);
    let expected =
        format!("tollgate: at {nobody} (is `tollgate dev` running?): asking about a function failed: ");
    assert!(unreachable.code == Some(1) && unreachable.stderr.starts_with(&expected), "{unreachable:?}");
}
