//! Policies that cannot be evaluated, and so make no answer, with the words that the log has for them.

use super::*;

fn assert_errors(cases: &[(Value, String)]) {
    for form in [AnswerForm::RestPolicy, AnswerForm::HttpPolicy] {
        for (document, expected) in cases {
            let answer = json!({ "principalId": "ada", "policyDocument": document });
            let error = decode(&answer, form).expect_err(expected).to_string();
            assert_eq!(error, format!("policyDocument.{expected}"), "{document}");
        }
    }
}

fn with(name: &str, value: Value) -> Value {
    let mut statement = statement("Allow", "*");
    statement[name] = value;
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn without(name: &str) -> Value {
    let mut statement = statement("Allow", "*");
    statement.as_object_mut().unwrap().remove(name);
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

#[test]
fn a_document_without_statements_is_no_policy() {
    let at_least_one = "Statement: expected at least one statement";
    let map = "expected a map with Effect, Action and Resource";
    let versioned = |version: &str| json!({ "Version": version, "Statement": [statement("Allow", "*")] });
    assert_errors(&[
        (json!({}), at_least_one.to_owned()),
        (json!({ "Statement": [] }), at_least_one.to_owned()),
        (json!({ "Statement": [7] }), format!("Statement[0]: {map}")),
        (json!({ "Statement": "Allow" }), format!("Statement: {map}")),
        (versioned("2020-01-01"), "Version: expected 2012-10-17".to_owned()),
        (
            json!({ "statement": [statement("Allow", "*")] }),
            "…: expected Version, Id or Statement (and 1 more)".to_owned(),
        ),
    ]);
}

#[test]
fn a_statement_that_says_what_is_not_evaluated_here_makes_no_policy() {
    let not =
        |name: &str| format!("{name}: expected nothing: {name} is not evaluated here, only {}", &name[3..]);
    let caller =
        r#"Principal: expected no Principal, or "*": the policy is about the caller that it was made for"#;
    let action = "Action: expected execute-api:Invoke, execute-api:* or *";
    let resource = "expected *, execute-api:/STAGE/METHOD/path or arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path";
    let keys =
        "aws:SourceIp, aws:Referer, aws:UserAgent, aws:SecureTransport, aws:CurrentTime, aws:EpochTime";
    let cases = [
        (with("NotAction", json!("s3:*")), not("NotAction")),
        (with("NotResource", json!("*")), not("NotResource")),
        (with("NotPrincipal", json!("*")), not("NotPrincipal")),
        (with("Principal", json!("ada")), caller.to_owned()),
        (with("Principal", json!({ "AWS": "111122223333" })), caller.to_owned()),
        (with("Effect", json!("allow")), "Effect: expected Allow or Deny".to_owned()),
        (with("Effect", json!(true)), "Effect: expected Allow or Deny".to_owned()),
        (without("Effect"), "Effect: expected Allow or Deny".to_owned()),
        (without("Action"), action.to_owned()),
        (with("Action", json!("lambda:InvokeFunction")), action.to_owned()),
        (with("Action", json!([])), action.to_owned()),
        (without("Resource"), "Resource: expected a resource or a list of resources".to_owned()),
        (with("Resource", json!([])), "Resource: expected a resource or a list of resources".to_owned()),
        (with("Resource", json!("/v1/GET/orders")), format!("Resource: {resource}")),
        (with("Resource", json!(["*", "arn:aws:s3:::bucket/*"])), format!("Resource[1]: {resource}")),
        (
            with("Resource", json!("execute-api:/v1/GET/${aws:username}")),
            "Resource: expected a text without policy variables (${…})".to_owned(),
        ),
        (
            with("Condition", json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
            format!("Condition.StringEquals.aws:PrincipalOrgID: expected a key that is known here: {keys}"),
        ),
        (
            with("Condition", json!({ "NumericEquals": { "aws:EpochTime": "soon" } })),
            "Condition.NumericEquals.aws:EpochTime: expected whole seconds since 1970".to_owned(),
        ),
        (
            with("effect", json!("Deny")),
            "…: expected Sid, Effect, Principal, Action, Resource or Condition".to_owned(),
        ),
    ];
    assert_errors(&cases.map(|(document, expected)| (document, format!("Statement[0].{expected}"))));
}
