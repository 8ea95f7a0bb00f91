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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExplainedAccess {
    #[error("yes")]
    Granted,
    #[error("no: {0}")]
    Denied(String),
    #[error("as the client's address says, which is not known here")]
    DependsOnAddress,
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
/// No stage, no route, a token that its authorizer does not take, or parameters are missing: the request is refused
/// before.
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
    let access = explain_access(&location);
    let asked_here = route.authorizer.as_ref().filter(|authorizer| !authorizer.asks_a_function());
    if let Some(authorizer) = asked_here {
        let found = authorizer.authorize(&location.context(), &AuthorizerResources::default()).await?;
        location.principal = match found {
            Authorized::Caller(principal) => Some(principal),
            Authorized::ByFunction(word) => Some(word.principal),
        };
    }
    let api_key_id = api_key_id.filter(|_| route.api_key != ApiKeyUse::NotRequired);
    let caller = Caller { api_key_id, principal: location.principal.as_deref() };
    let context = Context { caller, ..location.context() };
    if let Some(validation) = &route.validation {
        validation.check(&context)?;
    }
    let is_caller_known = route.authorizer.is_none() || asked_here.is_some();
    let lookup = route.cache.as_deref().ok_or(NoLookup::Route).and_then(|policy| {
        if !is_caller_known {
            return Err(NoLookup::AuthorizerFunction);
        }
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
    let outcome = access::check_api(&location.stage.deployment.api, location.request)
        .and_then(|()| access::check_route(location)?.require_allow());
    Some(match outcome {
        Ok(()) => ExplainedAccess::Granted,
        Err(error) => ExplainedAccess::Denied(error.to_string()),
    })
}
