//! Stages that extend others, written out.
//!
//! A stage has what the other has, but its `basePath`: its own fields, fields of `api` and routes take the place of those
//! with the same name, whole, and `null` takes one out.

use std::collections::HashMap;

use super::{
    file_items::{FileItem, FileStage, StagePart, WrittenRoute, WrittenStage},
    file_problem::FileProblem,
    node::Entry,
    source::Span,
};
use crate::item::nearest;

/// The routes of all stages together, those that they extend counted again.
const MOST_ROUTES: usize = 200_000;

/// A stage that extends one that extends one …
const MOST_STAGES_IN_A_CHAIN: usize = 32;

/// Writes all stages out, in the order of the file. What is wrong is told.
pub fn resolved(written: &[WrittenStage], problems: &mut Vec<FileProblem>) -> Vec<FileStage> {
    let by_name = written.iter().map(|stage| (stage.name.as_str(), stage)).collect();
    let mut resolver = Resolver { by_name, done: HashMap::new(), routes: 0, problems };
    for stage in written {
        resolver.resolve(stage, &mut Vec::new());
    }
    if resolver.routes > MOST_ROUTES {
        return Vec::new();
    }
    let mut done = resolver.done;
    written.iter().filter_map(|stage| done.remove(stage.name.as_str())).collect()
}

/// A member as a stage writes it; without a value it is taken out.
struct Named<T> {
    name: String,
    place: Span,
    value: Option<T>,
}

struct Resolver<'w, 'p> {
    by_name: HashMap<&'w str, &'w WrittenStage>,
    done: HashMap<&'w str, FileStage>,
    routes: usize,
    problems: &'p mut Vec<FileProblem>,
}

impl<'w> Resolver<'w, '_> {
    /// `above` are the stages that wait for this one.
    fn resolve(&mut self, stage: &'w WrittenStage, above: &mut Vec<&'w str>) {
        if self.done.contains_key(stage.name.as_str()) || self.routes > MOST_ROUTES {
            return;
        }
        above.push(&stage.name);
        let base = stage.extends.as_ref().map(|(name, span)| self.base(name, *span, above));
        above.pop();
        // Of a stage that extends nothing known, nobody knows what it would have.
        let base = match base {
            Some(None) => return,
            Some(Some(base)) => Some(base),
            None => None,
        };
        let own_routes = match &stage.routes {
            StagePart::Given(_, routes) => routes.len(),
            StagePart::Absent | StagePart::Removed => 0,
        };
        self.routes += own_routes + base.as_ref().map_or(0, |base| base.routes.len());
        if self.routes > MOST_ROUTES {
            let message =
                format!("got more than {MOST_ROUTES} routes, those of extended stages counted again");
            self.problems.push(FileProblem::layout(stage.place, message));
            return;
        }
        let extended = stage.extends.as_ref().map(|(name, _)| name.as_str()).filter(|_| base.is_some());
        let merged = self.merged(stage, base.unwrap_or_else(|| empty(stage.place)), extended);
        self.done.insert(&stage.name, merged);
    }

    /// The stage that is extended, written out.
    fn base(&mut self, name: &str, span: Span, above: &mut Vec<&'w str>) -> Option<FileStage> {
        if let Some(at) = above.iter().position(|stage| *stage == name) {
            let way = [&above[at..], &[name]].concat().join(", which extends ");
            self.problems.push(FileProblem::layout(span, format!("got a circle: {way}")));
            return None;
        }
        if above.len() >= MOST_STAGES_IN_A_CHAIN {
            let message =
                format!("got more than {MOST_STAGES_IN_A_CHAIN} stages of which each extends the next");
            self.problems.push(FileProblem::layout(span, message));
            return None;
        }
        let Some(base) = self.by_name.get(name).copied() else {
            let known: Vec<&str> = self.by_name.keys().copied().collect();
            let problem =
                FileProblem::layout(span, format!("got {name:?}, expected another stage of this file"));
            self.problems.push(match nearest(name, &known) {
                Some(near) => problem.with_hint(format!("did you mean {near}?")),
                None => problem,
            });
            return None;
        };
        self.resolve(base, above);
        self.done.get(name).cloned()
    }

    fn merged(&mut self, stage: &WrittenStage, base: FileStage, extended: Option<&str>) -> FileStage {
        let inherited = base.inherited_settings();
        let FileStage { api, routes, .. } = base;
        let fields = self.merged_entries(inherited, &stage.settings, extended);
        let settings = FileItem { name: stage.name.clone(), place: stage.place, fields };
        let api = match &stage.api {
            StagePart::Absent => api,
            StagePart::Removed => None,
            StagePart::Given(place, own) => {
                let inherited = api.map(|api| api.fields).unwrap_or_default();
                let fields = self.merged_entries(inherited, own, extended);
                Some(FileItem { name: "$api".to_owned(), place: *place, fields })
            }
        };
        let routes = match &stage.routes {
            StagePart::Absent => routes,
            StagePart::Removed => Vec::new(),
            StagePart::Given(_, own) => self.merged_routes(routes, own, extended),
        };
        FileStage { extent: stage.extent, settings, api, routes }
    }

    fn merged_entries(&mut self, all: Vec<Entry>, own: &[Entry], extended: Option<&str>) -> Vec<Entry> {
        let own = own.iter().map(|entry| Named {
            name: entry.key.clone(),
            place: entry.key_span,
            // Without a stage that is extended it is for the readers of the item to say what null is.
            value: (!entry.node.is_null() || extended.is_none()).then(|| entry.clone()),
        });
        self.merged_by_name(all, |entry| &entry.key, own, extended)
    }

    fn merged_routes(
        &mut self,
        all: Vec<FileItem>,
        own: &[WrittenRoute],
        extended: Option<&str>,
    ) -> Vec<FileItem> {
        let own = own.iter().map(|WrittenRoute { item, is_removed }| Named {
            name: item.name.clone(),
            place: item.place,
            value: (!is_removed).then(|| item.clone()),
        });
        self.merged_by_name(all, |item| &item.name, own, extended)
    }

    /// All, with a stage's own in the places of those with the same names, and behind them what is new.
    fn merged_by_name<T>(
        &mut self,
        all: Vec<T>,
        name: impl Fn(&T) -> &String,
        own: impl Iterator<Item = Named<T>>,
        extended: Option<&str>,
    ) -> Vec<T> {
        let mut places: HashMap<String, usize> =
            all.iter().enumerate().map(|(place, one)| (name(one).clone(), place)).collect();
        let mut all: Vec<Option<T>> = all.into_iter().map(Some).collect();
        for Named { name, place, value } in own {
            match (places.get(&name), &value, extended) {
                (Some(at), _, _) => all[*at] = value,
                (None, Some(_), _) => {
                    places.insert(name, all.len());
                    all.push(value);
                }
                (None, None, Some(extended)) => self.removes_nothing(&name, place, extended),
                (None, None, None) => {
                    let message = "got nothing, expected a map: the fields of a route";
                    self.problems.push(FileProblem::layout(place, message));
                }
            }
        }
        all.into_iter().flatten().collect()
    }

    /// A misspelt name would leave in what is to be taken out.
    fn removes_nothing(&mut self, name: &str, span: Span, extended: &str) {
        let message = format!("got null, which takes out {name}, but stage {extended} has no such thing");
        self.problems.push(FileProblem::layout(span, message));
    }
}

fn empty(place: Span) -> FileStage {
    let settings = FileItem { name: String::new(), place, fields: Vec::new() };
    FileStage { extent: place, settings, api: None, routes: Vec::new() }
}
