//! Whole policies: what they say of requests, and what is wrong with those that are none.

use std::time::SystemTime;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    policy_document::{ConditionContext, Decision, Signer, requested},
    testing::{any_json, read},
};

fn context() -> ConditionContext<'static> {
    ConditionContext {
        source_ip: Some("198.51.100.7".parse().unwrap()),
        referer: None,
        user_agent: None,
        is_secure: true,
        now: SystemTime::UNIX_EPOCH,
        signer: None,
    }
}

fn policy(item: &Value) -> (Option<PolicyDocument>, Vec<String>) {
    read(item, |fields| parse(&fields))
}

fn statement(effect: &str, resource: &str) -> Value {
    json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource })
}

fn of(statements: &Value) -> Value {
    json!({ "policy": { "Version": "2012-10-17", "Statement": statements } })
}

fn decision(item: &Value, method: &str, path: &str) -> String {
    let (policy, problems) = policy(item);
    assert_eq!(problems, Vec::<String>::new(), "{item}");
    format!("{:?}", policy.unwrap().evaluate(&requested("v1", method, path), &context()))
}

#[test]
fn an_explicit_denial_wins_and_what_nobody_allows_is_denied() {
    let item = of(&json!([
        statement("Deny", "execute-api:/v1/*/admin/*"),
        statement("Allow", "execute-api:/v1/GET/*"),
        { "Sid": "NotHere", "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": "*", "Resource": "execute-api:/v1/GET/here",
          "Condition": { "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } } },
        { "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "execute-api:/v1/GET/there",
          "Condition": { "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } } },
    ]));
    let cases = [
        ("GET", "/orders", "Allow"),
        ("POST", "/orders", "ImplicitDeny"),
        ("GET", "/admin/users", r#"ExplicitDeny("Statement[0]")"#),
        ("POST", "/admin/users", r#"ExplicitDeny("Statement[0]")"#),
        ("GET", "/here", r#"ExplicitDeny("NotHere")"#),
        ("GET", "/there", "Allow"),
    ];
    for (method, path, expected) in cases {
        assert_eq!(decision(&item, method, path), expected, "{method} {path}");
    }
}

#[test]
fn a_policy_is_read_in_every_form_that_api_gateway_gives_it() {
    let document = json!({ "Version": "2012-10-17", "Id": "x", "Statement": {
        "Effect": "Allow", "Principal": { "AWS": ["*"] }, "Action": ["execute-api:Invoke"],
        "Resource": ["arn:aws:execute-api:eu-west-1:111122223333:abc123/*/GET/*"] } });
    let text = document.to_string();
    let escaped = text.replace('"', "\\\"");
    for policy in [document, json!(text), json!(escaped)] {
        assert_eq!(decision(&json!({ "policy": policy }), "GET", "/x"), "Allow");
        assert_eq!(decision(&json!({ "policy": policy }), "PUT", "/x"), "ImplicitDeny");
    }
}

#[test]
fn a_statement_about_callers_of_iam_is_about_those_who_sign_as_they() {
    let ada = "arn:aws:iam::111122223333:user/ada";
    for principal in
        [json!({ "AWS": "111122223333" }), json!({ "AWS": ["arn:aws:iam::999999999999:root", ada] })]
    {
        for (effect, expected) in
            [("Allow", Decision::Allow), ("Deny", Decision::ExplicitDeny("Statement[0]"))]
        {
            let mut statement = statement(effect, "*");
            statement["Principal"] = principal.clone();
            let (policy, notes) = policy(&of(&json!([statement])));
            assert_eq!(notes, [""; 0]);
            let policy = policy.unwrap();
            assert_eq!(policy.about_signers().collect::<Vec<_>>(), ["Statement[0]"]);
            let decision = |arn| {
                let context = ConditionContext { signer: Signer::of_arn(arn), ..context() };
                policy.evaluate("/v1/GET/x", &context)
            };
            assert_eq!(decision(ada), expected, "{principal}");
            assert_eq!(decision("arn:aws:iam::222222222222:user/ada"), Decision::ImplicitDeny);
            assert_eq!(decision(""), Decision::ImplicitDeny);
        }
    }
}

#[test]
fn a_policy_is_open_if_it_lets_everybody_ask_for_everything() {
    let some = |name: &str, value: Value| {
        let mut statement = statement("Allow", "*");
        statement[name] = value;
        json!([statement])
    };
    let address = json!({ "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } });
    let cases = [
        (some("Resource", json!("*")), true),
        (some("Resource", json!("arn:aws:execute-api:eu-west-1:111122223333:abc123/*")), true),
        (some("Resource", json!("execute-api:/v1/*/*")), true),
        (some("Resource", json!("execute-api:/v1/GET/*")), false),
        (some("Resource", json!("execute-api:/v2/*")), false),
        (some("Principal", json!({ "AWS": "111122223333" })), false),
        (some("Condition", address), false),
        (json!([statement("Allow", "*"), statement("Deny", "execute-api:/v1/*/admin")]), false),
    ];
    for (statements, expected) in cases {
        let (policy, _) = policy(&of(&statements));
        assert_eq!(policy.map(|policy| policy.is_open("v1")), Some(expected), "{statements}");
    }
}

#[test]
fn everything_that_is_wrong_with_a_policy_is_told_where_it_stands() {
    let with = |name: &str, value: Value| {
        let mut statement = statement("Allow", "*");
        statement[name] = value;
        of(&json!([statement]))
    };
    let without = |name: &str| {
        let mut statement = statement("Allow", "*");
        statement.as_object_mut().unwrap().remove(name);
        of(&json!(statement))
    };
    let element = "Sid, Effect, Principal, Action, Resource or Condition";
    let principal = r#""*", or {"AWS": …} with "*", account ids or ARNs of IAM"#;
    let action = "execute-api:Invoke, execute-api:* or *";
    let cases = [
        (json!({ "policy": 7 }), "policy: got 7, expected a policy: a map with Version and Statement".to_owned()),
        (json!({ "policy": r#"{"Id":"a","Id":"b"}"# }), format!(r#"policy: got "{{\"Id\":\"a\",\"Id\":\"b\"}}", expected {EXPECTED}"#)),
        (json!({ "policy": "{" }), format!(r#"policy: got "{{", expected {EXPECTED}"#)),
        (json!({ "policy": "x".repeat(MOST_BYTES + 1) }), "policy: got more, expected at most 65536 bytes of JSON".to_owned()),
        (json!({ "policy": { "Statement": "x".repeat(MOST_BYTES) } }), "policy: got more, expected at most 65536 bytes of JSON".to_owned()),
        (json!({ "policy": {} }), "policy.Statement: got nothing, expected at least one statement".to_owned()),
        (of(&json!([])), "policy.Statement: got [], expected at least one statement".to_owned()),
        (json!({ "policy": { "Version": "2020-01-01", "Statement": statement("Allow", "*") } }), r#"policy.Version: got "2020-01-01", expected 2012-10-17"#.to_owned()),
        (json!({ "policy": { "statement": [], "Statement": statement("Allow", "*") } }), "policy.statement: got [], expected Version, Id or Statement".to_owned()),
        (with("Effect", json!("allow")), r#"policy.Statement[0].Effect: got "allow", expected Allow or Deny"#.to_owned()),
        (without("Effect"), "policy.Statement.Effect: got nothing, expected Allow or Deny".to_owned()),
        (without("Principal"), format!("policy.Statement.Principal: got nothing, expected {principal}")),
        (without("Action"), format!("policy.Statement.Action: got nothing, expected {action}")),
        (without("Resource"), "policy.Statement.Resource: got nothing, expected a resource or a list of resources".to_owned()),
        (with("condition", json!({})), format!("policy.Statement[0].condition: got {{}}, expected {element}")),
        (with("NotAction", json!("*")), r#"policy.Statement[0].NotAction: got "*", expected nothing: NotAction is not evaluated here, only Action"#.to_owned()),
        (with("NotPrincipal", json!("*")), r#"policy.Statement[0].NotPrincipal: got "*", expected nothing: NotPrincipal is not evaluated here, only Principal"#.to_owned()),
        (with("NotResource", json!("*")), r#"policy.Statement[0].NotResource: got "*", expected nothing: NotResource is not evaluated here, only Resource"#.to_owned()),
        (with("Principal", json!({ "Service": "x" })), r#"policy.Statement[0].Principal.Service: got "x", expected nothing: only principals of AWS can call"#.to_owned()),
        (with("Principal", json!({ "AWS": "arn:aws:iam::*:role/x" })), format!(r#"policy.Statement[0].Principal.AWS: got "arn:aws:iam::*:role/x", expected {principal}"#)),
        (with("Principal", json!("everybody")), format!(r#"policy.Statement[0].Principal: got "everybody", expected {principal}"#)),
        (with("Action", json!(["execute-api:Invoke", "execute-api:InvalidateCache"])), format!(r#"policy.Statement[0].Action[1]: got "execute-api:InvalidateCache", expected {action}"#)),
        (with("Resource", json!(["*", 7])), "policy.Statement[0].Resource[1]: got 7, expected *, execute-api:/STAGE/METHOD/path or arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path".to_owned()),
        (with("Condition", json!({ "Bool": { "aws:SecureTransport": 1 } })), "policy.Statement[0].Condition.Bool.aws:SecureTransport: got 1, expected true or false".to_owned()),
    ];
    for (item, expected) in cases {
        let (policy, problems) = policy(&item);
        assert_eq!((policy, problems), (None, vec![expected]));
    }
    let (_, problems) = policy(&of(&json!([{ "Effect": 1, "Action": [] }, 7])));
    assert_eq!(problems.len(), 5, "{problems:#?}");
}

proptest! {
    /// Whatever stands there: a policy or at least one problem, and never both.
    #[test]
    fn any_json_is_a_policy_or_a_problem(document in any_json(any::<i64>().prop_map(Value::from)), part in 0..6_usize) {
        let names = ["Principal", "Action", "Resource", "Condition", "Effect", "Sid"];
        let mut statement = statement("Allow", "*");
        statement[names[part]] = document.clone();
        for policy in [document, json!({ "Statement": [statement] })] {
            let faults = PolicyDocument::parse(&policy, PolicyKind::ResourceBased).err();
            prop_assert!(faults.is_none_or(|faults| !faults.is_empty()), "{}", policy);
        }
    }

    /// A denial of a resource is one of every resource that the pattern matches, whatever else the policy allows.
    #[test]
    fn what_a_denial_is_about_is_denied(path in "[a-z%/*?]{0,8}", allowed in "[a-z/*?]{0,6}") {
        let resource = format!("execute-api:/v1/GET/{path}");
        let statements = json!([statement("Allow", &format!("execute-api:/*{allowed}")), statement("Deny", &resource)]);
        let text = of(&statements);
        if let (Some(policy), _) = policy(&text) {
            let sent = format!("/{}", path.replace('*', "any").replace('?', "1"));
            if !sent.contains('%') {
                let decision = policy.evaluate(&requested("v1", "GET", &sent), &context());
                prop_assert!(matches!(decision, Decision::ExplicitDeny(_)), "{} {:?}", text, decision);
            }
        }
    }
}
