//! Every malformation, with the words that the log has for it.

use super::*;

use AnswerForm::{HttpPolicy, RestPolicy, Simple};

fn error(json: &str, form: AnswerForm) -> String {
    match FunctionAnswer::decode(json.as_bytes(), form) {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_no_object_is_no_answer_in_any_form() {
    let cases = [
        ("", "it is no JSON: line 1, column 0"),
        ("{", "it is no JSON: line 1, column 1"),
        ("{\"isAuthorized\": tru}", "it is no JSON: line 1, column 21"),
        ("{\"isAuthorized\": True}", "it is no JSON: line 1, column 18"),
        ("{} {}", "it is no JSON: line 1, column 4"),
        ("\u{feff}{}", "it is no JSON: line 1, column 1"),
        ("null", "the answer: got null, expected an object"),
        ("true", "the answer: got true or false, expected an object"),
        ("7", "the answer: got a number, expected an object"),
        (r#""{\"isAuthorized\":true}""#, "the answer: got a text, expected an object"),
        (r#"[{"isAuthorized":true}]"#, "the answer: got a list, expected an object"),
        (
            r#"{"isAuthorized":false,"isAuthorized":true}"#,
            "two members of one object have the same name: line 1, column 42",
        ),
        (r#"{"context":{"a":1,"a":2}}"#, "two members of one object have the same name: line 1, column 24"),
    ];
    for form in [RestPolicy, HttpPolicy, Simple] {
        for (json, expected) in cases {
            assert_eq!(error(json, form), expected, "{json}");
        }
    }
    let deep = format!(r#"{{"context":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    assert_eq!(error(&deep, Simple), "it is no JSON: line 1, column 138");
}

#[test]
fn an_answer_is_bounded_in_bytes_and_values() {
    let padded = |length: usize| format!("{{\"isAuthorized\":true}}{}", " ".repeat(length - 21));
    assert!(FunctionAnswer::decode(padded(1 << 20).as_bytes(), Simple).is_ok());
    assert_eq!(error(&padded((1 << 20) + 1), Simple), "it is longer than 1048576 bytes");
    let with_values = |count: usize| {
        format!(r#"{{"isAuthorized":true,"context":{{"a":[{}]}}}}"#, vec!["0"; count].join(","))
    };
    assert!(FunctionAnswer::decode(with_values(19_000).as_bytes(), Simple).is_ok());
    assert_eq!(error(&with_values(20_000), Simple), "it has more than 20000 values");
}

#[test]
fn a_simple_answer_says_true_or_false_and_nothing_like_it() {
    let expected = "true or false, not as a text";
    let cases = [
        ("{}", format!("isAuthorized: got nothing, expected {expected}")),
        (r#"{"isAuthorized":null}"#, format!("isAuthorized: got null, expected {expected}")),
        (r#"{"isAuthorized":"true"}"#, format!("isAuthorized: got a text, expected {expected}")),
        (r#"{"isAuthorized":1}"#, format!("isAuthorized: got a number, expected {expected}")),
        (r#"{"isAuthorized":[true]}"#, format!("isAuthorized: got a list, expected {expected}")),
        (r#"{"isAuthorized":{}}"#, format!("isAuthorized: got an object, expected {expected}")),
        (r#"{"isauthorized":true}"#, format!("isAuthorized: got nothing, expected {expected}")),
        (r#"{"statusCode":200,"body":"{}"}"#, format!("isAuthorized: got nothing, expected {expected}")),
        (r#"{"isAuthorized":true,"context":[]}"#, "context: got a list, expected an object".to_owned()),
        (r#"{"isAuthorized":true,"context":"a"}"#, "context: got a text, expected an object".to_owned()),
        (
            r#"{"isAuthorized":true,"context":false}"#,
            "context: got true or false, expected an object".to_owned(),
        ),
        (
            r#"{"isAuthorized":true,"usageIdentifierKey":7}"#,
            "usageIdentifierKey: got a number, expected a text: an API key".to_owned(),
        ),
        (
            r#"{"isAuthorized":true,"usageIdentifierKey":["k"]}"#,
            "usageIdentifierKey: got a list, expected a text: an API key".to_owned(),
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(error(json, Simple), expected, "{json}");
    }
    let policy = with_policy(&json!([statement("Allow", "*")])).to_string();
    assert_eq!(error(&policy, Simple), format!("isAuthorized: got nothing, expected {expected}"));
}

#[test]
fn an_answer_without_principal_or_policy_is_none() {
    let good = with_policy(&json!([statement("Allow", "*")]));
    let with = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        answer
    };
    let without = |name: &str| {
        let mut answer = good.clone();
        answer.as_object_mut().unwrap().remove(name);
        answer
    };
    let policy = "a policy: an object with Statement";
    let cases = [
        (json!({ "isAuthorized": true }), "principalId: got nothing, expected a text".to_owned()),
        (json!({}), "principalId: got nothing, expected a text".to_owned()),
        (without("principalId"), "principalId: got nothing, expected a text".to_owned()),
        (with("principalId", json!(null)), "principalId: got null, expected a text".to_owned()),
        (with("principalId", json!(true)), "principalId: got true or false, expected a text".to_owned()),
        (with("principalId", json!(["ada"])), "principalId: got a list, expected a text".to_owned()),
        (with("principalId", json!({})), "principalId: got an object, expected a text".to_owned()),
        (without("policyDocument"), format!("policyDocument: got nothing, expected {policy}")),
        (with("policyDocument", json!(null)), format!("policyDocument: got null, expected {policy}")),
        (with("policyDocument", json!([])), format!("policyDocument: got a list, expected {policy}")),
        (with("policyDocument", json!("{}")), format!("policyDocument: got a text, expected {policy}")),
        (with("context", json!(1)), "context: got a number, expected an object".to_owned()),
        (
            with("usageIdentifierKey", json!(false)),
            "usageIdentifierKey: got true or false, expected a text: an API key".to_owned(),
        ),
    ];
    for form in [RestPolicy, HttpPolicy] {
        for (answer, expected) in &cases {
            assert_eq!(error(&answer.to_string(), form), *expected, "{answer}");
        }
    }
    let value = "a text, a number, true or false";
    let cases = [
        (json!({ "roles": ["a"] }), format!("context.roles: got a list, expected {value}")),
        (json!({ "user": { "id": 1 } }), format!("context.user: got an object, expected {value}")),
        (
            json!({ "claims": { "sub": "x" } }),
            "context.claims: got an object, expected another name: this one is reserved".to_owned(),
        ),
        (
            json!({ "claims": "x" }),
            "context.claims: got a text, expected another name: this one is reserved".to_owned(),
        ),
        (
            json!({ "claims": null }),
            "context.claims: got null, expected another name: this one is reserved".to_owned(),
        ),
        (json!({ "a name that is none": [] }), format!("context.…: got a list, expected {value}")),
        (json!({ "x".repeat(41): [] }), format!("context.…: got a list, expected {value}")),
    ];
    for (context, expected) in cases {
        let answer = with("context", context);
        assert_eq!(error(&answer.to_string(), RestPolicy), expected);
        assert!(decode(&answer, HttpPolicy).is_ok(), "{answer}");
    }
}

#[test]
fn a_policy_that_cannot_be_evaluated_is_none() {
    let with = |name: &str, value: Value| {
        let mut statement = statement("Allow", "*");
        statement[name] = value;
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    };
    let without = |name: &str| {
        let mut statement = statement("Allow", "*");
        statement.as_object_mut().unwrap().remove(name);
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    };
    let action = "execute-api:Invoke, execute-api:* or *";
    let keys =
        "aws:SourceIp, aws:Referer, aws:UserAgent, aws:SecureTransport, aws:CurrentTime, aws:EpochTime";
    let resource =
        "*, execute-api:/STAGE/METHOD/path or arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path";
    let caller = r#"no Principal, or "*": the policy is about the caller that it was made for"#;
    let cases = [
        (json!({}), "Statement: expected at least one statement".to_owned()),
        (json!({ "Statement": [] }), "Statement: expected at least one statement".to_owned()),
        (
            json!({ "Statement": [7] }),
            "Statement[0]: expected a map with Effect, Action and Resource".to_owned(),
        ),
        (
            json!({ "Statement": "Allow" }),
            "Statement: expected a map with Effect, Action and Resource".to_owned(),
        ),
        (
            json!({ "Version": "2020-01-01", "Statement": [statement("Allow", "*")] }),
            "Version: expected 2012-10-17".to_owned(),
        ),
        (
            json!({ "statement": [statement("Allow", "*")] }),
            "…: expected Version, Id or Statement (and 1 more)".to_owned(),
        ),
        (
            with("NotAction", json!("s3:*")),
            "Statement[0].NotAction: expected nothing: NotAction is not evaluated here, only Action"
                .to_owned(),
        ),
        (
            with("NotResource", json!("*")),
            "Statement[0].NotResource: expected nothing: NotResource is not evaluated here, only Resource"
                .to_owned(),
        ),
        (
            with("NotPrincipal", json!("*")),
            "Statement[0].NotPrincipal: expected nothing: NotPrincipal is not evaluated here, only Principal"
                .to_owned(),
        ),
        (with("Principal", json!("ada")), format!("Statement[0].Principal: expected {caller}")),
        (
            with("Principal", json!({ "AWS": "111122223333" })),
            format!("Statement[0].Principal: expected {caller}"),
        ),
        (with("Effect", json!("allow")), "Statement[0].Effect: expected Allow or Deny".to_owned()),
        (with("Effect", json!(true)), "Statement[0].Effect: expected Allow or Deny".to_owned()),
        (without("Effect"), "Statement[0].Effect: expected Allow or Deny".to_owned()),
        (without("Action"), format!("Statement[0].Action: expected {action}")),
        (without("Resource"), "Statement[0].Resource: expected a resource or a list of resources".to_owned()),
        (with("Action", json!("lambda:InvokeFunction")), format!("Statement[0].Action: expected {action}")),
        (with("Action", json!([])), format!("Statement[0].Action: expected {action}")),
        (
            with("Resource", json!([])),
            "Statement[0].Resource: expected a resource or a list of resources".to_owned(),
        ),
        (with("Resource", json!("/v1/GET/orders")), format!("Statement[0].Resource: expected {resource}")),
        (
            with("Resource", json!(["*", "arn:aws:s3:::bucket/*"])),
            format!("Statement[0].Resource[1]: expected {resource}"),
        ),
        (
            with("Resource", json!("execute-api:/v1/GET/${aws:username}")),
            "Statement[0].Resource: expected a text without policy variables (${…})".to_owned(),
        ),
        (
            with("Condition", json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
            format!(
                "Statement[0].Condition.StringEquals.aws:PrincipalOrgID: expected a key that is known here: {keys}"
            ),
        ),
        (
            with("Condition", json!({ "NumericEquals": { "aws:EpochTime": "soon" } })),
            "Statement[0].Condition.NumericEquals.aws:EpochTime: expected whole seconds since 1970"
                .to_owned(),
        ),
        (
            with("effect", json!("Deny")),
            "Statement[0].…: expected Sid, Effect, Principal, Action, Resource or Condition".to_owned(),
        ),
    ];
    for form in [RestPolicy, HttpPolicy] {
        for (document, expected) in &cases {
            let answer = json!({ "principalId": "ada", "policyDocument": document });
            assert_eq!(error(&answer.to_string(), form), format!("policyDocument.{expected}"), "{document}");
        }
    }
}
