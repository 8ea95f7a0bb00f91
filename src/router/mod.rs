//! Method and path → route: the most specific path that has the request's method.
//!
//! matchit finds within a table; what it cannot hold together is kept apart here. Full paths stand in one of
//! its routers. Of a greedy path only what stands before `{proxy+}` is kept, in a second one, and asked for
//! each such depth; so no catch-all ever meets a parameter. Between the finds, the left-most segment that
//! differs decides: literal before parameter before greedy.

mod route_key;

use std::{collections::BTreeMap, sync::Arc};

use http::Method;

pub use self::route_key::{MethodKey, PathPattern, RouteKey, Segment};
use crate::context::PathParameter;

/// The methods that API Gateway knows, and that `ANY` stands for.
pub const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

/// Finds routes by their index in the list that it was made of.
#[derive(Debug)]
pub struct Router {
    patterns: Vec<Option<PathPattern>>,
    /// One for each of [`METHODS`]; methods with the same routes share one.
    tables: [Arc<Table>; METHODS.len()],
    default: Option<usize>,
}

/// The route that serves a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub index: usize,
    pub path_parameters: Vec<PathParameter<'a>>,
}

/// Two routes that no request can tell apart: their indices.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict(pub usize, pub usize);

/// The routes of one method.
#[derive(Debug, Default)]
struct Table {
    full: matchit::Router<usize>,
    /// What stands before a greedy parameter, with the slash that follows: `/`, `/files/`.
    greedy: matchit::Router<usize>,
    /// How many segments the greedy routes have before their greedy one; ascending.
    greedy_depths: Vec<usize>,
}

impl Router {
    /// # Errors
    ///
    /// Every pair of routes that have one method and one shape of path.
    pub fn new(keys: Vec<RouteKey>) -> Result<Self, Vec<Conflict>> {
        let shapes = shapes(&keys)?;
        let default = keys.iter().position(|key| matches!(key, RouteKey::Default));
        let patterns: Vec<_> = keys.into_iter().map(RouteKey::into_pattern).collect();
        let mut made: BTreeMap<Vec<usize>, Arc<Table>> = BTreeMap::new();
        let tables = METHODS.map(|method| {
            let routes: Vec<usize> =
                shapes.values().filter_map(|methods| methods.route_for(&method)).collect();
            Arc::clone(
                made.entry(routes).or_insert_with_key(|routes| Arc::new(Table::new(routes, &patterns))),
            )
        });
        Ok(Self { patterns, tables, default })
    }

    /// The route for `method` on the canonical `path`, or else `$default`.
    pub fn find<'a>(&'a self, method: &Method, path: &'a str) -> Option<Found<'a>> {
        if let Some(index) = self.index(method, path) {
            let pattern = self.patterns[index].as_ref().expect("only routes with a path stand in a table");
            return Some(Found { index, path_parameters: pattern.parameters(path) });
        }
        self.default.map(|index| Found { index, path_parameters: Vec::new() })
    }

    /// The methods for which some route other than `$default` matches `path`.
    pub fn methods(&self, path: &str) -> Vec<Method> {
        METHODS.into_iter().filter(|method| self.index(method, path).is_some()).collect()
    }

    fn index(&self, method: &Method, path: &str) -> Option<usize> {
        let table = &self.tables[METHODS.iter().position(|known| known == method)?];
        table.find(path, &self.patterns)
    }
}

impl Table {
    fn new(routes: &[usize], patterns: &[Option<PathPattern>]) -> Self {
        let mut table = Self::default();
        for &index in routes {
            let pattern = patterns[index].as_ref().expect("shapes are of routes with a path");
            let router = if pattern.is_greedy() {
                table.greedy_depths.push(pattern.segments().len() - 1);
                &mut table.greedy
            } else {
                &mut table.full
            };
            router
                .insert(pattern.matchit_path(), index)
                .expect("shapes differ, and no catch-all is inserted");
        }
        table.greedy_depths.sort_unstable();
        table.greedy_depths.dedup();
        table
    }

    fn find(&self, path: &str, patterns: &[Option<PathPattern>]) -> Option<usize> {
        let full = self.full.at(path).ok().map(|found| *found.value);
        let greedy = self.greedy_depths.iter().filter_map(|depth| {
            let (before, rest) = split_at_depth(path, *depth)?;
            // A greedy parameter, like any other, does not begin with an empty segment.
            let fits = !rest.is_empty() && !rest.starts_with('/');
            if fits { self.greedy.at(before).ok().map(|found| *found.value) } else { None }
        });
        let specificity =
            |index: &usize| patterns[*index].as_ref().expect("only routes with a path stand in a table");
        full.into_iter().chain(greedy).min_by(|a, b| specificity(a).compare_specificity(specificity(b)))
    }
}

/// The first `depth` segments of a path with the slash that follows them, and the rest.
fn split_at_depth(path: &str, depth: usize) -> Option<(&str, &str)> {
    let (slash, _) = path.match_indices('/').nth(depth)?;
    Some(path.split_at(slash + 1))
}

/// What the routes of one shape of path serve: indices, by method.
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
}

/// Groups the routes by the shape of their paths.
fn shapes(keys: &[RouteKey]) -> Result<BTreeMap<String, ByMethod>, Vec<Conflict>> {
    let mut shapes: BTreeMap<String, ByMethod> = BTreeMap::new();
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
