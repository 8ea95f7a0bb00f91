//! The lookup that the cache would do, and the request that its target would get.

use std::{borrow::Cow, time::Duration};

use thiserror::Error;

use crate::{
    cache::{Bypass, CacheKey, ExplainedKey, KeyPart, UncacheableReason},
    context::Context,
    deployment::{Route, ServedStage},
};

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

/// `unknown` is the reason why the caller, who may be part of the key, is not known here.
pub(super) fn explain_lookup(
    route: &Route,
    stage: ServedStage<'_>,
    context: &Context<'_>,
    unknown: Option<NoLookup>,
) -> Result<ExplainedLookup, NoLookup> {
    let policy = route.cache.as_deref().ok_or(NoLookup::Route)?;
    unknown.map_or(Ok(()), Err)?;
    let settings = stage.settings.cache.as_ref().ok_or(NoLookup::Stage)?;
    let ExplainedKey { key, parts } = policy.explain(context, settings);
    Ok(ExplainedLookup {
        bypass: policy.bypass(context, settings),
        ttl: policy.fixed_ttl(settings),
        key,
        parts,
        not_shared_reason: policy.why_not_shared(context),
        caller: policy.caller(context).map(Cow::into_owned),
    })
}
