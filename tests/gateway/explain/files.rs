//! Requests against an API file: no table is asked, and no credentials are needed.

use expect_test::expect;

use crate::{api_file::Folder, harness::tool::tollgate_in};

const API: &str = r#"tollgate: 1
stages:
  v1:
    hosts: [api.example.com]
    routes:
      GET /orders/{id}:
        apiKeyRequired: true
        integration: { type: MOCK, body: { id: 7 } }
usagePlans: { starter: { quota: { limit: 10, period: DAY } } }
apiKeys: { acme-1: { usagePlanId: starter } }
"#;

fn explain(api: &str, arguments: &[&str]) -> String {
    let folder = Folder::new(&[("api.yaml", api.as_bytes())]);
    let ran =
        tollgate_in(&folder.path(""), &[], &[&["explain"], arguments, &["--file", "api.yaml"]].concat());
    let text = ran.text(&[]);
    let mask = |line: &str| match line.split_once(", deployment ") {
        Some((before, _)) => format!("{before}, deployment ID\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(mask).collect()
}

#[test]
fn a_file_is_explained_without_tables_and_credentials() {
    let told = explain(API, &["/v1/orders/7", "--stage", "v1", "--api-key-id", "acme-1"]);
    expect![[r#""#]].assert_eq(&told);
}

#[test]
fn what_a_file_does_not_have_is_told() {
    let mut told = String::new();
    for arguments in [
        &["/v1/orders/7", "--stage", "v2"][..],
        &["/v1/orders/7", "--stage", "v1", "--api-key-id", "nobody"],
        &["https://other.example.com/v1/orders/7"],
        &["/v1/orders/7", "--stage", "v1", "-d", "@missing.json"],
    ] {
        told += &explain(API, arguments);
    }
    expect![[r#""#]].assert_eq(&told);
}

#[test]
fn a_file_with_problems_is_reported_as_check_does_it() {
    let told = explain(&API.replace("MOCK", "MOKC"), &["/v1/orders/7"]);
    expect![[r#""#]].assert_eq(&told);
    let folder = Folder::new(&[]);
    let ran = tollgate_in(&folder.path(""), &[], &["explain", "/v1/x", "--file", "none.yaml"]);
    expect![[r#""#]].assert_eq(&ran.text(&[]));
}
