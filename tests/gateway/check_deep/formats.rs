//! The other forms of the report.

use expect_test::expect;
use serde_json::Value;

use super::{at, aws, file};

fn report(format: &str) -> String {
    let folder = file(
        "routes:\n  GET /a: { integration: { type: AWS_PROXY, uri: order } }\n  \
         GET /b: { integration: { type: AWS_PROXY, uri: orders } }",
    );
    let aws = aws();
    let ran = at(&folder, &aws.url, &["check", "tollgate.yaml", "--deep", "--format", format]);
    assert_eq!((ran.code, &*ran.stderr), (Some(3), ""));
    ran.stdout.replace(&aws.url, "URL")
}

#[test]
fn every_form_has_the_finding_at_its_place() {
    expect![[r#"
        {
          "file": "tollgate.yaml",
          "problems": [
            {
              "column": 54,
              "endColumn": 59,
              "file": "tollgate.yaml",
              "hint": "did you mean orders?",
              "line": 5,
              "message": "integration.uri: got \"order\", expected a function that is there: there is none of this name at URL",
              "rule": "resource",
              "subject": "stage v1, GET /a"
            }
          ],
          "schemaVersion": 1,
          "valid": false,
          "warnings": []
        }
    "#]].assert_eq(&report("json"));
    expect![[r#"
        ::error file=tollgate.yaml,line=5,col=54,endColumn=59,title=stage v1%2C GET /a::integration.uri: got "order", expected a function that is there: there is none of this name at URL%0Adid you mean orders?
    "#]].assert_eq(&report("github"));
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    let run = &sarif["runs"][0];
    let told = format!("{:#}\n{:#}\n", run["tool"]["driver"]["rules"][3], run["results"]);
    expect![[r#"
        {
          "id": "resource",
          "shortDescription": {
            "text": "The functions, tables and indexes that items name are there, with the keys that items use"
          }
        }
        [
          {
            "level": "error",
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {
                    "uri": "tollgate.yaml"
                  },
                  "region": {
                    "endColumn": 59,
                    "startColumn": 54,
                    "startLine": 5
                  }
                }
              }
            ],
            "message": {
              "text": "stage v1, GET /a: integration.uri: got \"order\", expected a function that is there: there is none of this name at URL\ndid you mean orders?"
            },
            "ruleId": "resource"
          }
        ]
    "#]].assert_eq(&told);
}
