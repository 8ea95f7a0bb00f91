//! Policies as functions write them, and what they say of requests.

use proptest::prelude::*;

use super::*;
use crate::policy_document::literal_path;

fn decisions(answer: &Value, cases: &[(&str, &str)]) {
    for form in [AnswerForm::RestPolicy, AnswerForm::HttpPolicy] {
        let read = decode(answer, form).unwrap_or_else(|error| panic!("{answer}: {error}"));
        for (request, expected) in cases {
            assert_eq!(decision(&read, request), *expected, "{request} {answer}");
        }
    }
}

const ARN: &str = "arn:aws:execute-api:eu-west-1:111122223333:abc123/v1";

/// What github.com/auth0-samples/jwt-rsa-aws-custom-authorizer makes for the ARN that it was asked about.
#[test]
fn a_policy_for_the_arn_that_was_asked_about_is_for_that_alone() {
    let mut answer = with_policy(&json!([statement("Allow", format!("{ARN}/GET/orders/7"))]));
    answer["principalId"] = "auth0|5f7c8ec7c33c6c004bbafe82".into();
    answer["context"] = json!({ "scope": "read:orders" });
    decisions(
        &answer,
        &[
            ("GET /orders/7", "Allow"),
            ("POST /orders/7", "ImplicitDeny"),
            ("GET /orders/8", "ImplicitDeny"),
            ("GET /orders/7/", "ImplicitDeny"),
            ("GET /orders", "ImplicitDeny"),
        ],
    );
}

