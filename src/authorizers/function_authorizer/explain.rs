//! What a request has to have before its authorizer's function is asked, for the operator. Nobody is asked here.

use super::{EventForm, FunctionAuthorizer};
use crate::{
    authorizers::explained::{CheckedRule, ExplainedAuthorizer, Verdict},
    caller::TokenPlace,
    context::Context,
    path,
};

impl FunctionAuthorizer {
    /// Checks each rule as [`authorize`](Self::authorize) does before it calls the function.
    pub fn explain(&self, context: &Context<'_>) -> ExplainedAuthorizer {
        let checked = self.checked_identity(context);
        let mut rules: Vec<_> = self.sources.explain(context).collect();
        if let Some(expression) = &self.expression {
            let expected = format!("{expression}, all of it");
            rules.push(match self.sources.identity(context) {
                Ok(_) => CheckedRule::new(
                    "identityValidationExpression",
                    Some("a token".to_owned()),
                    expected,
                    checked.as_ref().map(drop),
                ),
                Err(_) => CheckedRule::not_checked("identityValidationExpression", expected),
            });
        }
        let verdict = match checked {
            Ok(_) => Verdict::Asks(self.asked()),
            Err(error) => Verdict::Refuses(error),
        };
        ExplainedAuthorizer { rules, claim_names: Vec::new(), verdict }
    }

    /// The places of the identity sources that a client sends.
    pub fn token_places(&self) -> &[TokenPlace] {
        &self.token_places
    }

    /// Who is asked, and with what.
    fn asked(&self) -> String {
        // `/2015-03-31/functions/NAME/invocations`
        let function = path::decode(self.path.path().split('/').nth(3).unwrap_or_default());
        let event = match self.form {
            EventForm::Token => "the token and the ARN of the request",
            EventForm::RequestV1 => "the request in payload format 1.0",
            EventForm::RequestV2(_) => "the request in payload format 2.0",
        };
        format!("the function {function}, which gets {event},")
    }
}
