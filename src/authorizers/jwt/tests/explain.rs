//! The explanation of a token says what the verification says.

use proptest::prelude::*;

use super::{
    super::{ExplainedToken, explain, verify},
    Issuer, NOW_SECONDS, now, rules,
    vectors::{self, Vector},
};
use crate::authorizers::RuleOutcome;

/// The reason of the first rule that a token breaks.
fn first_failure(explained: &ExplainedToken) -> Option<String> {
    explained.rules.iter().find_map(|rule| match &rule.outcome {
        RuleOutcome::Failed(reason) => Some(reason.clone()),
        RuleOutcome::Passed | RuleOutcome::NotChecked => None,
    })
}

#[test]
fn the_first_rule_that_a_token_breaks_is_the_reason_why_it_is_refused() {
    let vectors = vectors::read();
    for Vector { name, keys, token, rules, .. } in &vectors.all {
        let keys = &vectors.key_sets[keys];
        let refused = verify(token, keys, rules, now()).err().map(|error| error.to_string());
        assert_eq!(first_failure(&explain(token, Some(keys), rules, now())), refused, "{name}");
    }
}

#[test]
fn nothing_shows_the_token_or_a_claim_that_no_rule_compares() {
    let token = Issuer::new().sign(
        br#"{"alg":"EdDSA"}"#,
        format!(
            r#"{{"iss":"https://issuer.example","aud":"app","exp":{NOW_SECONDS},"email":"ada@hush.example"}}"#
        )
        .as_bytes(),
    );
    let shown = format!("{:?}", explain(&token, Some(&Issuer::new().keys()), &rules(), now()));
    assert!(shown.contains("\"email\"") && !shown.contains("hush"), "{shown}");
    assert!(token.split('.').all(|part| !shown.contains(part)), "{shown}");
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}", parts in "[A-Za-z0-9_=-]{0,60}(\\.[A-Za-z0-9_=-]{0,60}){0,4}") {
        for token in [text, parts] {
            let keys = Issuer::new().keys();
            let refused = verify(&token, &keys, &rules(), now()).err().map(|error| error.to_string());
            prop_assert_eq!(first_failure(&explain(&token, Some(&keys), &rules(), now())), refused);
        }
    }
}
