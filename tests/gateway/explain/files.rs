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
    expect![[r#"
        exit 0
        stage        v1, deployment ID
        base path    /v1 at api.example.com; the path below is /orders/7
        route        GET /orders/{id}, the most specific for the path
        parameters   id = 7
        access       no address lists and no policy
        authorizer   none
        API key      acme-1, of usage plan starter
        limits       the key: 10 a day
        validation   nothing to check
        cache        no: the route has no cachingEnabled, or an integration whose answers are never kept
        integration  MOCK, which answers by itself
                     200
                     content-type: application/json

                     {
                       "id": 7
                     }
        adds         ratelimit: as the counters say
                     ratelimit-policy: "quota";q=10;w=86400
        answer       the integration's
        --
    "#]]
    .assert_eq(&told);
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
    expect![[r#"
        exit 4
        --
        tollgate: there is no stage v2 in the file
        exit 4
        --
        tollgate: there is no key nobody in the file
        exit 4
        answer       refused by stage: no stage serves host other.example.com and path /v1/orders/7
                     404
                     content-type: application/json
                     x-amzn-errortype: NotFoundException

                     {
                       "message": "Not Found"
                     }
        --
        exit 64
        --
        error: invalid value '@missing.json' for '--data <DATA>': missing.json cannot be read: No such file or directory (os error 2)

        For more information, try '--help'.
    "#]].assert_eq(&told);
}

#[test]
fn a_file_with_problems_is_reported_as_check_does_it() {
    let told = explain(&API.replace("MOCK", "MOKC"), &["/v1/orders/7"]);
    expect![[r#"
        exit 3
        api.yaml:8:30: problem: integration.type: got "MOKC", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         8 |         integration: { type: MOKC, body: { id: 7 } }
           |                              ^^^^
           = in stage v1, GET /orders/{id}

        api.yaml: 1 problem
        --
    "#]].assert_eq(&told);
    let folder = Folder::new(&[]);
    let ran = tollgate_in(&folder.path(""), &[], &["explain", "/v1/x", "--file", "none.yaml"]);
    expect![[r#"
        exit 4
        --
        tollgate: there is no file none.yaml
    "#]]
    .assert_eq(&ran.text(&[]));
}
