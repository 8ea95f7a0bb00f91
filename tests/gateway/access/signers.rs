//! Statements of `policy` about callers whom IAM knows, behind a function URL that checks signatures.

use expect_test::expect;
use serde_json::{Value, json};

use super::{FORBIDDEN, api, mock};
use crate::{
    authorizers::{
        iam::{SIGNING, signed},
        told_by,
    },
    harness::TestGateway,
};

const ADA: &str = "arn:aws:iam::111122223333:user/people/ada";
const STAFF: &str = "arn:aws:sts::111122223333:assumed-role/staff/bob";
/// A session that is named like a role.
const STAFF_BY_NAME: &str = "arn:aws:sts::111122223333:assumed-role/other/staff";
const STRANGER: &str = "arn:aws:sts::999999999999:assumed-role/staff/bob";
const CALLERS: [&str; 4] = [ADA, STAFF, STAFF_BY_NAME, STRANGER];

fn statement(effect: &str, principal: &Value, resource: &str) -> Value {
    json!({ "Effect": effect, "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource })
}

/// Routes that ask for a signature, for a function's word, and for nothing.
async fn serving(environment: &[(&str, &str)], statements: Value) -> TestGateway {
    let world = TestGateway::with_environment(environment);
    let words = json!({ "policy": { "Version": "2012-10-17", "Statement": statements }, "authorizers": { "f": {
        "type": "REQUEST", "authorizerUri": "policies", "identitySource": ["$request.header.x-who"] } } });
    let mut routes = vec![
        mock("GET /open", &json!({})),
        mock("GET /asked", &json!({ "authorizerId": "f" })),
        mock(
            "GET /cached",
            &json!({ "cachingEnabled": true,
            "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
        ),
    ];
    if !environment.is_empty() {
        routes.push(mock("GET /signed", &json!({ "authorizationType": "AWS_IAM" })));
    }
    world.put_route(&api(&words));
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world
}

/// Those of [`CALLERS`] whom a path lets in; the others get what no statement allows, or one denies.
async fn let_in(world: &TestGateway, path: &str) -> Vec<&'static str> {
    let mut let_in = Vec::new();
    for arn in CALLERS {
        let answer = world.send_event(&signed(&format!("GET /v1/{path}\nx-who: allow ada"), arn)).await;
        if answer.starts_with("200\n") {
            let_in.push(arn);
        } else {
            assert!(answer.starts_with("403\n"), "{path} {arn} {answer}");
        }
    }
    let_in
}

#[tokio::test]
async fn a_denial_of_signers_denies_them_whatever_the_route_asks() {
    let cases = [
        (json!("111122223333"), vec![STRANGER]),
        (json!("arn:aws:iam::111122223333:root"), vec![STRANGER]),
        (json!(ADA), vec![STAFF, STAFF_BY_NAME, STRANGER]),
        (json!("arn:aws:iam::111122223333:role/staff"), vec![ADA, STAFF_BY_NAME, STRANGER]),
        (json!("arn:aws:iam::111122223333:role/team/Staff"), vec![ADA, STAFF_BY_NAME, STRANGER]),
        (json!(STAFF), vec![ADA, STAFF_BY_NAME, STRANGER]),
        (json!([ADA, "999999999999"]), vec![STAFF, STAFF_BY_NAME]),
        (json!(["*", ADA]), vec![]),
    ];
    for (principal, expected) in cases {
        let statements = json!([
            statement("Allow", &json!("*"), "*"),
            statement("Deny", &json!({ "AWS": principal }), "execute-api:/v1/GET/*"),
        ]);
        let world = serving(&[SIGNING], statements).await;
        for path in ["signed", "asked", "open", "cached", "cached"] {
            assert_eq!(let_in(&world, path).await, expected, "{principal} {path}");
        }
        assert_eq!(let_in(&world, "//open").await, expected, "{principal}");
    }
}

#[tokio::test]
async fn an_allowance_of_signers_lets_in_nobody_else() {
    let principal = json!({ "AWS": ["arn:aws:iam::111122223333:role/staff"] });
    let world = serving(&[SIGNING], json!([statement("Allow", &principal, "*")])).await;
    for path in ["signed", "open", "cached", "cached"] {
        assert_eq!(let_in(&world, path).await, [STAFF], "{path}");
    }
    // Beside a function it is enough that one of both allows.
    assert_eq!(let_in(&world, "asked").await, CALLERS);
    assert_eq!(world.send("GET /v1/open").await, FORBIDDEN);
    assert_eq!(world.last_line()["errorMessage"], "access denied: no statement of the policy allows it");
    assert_eq!(world.send_event(&signed("GET /v1/open", "nobody's ARN")).await, FORBIDDEN);
    assert_eq!(world.last_line()["errorMessage"], "access denied: the signer's ARN is none of IAM's");
}

#[tokio::test]
async fn what_a_client_writes_of_itself_signs_nothing() {
    let principal = json!({ "AWS": ["arn:aws:iam::111122223333:role/staff"] });
    let statements = json!([statement("Allow", &principal, "*")]);
    let world = serving(&[SIGNING], statements.clone()).await;
    let spoofed = "GET /v1/open?X-Amz-Signature=1&userArn=arn:aws:sts::111122223333:assumed-role/staff/bob\n\
        x-amzn-user-arn: arn:aws:sts::111122223333:assumed-role/staff/bob\n\
        authorization: AWS4-HMAC-SHA256 Credential=x";
    assert_eq!(world.send(spoofed).await, FORBIDDEN);
    assert_eq!(world.send_event(&signed(spoofed, ADA)).await, FORBIDDEN);
    // A URL of NONE has no signers, whatever an event says.
    let unsigned = serving(&[], statements).await;
    assert_eq!(unsigned.send_event(&signed("GET /v1/open", STAFF)).await, FORBIDDEN);
}

#[tokio::test]
async fn a_statement_about_signers_is_a_warning_where_nobody_signs() {
    let statements =
        json!([statement("Allow", &json!("*"), "*"), statement("Deny", &json!({ "AWS": ADA }), "*"),]);
    let item = api(&json!({ "policy": { "Statement": statements } }));
    let told = async |variables| {
        let world = TestGateway::with_environment(variables);
        told_by(&world, &item, &[mock("GET /open", &json!({}))]).await
    };
    expect![[r#"warning [$api] policy: got Statement[1], expected a Principal of "*": nobody signs requests to this function URL (FUNCTION_URL_AUTH_TYPE is NONE)"#]]
        .assert_eq(&told(&[]).await);
    assert_eq!(told(&[SIGNING]).await, "");
}
