//! The report as JSON and as a page, and what the gateway is deployed with.

use std::fs;

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::{api_file::Folder, harness::tool::Ran};

/// A document with one of each: a function, a table, a slow target, a signed method, and markup in a name.
const DOCUMENT: &str = r#"{
  "openapi": "3.0.1",
  "info": { "title": "Notes", "version": "1" },
  "x-<script>alert('no')</script>": true,
  "paths": {
    "/notes": {
      "get": {
        "x-amazon-apigateway-auth": { "type": "AWS_IAM" },
        "x-amazon-apigateway-integration": {
          "type": "aws_proxy", "httpMethod": "POST", "timeoutInMillis": 60000,
          "uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:notes:live/invocations"
        }
      },
      "put": {
        "x-amazon-apigateway-integration": {
          "type": "aws", "httpMethod": "POST", "uri": "arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem",
          "requestTemplates": { "application/json": "{\"TableName\": \"notes\", \"Item\": {\"id\": {\"S\": \"1\"}}}" },
          "responses": { "default": { "statusCode": "200" } }
        }
      }
    }
  }
}"#;

const ANSWERS: &str = "AWS_IAM: [arn:aws:iam::111122223333:role/staff-*]\n";

fn import(arguments: &[&str]) -> (Folder, Ran) {
    let folder = Folder::new(&[("notes.json", DOCUMENT.as_bytes()), ("answers.yaml", ANSWERS.as_bytes())]);
    let ran = folder.tollgate(
        &[&["import", "notes.json", "--map", "answers.yaml", "--kind", "rest"], arguments].concat(),
    );
    (folder, ran)
}

#[test]
fn the_report_as_json_has_each_part_of_the_input_and_what_the_gateway_needs() {
    let (_folder, ran) = import(&["-o", "tollgate.yaml", "--report", "json"]);
    assert_eq!(ran.stderr, "");
    expect_file!["report_forms/report.json"].assert_eq(&ran.stdout);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        report["templateParameters"],
        json!({
            "FunctionUrlAuthType": "AWS_IAM",
            "TargetFunctionArns": "arn:aws:lambda:eu-west-1:111122223333:function:notes",
            "TargetTableArns": "arn:aws:dynamodb:*:*:table/notes",
            "TimeoutSeconds": "61",
        })
    );
}

#[test]
fn the_page_has_the_whole_report_and_no_markup_of_the_input() {
    let (folder, ran) = import(&["--page", "report.html", "-o", "tollgate.yaml"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    assert!(!page.contains("<script"), "{page}");
    expect_file!["report_forms/report.html"].assert_eq(body(&page));
}

#[test]
fn a_page_of_questions_says_how_each_is_answered() {
    let folder = Folder::new(&[(
        "template.yaml",
        b"Transform: AWS::Serverless-2016-10-31
Parameters: { Table: { Type: String } }
Resources:
  F: { Type: AWS::Serverless::Function, Properties: { Events: { Get: { Type: Api, Properties: { Path: /a, Method: get } } } } }
",
    )]);
    let ran = folder.tollgate(&["import", "template.yaml", "--page", "report.html"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    expect_file!["report_forms/questions.html"].assert_eq(body(&page));
}

/// A page without its head, which all pages have.
fn body(page: &str) -> &str {
    page.split_once("<body>\n").unwrap().1
}
