//! Method and path → route: the most specific path that has the request's method.

mod lookalikes;
mod reading;
mod route_key;
mod table;

use std::collections::BTreeMap;

use http::Method;

use self::{lookalikes::Lookalikes, table::PathTables};
pub use self::{
    reading::Reading,
    route_key::{MethodKey, PathPattern, RouteKey, Segment},
};
use crate::context::PathParameter;

/// The methods that API Gateway knows, and that `ANY` stands for.
pub const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

/// Finds routes by their index in the list that it was made of.
#[derive(Debug)]
pub struct Router {
    tables: PathTables,
    default: Option<usize>,
    trailing_slash: TrailingSlash,
    lookalikes: Lookalikes,
}

/// A slash at the end of a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrailingSlash {
    /// `/x/` is not `/x`.
    #[default]
    Strict,
    /// `/x/` is `/x`, unless it has a route of its own.
    Ignore,
}

/// The route that serves a request.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundRoute<'a> {
    pub index: usize,
    /// The path that was routed: without its last slash where that was ignored.
    pub path: &'a str,
    pub path_parameters: Vec<PathParameter<'a>>,
}

/// Two routes that no request can tell apart: their indices.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict(pub usize, pub usize);

impl Router {
    /// # Errors
    ///
    /// Every pair of routes that have one method and one shape of path.
    pub fn new(keys: Vec<RouteKey>, trailing_slash: TrailingSlash) -> Result<Self, Vec<Conflict>> {
        let shapes = shapes(&keys)?;
        let default = keys.iter().position(|key| matches!(key, RouteKey::Default));
        let patterns: Vec<_> = keys.into_iter().map(RouteKey::into_pattern).collect();
        let lookalikes = Lookalikes::new(&shapes, &patterns);
        let served = |method| shapes.values().filter_map(|methods| methods.route_for(&method)).collect();
        let tables = PathTables::new(patterns, METHODS.map(served));
        Ok(Self { tables, default, trailing_slash, lookalikes })
    }

    /// The route for `method` on the canonical `path`, or else `$default`.
    pub fn find<'a>(&'a self, method: &Method, path: &'a str) -> Option<FoundRoute<'a>> {
        let as_sent = self.tables.find(method, path);
        let (index, path) = match self.without_slash(method, path, as_sent) {
            Some(ShorterPath { index, path }) => (Some(index), path),
            None => (as_sent, path),
        };
        let path_parameters = |index| self.pattern(index).map(|pattern| pattern.parameters(path));
        let index = index.or(self.default)?;
        Some(FoundRoute { index, path, path_parameters: path_parameters(index).unwrap_or_default() })
    }

    /// The routes that serve `path` for targets that read it otherwise than the gateway does ([`Reading`]): a list for
    /// each reading. In a list are the routes whose paths are one in that reading; `$default` where there are none.
    pub fn lookalikes(&self, method: &Method, path: &str) -> Vec<Vec<usize>> {
        let mut lookalikes = self.lookalikes.of(method, path, &self.tables);
        for routes in lookalikes.iter_mut().filter(|routes| routes.is_empty()) {
            routes.extend(self.default);
        }
        lookalikes
    }

    /// The path of a route; `None`: it is `$default`.
    pub fn pattern(&self, index: usize) -> Option<&PathPattern> {
        self.tables.pattern(index)
    }

    /// The path without its last slash, where that is to be ignored: its route is more specific than
    /// what serves the path as it is.
    fn without_slash<'a>(
        &self,
        method: &Method,
        path: &'a str,
        as_sent: Option<usize>,
    ) -> Option<ShorterPath<'a>> {
        let without = path.strip_suffix('/').filter(|without| !without.is_empty())?;
        match self.trailing_slash {
            TrailingSlash::Strict => return None,
            TrailingSlash::Ignore => {}
        }
        let index = self.tables.find(method, without)?;
        let pattern = self.pattern(index)?;
        let is_better = match as_sent.and_then(|as_sent| self.pattern(as_sent)) {
            // No parameter matches an empty segment: it was written with the slash.
            Some(other) if !other.is_greedy() => false,
            Some(other) => pattern.compare_specificity(other).is_lt(),
            None => true,
        };
        is_better.then_some(ShorterPath { index, path: without })
    }
}

/// A path without its last slash, and the route that serves it.
struct ShorterPath<'a> {
    index: usize,
    path: &'a str,
}

/// The routes by the shapes of their paths.
type Shapes = BTreeMap<String, ByMethod>;

/// The routes of one shape of path: indices, by method.
#[derive(Default)]
struct ByMethod(Vec<(MethodKey, usize)>);

impl ByMethod {
    /// The exact method before `ANY`; for `HEAD` also `GET`, last.
    fn route_for(&self, method: &Method) -> Option<usize> {
        let of = |wanted: &MethodKey| self.0.iter().find(|(key, _)| key == wanted).map(|(_, index)| *index);
        of(&MethodKey::Only(method.clone()))
            .or_else(|| of(&MethodKey::Any))
            .or_else(|| if *method == Method::HEAD { of(&MethodKey::Only(Method::GET)) } else { None })
    }

    fn routes(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|(_, index)| *index)
    }
}

/// Groups the routes by the shape of their paths.
fn shapes(keys: &[RouteKey]) -> Result<Shapes, Vec<Conflict>> {
    let mut shapes = Shapes::new();
    let mut conflicts = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let RouteKey::Path { method, pattern } = key else { continue };
        let ByMethod(routes) = shapes.entry(pattern.shape()).or_default();
        match routes.iter().find(|(other, _)| other == method) {
            Some((_, earlier)) => conflicts.push(Conflict(*earlier, index)),
            None => routes.push((method.clone(), index)),
        }
    }
    if conflicts.is_empty() { Ok(shapes) } else { Err(conflicts) }
}

#[cfg(test)]
mod tests;
