//! The location of a request: its stage, its route and its caller. One function finds it, for all who need it.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, Method};

use crate::{
    authorizers::KeyOwner,
    cache::{CacheRequest, InvalidatePermission},
    caller::{Caller, KeySource, Principal},
    context::{Context, StageVersion},
    deployment::{Matched, Served, ServedStage},
    error::GatewayError,
    message::Request,
    policies::compression::unpacked_request,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The stage that serves a host and a path, which knows the route too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<'a> {
    pub stage: ServedStage<'a>,
    method: &'a Method,
}

/// A request at the stage that serves it, with its route and its caller once they are known.
#[derive(Debug)]
pub(super) struct Location<'a> {
    /// As it was sent.
    pub request: &'a Request,
    /// The same with its body unpacked. `None`: it is as it should be, or nobody has looked yet.
    pub unpacked: Option<Box<Request>>,
    pub stage: ServedStage<'a>,
    pub matched: Option<Matched<'a>>,
    /// `None` also where the route asks no authorizer.
    pub principal: Option<Arc<Principal>>,
    /// `None` also where the route asks for no key.
    pub key_owner: Option<KeyOwner>,
    /// The time that had passed when the authorizer was done.
    pub waited: Duration,
}

/// Finds the stage of a request, and by it the route. The stage serves as its own deployment, whatever canary it has.
///
/// # Errors
///
/// No stage serves this host and path, or the stage has never had a valid deployment.
pub(super) fn locate<'a>(
    served: &'a Served,
    host: &str,
    method: &'a Method,
    path: &'a str,
) -> Result<Located<'a>, GatewayError> {
    Ok(Located { stage: served.find(host, path)?, method })
}

impl<'a> Located<'a> {
    /// The same stage as this version of it serves.
    pub fn of_version(self, version: StageVersion) -> Self {
        Self { stage: self.stage.of_version(version), ..self }
    }

    /// The same stage as each of its versions serves.
    pub fn versions(self) -> impl Iterator<Item = Self> {
        self.stage.versions().map(move |stage| Self { stage, ..self })
    }

    /// Finds the route.
    ///
    /// # Errors
    ///
    /// The stage has none for this method and path.
    pub fn route(&self) -> Result<Matched<'a>, GatewayError> {
        self.stage.deployment.find(self.method, self.stage.path)
    }
}

impl<'a> Location<'a> {
    /// A request whose route is not known yet.
    pub fn at(request: &'a Request, stage: ServedStage<'a>) -> Self {
        Self {
            request,
            unpacked: None,
            stage,
            matched: None,
            principal: None,
            key_owner: None,
            waited: Duration::ZERO,
        }
    }

    /// A request with the route that serves it.
    pub fn routed(request: &'a Request, stage: ServedStage<'a>, matched: Matched<'a>) -> Self {
        Self { matched: Some(matched), ..Self::at(request, stage) }
    }

    /// Unpacks the request's body, where the API says so.
    ///
    /// # Errors
    ///
    /// It is not in the coding that the request says, or becomes too large.
    pub fn unpack(&mut self) -> Result<(), GatewayError> {
        if self.stage.deployment.api.compression.is_some() {
            self.unpacked = unpacked_request(self.request)?.map(Box::new);
        }
        Ok(())
    }

    /// The request as it is validated and sent on.
    pub fn request(&self) -> &Request {
        self.unpacked.as_deref().unwrap_or(self.request)
    }

    /// Everything known so far, as steps and integrations see it.
    pub fn context(&self) -> Context<'_> {
        let stage = self.stage;
        let context = Context {
            request: self.request(),
            stage: &stage.settings.name,
            base_path: &stage.settings.base_path,
            path: stage.path,
            stage_variables: stage.stage_variables,
            deployment_id: stage.deployment_id,
            version: stage.version,
            route_key: "",
            path_parameters: &[],
            caller: Caller {
                api_key_id: self.key_owner.as_ref().map(|owner| owner.key.id.as_str()),
                api_key_source: stage.deployment.api.api_key_source,
                principal: self.principal.as_deref(),
            },
            waited: self.waited,
        };
        match &self.matched {
            None => context,
            Some(Matched { route, path, path_parameters, .. }) => {
                Context { route_key: &route.key, path, path_parameters, ..context }
            }
        }
    }

    /// The request as the cache sees it; `None`: the route's responses are not cached, or it is not clear what the
    /// stage says of that.
    pub fn cache_request(&self) -> Option<CacheRequest<'_>> {
        let route = self.matched.as_ref()?.route;
        let context = self.context();
        Some(CacheRequest {
            policy: route.cache.as_deref()?,
            stage: self.stage.settings.cache.as_ref()?,
            context,
            permission: self.invalidate_permission(),
            limit: route.integration.limit(&context),
            compression: self.stage.deployment.api.compression,
        })
    }

    /// The value of the API key that a request has where the API's keys come from.
    pub fn api_key_value(&self, source: KeySource) -> Option<&[u8]> {
        match source {
            KeySource::Header => self.request.headers.get(API_KEY).map(HeaderValue::as_bytes),
            KeySource::Authorizer => self.principal.as_deref()?.usage_identifier_key().map(str::as_bytes),
        }
    }

    /// Callers without a key have no permission.
    fn invalidate_permission(&self) -> InvalidatePermission {
        match &self.key_owner {
            Some(owner) if owner.key.may_invalidate_cache => InvalidatePermission::Granted,
            Some(_) | None => InvalidatePermission::Missing,
        }
    }
}
