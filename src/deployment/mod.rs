//! Deployments: each an immutable, validated, resolved snapshot of a stage's routes.
//!
//! After [`parse`] no name is unresolved: a request only follows references.

mod active_deployments;
mod api;
mod base_path_claims;
mod cacheable;
mod candidate;
mod effective_settings;
mod footprint;
mod guards;
mod inspect;
mod items;
mod last_good;
mod load;
mod load_outcome;
mod look;
mod look_result;
mod pointer;
mod publish;
mod publish_decision;
mod served;
mod snapshot;
mod status_report;

use ::http::Method;

pub use self::{
    active_deployments::{ActiveDeployments, CurrentStages},
    guards::Guards,
    inspect::inspect,
    items::{DeploymentSource, Parser, parse},
    look::Freshness,
    publish::{check, invalid_configuration, publish},
    publish_decision::{PublishOutcome, Trigger, counted},
    served::{Configuration, Served, ServedStage},
    snapshot::{Packer, Snapshot, Unpacked},
};
use crate::{
    authorizers::ApiKeyUse,
    cache::CachePolicy,
    context::PathParameter,
    error::GatewayError,
    integrations::Integration,
    limits::{rate_limit_headers::RateLimitHeaders, rule::Rule, throttle::Throttle},
    policies::{cors::Cors, gateway_responses::GatewayResponses, required_parameters::RequiredParameters},
    router::{FoundRoute, METHODS, Router},
};

/// All routes of a stage, and what they share.
#[derive(Debug)]
pub struct Deployment {
    pub gateway_responses: GatewayResponses,
    cors: Option<Cors>,
    unmatched: UnmatchedRoutes,
    /// The limit of one client address, on one instance.
    pub per_ip: Option<Throttle>,
    pub rate_limit_headers: RateLimitHeaders,
    router: Router,
    /// In the order that the router counts them in.
    routes: Vec<Route>,
}

/// One complete entry: which requests, what is asked of them, who answers.
#[derive(Debug)]
pub struct Route {
    /// `GET /orders/{id}`, `$default`.
    pub key: String,
    /// The name that usage plans know it by: [`RouteKey::shape`](crate::router::RouteKey::shape).
    pub shape: String,
    cors: Option<Cors>,
    pub api_key: ApiKeyUse,
    /// The limit of all callers together.
    pub throttle: Option<Rule>,
    pub required_parameters: RequiredParameters,
    /// Which of its answers are kept; `None`: no answer is.
    pub cache: Option<CachePolicy>,
    pub integration: Integration,
}

/// The answer to a request that no route serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnmatchedRoutes {
    /// 404, or 405 where the path has other methods.
    #[default]
    Http,
    /// 403 `Missing Authentication Token`, as REST APIs say.
    AwsRest,
}

/// The route of a request, with what its path's parameters matched.
#[derive(Debug)]
pub struct Matched<'a> {
    pub route: &'a Route,
    /// The path that was routed.
    pub path: &'a str,
    pub path_parameters: Vec<PathParameter<'a>>,
    /// The routes that the target may take the path for; none of them asks for more than this one.
    pub lookalikes: Vec<&'a Route>,
}

impl Deployment {
    /// The most specific route for the canonical `path`.
    ///
    /// # Errors
    ///
    /// [`GatewayError::RouteNotFound`], also where the route would let past what another one asks for; or
    /// [`GatewayError::MethodNotAllowed`] where the path has other methods; with `unmatchedRoutes: "AWS_REST"` one
    /// answer for all.
    pub fn find<'a>(&'a self, method: &Method, path: &'a str) -> Result<Matched<'a>, GatewayError> {
        let found = self.router.find(method, path).ok_or_else(|| self.unmatched(path))?;
        let FoundRoute { index, path: routed, path_parameters } = found;
        let lookalikes = self.lookalikes(method, path, index).ok_or_else(|| self.not_found())?;
        Ok(Matched { route: &self.routes[index], path: routed, path_parameters, lookalikes })
    }

    /// The CORS policy of a route: its own, or else the API's.
    pub fn cors_of<'a>(&'a self, route: &'a Route) -> Option<&'a Cors> {
        route.cors.as_ref().or(self.cors.as_ref())
    }

    /// The CORS policy of a path: that of its route for `method`, or else of whatever the path serves.
    pub fn cors_of_path(&self, method: &Method, path: &str) -> Option<&Cors> {
        let route =
            self.route(method, path).or_else(|| METHODS.iter().find_map(|other| self.route(other, path)));
        route.map_or(self.cors.as_ref(), |route| self.cors_of(route))
    }

    /// Says if some route serves the path, under any method.
    pub fn has_path(&self, path: &str) -> bool {
        METHODS.iter().any(|method| self.route(method, path).is_some())
    }

    /// The route that serves a method on a path.
    fn route(&self, method: &Method, path: &str) -> Option<&Route> {
        let index = self.router.find(method, path)?.index;
        self.lookalikes(method, path, index).map(|_| &self.routes[index])
    }

    /// The refusal of a path that no route serves.
    pub fn not_found(&self) -> GatewayError {
        match self.unmatched {
            UnmatchedRoutes::AwsRest => GatewayError::MissingAuthenticationToken,
            UnmatchedRoutes::Http => GatewayError::RouteNotFound,
        }
    }

    fn unmatched(&self, path: &str) -> GatewayError {
        let mut methods: Vec<_> =
            METHODS.into_iter().filter(|method| self.route(method, path).is_some()).collect();
        if self.unmatched == UnmatchedRoutes::AwsRest || methods.is_empty() {
            return self.not_found();
        }
        if self.cors_of_path(&methods[0], path).is_some() && !methods.contains(&Method::OPTIONS) {
            methods.push(Method::OPTIONS);
            methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        }
        let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        GatewayError::MethodNotAllowed { allow }
    }
}