/// What the class AuthPolicy of github.com/awslabs/aws-apigateway-lambda-authorizer-blueprints builds.
#[test]
fn the_policies_of_the_blueprints_say_what_they_say_on_api_gateway() {
    let all = |effect| {
        with_policy(&json!([statement(
            effect,
            json!(["arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/*/*"])
        )]))
    };
    decisions(&all("Allow"), &[("GET /", "Allow"), ("DELETE /orders/7", "Allow")]);
    let denied = r#"ExplicitDeny("Statement[0]")"#;
    decisions(&all("Deny"), &[("GET /", denied), ("DELETE /orders/7", denied)]);

    let everywhere = with_policy(&json!([statement("Allow", json!(["arn:aws:execute-api:*:*:*/*/*/*"]))]));
    decisions(&everywhere, &[("GET /", "Allow"), ("DELETE /orders/7", "Allow")]);

    let some = with_policy(&json!([
        statement("Allow", json!([format!("{ARN}/GET/orders"), format!("{ARN}/GET/orders/*")])),
        statement("Deny", json!([format!("{ARN}/*/orders/secret*")])),
    ]));
    decisions(
        &some,
        &[
            ("GET /orders", "Allow"),
            ("GET /orders/7", "Allow"),
            ("GET /orders/7/lines", "Allow"),
            ("POST /orders", "ImplicitDeny"),
            ("GET /orders/secret", r#"ExplicitDeny("Statement[1]")"#),
            ("GET /users", "ImplicitDeny"),
        ],
    );

    // One statement for each method with conditions.
    let mut conditional = statement("Allow", json!([format!("{ARN}/GET/*")]));
    conditional["Condition"] = json!({ "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } });
    let mut elsewhere = statement("Allow", json!([format!("{ARN}/POST/*")]));
    elsewhere["Condition"] = json!({ "IpAddress": { "aws:SourceIp": ["192.0.2.0/24"] } });
    decisions(
        &with_policy(&json!([conditional, elsewhere])),
        &[("GET /orders", "Allow"), ("POST /orders", "ImplicitDeny")],
    );
}

#[test]
fn an_explicit_denial_wins_wherever_it_stands_and_what_is_not_allowed_is_denied() {
    let all = "*";
    let cases = [
        (json!([statement("Allow", all), statement("Deny", all)]), r#"ExplicitDeny("Statement[1]")"#),
        (json!([statement("Deny", all), statement("Allow", all)]), r#"ExplicitDeny("Statement[0]")"#),
        (json!(statement("Allow", all)), "Allow"),
        (json!([{ "Sid": "No", "Action": "*", "Effect": "Deny", "Resource": "*" }]), r#"ExplicitDeny("No")"#),
        (
            json!([statement("Deny", format!("{ARN}/POST/*")), statement("Allow", format!("{ARN}/GET/*"))]),
            "Allow",
        ),
        (
            json!([statement("Allow", "arn:aws:execute-api:eu-west-1:111122223333:abc123/v2/GET/*")]),
            "ImplicitDeny",
        ),
        // Of another account, region and API: only stage, method and path count.
        (json!([statement("Allow", "arn:aws:execute-api:us-east-1:999999999999:other/v1/GET/*")]), "Allow"),
        (json!([statement("Allow", format!("{ARN}/GET/order?/?"))]), "Allow"),
        (json!([statement("Allow", format!("{ARN}/GET/orders/??"))]), "ImplicitDeny"),
        (
            json!([{ "Action": ["s3:GetObject", "execute-api:Invoke"], "Effect": "Allow", "Resource": "*" }]),
            "refused",
        ),
        (json!([{ "Action": ["execute-api:invoke"], "Effect": "Allow", "Resource": ["*"] }]), "Allow"),
        (json!([{ "Action": "execute-api:*", "Effect": "Allow", "Resource": "*" }]), "Allow"),
        (json!([{ "Action": "*", "Effect": "Allow", "Resource": "*", "Principal": "*" }]), "Allow"),
        (
            json!([{ "Action": "*", "Effect": "Deny", "Resource": "*", "Condition": { "StringLike": { "aws:UserAgent": "curl/*" } } }]),
            r#"ExplicitDeny("Statement[0]")"#,
        ),
        (
            json!([{ "Action": "*", "Effect": "Allow", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": "false" } } }]),
            "ImplicitDeny",
        ),
        (
            json!([{ "Action": "*", "Effect": "Allow", "Resource": "*", "Condition": { "DateLessThan": { "aws:CurrentTime": "2027-01-01T00:00:00Z" } } }]),
            "Allow",
        ),
    ];
    for (statements, expected) in cases {
        let read = decode(&with_policy(&statements), AnswerForm::RestPolicy);
        let got = read.map_or_else(|_| "refused".to_owned(), |answer| decision(&answer, "GET /orders/7"));
        assert_eq!(got, expected, "{statements}");
    }
}

#[test]
fn a_denial_of_what_a_target_may_take_the_request_for_denies_it() {
    let answer =
        with_policy(&json!([statement("Allow", "*"), statement("Deny", format!("{ARN}/GET/orders"))]));
    let answer = decode(&answer, AnswerForm::RestPolicy).unwrap();
    let context = ConditionContext {
        source_ip: None,
        referer: None,
        user_agent: None,
        is_secure: true,
        now: SystemTime::UNIX_EPOCH,
        signer: None,
    };
    let decide = |resources: &[&str]| format!("{:?}", answer.decide(resources, &context));
    assert_eq!(decide(&["/v1/GET/orders/"]), "Allow");
    assert_eq!(decide(&["/v1/GET/orders/", "/v1/GET/orders"]), r#"ExplicitDeny("Statement[1]")"#);
    assert_eq!(decide(&[]), "ImplicitDeny");
}

proptest! {
    /// A function that copies the ARN into its policy allows that path and no other, whatever the client put into it.
    #[test]
    fn a_path_that_is_copied_into_a_policy_is_no_pattern(path in "/[a*?${}/]{0,8}", other in "/[a*?${}/]{0,8}") {
        let arn = format!("{ARN}/GET{}", literal_path(&path));
        let answer = decode(&with_policy(&json!([statement("Allow", arn)])), AnswerForm::RestPolicy).unwrap();
        prop_assert_eq!(decision(&answer, &format!("GET {path}")), "Allow");
        if path != other {
            prop_assert_eq!(decision(&answer, &format!("GET {other}")), "ImplicitDeny");
        }
    }
}
