//! What the gateway would look for in the cache, found without asking or counting anybody: for the operator.

use std::time::Duration;

use thiserror::Error;

use super::locate::{Located, Location, locate};
use crate::{
    authorizers::ApiKeyUse,
    cache::{Bypass, CacheKey, ExplainedKey, KeyPart, UncacheableReason},
    context::Context,
    deployment::Served,
    error::GatewayError,
    message::Request,
};

/// Where a request leads, and what its answer is kept under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub stage: String,
    /// `GET /orders/{id}`, `$default`.
    pub route_key: String,
    pub api_key: ApiKeyUse,
    pub lookup: Result<ExplainedLookup, NoLookup>,
}

/// Why the answers of a route are not kept; displays in the operator's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoLookup {
    #[error("the route has no cachingEnabled, or an integration whose answers are never kept")]
    Route,
    /// An instance that could read it before goes by what it was.
    #[error("the stage item's cacheTtlInSeconds or cacheGeneration cannot be read")]
    Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedLookup {
    /// `None`: nothing is looked for, and nothing kept.
    pub bypass: Option<Bypass>,
    /// How long an answer is fresh; `None`: as it says itself.
    pub ttl: Option<Duration>,
    pub key: CacheKey,
    pub parts: Vec<KeyPart>,
    /// What in the request keeps its answer from others, unless the answer says otherwise.
    pub not_shared_reason: Option<UncacheableReason>,
    /// Whose alone the answer is among those of the key, where there may be several.
    pub caller: Option<String>,
}

/// Follows a request to the cache. `api_key_id` is the caller's, which counts where the route asks for a key.
///
/// # Errors
///
/// No stage, no route, or parameters are missing: the request is refused before.
pub fn explain(
    served: &Served,
    request: &Request,
    api_key_id: Option<&str>,
) -> Result<Explained, GatewayError> {
    let host = &request.origin.domain_name;
    let Located { stage, matched } = locate(served, host, &request.method, &request.path)?;
    let matched = matched?;
    let route = matched.route;
    let location = Location::routed(request, stage, matched);
    let api_key_id = api_key_id.filter(|_| route.api_key != ApiKeyUse::NotRequired);
    let context = Context { api_key_id, ..location.context() };
    route.required_parameters.check(&context)?;
    let lookup = route.cache.as_ref().ok_or(NoLookup::Route).and_then(|policy| {
        let settings = stage.settings.cache.as_ref().ok_or(NoLookup::Stage)?;
        let ExplainedKey { key, parts } = policy.explain(&context, settings);
        Ok(ExplainedLookup {
            bypass: policy.bypass(&context, settings),
            ttl: policy.fixed_ttl(settings),
            key,
            parts,
            not_shared_reason: policy.why_not_shared(&context),
            caller: policy.caller(&context).map(str::to_owned),
        })
    });
    Ok(Explained {
        stage: stage.settings.name.clone(),
        route_key: route.key.clone(),
        api_key: route.api_key,
        lookup,
    })
}
