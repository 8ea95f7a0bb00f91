//! The route of a request, and the answer where there is none.

use http::Method;

use super::{Deployment, Matched, Route, UnmatchedRoutes, route_facts::RouteCors};
use crate::{
    error::GatewayError,
    policies::cors::Cors,
    router::{FoundRoute, METHODS},
};

impl Deployment {
    /// The most specific route for the canonical `path`.
    ///
    /// # Errors
    ///
    /// - [`GatewayError::RouteNotFound`], also where the route would let past what another one asks for.
    /// - [`GatewayError::MethodNotAllowed`] where the path has other methods; with another `unmatchedRoutes` than
    ///   `HTTP` there is one answer for all.
    /// - [`GatewayError::RouteUnreadable`].
    pub fn find<'a>(&'a self, method: &Method, path: &'a str) -> Result<Matched<'a>, GatewayError> {
        let found = self.router.find(method, path).ok_or_else(|| self.unmatched(path))?;
        let FoundRoute { index, path } = found;
        let lookalikes = self.lookalikes(method, path, index).ok_or_else(|| self.not_found())?;
        let route = self.read_route(index)?;
        let key = self.route_key(index);
        let lookalikes = lookalikes.into_iter().map(|other| self.route_key(other).shape()).collect();
        Ok(Matched { route, path, path_parameters: key.values_in(path), lookalikes })
    }

    /// The CORS policy of a route: its own, or else the API's.
    pub fn cors_of<'a>(&'a self, route: &'a Route) -> Option<&'a Cors> {
        route.cors.as_deref().or(self.api.cors.as_ref())
    }

    /// The CORS policy of a path: that of its route for `method`, or else of whatever the path serves.
    ///
    /// # Errors
    ///
    /// The route has a policy of its own, and cannot be read.
    pub fn cors_of_path(&self, method: &Method, path: &str) -> Result<Option<&Cors>, GatewayError> {
        match self.any_route(method, path) {
            Some(index) if self.routes.facts(index).cors == RouteCors::Own => {
                Ok(self.cors_of(self.read_route(index)?))
            }
            Some(_) | None => Ok(self.api.cors.as_ref()),
        }
    }

    /// Says if some route serves the path, under any method.
    pub fn has_path(&self, path: &str) -> bool {
        METHODS.iter().any(|method| self.route(method, path).is_some())
    }

    /// The route that serves a method on a path.
    pub(super) fn route(&self, method: &Method, path: &str) -> Option<usize> {
        let index = self.router.find(method, path)?.index;
        self.lookalikes(method, path, index).map(|_| index)
    }

    /// The same, or else the route that serves any method there.
    pub(super) fn any_route(&self, method: &Method, path: &str) -> Option<usize> {
        self.route(method, path).or_else(|| METHODS.iter().find_map(|other| self.route(other, path)))
    }

    /// The refusal of a path that no route serves.
    pub fn not_found(&self) -> GatewayError {
        match self.api.unmatched {
            UnmatchedRoutes::AwsRest => GatewayError::MissingAuthenticationToken,
            UnmatchedRoutes::Http | UnmatchedRoutes::AwsHttp => GatewayError::RouteNotFound,
        }
    }

    fn unmatched(&self, path: &str) -> GatewayError {
        let mut methods: Vec<_> = match self.api.unmatched {
            UnmatchedRoutes::Http => {
                METHODS.into_iter().filter(|method| self.route(method, path).is_some()).collect()
            }
            UnmatchedRoutes::AwsRest | UnmatchedRoutes::AwsHttp => Vec::new(),
        };
        if methods.is_empty() {
            return self.not_found();
        }
        if self.has_cors(&methods[0], path) && !methods.contains(&Method::OPTIONS) {
            methods.push(Method::OPTIONS);
            methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        }
        let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        GatewayError::MethodNotAllowed { allow }
    }

    fn has_cors(&self, method: &Method, path: &str) -> bool {
        let own = |index| self.routes.facts(index).cors == RouteCors::Own;
        self.api.cors.is_some() || self.any_route(method, path).is_some_and(own)
    }
}
