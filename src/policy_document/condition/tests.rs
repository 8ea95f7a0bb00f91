//! Conditions against the facts about a request, as IAM's table of operators has them.

use std::{cell::RefCell, time::Duration};

use serde_json::{Value, json};

use super::*;
use crate::policy_document::PolicyFault;

/// A request at 22:12:48.5 UTC on 14 April 2025.
fn context() -> ConditionContext<'static> {
    ConditionContext {
        source_ip: Some("198.51.100.7".parse().unwrap()),
        referer: Some("https://app.example/Orders?x".into()),
        user_agent: Some("curl/8.5.0".into()),
        is_secure: true,
        now: SystemTime::UNIX_EPOCH + Duration::from_millis(1_744_668_768_500),
        signer: None,
    }
}

fn conditions(conditions: &Value) -> (Vec<Condition>, Vec<PolicyFault>) {
    let faults = RefCell::default();
    let conditions = Condition::parse_all(&Element::document(conditions, &faults));
    (conditions, faults.into_inner())
}

fn hold(written: &Value, context: &ConditionContext<'_>) -> bool {
    let (conditions, faults) = conditions(written);
    assert_eq!(faults, [], "{written}");
    conditions.iter().all(|condition| condition.holds(context))
}

#[test]
fn a_condition_holds_as_its_operator_says() {
    let cases = [
        ("IpAddress", "aws:SourceIp", json!("198.51.100.0/24"), true),
        ("IpAddress", "aws:sourceip", json!(["192.0.2.1", "198.51.100.7"]), true),
        ("IpAddress", "aws:SourceIp", json!("192.0.2.0/24"), false),
        ("NotIpAddress", "aws:SourceIp", json!("192.0.2.0/24"), true),
        ("NotIpAddress", "aws:SourceIp", json!(["192.0.2.0/24", "198.51.100.0/24"]), false),
        ("StringLike", "aws:SourceIp", json!("198.51.*"), true),
        ("StringEquals", "aws:Referer", json!("https://app.example/Orders?x"), true),
        ("StringEquals", "aws:Referer", json!("https://app.example/orders?x"), false),
        ("StringEquals", "aws:Referer", json!("https://app.example/*"), false),
        ("StringEqualsIgnoreCase", "aws:Referer", json!("HTTPS://app.example/orders?X"), true),
        ("StringNotEqualsIgnoreCase", "aws:Referer", json!("HTTPS://app.example/orders?X"), false),
        ("StringNotEquals", "aws:Referer", json!(["a", "https://app.example/Orders?x"]), false),
        ("StringLike", "aws:Referer", json!("https://app.example/*"), true),
        ("StringLike", "aws:Referer", json!("*/Orders${?}x"), true),
        ("StringNotLike", "aws:UserAgent", json!("curl/?.*"), false),
        ("stringlike", "aws:UserAgent", json!(["wget*", "curl*"]), true),
        ("Bool", "aws:SecureTransport", json!("true"), true),
        ("Bool", "aws:SecureTransport", json!(false), false),
        ("StringEquals", "aws:SecureTransport", json!("true"), true),
        ("DateGreaterThan", "aws:CurrentTime", json!("2025-04-14T22:12:47Z"), true),
        ("DateGreaterThan", "aws:CurrentTime", json!("2025-04-14T22:12:48Z"), false),
        ("DateGreaterThanEquals", "aws:CurrentTime", json!("2025-04-14T22:12:48Z"), true),
        ("DateEquals", "aws:CurrentTime", json!("2025-04-15T00:12:48+02:00"), true),
        ("DateNotEquals", "aws:CurrentTime", json!("2025-04-14T22:12:48Z"), false),
        ("DateLessThan", "aws:CurrentTime", json!("2025-04-15"), true),
        ("DateLessThanEquals", "aws:EpochTime", json!(1_744_668_768), true),
        ("NumericLessThan", "aws:EpochTime", json!("1744668768"), false),
        ("NumericLessThan", "aws:EpochTime", json!("1744668769"), true),
        ("NumericGreaterThan", "aws:EpochTime", json!(0), true),
        ("NumericNotEquals", "aws:EpochTime", json!(1), true),
        ("Null", "aws:Referer", json!(false), true),
        ("Null", "aws:Referer", json!("true"), false),
        ("Null", "aws:CurrentTime", json!(false), true),
    ];
    for (operator, key, values, expected) in cases {
        let written = json!({ operator: { key: values } });
        assert_eq!(hold(&written, &context()), expected, "{written}");
    }
}

