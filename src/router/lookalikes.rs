//! The routes that a target may take a path for: one that passes over empty segments, or takes `%2F` for a slash.

use std::{collections::BTreeMap, sync::Arc};

use http::Method;

use super::{METHODS, PathPattern, Reading, Shapes, table::PathTables};

/// The routes as targets may read their paths.
#[derive(Debug)]
pub(super) struct Lookalikes([ReadRoutes; Reading::ALL.len()]);

/// All routes in one reading.
#[derive(Clone, Debug)]
enum ReadRoutes {
    /// As they are.
    Same,
    /// Several may be one: `/a` and `/a/`, or `/a/b` and `/a%2Fb`.
    Merged(Arc<Merged>),
}

#[derive(Debug)]
struct Merged {
    tables: PathTables,
    /// The routes of each pattern of the tables.
    routes: Vec<Vec<usize>>,
}

impl Lookalikes {
    pub fn new(shapes: &Shapes, patterns: &[Option<PathPattern>]) -> Self {
        let read = |reading| patterns.iter().map(move |pattern| pattern.as_ref()?.read_as(reading)).collect();
        let mut made: Vec<(Vec<Option<PathPattern>>, ReadRoutes)> = Vec::new();
        Self(Reading::ALL.map(|reading| {
            let others: Vec<_> = read(reading);
            if let Some((_, routes)) = made.iter().find(|(known, _)| *known == others) {
                return routes.clone();
            }
            let routes = if others.iter().all(Option::is_none) {
                ReadRoutes::Same
            } else {
                ReadRoutes::Merged(Arc::new(Merged::new(shapes, patterns, &others)))
            };
            made.push((others, routes.clone()));
            routes
        }))
    }

    /// For each reading in which `path` may lead elsewhere: the routes that serve it, which stand in `tables` as they are.
    pub fn of(&self, method: &Method, path: &str, tables: &PathTables) -> Vec<Vec<usize>> {
        let readings = Reading::ALL.into_iter().zip(&self.0);
        let routes = readings.filter_map(|(reading, routes)| match (routes, reading.of(path)) {
            (ReadRoutes::Same, None) => None,
            (ReadRoutes::Same, Some(read)) => Some(tables.find(method, &read).into_iter().collect()),
            (ReadRoutes::Merged(merged), read) => Some(merged.find(method, read.as_deref().unwrap_or(path))),
        });
        routes.collect()
    }
}

impl Merged {
    /// `others` are the patterns that are read as others than they are.
    fn new(shapes: &Shapes, patterns: &[Option<PathPattern>], others: &[Option<PathPattern>]) -> Self {
        let mut merged: BTreeMap<String, (&PathPattern, Vec<_>)> = BTreeMap::new();
        for methods in shapes.values() {
            let pattern = |index: usize| others[index].as_ref().or(patterns[index].as_ref());
            let Some(pattern) = methods.routes().find_map(pattern) else { continue };
            merged.entry(pattern.shape()).or_insert_with(|| (pattern, Vec::new())).1.push(methods);
        }
        let (mut kept, mut routes) = (Vec::new(), Vec::<Vec<usize>>::new());
        let mut of_method = METHODS.map(|_| Vec::new());
        for (pattern, shapes) in merged.into_values() {
            let first = routes.len();
            for (method, indices) in METHODS.iter().zip(&mut of_method) {
                let served: Vec<_> = shapes.iter().filter_map(|methods| methods.route_for(method)).collect();
                if served.is_empty() {
                    continue;
                }
                let known = routes[first..].iter().position(|others| *others == served);
                indices.push(first + known.unwrap_or(routes.len() - first));
                if known.is_none() {
                    kept.push(Some(pattern.clone()));
                    routes.push(served);
                }
            }
        }
        Self { tables: PathTables::new(kept, of_method), routes }
    }

    fn find(&self, method: &Method, path: &str) -> Vec<usize> {
        self.tables.find(method, path).map_or_else(Vec::new, |index| self.routes[index].clone())
    }
}
