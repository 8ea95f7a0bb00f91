//! All rules of a token, each checked as [`verify`](super::verify) checks it, also behind one that it breaks.

use std::time::SystemTime;

use serde_json::{Map, Value};

use super::{
    Algorithm, KeySet, TokenError, TokenKind, TokenRules,
    claim_rule::{self, ClaimRule},
    claims::token_scopes,
    signature,
    token::Token,
};
use crate::{
    authorizers::explained::{CheckedRule, RuleOutcome},
    calendar::timestamp,
    item::brief,
};

/// A token as far as it can be read, with the claims that nobody may trust yet.
struct DecodedToken<'a> {
    token: Token<'a>,
    algorithm: Result<Algorithm, TokenError>,
    signature: Result<Vec<u8>, TokenError>,
    payload: Result<Map<String, Value>, TokenError>,
}

/// The rules of a token, and what else an operator may know of it.
#[derive(Clone, Debug)]
pub struct ExplainedToken {
    /// In order. The first that it breaks is the error of [`verify`](super::verify).
    pub rules: Vec<CheckedRule>,
    pub claim_names: Vec<String>,
    /// Those that it says it gives; `None`: it has no claims that can be read.
    pub scopes: Option<Vec<String>>,
}

/// Holds a token, without `Bearer`, against all rules. Without `keys`, which could not be had, no signature is checked.
pub fn explain(text: &str, keys: Option<&KeySet>, rules: &TokenRules, now: SystemTime) -> ExplainedToken {
    let read = Token::decode(text).map(|token| DecodedToken {
        algorithm: rules.accept(&token.algorithm),
        signature: token.signature(),
        payload: token.payload(),
        token,
    });
    let form = read.as_ref().map(drop).map_err(Clone::clone);
    let got = format!("parts: {}, characters: {}", text.split('.').count(), text.len());
    let mut checked = vec![CheckedRule::new("form", Some(got), "header.payload.signature", form)];
    let read = read.ok();
    checked.extend(of_header(read.as_ref(), keys, rules));
    let members = read.as_ref().and_then(|read| read.payload.as_ref().ok());
    checked.extend(ClaimRule::of(rules).filter_map(|rule| of_claim(rule, members, rules, now)));
    ExplainedToken {
        rules: checked,
        claim_names: members.iter().flat_map(|members| members.keys().cloned()).collect(),
        scopes: members.map(token_scopes),
    }
}

/// Algorithm, key, signature and payload.
fn of_header(read: Option<&DecodedToken<'_>>, keys: Option<&KeySet>, rules: &TokenRules) -> [CheckedRule; 4] {
    let accepted = match &rules.algorithms {
        Some(accepted) => accepted.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", "),
        None => "one that the issuer's keys are for; never none or HS256".to_owned(),
    };
    let known = match keys.map(|keys| keys.key_ids().map(quoted).collect::<Vec<_>>().join(", ")) {
        Some(ids) if !ids.is_empty() => format!("none, or one of {ids}; of a key for that alg"),
        Some(_) => "none, as the keys have none; a key for that alg".to_owned(),
        None => "that of a key of the issuer".to_owned(),
    };
    let made_by = "made by that key, with that algorithm";
    let object = "a JSON object";
    let Some(DecodedToken { token, algorithm, signature, payload }) = read else {
        return [
            CheckedRule::not_checked("alg", accepted),
            CheckedRule::not_checked("kid", known),
            CheckedRule::not_checked("signature", made_by),
            CheckedRule::not_checked("payload", object),
        ];
    };
    let decoded = algorithm.as_ref().ok().zip(signature.as_ref().ok());
    let fitting = decoded.zip(keys).map(|((algorithm, signature), keys)| {
        let fitting = keys.fitting(token.key_id.as_deref(), *algorithm);
        (fitting, *algorithm, signature)
    });
    let (key, verified) = match fitting {
        None => (RuleOutcome::NotChecked, RuleOutcome::NotChecked),
        Some((Err(error), ..)) => (Err(error).into(), RuleOutcome::NotChecked),
        Some((Ok(keys), algorithm, signature)) => {
            let verified = signature::verify(keys, algorithm, token.signed.as_bytes(), signature);
            (RuleOutcome::Passed, verified.into())
        }
    };
    let verified = signature.as_ref().err().map_or(verified, |error| Err(error.clone()).into());
    let got = signature.as_ref().map_or("no base64url".to_owned(), |bytes| format!("{} bytes", bytes.len()));
    let payload_outcome = payload.as_ref().map(drop).map_err(Clone::clone);
    let got_payload = payload.as_ref().map(|_| "one".to_owned()).ok();
    [
        CheckedRule::new("alg", Some(quoted(&token.algorithm)), accepted, algorithm.clone().map(drop)),
        CheckedRule::new("kid", token.key_id.as_deref().map(quoted), known, key),
        CheckedRule::new("signature", Some(got), made_by, verified),
        CheckedRule::new("payload", got_payload, object, payload_outcome),
    ]
}

/// `None`: the authorizer does not ask for it.
fn of_claim(
    rule: ClaimRule<'_>,
    members: Option<&Map<String, Value>>,
    rules: &TokenRules,
    now: SystemTime,
) -> Option<CheckedRule> {
    let expected = expected(rule, rules)?;
    let Some(members) = members else { return Some(CheckedRule::not_checked(rule.claim(), expected)) };
    let claim = match rule {
        ClaimRule::Audience => claim_rule::audience(members),
        _ => members.get(rule.claim()),
    };
    let got = claim.map(|claim| match rule {
        ClaimRule::Expiry | ClaimRule::NotBefore | ClaimRule::IssuedAt => time(claim),
        ClaimRule::Issuer
        | ClaimRule::Audience
        | ClaimRule::TokenUse
        | ClaimRule::Subject
        | ClaimRule::Required { .. } => brief(claim),
    });
    Some(CheckedRule::new(rule.claim(), got, expected, rule.check(members, rules, now)))
}

fn expected(rule: ClaimRule<'_>, rules: &TokenRules) -> Option<String> {
    let leeway = match rules.leeway_seconds {
        0 => String::new(),
        seconds => format!(", give or take {seconds} s"),
    };
    Some(match rule {
        ClaimRule::Issuer => quoted(&rules.issuer),
        ClaimRule::Audience if !claim_rule::asks_for_audience(rules) => return None,
        ClaimRule::Audience => {
            let ours = rules.audience.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", ");
            format!("one of {ours}; without aud, as client_id")
        }
        ClaimRule::Expiry => format!("a time to come{leeway}"),
        ClaimRule::NotBefore | ClaimRule::IssuedAt => format!("nothing, or a time gone by{leeway}"),
        ClaimRule::TokenUse => match rules.kind {
            TokenKind::Jwt => return None,
            TokenKind::CognitoId => "\"id\", since the route asks for no scopes".to_owned(),
            TokenKind::CognitoAccess => "\"access\", since the route asks for scopes".to_owned(),
        },
        ClaimRule::Subject => "a text, or nothing".to_owned(),
        ClaimRule::Required { value, .. } => format!("{}, or a list that has it", quoted(value)),
    })
}

fn quoted(text: &str) -> String {
    brief(&text.into())
}

/// A time as RFC 3339, as far as it is one.
fn time(claim: &Value) -> String {
    /// The end of the year 9999.
    const LATEST: f64 = 253_402_300_799.0;
    match claim.as_f64() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in these bounds")]
        Some(seconds) if (0.0..=LATEST).contains(&seconds) => timestamp(seconds as u64),
        Some(_) | None => brief(claim),
    }
}
