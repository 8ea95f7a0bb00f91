//! `check --live --deep`: the items of the tables, and what they name.

use expect_test::expect;
use serde_json::json;

use super::{answer, aws};
use crate::harness::{TestGateway, scripted_aws::ScriptedAws};

#[tokio::test]
async fn what_the_items_of_tables_name_is_held_against_what_is_there() {
    let world = TestGateway::new();
    let lambda = ScriptedAws::start(answer);
    let route = |stage: &str, key: &str, integration| {
        world.put_route(&json!({ "stage": stage, "routeKey": key, "integration": integration }));
    };
    route("v1", "GET /a", json!({ "type": "AWS_PROXY", "uri": "orders" }));
    route(
        "v1",
        "GET /b",
        json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "tollgate-stages", "key": { "stage": "v1" } }),
    );
    let told = |arguments: &[&str]| {
        world.tollgate_with(&[("AWS_ENDPOINT_URL_LAMBDA", &lambda.url)], arguments).text(&[])
    };
    let valid = told(&["check", "--live", "--deep"]);
    route("v1", "GET /b", json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "tollgate-stage" }));
    route("v2", "GET /a", json!({ "type": "AWS_PROXY", "uri": "orders:beta" }));
    let invalid = [
        told(&["check", "--live", "--deep"]),
        told(&["check", "v2", "--live", "--deep"]),
        told(&["check", "v2", "--deep", "-o", "json"]),
        told(&["check", "v2", "--live"]),
    ];
    // The addresses of a test differ.
    let address = format!("http://{}", world.dynamodb().address);
    let all =
        format!("{valid}{}", invalid.concat()).replace(&address, "DYNAMODB").replace(&lambda.url, "LAMBDA");
    expect![[r#"
        exit 0
        v1: 2 routes, not served yet, 1 MB of memory
        compared with what is there: 1 function, 1 table
        --
        exit 3
        v1: 1 problem
          problem: tollgate-routes [stage=v1 routeKey=GET /b] integration.tableName: got "tollgate-stage", expected a table that is there: there is none of this name at DYNAMODB
        v2: 1 problem
          problem: tollgate-routes [stage=v2 routeKey=GET /a] integration.uri: got "orders:beta", expected an alias or a version of orders, which has no beta
        compared with what is there: 2 functions, 1 table
        --
        exit 3
        v2: 1 problem
          problem: tollgate-routes [stage=v2 routeKey=GET /a] integration.uri: got "orders:beta", expected an alias or a version of orders, which has no beta
        compared with what is there: 1 function, 0 tables
        --
        exit 3
        {
          "results": [
            {
              "deploymentId": "cee4f89236fff2080782afd7b004a101",
              "problems": [
                {
                  "expected": "an alias or a version of orders, which has no beta",
                  "field": "integration.uri",
                  "got": "\"orders:beta\"",
                  "key": "stage=v2 routeKey=GET /a",
                  "table": "tollgate-routes"
                }
              ],
              "stage": "v2",
              "valid": false,
              "warnings": []
            }
          ],
          "schemaVersion": 1
        }
        --
        exit 0
        v2: 1 route, not served yet, 1 MB of memory
        --
    "#]].assert_eq(&all);
}

#[test]
fn live_is_for_what_the_tables_hold() {
    let folder = super::file("routes: { GET /a: { integration: { type: MOCK } } }");
    let ran = folder.tollgate(&["check", "tollgate.yaml", "--live"]);
    assert_eq!(ran.text(&[]), "exit 64\n--\ntollgate: --live is for what the tables hold, not for files\n");
    let aws = aws();
    let ran = super::at(&folder, &aws.url, &["check", "--live", "--format", "sarif"]);
    assert_eq!(
        ran.text(&[]),
        "exit 64\n--\ntollgate: --format github and sarif tell places in a file: name one, such as ./tollgate.yaml\n"
    );
}
