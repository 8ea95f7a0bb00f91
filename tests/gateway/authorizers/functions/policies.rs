//! A function's policy beside that of the API, and for every spelling of a path.

use serde_json::{Value, json};

use super::{super::HELLO, Form, calls, refusal, route, who};
use crate::harness::TestGateway;

fn policy(effect: &str, resource: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource }] })
}

/// The status of `GET /v1/a` for an API with this policy, and the number of calls.
async fn outcome(form: Form, policy: Option<Value>, word: &str) -> (String, usize) {
    let api = policy.map_or(json!({}), |policy| json!({ "policy": policy }));
    let world = form.world_of(&json!({}), &api, &[route("GET /a", &json!({}))]).await;
    let answer = world.send(&who("GET /v1/a", word)).await;
    (answer[..3].to_owned(), calls(&world))
}

#[tokio::test]
async fn a_denial_of_either_wins_and_else_it_is_enough_that_one_allows() {
    let (allows, silent, denies) =
        (policy("Allow", "*"), policy("Allow", "execute-api:/v1/PUT/*"), policy("Deny", "*"));
    for form in Form::ALL {
        let expected = [
            (None, "allow", ("200", 1)),
            (None, "deny", ("403", 1)),
            (Some(&allows), "allow", ("200", 1)),
            (Some(&allows), "deny", ("403", 1)),
            (Some(&silent), "allow", ("200", 1)),
            (Some(&silent), "deny", ("403", 1)),
            (Some(&denies), "allow", ("403", 0)),
            (Some(&denies), "deny", ("403", 0)),
        ];
        for (policy, word, (status, calls)) in expected {
            let got = outcome(form, policy.cloned(), word).await;
            assert_eq!(got, (status.to_owned(), calls), "{form:?} {policy:?} {word}");
        }
        if form.is_rest() {
            for (policy, status) in [(None, "403"), (Some(&allows), "200"), (Some(&silent), "403")] {
                let got = outcome(form, policy.cloned(), "elsewhere").await;
                assert_eq!(got, (status.to_owned(), 1), "{form:?} {policy:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_function_of_another_account_allows_a_policy_has_to_allow_too() {
    let (allows, silent, denies) =
        (policy("Allow", "*"), policy("Allow", "execute-api:/v1/PUT/*"), policy("Deny", "*"));
    let name = |form| if form == Form::Simple { "simple" } else { "policies" };
    for form in Form::ALL {
        let own = format!("123456789012:function:{}", name(form));
        let others = format!("999999999999:function:{}", name(form));
        let expected = [
            (&own, Some(&silent), "allow", ("200", 1)),
            (&others, None, "allow", ("200", 1)),
            (&others, None, "deny", ("403", 1)),
            (&others, Some(&allows), "allow", ("200", 1)),
            (&others, Some(&allows), "deny", ("403", 1)),
            (&others, Some(&silent), "allow", ("403", 1)),
            (&others, Some(&silent), "deny", ("403", 1)),
            (&others, Some(&denies), "allow", ("403", 0)),
        ];
        for (uri, policy, word, (status, count)) in expected {
            let api = policy.map_or(json!({}), |policy| json!({ "policy": policy }));
            let routes = [route("GET /a", &json!({}))];
            let world = form.world_of(&json!({ "authorizerUri": uri }), &api, &routes).await;
            let answer = world.send(&who("GET /v1/a", word)).await;
            assert_eq!(
                (&answer[..3], world.calls().len()),
                (status, count),
                "{form:?} {uri} {policy:?} {word}"
            );
        }
    }
}

/// The function answers with this policy.
fn says(statement: &Value) -> String {
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    format!("says {}", json!({ "principalId": "ada", "policyDocument": document }))
}

async fn files(form: Form) -> TestGateway {
    form.world(&json!({}), &[route("ANY /files/{proxy+}", &json!({})), route("GET /get", &json!({}))]).await
}

#[tokio::test]
async fn a_denial_holds_for_every_spelling_that_a_target_may_take_for_the_path() {
    let both = json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "*", "Resource": "execute-api:/v1/*/files/private/*" }]);
    let document =
        json!({ "principalId": "ada", "policyDocument": { "Version": "2012-10-17", "Statement": both } });
    let word = format!("says {document}");
    for form in [Form::Token, Form::RequestV1, Form::RequestV2] {
        let world = files(form).await;
        assert_eq!(world.send(&who("GET /v1/files/public/1", &word)).await, HELLO);
        for path in ["private/1", "private//1", "/private/1", "private%2F1", "%70rivate/1"] {
            let answer = world.send(&who(&format!("GET /v1/files/{path}"), &word)).await;
            assert!(answer.starts_with("403\n"), "{form:?} {path}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_head_of_a_get_route_needs_what_allows_get() {
    for form in [Form::Token, Form::RequestV1, Form::RequestV2] {
        let world = files(form).await;
        for (method, expected) in [("GET", "200"), ("HEAD", "403")] {
            let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": format!("execute-api:/v1/{method}/get") });
            let answer = world.send(&who("HEAD /v1/get", &says(&statement))).await;
            assert!(answer.starts_with(expected), "{form:?} {method}: {answer}");
        }
        // The ARN that the function is told is the one that it has to allow.
        assert!(world.send(&who("HEAD /v1/get", "allow ada")).await.starts_with("200"));
    }
}

#[tokio::test]
async fn an_arn_that_a_function_copies_into_its_policy_allows_that_path_only() {
    for form in [Form::Token, Form::RequestV1, Form::RequestV2] {
        for path in ["*", "%2A", "a%3Fb", "$x", "caf%C3%A9", "a%2Fb", "a//b/", "a%25b", "a%20b"] {
            let world = files(form).await;
            let request = format!("GET /v1/files/{path}");
            assert_eq!(world.send(&who(&request, "allow ada")).await, HELLO, "{form:?} {path}");
            for other in ["secret", "axb", "a"] {
                let answer = world.send(&who(&format!("GET /v1/files/{other}"), "allow ada")).await;
                let denied = refusal(
                    403,
                    "AccessDeniedException",
                    r#"{"Message":"User is not authorized to access this resource"}"#,
                );
                assert_eq!(answer, denied, "{form:?} {path} allows {other}");
            }
        }
    }
}

#[tokio::test]
async fn a_policy_that_cannot_be_evaluated_is_the_operators_mistake_and_the_log_says_which() {
    let base = || json!({ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*" });
    let with = |name: &str, value: Value| {
        let mut statement = base();
        statement[name] = value;
        statement
    };
    let cases = [
        (with("NotAction", json!("s3:*")), "policyDocument.Statement[0].NotAction"),
        (with("NotResource", json!("*")), "policyDocument.Statement[0].NotResource"),
        (with("Effect", json!("allow")), "policyDocument.Statement[0].Effect"),
        (with("Action", json!("s3:GetObject")), "policyDocument.Statement[0].Action"),
        (
            with("Condition", json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } })),
            "policyDocument.Statement[0].Condition.StringEquals",
        ),
    ];
    for (statement, place) in cases {
        let world = files(Form::Token).await;
        let answer = world.send(&who("GET /v1/get", &says(&statement))).await;
        let expected = refusal(500, "AuthorizerConfigurationException", r#"{"message":null}"#);
        assert_eq!(answer, expected, "{statement}");
        let line = world.last_line();
        let reason = line["errorMessage"].as_str().unwrap();
        let begins = format!("the authorizer is misconfigured: a malformed answer: {place}");
        assert!(reason.starts_with(&begins), "{reason}");
    }
}

#[tokio::test]
async fn conditions_of_a_functions_policy_are_those_of_a_resource_policy() {
    let of_address = |range: &str| {
        json!({ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*",
            "Condition": { "IpAddress": { "aws:SourceIp": range } } })
    };
    let world = files(Form::RequestV1).await;
    for (range, expected) in [("192.0.2.0/24", "200"), ("198.51.100.0/24", "403")] {
        let answer = world.send(&who("GET /v1/get", &says(&of_address(range)))).await;
        assert!(answer.starts_with(expected), "{range}: {answer}");
    }
}
