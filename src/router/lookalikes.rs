//! The routes that a target may take a path for: one that passes over empty segments, or takes `%2F` for a slash.

use std::sync::Arc;

use http::Method;

use super::{
    PathPattern, Reading, Segment,
    trie::{PathTrie, TrieRoute},
};

/// The routes as targets may read their paths.
#[derive(Debug)]
pub(super) struct Lookalikes([ReadRoutes; Reading::ALL.len()]);

/// All routes in one reading.
#[derive(Clone, Debug)]
enum ReadRoutes {
    /// As they are.
    Same,
    /// Several may be one: `/a` and `/a/`, or `/a/b` and `/a%2Fb`.
    Merged(Arc<PathTrie>),
}

impl Lookalikes {
    pub fn new(routes: &[TrieRoute<'_>]) -> Self {
        if !routes.iter().any(|route| route.segments.iter().any(Segment::is_odd)) {
            return Self(Reading::ALL.map(|_| ReadRoutes::Same));
        }
        let mut made: Vec<(Vec<Option<Vec<Segment<'_>>>>, ReadRoutes)> = Vec::new();
        Self(Reading::ALL.map(|reading| {
            let others: Vec<_> =
                routes.iter().map(|route| PathPattern::read_as(route.pattern, reading)).collect();
            if let Some((_, routes)) = made.iter().find(|(known, _)| *known == others) {
                return routes.clone();
            }
            let read =
                if others.iter().all(Option::is_none) { ReadRoutes::Same } else { merged(routes, &others) };
            made.push((others, read.clone()));
            read
        }))
    }

    /// For each reading in which `path` may lead elsewhere: the routes that serve it, which stand in `paths` as they are.
    pub fn of(&self, method: &Method, path: &str, paths: &PathTrie) -> Vec<Vec<usize>> {
        let find = |paths: &PathTrie, path: &str| {
            paths.find(method, path).map_or_else(Vec::new, |found| found.routes().collect())
        };
        let readings = Reading::ALL.into_iter().zip(&self.0);
        let routes = readings.filter_map(|(reading, routes)| match (routes, reading.of(path)) {
            (ReadRoutes::Same, None) => None,
            (ReadRoutes::Same, Some(read)) => Some(find(paths, &read)),
            (ReadRoutes::Merged(merged), read) => Some(find(merged, read.as_deref().unwrap_or(path))),
        });
        routes.collect()
    }
}

/// `others` are the paths that are read as others than they are.
fn merged(routes: &[TrieRoute<'_>], others: &[Option<Vec<Segment<'_>>>]) -> ReadRoutes {
    let read = routes.iter().zip(others).map(|(route, other)| TrieRoute {
        segments: other.as_deref().unwrap_or(route.segments),
        ..route.clone()
    });
    let mut read: Vec<_> = read.collect();
    read.sort_by(TrieRoute::compare);
    ReadRoutes::Merged(Arc::new(PathTrie::new(&read)))
}
