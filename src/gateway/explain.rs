//! The cache key of a request, found without calling or counting anybody: for the operator.

use std::{borrow::Cow, time::Duration};

use thiserror::Error;

use super::{
    access,
    locate::{Location, locate},
};
use crate::{
    authorizers::{ApiKeyUse, Authorized, AuthorizerResources},
    cache::{Bypass, CacheKey, ExplainedKey, KeyPart, UncacheableReason},
    caller::Caller,
    context::Context,
    deployment::Served,
    error::GatewayError,
    message::Request,
};

/// The route of a request, and the key of its response in the cache.
#[derive(Debug)]
pub struct Explained {
    pub stage: String,
    /// `GET /orders/{id}`, `$default`.
    pub route_key: String,
    pub api_key: ApiKeyUse,
    /// `None`: every address is let in.
    pub access: Option<ExplainedAccess>,
    pub lookup: Result<ExplainedLookup, NoLookup>,
}

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

/// The reason why no response of a route is cached; displays in the operator's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoLookup {
    #[error("the route has no cachingEnabled, or an integration whose answers are never kept")]
    Route,
    /// An instance that could read it before goes by what it was.
    #[error("the stage item's cacheTtlInSeconds or cacheGeneration cannot be read")]
    Stage,
    #[error(
        "the function of the route's authorizer says who calls, which is part of the key, and is not called here"
    )]
    AuthorizerFunction,
    #[error("AWS says who has signed the request, which is part of the key, and is not asked here")]
    Signature,
}

/// The lookup that the cache would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedLookup {
    /// Set where nothing is looked up and nothing stored.
    pub bypass: Option<Bypass>,
    /// The time for which a response is fresh; `None`: as it says itself.
    pub ttl: Option<Duration>,
    pub key: CacheKey,
    pub parts: Vec<KeyPart>,
    /// The reason in the request that keeps its response from others, unless the response says otherwise.
    pub not_shared_reason: Option<UncacheableReason>,
    /// The caller whose alone the response is among those of the key, where there may be several.
    pub caller: Option<String>,
}

/// Follows a request to the cache, and fetches the keys that its token is verified with. `api_key_id` is the caller's, which counts where the route asks for a key.
///
/// # Errors
///
/// No stage, no route, no access, a token that its authorizer does not take, or parameters are missing: the request is
/// refused before.
pub async fn explain(
    served: &Served,
    request: &Request,
    api_key_id: Option<&str>,
) -> Result<Explained, GatewayError> {
    let host = &request.origin.domain_name;
    let located = locate(served, host, &request.method, &request.path)?;
    let matched = located.route()?;
    let stage = located.stage;
    let route = matched.route;
    let mut location = Location::routed(request, stage, matched);
    let access = match explain_access(&location) {
        Some(ExplainedAccess::Denied(error)) => return Err(error),
        access => access,
    };
    let caller_unknown = match &route.authorizer {
        Some(authorizer) if authorizer.asks_a_function() => Some(NoLookup::AuthorizerFunction),
        Some(authorizer) if authorizer.asks_for_a_signature() => Some(NoLookup::Signature),
        Some(_) | None => None,
    };
    if let (Some(authorizer), None) = (&route.authorizer, caller_unknown) {
        let found = authorizer.authorize(&location.context(), &AuthorizerResources::default()).await?;
        location.principal = match found {
            Authorized::Caller(principal) => Some(principal),
            Authorized::ByFunction(word) => Some(word.principal),
        };
    }
    let access = match access {
        Some(ExplainedAccess::NotAllowed(error)) => return Err(error),
        access => access,
    };
    let api_key_id = api_key_id.filter(|_| route.api_key != ApiKeyUse::NotRequired);
    let context = location.context();
    let context = Context { caller: Caller { api_key_id, ..context.caller }, ..context };
    if let Some(validation) = &route.validation {
        validation.check(&context)?;
    }
    let lookup = route.cache.as_deref().ok_or(NoLookup::Route).and_then(|policy| {
        caller_unknown.map_or(Ok(()), Err)?;
        let settings = stage.settings.cache.as_ref().ok_or(NoLookup::Stage)?;
        let ExplainedKey { key, parts } = policy.explain(&context, settings);
        Ok(ExplainedLookup {
            bypass: policy.bypass(&context, settings),
            ttl: policy.fixed_ttl(settings),
            key,
            parts,
            not_shared_reason: policy.why_not_shared(&context),
            caller: policy.caller(&context).map(Cow::into_owned),
        })
    });
    Ok(Explained {
        stage: stage.settings.name.clone(),
        route_key: route.key.to_string(),
        api_key: route.api_key,
        access,
        lookup,
    })
}

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
