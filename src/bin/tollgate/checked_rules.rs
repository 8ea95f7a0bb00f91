//! The rules of a route's authorizer as they were checked for a request: `tollgate explain`, `tollgate auth explain`.

use std::io::{self, Write};

use serde_json::{Value, json};
use tollgate::{
    authorizers::{ApiKeyUse, CheckedRule, RuleOutcome},
    caller::{KeySource, Principal},
    deployment::{AuthorizerOrigin, RouteAuthorization},
};

use crate::text_table::{self, Column};

/// The reason why a route serves a request.
pub fn why(route_key: &str, method: &str) -> String {
    match route_key.split_once(' ') {
        None => "since no other route serves the path".to_owned(),
        Some(("ANY", _)) => format!("since the path has no {method} of its own"),
        Some((own, _)) if own != method => format!("since the path has no {method}, and no ANY"),
        Some(_) => "the most specific for the path".to_owned(),
    }
}

/// Writes the rules of an authorizer as they were checked.
///
/// # Errors
///
/// The reader is gone.
pub fn write_rules(out: &mut impl Write, rules: &[CheckedRule]) -> io::Result<()> {
    let columns = [Column::left("RULE"), Column::left("KEPT"), Column::left("GOT"), Column::left("EXPECTED")];
    let row = |CheckedRule { name, got, expected, outcome }: &CheckedRule| {
        let kept = match outcome {
            RuleOutcome::Passed => "yes",
            RuleOutcome::Failed(_) => "NO",
            RuleOutcome::NotChecked => "?",
        };
        vec![name.clone(), kept.to_owned(), got.clone(), expected.clone()]
    };
    text_table::write(out, &columns, &rules.iter().map(row).collect::<Vec<_>>())
}

/// The authorizer that is asked, and who says so.
pub fn authorizer(asked: &RouteAuthorization) -> String {
    match asked {
        RouteAuthorization::None => "none".to_owned(),
        RouteAuthorization::Opened => "none: the route says NONE, where $api has one".to_owned(),
        RouteAuthorization::By(authorizer, origin) => {
            let whose = match origin {
                AuthorizerOrigin::Api => "$api",
                AuthorizerOrigin::Route => "the route",
            };
            let scopes = match authorizer.scopes() {
                [] => String::new(),
                scopes => format!(", with one of the scopes {}", scopes.join(" ")),
            };
            format!("{} ({}), as {whose} says{scopes}", authorizer.id, authorizer.type_name())
        }
    }
}

/// The demand for an API key.
pub fn api_key(api_key: ApiKeyUse) -> &'static str {
    match api_key {
        ApiKeyUse::NotRequired => "none",
        ApiKeyUse::Required(KeySource::Header) => "asked for besides, in x-api-key",
        ApiKeyUse::Required(KeySource::Authorizer) => "asked for besides, in the authorizer's answer",
    }
}

/// The name that logs have for a caller.
pub fn principal_id(principal: &Principal) -> &str {
    principal.id().unwrap_or("none: the token has no sub")
}

pub fn rule_to_json(CheckedRule { name, got, expected, outcome }: &CheckedRule) -> Value {
    let (is_kept, reason) = match outcome {
        RuleOutcome::Passed => (Some(true), None),
        RuleOutcome::Failed(reason) => (Some(false), Some(reason)),
        RuleOutcome::NotChecked => (None, None),
    };
    json!({ "rule": name, "got": got, "expected": expected, "isKept": is_kept, "reason": reason })
}
