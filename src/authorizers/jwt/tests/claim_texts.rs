//! Claims as integrations get them.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

use super::{super::TokenError, Issuer, NOW_SECONDS, now};

#[test]
fn every_claim_is_text_and_a_list_as_each_form_writes_it() {
    // The claim, in 2.0, in 1.0.
    let cases = [
        (json!("a b"), Some("a b"), Some("a b")),
        (json!(""), Some(""), Some("")),
        (json!("\"é\n"), Some("\"é\n"), Some("\"é\n")),
        (json!(1_800_000_060), Some("1800000060"), Some("1800000060")),
        (json!(7.5), Some("7.5"), Some("7.5")),
        (json!(true), Some("true"), Some("true")),
        (json!(null), None, None),
        (json!([]), Some("[]"), Some("")),
        (json!(["a", "b c", 1, null]), Some("[a b c 1 null]"), Some("a,b c,1,null")),
        (json!([["a"], {"b": "c"}]), Some(r#"[["a"] {"b":"c"}]"#), Some(r#"["a"],{"b":"c"}"#)),
        (json!({"a": [1, "b"]}), Some(r#"{"a":[1,"b"]}"#), Some(r#"{"a":[1,"b"]}"#)),
    ];
    for (claim, in_2_0, in_1_0) in cases {
        let claims = Issuer::new().claims(json!({"it": claim})).unwrap();
        assert_eq!(claims.as_text_2_0().get("it").map(String::as_str), in_2_0, "{claim}");
        assert_eq!(claims.as_text_1_0().get("it").map(String::as_str), in_1_0, "{claim}");
    }
    let all = Issuer::new().claims(json!({"sub": "u1"})).unwrap();
    let expected = [("aud", "app"), ("exp", "1800000060"), ("iss", "https://issuer.example"), ("sub", "u1")];
    let expected: BTreeMap<_, _> = expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    assert_eq!((all.as_text_2_0(), all.as_text_1_0()), (expected.clone(), expected));
}

#[test]
fn a_token_gives_the_scopes_of_scope_and_scp() {
    let cases = [
        (json!({}), vec![]),
        (json!({"scope": "a b"}), vec!["a", "b"]),
        (json!({"scope": " a  b "}), vec!["a", "b"]),
        (json!({"scope": ["a", "b"]}), vec!["a", "b"]),
        (json!({"scp": "a"}), vec!["a"]),
        (json!({"scp": ["a", 1, null, "b c"]}), vec!["a", "b", "c"]),
        (json!({"scope": "a", "scp": ["b"]}), vec!["a", "b"]),
        (json!({"scope": {"a": "b"}, "scp": 1}), vec![]),
        (json!({"scope": ""}), vec![]),
        (json!({"Scope": "a"}), vec![]),
    ];
    for (claims, expected) in cases {
        let found = Issuer::new().claims(claims.clone()).unwrap().token_scopes();
        assert_eq!(found, expected, "{claims}");
    }
}

#[test]
fn a_token_says_whose_it_is_and_until_when() {
    let issuer = Issuer::new();
    let at = |seconds: f64| SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds);
    let read = |claims: Value| {
        let claims = issuer.claims(claims).unwrap();
        (claims.subject().map(str::to_owned), claims.expires_at())
    };
    assert_eq!(read(json!({"sub": "u1"})), (Some("u1".to_owned()), now() + Duration::from_secs(60)));
    assert_eq!(read(json!({"sub": ""})).0, None);
    assert_eq!(read(json!({})).0, None);
    assert_eq!(read(json!({"exp": 1_800_000_000.5})).1, now() + Duration::from_millis(500));
    assert_eq!(read(json!({"exp": 1e300})).1, at(253_402_300_799.0), "the end of the year 9999");
    assert_eq!(issuer.claims(json!({"sub": 7})).err(), Some(TokenError::Malformed));
    assert_eq!(issuer.claims(json!({"exp": NOW_SECONDS})).err(), Some(TokenError::Expired));
}

#[test]
fn debug_and_display_show_nothing_of_a_token() {
    let issuer = Issuer::new();
    let claims = issuer.claims(json!({"sub": "canary", "canary": "canary"})).unwrap();
    assert_eq!(format!("{claims:?}"), "Claims");
    let refused = issuer.claims(json!({"iss": "canary", "sub": "canary"})).unwrap_err();
    assert_eq!(
        (refused.to_string(), refused.description()),
        ("issuer does not match".to_owned(), "issuer does not match")
    );
    let of_a_claim = TokenError::RequiredClaim("tenant".to_owned());
    assert_eq!(of_a_claim.to_string(), "the token does not have a required claim: tenant");
    assert_eq!(of_a_claim.description(), "the token does not have a required claim");
}
