//! `policy` of `$api`, as API Gateway exports it.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::{FORBIDDEN, api, mock, outcomes, send_from};
use crate::harness::TestGateway;

const INSIDE: &str = "198.51.100.9";
const OUTSIDE: &str = "203.0.113.9";

/// An API with this policy, and some open routes.
async fn serving(statements: Value) -> TestGateway {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    TestGateway::serving(&[
        api(&json!({ "policy": policy })),
        mock("GET /orders/{id}", &json!({})),
        mock("PUT /orders/{id}", &json!({})),
        mock("ANY /admin/{proxy+}", &json!({})),
        mock("GET /keyed", &json!({ "apiKeyRequired": true })),
        mock("$default", &json!({})),
    ])
    .await
}

fn statement(effect: &str, resource: &str, condition: &Value) -> Value {
    json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource,
        "Condition": condition })
}

#[tokio::test]
async fn a_policy_that_asks_for_an_address_refuses_a_client_without_one() {
    let everything = statement("Allow", "*", &json!({}));
    let policies = [
        json!([everything, statement("Deny", "*", &json!({ "IpAddress": { "aws:SourceIp": OUTSIDE } }))]),
        json!([statement("Allow", "*", &json!({ "NotIpAddress": { "aws:SourceIp": OUTSIDE } }))]),
        json!([statement("Allow", "*", &json!({ "IpAddressIfExists": { "aws:SourceIp": INSIDE } }))]),
        json!([everything, statement("Deny", "*", &json!({ "StringLike": { "aws:SourceIp": "203.*" } }))]),
    ];
    for policy in policies {
        let world = serving(policy.clone()).await;
        for (address, expected) in [(INSIDE, "200"), (OUTSIDE, "403"), ("unknown", "403"), ("", "403")] {
            let answer = send_from(&world, address, "GET /v1/orders/7").await;
            assert_eq!(&answer[..3], expected, "{address} {policy}");
        }
    }
    let world = serving(json!([everything])).await;
    assert_eq!(&send_from(&world, "unknown", "GET /v1/orders/7").await[..3], "200");
}