#[test]
fn an_absent_key_fits_only_what_is_negated_or_may_be_absent() {
    let bare = ConditionContext { source_ip: None, referer: None, user_agent: None, ..context() };
    let cases = [
        ("StringEquals", "aws:Referer", "x", false),
        ("StringEqualsIfExists", "aws:Referer", "x", true),
        ("StringNotEquals", "aws:Referer", "x", true),
        ("StringLike", "aws:UserAgent", "*", false),
        ("StringLikeIfExists", "aws:UserAgent", "*", true),
        ("StringNotLike", "aws:UserAgent", "*", true),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0", false),
        ("IpAddressIfExists", "aws:SourceIp", "10.0.0.0/8", true),
        ("NotIpAddress", "aws:SourceIp", "0.0.0.0/0", true),
        ("Null", "aws:Referer", "true", true),
        ("Null", "aws:SourceIp", "false", false),
        ("BoolIfExists", "aws:SecureTransport", "false", false),
    ];
    for (operator, key, value, expected) in cases {
        let written = json!({ operator: { key: value } });
        assert_eq!(hold(&written, &bare), expected, "{written}");
    }
    // What is there is compared all the same.
    assert!(!hold(&json!({ "StringEqualsIfExists": { "aws:Referer": "x" } }), &context()));
}

#[test]
fn all_operators_and_all_keys_must_hold() {
    let of = |agent: &str, referer: &str, range: &str| {
        json!({ "StringLike": { "aws:UserAgent": agent, "aws:Referer": referer },
                "IpAddress": { "aws:SourceIp": range } })
    };
    assert!(hold(&of("curl*", "https*", "198.51.100.7"), &context()));
    assert!(!hold(&of("wget*", "https*", "198.51.100.7"), &context()));
    assert!(!hold(&of("curl*", "http:*", "198.51.100.7"), &context()));
    assert!(!hold(&of("curl*", "https*", "198.51.100.8"), &context()));
    assert!(hold(&json!({}), &context()));
}

#[test]
#[rustfmt::skip]
fn a_condition_that_cannot_be_known_or_read_is_a_fault_where_it_stands() {
    let cases = [
        (json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } }), "StringEquals.aws:SourceVpc", "a key that is known here"),
        (json!({ "ArnLike": { "aws:PrincipalArn": "x" } }), "ArnLike", "an operator of"),
        (json!({ "ForAnyValue:StringLike": { "aws:Referer": "x" } }), "ForAnyValue:StringLike", "an operator of"),
        (json!({ "NullIfExists": { "aws:Referer": true } }), "NullIfExists", "an operator of"),
        (json!({ "IfExists": {} }), "IfExists", "an operator of"),
        (json!({ "IpAddress": { "aws:Referer": "10.0.0.0/8" } }), "IpAddress.aws:Referer", "an operator for aws:Referer: String…, Null"),
        (json!({ "StringEquals": { "aws:CurrentTime": "2025-04-14" } }), "StringEquals.aws:CurrentTime", "an operator for aws:CurrentTime: Date…, Null"),
        (json!({ "NumericEquals": { "aws:CurrentTime": "1" } }), "NumericEquals.aws:CurrentTime", "an operator for aws:CurrentTime: Date…, Null"),
        (json!({ "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "10.1.2.3/8"] } }), "IpAddress.aws:SourceIp[1]", "a range without bits behind its prefix: 10.0.0.0/8"),
        (json!({ "IpAddress": { "aws:SourceIp": [] } }), "IpAddress.aws:SourceIp", "an address range such as"),
        (json!({ "IpAddress": { "aws:SourceIp": {} } }), "IpAddress.aws:SourceIp", "an address range such as"),
        (json!({ "Bool": { "aws:SecureTransport": "yes" } }), "Bool.aws:SecureTransport", "true or false"),
        (json!({ "DateLessThan": { "aws:CurrentTime": "tomorrow" } }), "DateLessThan.aws:CurrentTime", "a date such as"),
        (json!({ "NumericLessThan": { "aws:EpochTime": "1.5" } }), "NumericLessThan.aws:EpochTime", "whole seconds"),
        (json!({ "StringEquals": { "aws:Referer": "${aws:username}" } }), "StringEquals.aws:Referer", "a text without policy variables"),
        (json!({ "StringLike": { "aws:Referer": "${aws:username}" } }), "StringLike.aws:Referer", "a text without policy variables"),
        (json!({ "StringLike": "aws:Referer" }), "StringLike", "a map of condition keys"),
        (json!([]), "", "a map of operators"),
    ];
    for (written, path, expected) in cases {
        let (_, faults) = conditions(&written);
        let [fault] = &faults[..] else { panic!("{written}: {faults:?}") };
        assert_eq!(fault.path, path, "{written}");
        assert!(fault.expected.starts_with(expected), "{written}: {fault:?}");
    }
}
