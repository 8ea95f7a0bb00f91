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
