//! Stored deployments in the operator's hands: as the file that they were made of, and compared.

use expect_test::expect;
use serde_json::{Value, json};

use super::{pointed, serve, told};
use crate::{
    harness::{TestGateway, table_client::to_attributes},
    text_route::text_route,
};

#[tokio::test]
async fn a_deployment_is_exported_as_the_file_it_was_made_of() {
    let world = TestGateway::serving(&[
        text_route("v1", "one"),
        json!({ "routeKey": "$api", "problemDetails": true }),
    ])
    .await;
    let first = pointed(&world).await;
    serve(&world, "two").await;
    let exported = world.tollgate(&["export", "--deployment", &first]);
    expect![[r#"
        exit 0
        tollgate: 1

        stages:
          v1:
            api: { problemDetails: true }
            routes:
              GET /:
                integration: { type: MOCK, body: one, headers: { content-type: text/plain } }
        --
    "#]]
    .assert_eq(&told(&exported, &[&first]));
    let by_prefix = world.tollgate(&["export", "--deployment", &first[..8], "--stage", "v1"]);
    assert_eq!(by_prefix.stdout, exported.stdout);
    let unknown = "0".repeat(32);
    let cases: [&[&str]; 3] = [
        &["--deployment", "abc"],
        &["--deployment", &unknown, "--stage", "v1"],
        &["--deployment", &first, "--stage", "v2"],
    ];
    let refused: Vec<String> = cases
        .iter()
        .map(|arguments| told(&world.tollgate(&[&["export"], *arguments].concat()), &[&first]))
        .collect();
    expect![[r#"
        exit 4
        --
        tollgate: there is no deployment "abc"

        exit 4
        --
        tollgate: there is no deployment "00000000000000000000000000000000"

        exit 4
        --
        tollgate: deployment "A" is of stage v1
    "#]]
    .assert_eq(&refused.join("\n"));
    let _: Value =
        serde_json::from_str(&world.tollgate(&["export", "--deployment", &first, "-o", "json"]).stdout)
            .unwrap();
}

#[tokio::test]
async fn two_deployments_are_compared_field_by_field() {
    let world = TestGateway::serving(&[
        text_route("v1", "one"),
        json!({ "routeKey": "GET /old", "integration": { "type": "MOCK" } }),
    ])
    .await;
    let first = pointed(&world).await;
    world
        .client()
        .delete_item()
        .table_name("tollgate-routes")
        .set_key(Some(to_attributes(&json!({ "stage": "v1", "routeKey": "GET /old" }))))
        .send()
        .await
        .unwrap();
    world.put_route(&json!({ "routeKey": "GET /new", "integration": { "type": "MOCK", "body": "new" } }));
    world.put_route(&json!({ "routeKey": "$api", "problemDetails": true }));
    let second = serve(&world, "two").await;
    // The same, written otherwise.
    world.put_route(&json!({ "routeKey": "$api", "problemDetails": "true" }));
    let third = serve(&world, "two").await;
    let ids = [&*first, &*second, &*third];

    expect![[r#"
        exit 0
        + stage v1, api
            + problemDetails: true
        ~ stage v1, GET /
            ~ integration.body: "one" → "two"
        + stage v1, GET /new
            + integration.body: "new"
            + integration.type: "MOCK"
        - stage v1, GET /old
        --
    "#]]
    .assert_eq(&told(&world.tollgate(&["diff", &first, &second]), &ids));
    let by_prefix = world.tollgate(&["diff", "v1", &second[..8], &first[..8], "--exit-code", "-o", "json"]);
    expect![[r#"
        exit 2
        {
          "differences": [
            {
              "change": "removed",
              "fields": [],
              "kind": "api",
              "stage": "v1"
            },
            {
              "change": "changed",
              "fields": [
                {
                  "after": "one",
                  "before": "two",
                  "path": "integration.body"
                }
              ],
              "kind": "route",
              "routeKey": "GET /",
              "stage": "v1"
            },
            {
              "change": "removed",
              "fields": [],
              "kind": "route",
              "routeKey": "GET /new",
              "stage": "v1"
            },
            {
              "change": "added",
              "fields": [
                {
                  "after": "MOCK",
                  "path": "integration.type"
                }
              ],
              "kind": "route",
              "routeKey": "GET /old",
              "stage": "v1"
            }
          ],
          "from": "B",
          "schemaVersion": 1,
          "to": "A"
        }
        --
    "#]]
    .assert_eq(&told(&by_prefix, &ids));
    assert_eq!(
        told(&world.tollgate(&["diff", &second, &third, "--exit-code"]), &ids),
        "exit 0\n--\ntollgate: no differences\n"
    );
    let cases: [&[&str]; 5] = [
        &["v1", "zz", &first],
        &[&first, "zz"],
        &["v2", &first, &second],
        &[&first, &second, "--prune"],
        &[&first, &second, "--save", "x"],
    ];
    let refused: Vec<String> = cases
        .iter()
        .map(|arguments| told(&world.tollgate(&[&["diff"], *arguments].concat()), &ids))
        .collect();
    expect![[r#"
        exit 4
        --
        tollgate: stage v1 has no deployment zz

        exit 4
        --
        tollgate: there is no deployment "zz"

        exit 4
        --
        tollgate: deployment "B" is of stage v1

        exit 64
        --
        tollgate: --stage, --prune and --save are for an API file

        exit 64
        --
        tollgate: --stage, --prune and --save are for an API file
    "#]]
    .assert_eq(&refused.join("\n"));
}
