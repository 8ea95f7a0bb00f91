//! `tollgate import --apply`: the tables hold the API, and serve it.

use std::{fs, path::Path};

use expect_test::expect;
use serde_json::json;

use super::aws_cli::INPUTS;
use crate::{api_file::Folder, harness::TestGateway};

/// Imports the API with plans and keys, with these arguments more.
fn import(world: &TestGateway, more: &[&str]) -> String {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/aws-plans-and-keys");
    let folder = Folder::new(&[]);
    for name in INPUTS {
        folder.write(name, &fs::read(case.join(name)).unwrap());
    }
    let given = ["import", "--kind", "rest", "--map", "answers.yaml", "--apply"];
    let ran = world.tollgate_in(&folder.path("."), &[&given, &INPUTS[..5], more].concat());
    // The report is told elsewhere.
    let told = ran.text(&[]);
    let (before, rest) = told.split_once("--\n").unwrap();
    let after = rest.split_once("0 needs an answer\n").map_or(rest, |(_, after)| after);
    without_key_ids(&format!("{before}--\n{after}"))
}

/// The same text with `ID` for the ids of keys, which are random.
fn without_key_ids(text: &str) -> String {
    let mut parts = text.split("as key ");
    let mut told = parts.next().unwrap().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(';').unwrap();
        told.push_str("as key ID;");
        told.push_str(rest);
    }
    told
}

#[tokio::test]
async fn an_import_is_applied_with_its_plans_and_keys_and_served() {
    let world = TestGateway::new();
    let told = import(&world, &["--yes"]);
    expect![[r#"
        exit 0
        + stage prod
        + stage prod, api
            + trailingSlash: "IGNORE"
            + unmatchedRoutes: "AWS_REST"
        + stage prod, GET /orders
            + apiKeyRequired: true
            + integration.requestTemplates.application/json: "{\"statusCode\": 200}"
            + integration.responses.default.statusCode: 200
            + integration.type: "MOCK"
        + stage prod, POST /orders
            + apiKeyRequired: true
            + integration.requestTemplates.application/json: "{\"statusCode\": 200}"
            + integration.responses.default.statusCode: 200
            + integration.type: "MOCK"
        + usage plan free2
            + apiStages: ["prod"]
            + quota.limit: 10
            + quota.offset: 2
            + quota.period: "DAY"
        + usage plan gold1
            + apiStages.prod.GET /orders.burstLimit: 10
            + apiStages.prod.GET /orders.rateLimit: 5
            + quota.limit: 1000
            + quota.period: "WEEK"
            + throttle.burstLimit: 20
            + throttle.rateLimit: 10.5
        prod: is to serve 2 routes, deployment 1ecb2135fd45f9c3c41bb6073edf354c; serves nothing
        prod: serves 2 routes, deployment 1ecb2135fd45f9c3c41bb6073edf354c
        2 imported, 0 existing, 0 bad
        --
        tollgate: changed 2 usage plans: they act within the gateway's KEY_CACHE_SECONDS [60]
    "#]]
    .assert_eq(&told);
    let keys = world.items("tollgate-api-keys").await;
    assert!(!format!("{keys:?}").contains("canary-value"), "{keys:?}");
    expect![[r#"
        403
        content-type: application/json
        x-amzn-errortype: ForbiddenException

        {"message":"Forbidden"}"#]]
    .assert_eq(&world.send("GET /prod/orders").await);
    let with_key = world.send("GET /prod/orders\nx-api-key: canary-value-of-acme-0001").await;
    expect![[r#"
        200
        content-type: application/json
        ratelimit-policy: "rate";q=20;w=2, "quota";q=1000;w=604800
        ratelimit: "rate";r=19;t=1, "quota";r=999;t=524832

    "#]]
    .assert_eq(&with_key);
    // Again: nothing changes.
    expect![[r#"
        exit 0
        prod: no changes; serves 1ecb2135fd45f9c3c41bb6073edf354c
        2 imported, 0 existing, 0 bad
        --
    "#]]
    .assert_eq(&import(&world, &["--yes"]));
    let history = world.tollgate(&["history", "prod"]).stdout;
    assert!(history.contains("import of openapi.yaml"), "{history}");
}

#[tokio::test]
async fn an_import_goes_into_no_stage_that_has_routes_of_another_api() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "prod" }));
    for key in ["GET /other", "GET /orders", "PUT /other"] {
        world.put(
            "tollgate-routes",
            &json!({ "stage": "prod", "routeKey": key, "integration": { "type": "MOCK" } }),
        );
    }
    expect![[r#"
        exit 3
        --
        tollgate: nothing is written: stage prod, GET /other of the tables is not in the input, and 1 more. Of another API: --stage gives this one a stage of its own. To remove it: write a file with --out, and tollgate apply --prune it
    "#]].assert_eq(&import(&world, &["--yes"]));
    assert_eq!(world.items("tollgate-routes").await.len(), 3);
    assert!(world.items("tollgate-api-keys").await.is_empty());
    let told = import(&world, &["--yes", "--stage", "orders"]);
    assert!(told.starts_with("exit 0\n") || told.contains("needs an answer"), "{told}");
}

#[tokio::test]
async fn an_imported_key_keeps_its_id_unless_another_key_has_it() {
    let world = TestGateway::new();
    import(&world, &["--yes"]);
    let mut ids: Vec<String> = world
        .items("tollgate-api-keys")
        .await
        .iter()
        .map(|key| key["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    assert_eq!(ids, ["k1", "k2"]);
    let other = TestGateway::new();
    other.put_key("another-key-of-the-tests", &json!({ "id": "k2" }));
    expect![[r#"
        tollgate: changed 2 usage plans: they act within the gateway's KEY_CACHE_SECONDS [60]
        API keys:3: another key has this id
        tollgate: nothing is written; --skip-bad leaves the bad lines out
    "#]]
    .assert_eq(import(&other, &["--yes"]).rsplit("--\n").next().unwrap());
    assert_eq!(other.items("tollgate-api-keys").await.len(), 1);
}

#[tokio::test]
async fn nothing_is_applied_where_there_is_nobody_to_ask_or_a_file_is_meant() {
    let world = TestGateway::new();
    expect![[r#"
        exit 64
        --
        tollgate: nobody is there to ask whether to apply it: --yes says so
    "#]]
    .assert_eq(&import(&world, &[]));
    expect![[r#"
        exit 64
        --
        error: the argument '--apply' cannot be used with '--out <FILE>'

        Usage: tollgate import --kind <KIND> --map <FILE> --apply --yes <FILE>...

        For more information, try '--help'.
    "#]]
    .assert_eq(&import(&world, &["--yes", "-o", "tollgate.yaml"]));
    assert!(world.items("tollgate-routes").await.is_empty());
}
