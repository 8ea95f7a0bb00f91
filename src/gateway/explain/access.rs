//! The outcome of address lists and the policy, found without asking anybody.

use thiserror::Error;

use crate::{
    error::GatewayError,
    gateway::{access, locate::Location},
};

/// The outcome of address lists and the policy; displays in the operator's words.
#[derive(Debug, Error)]
pub enum ExplainedAccess {
    #[error("yes")]
    Granted,
    /// Refused before the authorizer is asked.
    #[error("no: {0}")]
    Denied(GatewayError),
    /// No statement of the policy allows it, which is refused after the authorizer was asked.
    #[error("no: {0}")]
    NotAllowed(GatewayError),
    /// The same where the authorizer is a function, which may allow it.
    #[error("as the authorizer's function says, since no statement of the policy allows it")]
    DependsOnFunction,
    #[error("as the client's address says, which is not known here")]
    DependsOnAddress,
    #[error("as the policy says of who has signed, which is not known here")]
    DependsOnSigner,
}

/// `None`: every address is let in, and there is no policy.
pub(super) fn explain_access(location: &Location<'_>) -> Option<ExplainedAccess> {
    let rules = access::rules_of(location)?;
    if rules.ask_for_address && location.request.origin.source_ip.is_empty() {
        return Some(ExplainedAccess::DependsOnAddress);
    }
    let api = &location.stage.deployment.api;
    let policy = access::check_api(api, location.request).and_then(|()| access::check_route(location));
    let policy = match policy {
        Err(error) => return Some(ExplainedAccess::Denied(error)),
        Ok(_) if rules.ask_for_signer => return Some(ExplainedAccess::DependsOnSigner),
        Ok(policy) => policy,
    };
    let asks_a_function = location.matched.as_ref().is_some_and(|matched| {
        matched.route.authorizer.as_ref().is_some_and(|authorizer| authorizer.asks_a_function())
    });
    Some(match policy.require_allow() {
        Err(_) if asks_a_function => ExplainedAccess::DependsOnFunction,
        Err(error) => ExplainedAccess::NotAllowed(error),
        Ok(()) => ExplainedAccess::Granted,
    })
}
