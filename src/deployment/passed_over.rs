//! The routes whose paths match a request's too, and why each of them does not serve it: for the operator.

use http::Method;

use super::Deployment;
use crate::router::{METHODS, PathPattern, RouteKey, Router};

/// A route that could be taken for the one that serves a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOverRoute {
    /// As written: `GET /orders/{id}`.
    pub key: String,
    pub reason: PassedOver,
}

/// The reason why a route does not serve a request; displays in the operator's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassedOver {
    #[error("it does not serve the method")]
    Method,
    #[error("its path is less specific")]
    LessSpecific,
    #[error("the path has the method itself")]
    OtherMethodKey,
    #[error("it takes what no other route serves")]
    Default,
    /// Its target may take the path for another route's.
    #[error("a target may take the path for that of a route which asks for more")]
    LeadsPast,
}

impl Deployment {
    /// The routes beside the one that serves the request, in the order of their keys.
    pub fn passed_over(&self, method: &Method, path: &str) -> Vec<PassedOverRoute> {
        let serving = self.router.find(method, path).map(|found| found.index);
        let is_refused = serving.is_some() && self.find(method, path).is_err();
        let pattern = |index: usize| match self.route_key(index) {
            RouteKey::Path { pattern, .. } => Some(pattern),
            RouteKey::Default => None,
        };
        let served_pattern = serving.and_then(pattern);
        let mut others = Vec::new();
        for index in 0..self.route_count() {
            let key = self.route_key(index);
            let reason = if Some(index) == serving {
                if !is_refused {
                    continue;
                }
                PassedOver::LeadsPast
            } else if key == RouteKey::Default {
                PassedOver::Default
            } else {
                match self.reason(&key, served_pattern.as_ref(), method, path) {
                    Some(reason) => reason,
                    None => continue,
                }
            };
            others.push(PassedOverRoute { key: self.routes.key(index).to_owned(), reason });
        }
        others
    }

    /// `None`: its path does not match.
    fn reason(
        &self,
        key: &RouteKey<'_>,
        served: Option<&PathPattern<'_>>,
        method: &Method,
        path: &str,
    ) -> Option<PassedOver> {
        let alone = Router::new(std::slice::from_ref(key), self.api.trailing_slash).ok()?;
        let serves = |method: &Method| alone.find(method, path).is_some();
        if serves(method) {
            let is_same =
                served.is_some_and(|served| key.pattern().is_some_and(|own| own.is_shaped_as(served)));
            return Some(if is_same { PassedOver::OtherMethodKey } else { PassedOver::LessSpecific });
        }
        METHODS.iter().any(serves).then_some(PassedOver::Method)
    }
}
