//! The rules of an authorizer as they were checked for one request, for the operator. Nothing here is the credential
//! itself, and of what it says only what a rule compares.

use std::sync::Arc;

use crate::{caller::Principal, error::GatewayError};

/// An authorizer's word on a request, and the rules that it follows from.
#[derive(Debug)]
pub struct ExplainedAuthorizer {
    /// In the order in which they are checked.
    pub rules: Vec<CheckedRule>,
    /// The names of the claims that the credential makes, true or not.
    pub claim_names: Vec<String>,
    pub verdict: Verdict,
}

/// The outcome of an authorizer.
#[derive(Debug)]
pub enum Verdict {
    LetsIn(Arc<Principal>),
    Refuses(GatewayError),
    /// Somebody decides who is not asked for the operator: `the function partners`.
    Asks(String),
}

/// A rule, with what the request has and what it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRule {
    /// `signature`, `aud`.
    pub name: String,
    pub got: String,
    pub expected: String,
    pub outcome: RuleOutcome,
}

/// The outcome of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    Passed,
    /// With the reason, in the words of the log.
    Failed(String),
    /// It could not be, after what failed before.
    NotChecked,
}

/// What stands in the place of something that is not there.
const NOTHING: &str = "nothing";

impl CheckedRule {
    pub fn new(
        name: &str,
        got: Option<String>,
        expected: impl Into<String>,
        outcome: impl Into<RuleOutcome>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            got: got.unwrap_or_else(|| NOTHING.to_owned()),
            expected: expected.into(),
            outcome: outcome.into(),
        }
    }

    /// A rule that could not be checked.
    pub fn not_checked(name: &str, expected: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            got: "-".to_owned(),
            expected: expected.into(),
            outcome: RuleOutcome::NotChecked,
        }
    }
}

impl<E: std::error::Error> From<Result<(), E>> for RuleOutcome {
    fn from(result: Result<(), E>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(error) => Self::Failed(error.to_string()),
        }
    }
}
