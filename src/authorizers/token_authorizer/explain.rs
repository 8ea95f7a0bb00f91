//! The rules that a token authorizer holds a request against, for the operator.

use std::sync::Arc;

use super::{AskedScopes, TokenAuthorizer, TokenIssuer, TokenKeys, has_scope};
use crate::{
    authorizers::{
        explained::{CheckedRule, ExplainedAuthorizer, Verdict},
        identity_source::without_scheme,
        issuer_keys::IssuerKeys,
        jwt::{self, KeySet},
        verified_tokens::VerifiedTokens,
    },
    context::Context,
    error::GatewayError,
};

impl TokenAuthorizer {
    /// Checks each rule, on a route that asks for one of these `scopes`. The verdict is that of
    /// [`authorize`](Self::authorize).
    pub async fn explain(
        &self,
        context: &Context<'_>,
        scopes: &[String],
        issuers: &IssuerKeys,
    ) -> ExplainedAuthorizer {
        let value = self.identity_source.value(context);
        let token = value.as_deref().map(without_scheme);
        let source = format!("a token in {}", self.identity_source);
        let found = token.map(|_| "one".to_owned());
        let has_token = token.map(drop).ok_or(GatewayError::NoToken);
        let mut rules = vec![CheckedRule::new("token", found, source, has_token)];
        let mut claim_names = Vec::new();
        if let Some(token) = token {
            let asked = AskedScopes::of(scopes);
            let issuer = self.issuer_or_first(token);
            let keys = issuer.keys_for(token, asked, context, issuers).await;
            let explained =
                jwt::explain(token, keys.as_deref(), issuer.rules_of(asked), context.request.received_at);
            rules.extend(explained.rules);
            rules.extend(scope_rule(scopes, explained.scopes));
            claim_names = explained.claim_names;
        }
        let verdict = match self.authorize(context, scopes, &VerifiedTokens::default(), issuers).await {
            Ok(principal) => Verdict::LetsIn(principal),
            Err(error) => Verdict::Refuses(error),
        };
        ExplainedAuthorizer { rules, claim_names, verdict }
    }

    /// Of a token that names no issuer of ours, the rules of the first are shown.
    fn issuer_or_first(&self, token: &str) -> &TokenIssuer {
        self.issuer_of(token).unwrap_or(&self.issuers[0])
    }
}

impl TokenIssuer {
    /// `None`: they cannot be had, or no key could make the token a good one.
    async fn keys_for(
        &self,
        token: &str,
        asked: AskedScopes,
        context: &Context<'_>,
        issuers: &IssuerKeys,
    ) -> Option<Arc<KeySet>> {
        match &self.keys {
            TokenKeys::Listed(keys) => Some(Arc::clone(keys)),
            TokenKeys::OfIssuer(source) => {
                let key_id = jwt::key_id(token, self.rules_of(asked)).ok()?;
                issuers.keys(source, key_id.as_deref(), context.request.received_at).await.ok()
            }
        }
    }
}

/// `None`: the route asks for no scopes.
fn scope_rule(scopes: &[String], held: Option<Vec<String>>) -> Option<CheckedRule> {
    if scopes.is_empty() {
        return None;
    }
    let expected = format!("one of {}", scopes.join(" "));
    let Some(held) = held else { return Some(CheckedRule::not_checked("scope, scp", expected)) };
    let got = Some(held.join(" ")).filter(|held| !held.is_empty());
    let is_kept = has_scope(&held, scopes);
    let outcome =
        if is_kept { Ok(()) } else { Err(GatewayError::InsufficientScope { scopes: scopes.join(" ") }) };
    Some(CheckedRule::new("scope, scp", got, expected, outcome))
}
