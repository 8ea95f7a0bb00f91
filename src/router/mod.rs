//! Method and path → route: the most specific path that has the request's method.

mod lookalikes;
mod path_pattern;
mod reading;
mod route_key;
mod trie;

use http::Method;

use self::{
    lookalikes::Lookalikes,
    trie::{Found, PathTrie, TrieRoute},
};
pub use self::{
    path_pattern::{PathPattern, Segment},
    reading::Reading,
    route_key::{MethodKey, RouteKey},
};
/// The methods that API Gateway knows, and that `ANY` stands for.
pub const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

/// Finds routes by their index in the list that it was made of.
#[derive(Debug)]
pub struct Router {
    paths: PathTrie,
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
}

/// Two routes that no request can tell apart: their indices.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict(pub usize, pub usize);

impl Router {
    /// # Errors
    ///
    /// Every pair of routes that have one method and one shape of path.
    pub fn new(keys: &[RouteKey<'_>], trailing_slash: TrailingSlash) -> Result<Self, Vec<Conflict>> {
        let default = keys.iter().position(|key| matches!(key, RouteKey::Default));
        let mut routes: Vec<_> =
            keys.iter().enumerate().filter_map(|(index, key)| trie_route(index, key)).collect();
        routes.sort_by(TrieRoute::compare);
        let conflicts = conflicts(&routes);
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let lookalikes = Lookalikes::new(&routes);
        Ok(Self { paths: PathTrie::new(&routes), default, trailing_slash, lookalikes })
    }

    /// The route for `method` on the canonical `path`, or else `$default`.
    pub fn find<'a>(&self, method: &Method, path: &'a str) -> Option<FoundRoute<'a>> {
        let as_sent = self.paths.find(method, path);
        let (found, path) = match self.without_slash(method, path, as_sent.as_ref()) {
            Some(ShorterPath { found, path }) => (Some(found), path),
            None => (as_sent, path),
        };
        let index = found.and_then(|found| found.routes().next()).or(self.default)?;
        Some(FoundRoute { index, path })
    }

    /// The routes that serve `path` for targets that read it otherwise than the gateway does ([`Reading`]): a list for
    /// each reading. In a list are the routes whose paths are one in that reading; `$default` where there are none.
    pub fn lookalikes(&self, method: &Method, path: &str) -> Vec<Vec<usize>> {
        let mut lookalikes = self.lookalikes.of(method, path, &self.paths);
        for routes in lookalikes.iter_mut().filter(|routes| routes.is_empty()) {
            routes.extend(self.default);
        }
        lookalikes
    }

    /// The path without its last slash, where that is to be ignored: its route is more specific than
    /// what serves the path as it is.
    fn without_slash<'a>(
        &self,
        method: &Method,
        path: &'a str,
        as_sent: Option<&Found<'_>>,
    ) -> Option<ShorterPath<'_, 'a>> {
        let without = path.strip_suffix('/').filter(|without| !without.is_empty())?;
        match self.trailing_slash {
            TrailingSlash::Strict => return None,
            TrailingSlash::Ignore => {}
        }
        let found = self.paths.find(method, without)?;
        let is_better = match as_sent {
            // No parameter matches an empty segment: it was written with the slash.
            Some(other) if !other.is_greedy() => false,
            Some(other) => found.ranks < other.ranks,
            None => true,
        };
        is_better.then_some(ShorterPath { found, path: without })
    }
}

/// A path without its last slash, and the route that serves it.
struct ShorterPath<'r, 'a> {
    found: Found<'r>,
    path: &'a str,
}

fn trie_route<'a>(index: usize, key: &'a RouteKey<'a>) -> Option<TrieRoute<'a>> {
    match key {
        RouteKey::Default => None,
        RouteKey::Path { method, pattern } => {
            Some(TrieRoute { segments: pattern.segments(), pattern, method, index })
        }
    }
}

/// Each later route of one method and one shape of path with the first such.
fn conflicts(routes: &[TrieRoute<'_>]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for shape in routes.chunk_by(|a, b| a.pattern.compare_shape(b.pattern).is_eq()) {
        for (nth, later) in shape.iter().enumerate() {
            if let Some(earlier) = shape[..nth].iter().find(|earlier| earlier.method == later.method) {
                conflicts.push(Conflict(earlier.index, later.index));
            }
        }
    }
    conflicts.sort_by_key(|Conflict(_, later)| *later);
    conflicts
}

#[cfg(test)]
mod tests;
