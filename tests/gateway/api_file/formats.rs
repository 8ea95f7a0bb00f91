//! The forms of the report.

use expect_test::expect;
use serde_json::Value;

use super::Folder;

const TEXT: &[u8] = b"tollgate: 1\nstages:\n  v1:\n    routes:\n      GET /a,b:\n        integration: { type: MOCK, statusCode: soon, colour: 5% }\nusagePlans: { p: {}, p: {} }\n";

fn report(arguments: &[&str]) -> String {
    let folder = Folder::new(&[("my api.yaml", TEXT)]);
    let ran = folder.tollgate(&[&["check", "my api.yaml"], arguments].concat());
    assert_eq!((ran.code, &*ran.stderr), (Some(3), ""));
    ran.stdout
}

#[test]
fn json_has_every_place_in_numbers() {
    let json = report(&["--format", "json"]);
    assert_eq!(json, report(&["-o", "json"]));
    expect![[r#"
        {
          "file": "my api.yaml",
          "problems": [
            {
              "column": 48,
              "endColumn": 52,
              "file": "my api.yaml",
              "line": 6,
              "message": "integration.statusCode: got \"soon\", expected a whole number from 200 to 599",
              "rule": "item",
              "subject": "stage v1, GET /a,b"
            },
            {
              "column": 22,
              "endColumn": 23,
              "file": "my api.yaml",
              "first": {
                "column": 15,
                "endColumn": 16,
                "file": "my api.yaml",
                "line": 7
              },
              "line": 7,
              "message": "got \"p\" twice in one map",
              "rule": "syntax"
            }
          ],
          "schemaVersion": 1,
          "valid": false,
          "warnings": [
            {
              "column": 54,
              "endColumn": 60,
              "file": "my api.yaml",
              "line": 6,
              "message": "integration.colour: got \"5%\", expected nothing of this name",
              "rule": "item",
              "subject": "stage v1, GET /a,b"
            }
          ]
        }
    "#]]
    .assert_eq(&json);
}

#[test]
fn github_gets_an_annotation_for_each_line() {
    expect![[r#"
        ::error file=my api.yaml,line=6,col=48,endColumn=52,title=stage v1%2C GET /a%2Cb::integration.statusCode: got "soon", expected a whole number from 200 to 599
        ::warning file=my api.yaml,line=6,col=54,endColumn=60,title=stage v1%2C GET /a%2Cb::integration.colour: got "5%25", expected nothing of this name
        ::error file=my api.yaml,line=7,col=22,endColumn=23,title=tollgate check::got "p" twice in one map
    "#]].assert_eq(&report(&["--format", "github"]));
}

#[test]
fn sarif_has_a_result_for_each() {
    let json = report(&["--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&json).unwrap();
    let results = serde_json::to_string_pretty(&sarif["runs"][0]["results"]).unwrap();
    assert_eq!(
        (&sarif["version"], &sarif["runs"][0]["tool"]["driver"]["name"]),
        (&"2.1.0".into(), &"tollgate".into())
    );
    expect![[r#"
        [
          {
            "level": "error",
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {
                    "uri": "my%20api.yaml"
                  },
                  "region": {
                    "endColumn": 52,
                    "startColumn": 48,
                    "startLine": 6
                  }
                }
              }
            ],
            "message": {
              "text": "stage v1, GET /a,b: integration.statusCode: got \"soon\", expected a whole number from 200 to 599"
            },
            "ruleId": "item"
          },
          {
            "level": "warning",
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {
                    "uri": "my%20api.yaml"
                  },
                  "region": {
                    "endColumn": 60,
                    "startColumn": 54,
                    "startLine": 6
                  }
                }
              }
            ],
            "message": {
              "text": "stage v1, GET /a,b: integration.colour: got \"5%\", expected nothing of this name"
            },
            "ruleId": "item"
          },
          {
            "level": "error",
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {
                    "uri": "my%20api.yaml"
                  },
                  "region": {
                    "endColumn": 23,
                    "startColumn": 22,
                    "startLine": 7
                  }
                }
              }
            ],
            "message": {
              "text": "got \"p\" twice in one map"
            },
            "ruleId": "syntax"
          }
        ]"#]].assert_eq(&results);
}

#[test]
fn the_forms_with_places_are_for_files() {
    let ran = Folder::new(&[]).tollgate(&["check", "v1", "--format", "sarif"]);
    assert_eq!(ran.code, Some(64));
    assert_eq!(
        ran.stderr,
        "tollgate: --format github and sarif tell places in a file: name one, such as ./tollgate.yaml\n"
    );
}
