//! Well-formed answers.

use proptest::prelude::*;

use super::*;
use crate::testing::any_json;

use AnswerForm::{HttpPolicy, RestPolicy, Simple};

/// Principal, decision on `GET /orders/7`, context and key of an answer.
fn read(json: &str, form: AnswerForm) -> String {
    let answer =
        FunctionAnswer::decode(json.as_bytes(), form).unwrap_or_else(|error| panic!("{json}: {error}"));
    let key = answer.usage_identifier_key.as_ref().map(UsageIdentifierKey::reveal);
    let context = Value::Object(answer.context.values().clone());
    format!("{:?} {} {context} {key:?}", answer.principal_id, decision(&answer, "GET /orders/7"))
}

#[test]
fn a_simple_answer_is_a_boolean_and_a_context_with_its_types() {
    let cases = [
        (r#"{"isAuthorized":true}"#, "None Allow {} None"),
        (r#"{"isAuthorized":false}"#, r#"None ExplicitDeny("isAuthorized") {} None"#),
        (r#"{"isAuthorized":true,"context":null}"#, "None Allow {} None"),
        (r#"{"isAuthorized":true,"context":{}}"#, "None Allow {} None"),
        (
            r#"{"isAuthorized":true,"context":{"a":1.50,"b":[1,{"c":null}],"claims":{"sub":"x"},"n":null,"t":true}}"#,
            r#"None Allow {"a":1.50,"b":[1,{"c":null}],"claims":{"sub":"x"},"t":true} None"#,
        ),
        (
            r#"{"isAuthorized":true,"context":{"id":123456789012345678901234567890}}"#,
            r#"None Allow {"id":123456789012345678901234567890} None"#,
        ),
        (
            r#"{"isAuthorized":false,"context":{"why":"expired"}}"#,
            r#"None ExplicitDeny("isAuthorized") {"why":"expired"} None"#,
        ),
        (r#"{"isAuthorized":true,"usageIdentifierKey":"k1"}"#, r#"None Allow {} Some("k1")"#),
        (r#"{"isAuthorized":true,"usageIdentifierKey":null}"#, "None Allow {} None"),
        (r#"{"isAuthorized":true,"usageIdentifierKey":""}"#, "None Allow {} None"),
        // What the form does not have counts for nothing.
        (r#"{"isAuthorized":true,"principalId":7,"policyDocument":"x","other":[]}"#, "None Allow {} None"),
        (" {\n\"isAuthorized\" : true }\r\n", "None Allow {} None"),
    ];
    for (json, expected) in cases {
        assert_eq!(read(json, Simple), expected, "{json}");
    }
}

#[test]
fn an_answer_with_a_policy_has_a_principal_and_a_context_of_texts_or_of_json_by_its_form() {
    let policy = r#""policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}"#;
    let context =
        r#""context":{"a":1.50,"big":123456789012345678901234567890,"e":1e400,"n":null,"t":true,"text":"x"}"#;
    let texts = r#"{"a":"1.50","big":"123456789012345678901234567890","e":"1e+400","t":"true","text":"x"}"#;
    let typed = r#"{"a":1.50,"big":123456789012345678901234567890,"e":1e+400,"t":true,"text":"x"}"#;
    let cases = [
        (
            RestPolicy,
            format!(r#"{{"principalId":"ada",{policy}}}"#),
            r#"Some("ada") Allow {} None"#.to_owned(),
        ),
        (
            HttpPolicy,
            format!(r#"{{"principalId":"ada",{policy}}}"#),
            r#"Some("ada") Allow {} None"#.to_owned(),
        ),
        (
            RestPolicy,
            format!(r#"{{"principalId":"ada",{policy},{context}}}"#),
            format!(r#"Some("ada") Allow {texts} None"#),
        ),
        (
            HttpPolicy,
            format!(r#"{{"principalId":"ada",{policy},{context}}}"#),
            format!(r#"Some("ada") Allow {typed} None"#),
        ),
        (
            HttpPolicy,
            format!(r#"{{"principalId":"ada",{policy},"context":{{"claims":[1]}}}}"#),
            r#"Some("ada") Allow {"claims":[1]} None"#.to_owned(),
        ),
        (RestPolicy, format!(r#"{{"principalId":42,{policy}}}"#), r#"Some("42") Allow {} None"#.to_owned()),
        (RestPolicy, format!(r#"{{"principalId":"",{policy}}}"#), "None Allow {} None".to_owned()),
        (
            RestPolicy,
            format!(r#"{{"principalId":"ada",{policy},"context":{{"claims2":"x","":"y"}}}}"#),
            r#"Some("ada") Allow {"":"y","claims2":"x"} None"#.to_owned(),
        ),
        (
            RestPolicy,
            format!(r#"{{"principalId":"ada",{policy},"usageIdentifierKey":"k1","isAuthorized":"no"}}"#),
            r#"Some("ada") Allow {} Some("k1")"#.to_owned(),
        ),
    ];
    for (form, json, expected) in cases {
        assert_eq!(read(&json, form), expected, "{form:?} {json}");
    }
}

#[test]
fn the_key_of_an_answer_is_not_shown() {
    let answer =
        decode(&json!({ "isAuthorized": true, "usageIdentifierKey": "secret-key" }), Simple).unwrap();
    assert!(!format!("{answer:?}").contains("secret-key"), "{answer:?}");
}

proptest! {
    /// Whatever a function answers: an answer or a fault that shows no text of it.
    #[test]
    fn any_json_is_an_answer_or_a_fault(
        value in any_json(any::<i64>().prop_map(Value::from)),
        member in 0..10_usize,
        form in prop::sample::select(vec![RestPolicy, HttpPolicy, Simple]),
    ) {
        let names = ["principalId", "policyDocument", "isAuthorized", "context", "usageIdentifierKey"];
        let mut whole = with_policy(&json!([statement("Allow", "*")]));
        whole["isAuthorized"] = true.into();
        match names.get(member) {
            Some(name) => whole[*name] = value,
            None if member == 5 => whole["policyDocument"]["Statement"] = value,
            None if member == 6 => whole["policyDocument"]["Statement"][0]["Condition"] = value,
            None if member == 7 => whole["context"] = json!({ "inner": value }),
            None => whole = value,
        }
        match decode(&whole, form) {
            Ok(answer) => drop(decision(&answer, "GET /orders/7")),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn any_bytes_are_an_answer_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for form in [RestPolicy, HttpPolicy, Simple] {
            prop_assert!(FunctionAnswer::decode(&bytes, form).is_err());
        }
    }

    /// No value gets into the words for the log.
    #[test]
    fn a_fault_shows_nothing_of_the_answer(place in 0..9_usize) {
        let canary = "canary.eyJhbGciOiJub25lIn0.c2VjcmV0";
        let mut answer = with_policy(&json!([statement("Allow", "*")]));
        match place {
            0 => answer = json!(canary),
            1 => answer["principalId"] = json!([canary]),
            2 => answer["policyDocument"] = json!(canary),
            3 => answer["policyDocument"]["Statement"][0]["Resource"] = json!(canary),
            4 => answer["policyDocument"]["Statement"][0]["Action"] = json!(canary),
            5 => answer["policyDocument"]["Statement"][0]["Condition"] = json!({ "IpAddress": { "aws:SourceIp": canary } }),
            6 => answer["policyDocument"]["Statement"][0]["Condition"] = json!({ canary: {} }),
            7 => answer["context"] = json!({ "a": [canary] }),
            _ => answer["usageIdentifierKey"] = json!({ "a": canary }),
        }
        let error = decode(&answer, RestPolicy).unwrap_err();
        prop_assert!(!format!("{error} {error:?}").contains("canary"), "{}", error);
    }
}
