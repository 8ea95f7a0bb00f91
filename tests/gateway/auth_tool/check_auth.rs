//! `tollgate check --auth`.

use expect_test::expect;
use serde_json::{Value, json};

use super::{dynamodb, mock, with, world};
use crate::{authorizers::iam::SIGNING, harness::TestGateway};

#[tokio::test]
async fn every_route_stands_there_with_its_callers_by_path_and_method() {
    let key = json!({ "apiKeyRequired": true });
    let none = json!({ "authorizationType": "NONE" });
    let routes = [
        mock("GET /orders/{id}", &json!({ "authorizationScopes": ["orders:read", "orders:all"] })),
        mock("DELETE /orders/{id}", &json!({ "authorizerId": "query", "ipDeny": ["203.0.113.0/24"] })),
        mock("POST /orders", &key),
        mock("GET /health", &none),
        mock("GET /stats", &json!({ "authorizationType": "NONE", "apiKeyRequired": true })),
        mock(
            "ANY /internal/{proxy+}",
            &json!({ "authorizationType": "NONE", "ipAllow": ["198.51.100.0/24", "2001:db8::/32"] }),
        ),
        mock("GET /orders", &json!({})),
        mock("$default", &json!({})),
        json!({ "routeKey": "GET /gone", "enabled": false }),
    ];
    let world = world(&json!({ "ipDeny": ["192.0.2.66"] }), &routes).await;
    expect![[r#"
        exit 0
        v1: valid, and served as it is, 1 MB of memory

        ROUTE                   CALLERS                       SCOPES                  ADDRESSES                                                      POLICY
        GET /health             public (NONE)                 -                       not 192.0.2.66/32 of $api                                      -
        ANY /internal/{proxy+}  anybody (NONE)                -                       not 192.0.2.66/32 of $api; only 198.51.100.0/24 2001:db8::/32  -
        GET /orders             users (JWT) of $api           -                       not 192.0.2.66/32 of $api                                      -
        POST /orders            users (JWT) of $api, API key  -                       not 192.0.2.66/32 of $api                                      -
        DELETE /orders/{id}     query (JWT)                   -                       not 192.0.2.66/32 of $api; not 203.0.113.0/24                  -
        GET /orders/{id}        users (JWT)                   orders:read orders:all  not 192.0.2.66/32 of $api                                      -
        GET /stats              API key (NONE)                -                       not 192.0.2.66/32 of $api                                      -
        $default                users (JWT) of $api           -                       not 192.0.2.66/32 of $api                                      -

        --
    "#]].assert_eq(&world.tollgate(&["check", "v1", "--auth"]).text(&[]));
}

#[tokio::test]
async fn a_route_by_which_anybody_may_change_a_table_is_a_warning() {
    let open = json!({ "authorizationType": "NONE" });
    let guarded = |words: Value| {
        let mut open = open.clone();
        open.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        open
    };
    let routes = [
        dynamodb("GET /open", "Scan", &open),
        dynamodb("POST /open", "PutItem", &open),
        dynamodb("DELETE /open", "DeleteItem", &guarded(json!({ "ipDeny": ["203.0.113.0/24"] }))),
        dynamodb("DELETE /key", "DeleteItem", &guarded(json!({ "apiKeyRequired": true }))),
        dynamodb("DELETE /office", "DeleteItem", &guarded(json!({ "ipAllow": ["198.51.100.0/24"] }))),
        dynamodb("DELETE /users", "DeleteItem", &json!({})),
    ];
    let world = world(&json!({}), &routes).await;
    expect![[r#"
        exit 0
        v1: valid, and served as it is, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=$api] authorizers.query: got an authorizer that no route asks, expected authorizerId query in a route or in $api, or no such authorizer
          warning: tollgate-routes [stage=v1 routeKey=DELETE /open] integration.action: got a route by which anybody may change a table, expected an authorizer, an API key, ipAllow or a policy, unless that is meant
          warning: tollgate-routes [stage=v1 routeKey=POST /open] integration.action: got a route by which anybody may change a table, expected an authorizer, an API key, ipAllow or a policy, unless that is meant

        ROUTE           CALLERS              SCOPES  ADDRESSES             POLICY
        DELETE /key     API key (NONE)       -       -                     -
        DELETE /office  anybody (NONE)       -       only 198.51.100.0/24  -
        DELETE /open    public (NONE)        -       not 203.0.113.0/24    -
        GET /open       public (NONE)        -       -                     -
        POST /open      public (NONE)        -       -                     -
        DELETE /users   users (JWT) of $api  -       -                     -

        --
    "#]].assert_eq(&world.tollgate(&["check", "v1", "--auth"]).text(&[]));
}

#[tokio::test]
async fn a_policy_that_lets_in_everybody_protects_nothing() {
    let statement = |words: &Value| {
        let allow =
            json!({ "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*" });
        json!({ "Statement": [with(allow, words)] })
    };
    let told = async |words: &Value| {
        let world = TestGateway::new();
        world.put_route(&json!({ "routeKey": "$api", "policy": statement(words) }));
        world.put_route(&dynamodb("POST /open", "PutItem", &json!({})));
        world.tollgate(&["check", "v1", "--auth"]).text(&[])
    };
    expect![[r#"
        exit 0
        v1: 1 route, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=POST /open] integration.action: got a route by which anybody may change a table, expected an authorizer, an API key, ipAllow or a policy, unless that is meant

        ROUTE       CALLERS  SCOPES  ADDRESSES  POLICY
        POST /open  public   -       -          lets in everybody

        --
    "#]].assert_eq(&told(&json!({})).await);
    let condition = json!({ "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } });
    expect![[r#"
        exit 0
        v1: 1 route, not served yet, 1 MB of memory

        ROUTE       CALLERS  SCOPES  ADDRESSES  POLICY
        POST /open  anybody  -       -          asked

        --
    "#]]
    .assert_eq(&told(&json!({ "Condition": condition })).await);
}

#[tokio::test]
async fn behind_a_url_that_asks_for_signatures_no_route_is_public() {
    let world = TestGateway::new();
    world.put_route(&dynamodb("POST /open", "PutItem", &json!({})));
    world.put_route(&mock("GET /keyed", &json!({ "apiKeyRequired": true })));
    world.put_route(&mock("GET /signed", &json!({ "authorizationType": "AWS_IAM" })));
    expect![[r#"
        exit 0
        v1: 3 routes, not served yet, 1 MB of memory

        ROUTE        CALLERS            SCOPES  ADDRESSES  POLICY
        GET /keyed   API key            -       -          -
        POST /open   whoever signs      -       -          -
        GET /signed  AWS_IAM (AWS_IAM)  -       -          -

        --
    "#]]
    .assert_eq(&world.tollgate_with(&[SIGNING], &["check", "v1", "--auth"]).text(&[]));
}

#[tokio::test]
async fn a_stage_with_problems_has_no_table_and_others_have() {
    let world = TestGateway::new();
    world.put_route(&json!({ "stage": "bad", "routeKey": "GET /x", "authorizerId": "nobody", "integration": { "type": "MOCK" } }));
    world.put_route(&dynamodb("POST /open", "PutItem", &json!({})));
    expect![[r#"
        exit 3
        bad: 1 problem
          problem: tollgate-routes [stage=bad routeKey=GET /x] authorizerId: got "nobody", expected one of the authorizers of $api ()
        v1: 1 route, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=POST /open] integration.action: got a route by which anybody may change a table, expected an authorizer, an API key, ipAllow or a policy, unless that is meant

        ROUTE       CALLERS  SCOPES  ADDRESSES  POLICY
        POST /open  public   -       -          -

        --
    "#]].assert_eq(&world.tollgate(&["check", "--auth"]).text(&[]));
    expect![[r#"
        exit 0
        {
          "results": [
            {
              "deploymentId": "43c1342a75ffaf7aecfc8759943ddbf3",
              "problems": [],
              "routes": [
                {
                  "addresses": null,
                  "addressesOfApi": null,
                  "apiKeyRequired": false,
                  "authorizationScopes": null,
                  "authorizerId": null,
                  "authorizerType": null,
                  "hasPolicy": false,
                  "isAuthorizerOfApi": false,
                  "isPublic": true,
                  "routeKey": "POST /open"
                }
              ],
              "stage": "v1",
              "valid": true,
              "warnings": [
                {
                  "expected": "an authorizer, an API key, ipAllow or a policy, unless that is meant",
                  "field": "integration.action",
                  "got": "a route by which anybody may change a table",
                  "key": "stage=v1 routeKey=POST /open",
                  "table": "tollgate-routes"
                }
              ]
            }
          ],
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&world.tollgate(&["check", "v1", "--auth", "-o", "json"]).text(&[]));
}
