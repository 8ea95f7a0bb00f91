//! The rules of a function's authorizer that hold before the function is asked, for the operator.

use super::FunctionAuthorizer;
use crate::{
    authorizers::explained::{CheckedRule, ExplainedAuthorizer, RuleOutcome, Verdict},
    caller::TokenPlace,
    context::Context,
    error::GatewayError,
};

const EXPRESSION: &str = "identityValidationExpression";

impl FunctionAuthorizer {
    /// Checks the identity sources and the expression; the function is not called.
    pub fn explain(&self, context: &Context<'_>) -> ExplainedAuthorizer {
        let mut rules: Vec<_> = self
            .sources
            .checks(context)
            .map(|(name, is_there)| {
                let failure = || RuleOutcome::Failed("it is missing or empty".to_owned());
                let outcome = if is_there { RuleOutcome::Passed } else { failure() };
                CheckedRule::new(name, is_there.then(|| "one".to_owned()), "a value", outcome)
            })
            .collect();
        let identity = self.identity(context);
        if self.expression.is_some() {
            const EXPECTED: &str = "all of the value";
            let rule = match &identity {
                Ok(_) => CheckedRule::new(EXPRESSION, Some("all".to_owned()), EXPECTED, RuleOutcome::Passed),
                Err(error @ GatewayError::Unauthorized(_)) if rules.iter().all(has_passed) => {
                    let outcome = RuleOutcome::Failed(error.to_string());
                    CheckedRule::new(EXPRESSION, Some("another value".to_owned()), EXPECTED, outcome)
                }
                Err(_) => CheckedRule::not_checked(EXPRESSION, EXPECTED),
            };
            rules.push(rule);
        }
        let verdict = match identity {
            Ok(_) => Verdict::Asks(format!("the function of {}", self.id)),
            Err(error) => Verdict::Refuses(error),
        };
        ExplainedAuthorizer { rules, claim_names: Vec::new(), verdict }
    }

    /// The place of the first identity source that a client sends.
    pub fn token_place(&self) -> Option<TokenPlace> {
        self.token_places.first().cloned()
    }
}

fn has_passed(rule: &CheckedRule) -> bool {
    rule.outcome == RuleOutcome::Passed
}