#[tokio::test]
async fn a_policy_lets_in_whom_it_allows_and_does_not_deny() {
    // API Gateway's own example of a deny list, with a denied path besides.
    let world = serving(json!([
        statement("Allow", "arn:aws:execute-api:eu-west-1:111122223333:abc123/*", &json!({})),
        statement("Deny", "arn:aws:execute-api:eu-west-1:111122223333:abc123/*",
            &json!({ "NotIpAddress": { "aws:SourceIp": ["198.51.100.0/24", "2001:db8::/32"] } })),
        { "Sid": "NoAdmin", "Effect": "Deny", "Principal": "*", "Action": "execute-api:*",
            "Resource": "execute-api:/v1/*/admin/*" },
        statement("Deny", "execute-api:/v2/*", &json!({})),
    ]))
    .await;
    let told = outcomes(
        &world,
        &[
            (INSIDE, "GET /v1/orders/7"),
            ("2001:db8::1", "GET /v1/orders/7"),
            (OUTSIDE, "GET /v1/orders/7"),
            (INSIDE, "POST /v1/admin/users"),
            (INSIDE, "GET /v1/keyed"),
            (OUTSIDE, "GET /v1/keyed"),
            (INSIDE, "GET /v1/anything"),
        ],
    )
    .await;
    expect![[r"
        198.51.100.9 GET /v1/orders/7: 200
        2001:db8::1 GET /v1/orders/7: 200
        203.0.113.9 GET /v1/orders/7: 403 access denied: Statement[1] of the policy denies it
        198.51.100.9 POST /v1/admin/users: 403 access denied: NoAdmin of the policy denies it
        198.51.100.9 GET /v1/keyed: 403 bad API key: no key
        203.0.113.9 GET /v1/keyed: 403 access denied: Statement[1] of the policy denies it
        198.51.100.9 GET /v1/anything: 200
    "]]
    .assert_eq(&told);
    assert_eq!(send_from(&world, OUTSIDE, "GET /v1/orders/7").await, FORBIDDEN);
    assert_eq!(world.last_line()["errorResponseType"], "ACCESS_DENIED");
}

#[tokio::test]
async fn whatever_no_statement_allows_is_refused() {
    let world = serving(json!([
        statement("Allow", "execute-api:/v1/GET/orders/*", &json!({})),
        statement("Allow", "execute-api:/v2/*", &json!({})),
        statement("Allow", "execute-api:/v1/OPTIONS/*", &json!({})),
    ]))
    .await;
    let requests = [
        "GET /v1/orders/7",
        // A GET route serves it.
        "HEAD /v1/orders/7",
        "PUT /v1/orders/7",
        "GET /v1/orders/7/",
        "GET /v1/Orders/7",
        "GET /v1/%6Frders/7",
        "GET /v1/admin/x",
        "get /v1/orders/7",
        "OPTIONS /v1/orders/7",
    ];
    let told = outcomes(&world, &requests.map(|request| (INSIDE, request))).await;
    expect![[r"
        198.51.100.9 GET /v1/orders/7: 200
        198.51.100.9 HEAD /v1/orders/7: 200
        198.51.100.9 PUT /v1/orders/7: 403 access denied: no statement of the policy allows it
        198.51.100.9 GET /v1/orders/7/: 200
        198.51.100.9 GET /v1/Orders/7: 403 access denied: no statement of the policy allows it
        198.51.100.9 GET /v1/%6Frders/7: 200
        198.51.100.9 GET /v1/admin/x: 403 access denied: no statement of the policy allows it
        198.51.100.9 get /v1/orders/7: 403 access denied: no statement of the policy allows it
        198.51.100.9 OPTIONS /v1/orders/7: 200
    "]]
    .assert_eq(&told);
}

#[tokio::test]
async fn conditions_go_by_headers_scheme_and_the_gateways_clock() {
    let world = serving(json!([
        statement(
            "Allow",
            "execute-api:/v1/GET/orders/*",
            &json!({ "StringLike": { "aws:Referer": "https://app.example/*" } })
        ),
        statement(
            "Allow",
            "execute-api:/v1/PUT/orders/*",
            &json!({ "DateLessThan": { "aws:CurrentTime": "2025-04-15" } })
        ),
        statement(
            "Allow",
            "execute-api:/v1/*/admin/*",
            &json!({ "Bool": { "aws:SecureTransport": "true" } })
        ),
        statement("Deny", "execute-api:/v1/*", &json!({ "StringLike": { "aws:UserAgent": ["*bot*", ""] } })),
    ]))
    .await;
    let requests = [
        "GET /v1/orders/7",
        "GET /v1/orders/7\nreferer: https://app.example/list",
        "GET /v1/orders/7\nreferer: https://app.example/list\nuser-agent: abot/1",
        "GET /v1/orders/7\nreferer: http://app.example/list",
        "PUT /v1/orders/7",
        "GET /v1/admin/x",
        "GET /v1/admin/x\nx-forwarded-proto: https",
        "GET /v1/admin/x\nx-forwarded-proto: http",
    ];
    let told = outcomes(&world, &requests.map(|request| (INSIDE, request))).await;
    expect![[r"
        198.51.100.9 GET /v1/orders/7: 403 access denied: no statement of the policy allows it
        198.51.100.9 GET /v1/orders/7, referer: https://app.example/list: 200
        198.51.100.9 GET /v1/orders/7, referer: https://app.example/list, user-agent: abot/1: 403 access denied: Statement[3] of the policy denies it
        198.51.100.9 GET /v1/orders/7, referer: http://app.example/list: 403 access denied: no statement of the policy allows it
        198.51.100.9 PUT /v1/orders/7: 200
        198.51.100.9 GET /v1/admin/x: 200
        198.51.100.9 GET /v1/admin/x, x-forwarded-proto: https: 200
        198.51.100.9 GET /v1/admin/x, x-forwarded-proto: http: 403 access denied: no statement of the policy allows it
    "]]
    .assert_eq(&told);
    world.advance(Duration::from_secs(6_432));
    assert_eq!(send_from(&world, INSIDE, "PUT /v1/orders/7").await, FORBIDDEN);
}

#[tokio::test]
async fn a_denial_holds_for_what_a_target_may_take_a_request_for() {
    let world = serving(json!([
        statement("Allow", "*", &json!({})),
        statement("Deny", "execute-api:/v1/GET/reports", &json!({})),
        statement("Deny", "execute-api:/v1/*/admin/*", &json!({})),
        statement("Deny", "execute-api:/v1/DELETE/*", &json!({})),
    ]))
    .await;
    let requests = [
        "GET /v1/reports",
        "GET /v1/%72eports",
        "HEAD /v1/reports",
        "get /v1/reports",
        "POST /v1/reports",
        "GET /v1/reports/",
        "GET /v1/reports%2F",
        "GET /v1//reports//",
        "GET /v1/reports/2025",
        "GET /v1/Reports",
        "GET /v1/admin%2Fusers",
        "GET /v1/admin//",
        "delete /v1/orders/7",
    ];
    let statuses = outcomes(&world, &requests.map(|request| (INSIDE, request))).await;
    let statuses: String =
        statuses.lines().map(|line| line.split(" access").next().unwrap().to_owned() + "\n").collect();
    expect![[r"
        198.51.100.9 GET /v1/reports: 403
        198.51.100.9 GET /v1/%72eports: 403
        198.51.100.9 HEAD /v1/reports: 403
        198.51.100.9 get /v1/reports: 403
        198.51.100.9 POST /v1/reports: 200
        198.51.100.9 GET /v1/reports/: 403
        198.51.100.9 GET /v1/reports%2F: 403
        198.51.100.9 GET /v1//reports//: 403
        198.51.100.9 GET /v1/reports/2025: 200
        198.51.100.9 GET /v1/Reports: 200
        198.51.100.9 GET /v1/admin%2Fusers: 403
        198.51.100.9 GET /v1/admin//: 403
        198.51.100.9 delete /v1/orders/7: 403
    "]]
    .assert_eq(&statuses);
}

#[tokio::test]
async fn a_preflight_is_a_call_of_options() {
    async fn serving(statements: &Value) -> TestGateway {
        let cors = json!({ "allowOrigins": ["https://app.example"], "allowMethods": ["*"] });
        let words = json!({ "corsConfiguration": cors, "policy": { "Statement": statements } });
        TestGateway::serving(&[api(&words), mock("PUT /orders/{id}", &json!({}))]).await
    }
    let preflight = "OPTIONS /v1/orders/7\norigin: https://app.example\naccess-control-request-method: PUT";
    let everything = statement("Allow", "*", &json!({}));
    let from_inside = json!({ "IpAddress": { "aws:SourceIp": INSIDE } });
    for (statements, inside, outside) in [
        (json!([everything]), "204", "204"),
        (json!([statement("Allow", "execute-api:/v1/*", &from_inside)]), "204", "403"),
        (json!([statement("Allow", "execute-api:/v1/OPTIONS/*", &from_inside)]), "204", "403"),
        (json!([statement("Allow", "execute-api:/v1/PUT/*", &json!({}))]), "403", "403"),
        (
            json!([everything, statement("Deny", "execute-api:/*/OPTIONS/orders/*", &from_inside)]),
            "403",
            "204",
        ),
    ] {
        let world = serving(&statements).await;
        for (address, expected) in [(INSIDE, inside), (OUTSIDE, outside)] {
            assert_eq!(&send_from(&world, address, preflight).await[..3], expected, "{address} {statements}");
        }
    }
    // However the path is spelt.
    let no_orders = json!([everything, statement("Deny", "execute-api:/*/OPTIONS/orders/7", &json!({}))]);
    let world = serving(&no_orders).await;
    for path in ["/orders/7", "/orders/7/", "/orders//7", "/orders%2f7"] {
        let spelt = preflight.replace("/orders/7", path);
        assert_ne!(&send_from(&world, INSIDE, &spelt).await[..3], "204", "{path}");
    }
    let world = serving(&json!([statement("Allow", "*", &from_inside)])).await;
    assert_eq!(send_from(&world, OUTSIDE, preflight).await, FORBIDDEN);
}
