//! What is served: an immutable, validated, resolved snapshot of a stage's routes.
//!
//! After [`parse`] no name is unresolved: a request only follows references.

mod cacheable;
mod footprint;
mod items;
mod live;
mod load;
mod made;
mod places;
mod plan;
mod pointer;
mod publish;
mod record;
mod served;
mod snapshot;
mod standing;
mod upkeep;

use ::http::Method;

pub use self::{
    items::{Parsed, Parser, Source, parse},
    live::Live,
    plan::{Outcome, Trigger, counted},
    publish::{check, invalid_configuration, publish},
    served::{Configuration, Served, ServedStage},
    snapshot::{Packer, Snapshot, Unpacked},
};
use crate::{
    authorizers::ApiKeyUse,
    context::PathParameter,
    error::GatewayError,
    integrations::Integration,
    policies::{
        cache::CachePolicy, cors::Cors, gateway_responses::GatewayResponses,
        rate_limit_headers::RateLimitHeaders, throttle::Throttle, usage_plan::Rule,
        validation::RequiredParameters,
    },
    router::Router,
};

/// All routes of a stage, and what they share.
#[derive(Debug)]
pub struct Deployment {
    pub gateway_responses: GatewayResponses,
    cors: Option<Cors>,
    unmatched: UnmatchedRoutes,
    /// What one client address may do, on one instance.
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
    /// What usage plans name it by: [`RouteKey::shape`](crate::router::RouteKey::shape).
    pub shape: String,
    cors: Option<Cors>,
    pub api_key: ApiKeyUse,
    /// What all callers together may do.
    pub throttle: Option<Rule>,
    pub required_parameters: RequiredParameters,
    /// Which of its answers are kept; `None`: no answer is.
    pub cache: Option<CachePolicy>,
    pub integration: Integration,
}

/// What a request gets that no route serves.
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
    pub path_parameters: Vec<PathParameter<'a>>,
}

impl Deployment {
    /// The most specific route for the canonical `path`.
    ///
    /// # Errors
    ///
    /// [`GatewayError::RouteNotFound`], or [`GatewayError::MethodNotAllowed`] where the path has other methods;
    /// with `unmatchedRoutes: "AWS_REST"` one answer for both.
    pub fn find<'a>(&'a self, method: &Method, path: &'a str) -> Result<Matched<'a>, GatewayError> {
        match self.router.find(method, path) {
            Some(found) => {
                Ok(Matched { route: &self.routes[found.index], path_parameters: found.path_parameters })
            }
            None => Err(self.unmatched(path)),
        }
    }

    /// The CORS policy of a route: its own, or else the API's.
    pub fn cors_of<'a>(&'a self, route: &'a Route) -> Option<&'a Cors> {
        route.cors.as_ref().or(self.cors.as_ref())
    }

    /// The CORS policy of a path: that of its route for `method`, or else of whatever the path serves.
    pub fn cors_of_path(&self, method: &Method, path: &str) -> Option<&Cors> {
        let route_for =
            |method: &Method| self.router.find(method, path).map(|found| &self.routes[found.index]);
        let route = route_for(method).or_else(|| self.router.methods(path).first().and_then(route_for));
        route.map_or(self.cors.as_ref(), |route| self.cors_of(route))
    }

    /// Whether some route serves the path, under any method.
    pub fn has_path(&self, path: &str) -> bool {
        self.router.find(&Method::GET, path).is_some() || !self.router.methods(path).is_empty()
    }

    fn unmatched(&self, path: &str) -> GatewayError {
        if self.unmatched == UnmatchedRoutes::AwsRest {
            return GatewayError::MissingAuthenticationToken;
        }
        let mut methods = self.router.methods(path);
        if methods.is_empty() {
            return GatewayError::RouteNotFound;
        }
        if self.cors_of_path(&methods[0], path).is_some() && !methods.contains(&Method::OPTIONS) {
            methods.push(Method::OPTIONS);
            methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        }
        let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        GatewayError::MethodNotAllowed { allow }
    }
}
