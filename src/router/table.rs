//! Patterns in tables by method: the most specific one for a path.
//!
//! matchit finds within a table; what it cannot hold together is kept apart here. Full paths stand in one of
//! its routers. Of a greedy path only what stands before `{proxy+}` is kept, in a second one, and asked for
//! each such depth; so no catch-all ever meets a parameter. Between the finds, the left-most segment that
//! differs decides: literal before parameter before greedy.

use std::{collections::BTreeMap, sync::Arc};

use http::Method;

use super::{METHODS, PathPattern};
use crate::path;

/// Finds patterns by their index in the list that it was made of.
#[derive(Debug)]
pub(super) struct PathTables {
    patterns: Vec<Option<PathPattern>>,
    /// One for each of [`METHODS`]; methods with the same patterns share one.
    by_method: [Arc<PathTable>; METHODS.len()],
}

/// The patterns of one method.
#[derive(Debug, Default)]
struct PathTable {
    full: matchit::Router<usize>,
    /// The path before a greedy parameter, with the slash that follows: `/`, `/files/`.
    greedy: matchit::Router<usize>,
    /// The numbers of segments that greedy patterns have before their greedy one; ascending.
    greedy_depths: Vec<usize>,
}

impl PathTables {
    /// `of_methods` has for each of [`METHODS`] the indices of its patterns, whose shapes differ.
    pub fn new(patterns: Vec<Option<PathPattern>>, of_methods: [Vec<usize>; METHODS.len()]) -> Self {
        let mut made: BTreeMap<Vec<usize>, Arc<PathTable>> = BTreeMap::new();
        let by_method = of_methods.map(|indices| {
            let table = made
                .entry(indices)
                .or_insert_with_key(|indices| Arc::new(PathTable::new(indices, &patterns)));
            Arc::clone(table)
        });
        Self { patterns, by_method }
    }

    /// The index of the most specific pattern of `method` that matches the canonical `path`.
    pub fn find(&self, method: &Method, path: &str) -> Option<usize> {
        let table = &self.by_method[METHODS.iter().position(|known| known == method)?];
        table.find(&path::comparable(path), &self.patterns)
    }

    /// The pattern at an index, if there is one.
    pub fn pattern(&self, index: usize) -> Option<&PathPattern> {
        self.patterns[index].as_ref()
    }
}

impl PathTable {
    fn new(indices: &[usize], patterns: &[Option<PathPattern>]) -> Self {
        let mut table = Self::default();
        for &index in indices {
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
            if rest.is_empty() { None } else { self.greedy.at(before).ok().map(|found| *found.value) }
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
