//! What the gateway would look for in the cache, found without asking or counting anybody: for the operator.

use std::time::Duration;

use super::Way;
use crate::{
    authorizers::ApiKeyUse,
    context::Context,
    deployment::Served,
    error::GatewayError,
    message::Request,
    policies::cache::{Bypass, CacheKey, KeyPart},
};

/// Where a request leads, and what its answer is kept under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub stage: String,
    /// `GET /orders/{id}`, `$default`.
    pub route_key: String,
    pub api_key: ApiKeyUse,
    /// `None`: the route keeps no answers.
    pub lookup: Option<Lookup>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// `None`: nothing is looked for, and nothing kept.
    pub bypass: Option<Bypass>,
    /// How long an answer is fresh; `None`: as it says itself.
    pub ttl: Option<Duration>,
    pub key: CacheKey,
    pub parts: Vec<KeyPart>,
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
    let stage = served.find(&request.origin.domain_name, &request.path)?;
    let matched = stage.deployment.find(&request.method, stage.path)?;
    let route = matched.route;
    let way = Way { route_key: &route.key, path_parameters: matched.path_parameters, ..Way::default() };
    let api_key_id = api_key_id.filter(|_| route.api_key != ApiKeyUse::NotRequired);
    let context = Context { api_key_id, ..way.context(request, stage) };
    route.required_parameters.check(&context)?;
    let cache = route.cache.as_ref().zip(stage.settings.cache.as_ref());
    let lookup = cache.map(|(policy, settings)| {
        let (key, parts) = policy.explain(&context, settings);
        Lookup {
            bypass: policy.bypass(&context, settings),
            ttl: policy.fixed_ttl(settings),
            key,
            parts,
            caller: policy.caller(&context).map(str::to_owned),
        }
    });
    Ok(Explained {
        stage: stage.settings.name.clone(),
        route_key: route.key.clone(),
        api_key: route.api_key,
        lookup,
    })
}
