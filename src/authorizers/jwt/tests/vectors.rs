//! Tokens that PyJWT signed, with what is to be said of each; tests/jwt_vectors/make.py writes them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{Algorithm, KeySet, TokenKind, TokenRules, verify},
    now, parse, rules,
};
use crate::json;

/// The file, and the key sets in it.
pub(super) struct Vectors {
    pub key_sets: BTreeMap<String, KeySet>,
    pub all: Vec<Vector>,
}

pub(super) struct Vector {
    pub name: String,
    pub keys: String,
    pub token: String,
    /// The error as `Debug` writes it; empty for a good token.
    error: String,
    pub rules: TokenRules,
}

pub(super) fn read() -> Vectors {
    let file = include_str!("../../../../tests/jwt_vectors/vectors.json");
    let file = json::read(file.as_bytes()).unwrap();
    let key_sets = file["keySets"].as_object().unwrap().iter();
    Vectors {
        key_sets: key_sets.map(|(name, set)| (name.clone(), parse(set.clone()).unwrap())).collect(),
        all: file["vectors"].as_array().unwrap().iter().map(vector).collect(),
    }
}

fn vector(row: &Value) -> Vector {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Vector {
        name: text("name"),
        keys: text("keys"),
        token: text("token"),
        error: text("error"),
        rules: row.get("rules").map_or_else(rules, changed_rules),
    }
}

fn changed_rules(changes: &Value) -> TokenRules {
    let mut rules = rules();
    for (name, value) in changes.as_object().unwrap() {
        match name.as_str() {
            "audience" => rules.audience = texts(value),
            "algorithms" => {
                rules.algorithms = texts(value).iter().map(|name| Algorithm::named(name)).collect();
                assert!(rules.algorithms.is_some(), "{value}");
            }
            "leewaySeconds" => rules.leeway_seconds = value.as_u64().unwrap(),
            "requiredClaims" => {
                let claims = value.as_object().unwrap().iter();
                rules.required_claims =
                    claims.map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned())).collect();
            }
            "kind" if value == "CognitoId" => rules.kind = TokenKind::CognitoId,
            "kind" if value == "CognitoAccess" => rules.kind = TokenKind::CognitoAccess,
            _ => panic!("{name}: {value}"),
        }
    }
    rules
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_token_of_another_implementation_is_good_or_breaks_the_rule_that_it_was_made_to_break() {
    let vectors = read();
    assert!(vectors.all.len() > 400, "{}", vectors.all.len());
    let differs = |Vector { name, keys, token, error, rules }: &Vector| {
        let verified = verify(token, &vectors.key_sets[keys], rules, now());
        let found = verified.err().map(|error| format!("{error:?}")).unwrap_or_default();
        (found != *error).then(|| format!("{name}: {found} instead of {error}"))
    };
    let different: Vec<_> = vectors.all.iter().filter_map(differs).collect();
    assert!(different.is_empty(), "{different:#?}");
}
