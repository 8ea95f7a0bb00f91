//! The sections of an API file → its items, each with its place: includes taken in, stages that extend others written
//! out. In an item stand the words that DynamoDB would hold, and nothing here knows them.

use std::sync::Arc;

use super::{
    extends,
    file_items::{ApiFile, FileItem, StagePart, WrittenRoute, WrittenStage},
    file_problem::FileProblem,
    loader::Loader,
    node::{Content, Entry, Node},
    source::Span,
};
use crate::item::nearest;

/// The version of the form of the file.
const VERSION: &str = "1";

/// The sections of the file.
pub const SECTIONS: [&str; 7] = ["tollgate", "stages", "usagePlans", "apiKeys", "functions", "tables", "try"];

/// Attributes that an item's name says, or that the gateway writes; and why they do not stand in a file.
pub type Refused = [(&'static str, &'static str)];

const NAMED: &str = "nothing: the name before the colon says it";
const STATE: &str = "nothing: the gateway writes it";
const POINTER: &str = "nothing: what is served is no part of the file (tollgate deploy and rollback set it)";
const CANARY: &str = "nothing: a canary is no part of the file (tollgate canary start sets it)";
const SECRET: &str = "nothing: a value never stands in a file (tollgate keys create makes one)";
pub const OF_STAGES: &Refused = &[
    ("stage", NAMED),
    ("deploymentId", POINTER),
    ("canarySettings", CANARY),
    ("canaryRollback", STATE),
    ("revision", STATE),
    ("lastDeploymentStatus", STATE),
    ("lastDeploymentMessage", STATE),
    ("applying", STATE),
];
/// Says if a field of a stage item is written by the gateway, and not by an operator.
pub fn is_state_of_a_stage(field: &str) -> bool {
    OF_STAGES.iter().any(|(name, expected)| *name == field && *expected != NAMED)
}

pub const OF_ROUTES: &Refused = &[("stage", NAMED), ("routeKey", NAMED)];
pub const OF_PLANS: &Refused = &[("usagePlanId", NAMED)];
pub const OF_KEYS: &Refused = &[("id", NAMED), ("value", SECRET), ("key", SECRET), ("keyHash", SECRET)];

/// Reads the sections; what is wrong is told by the loader.
pub fn read(loader: &mut Loader, root: &Arc<Node>) -> ApiFile {
    let mut reader = LayoutReader { loader };
    let mut file = ApiFile::default();
    let Some(sections) = reader.members(root, "a map of sections") else { return file };
    let version = sections.iter().find(|entry| entry.key == "tollgate");
    reader.check_version(root.span, version);
    for section in &sections {
        match section.key.as_str() {
            "tollgate" => {}
            "stages" => reader.stages(section, &mut file),
            "usagePlans" => file.usage_plans = reader.items(section, "a usage plan", OF_PLANS),
            "apiKeys" => file.api_keys = reader.items(section, "an API key", OF_KEYS),
            "functions" => file.functions = reader.items(section, "a function", &[]),
            "tables" => file.tables = reader.items(section, "a table", &[]),
            "try" => file.first_requests = reader.requests(section),
            unknown => {
                let problem = FileProblem::layout(
                    section.key_span,
                    format!("got the section {unknown}, expected {}", one_of(&SECTIONS)),
                );
                reader.loader.problems.push(with_nearest(problem, unknown, &SECTIONS));
            }
        }
    }
    file
}

/// `stages, usagePlans or tables`
fn one_of(words: &[&str]) -> String {
    match words {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        words => words.join(""),
    }
}

fn with_nearest(problem: FileProblem, name: &str, known: &[&str]) -> FileProblem {
    match nearest(name, known) {
        Some(near) => problem.with_hint(format!("did you mean {near}?")),
        None => problem,
    }
}

struct LayoutReader<'l> {
    loader: &'l mut Loader,
}

impl LayoutReader<'_> {
    fn check_version(&mut self, file: Span, version: Option<&Entry>) {
        let expected = "expected tollgate: 1, the version of this form";
        let (span, got) = match version {
            None => (Span { end: file.start, ..file }, "nothing".to_owned()),
            Some(entry) => match &entry.node.content {
                Content::Number(number) if number.as_str() == VERSION => return,
                Content::Number(number) => (entry.node.span, number.to_string()),
                _ => (entry.node.span, entry.node.noun().to_owned()),
            },
        };
        self.loader.problems.push(FileProblem::layout(span, format!("got {got}, {expected}")));
    }

    /// The members of a map, with what it includes.
    fn members(&mut self, node: &Arc<Node>, expected: &str) -> Option<Vec<Entry>> {
        let node = self.loader.expanded(node);
        let entries = node.as_map().map(<[Entry]>::to_vec);
        if entries.is_none() {
            let message = format!("got {}, expected {expected}", node.noun());
            self.loader.problems.push(FileProblem::layout(node.span, message));
        }
        entries
    }

    /// The members of a section; nothing is an empty one.
    fn section(&mut self, section: &Entry) -> Vec<Entry> {
        if section.node.is_null() {
            return Vec::new();
        }
        self.members(&section.node, &format!("a map: {} by their names", section.key)).unwrap_or_default()
    }

    fn items(&mut self, section: &Entry, noun: &str, refused: &Refused) -> Vec<FileItem> {
        if refused.iter().any(|(_, expected)| *expected == SECRET) {
            self.withhold_what_is_no_map(&section.node);
        }
        let members = self.section(section);
        members
            .iter()
            .filter_map(|entry| self.item(entry, &format!("a map: the fields of {noun}"), refused))
            .collect()
    }

    /// The entries of `try`: a text is the field `request` alone.
    fn requests(&mut self, section: &Entry) -> Vec<FileItem> {
        let node = self.loader.expanded(&section.node);
        let nodes = match &node.content {
            Content::Null => return Vec::new(),
            Content::List(nodes) => nodes,
            Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::Map(_) => {
                let message = format!("got {}, expected a list of requests", node.noun());
                self.loader.problems.push(FileProblem::layout(node.span, message));
                return Vec::new();
            }
        };
        let entry = |(at, node): (usize, &Arc<Node>)| {
            let (key, key_span) = (format!("{}[{at}]", section.key), node.span);
            if node.as_text().is_none() {
                let node = Arc::clone(node);
                return self.item(&Entry { key, key_span, node }, "a request, or a map with its fields", &[]);
            }
            let line = Entry { key: "request".to_owned(), key_span, node: Arc::clone(node) };
            Some(FileItem { name: key, place: key_span, fields: vec![line] })
        };
        nodes.iter().enumerate().filter_map(entry).collect()
    }

    /// Hides every text of a section, or of an entry, that is no map: it may be the value of a key.
    fn withhold_what_is_no_map(&mut self, section: &Node) {
        match section.as_map() {
            Some(entries) => {
                let others = entries.iter().filter(|entry| entry.node.as_map().is_none());
                self.loader.secrets.extend(others.map(|entry| entry.node.span));
            }
            None => self.loader.secrets.push(section.span),
        }
    }

    fn item(&mut self, entry: &Entry, expected: &str, refused: &Refused) -> Option<FileItem> {
        let fields = self.members(&entry.node, expected)?;
        let fields = self.fields(fields, refused);
        Some(FileItem { name: entry.key.clone(), place: entry.key_span, fields })
    }

    /// The fields of an item that may stand in a file. The value of a field may be a file.
    fn fields(&mut self, entries: Vec<Entry>, refused: &Refused) -> Vec<Entry> {
        let mut fields = Vec::new();
        for entry in entries {
            match refused.iter().find(|(name, _)| entry.key.eq_ignore_ascii_case(name)) {
                None => fields.push(Entry { node: self.loader.expanded(&entry.node), ..entry }),
                Some((name, expected)) => {
                    let problem =
                        FileProblem::layout(entry.key_span, format!("got {name}, expected {expected}"));
                    if *expected == SECRET {
                        let (start, end) = (entry.key_span, entry.node.span);
                        self.loader.secrets.extend([start, end]);
                    }
                    self.loader.problems.push(problem);
                }
            }
        }
        fields
    }

    /// Reads the names of all stages, and those that can be written out.
    fn stages(&mut self, section: &Entry, file: &mut ApiFile) {
        let members = self.section(section);
        file.stage_names = members.iter().map(|entry| entry.key.clone()).collect();
        file.written = members.iter().filter_map(|entry| self.stage(entry)).collect();
        file.stages = extends::resolved(&file.written, &mut self.loader.problems);
    }

    fn stage(&mut self, entry: &Entry) -> Option<WrittenStage> {
        let members = self.members(&entry.node, "a map: the fields of a stage, api and routes")?;
        let (mut settings, mut extends) = (Vec::new(), None);
        let (mut api, mut routes) = (StagePart::Absent, StagePart::Absent);
        for member in members {
            match member.key.as_str() {
                "extends" => extends = self.extends(&member),
                "api" => {
                    api = self.part(&member, "the fields of $api", |reader, entries| {
                        reader.fields(entries, OF_ROUTES)
                    })
                }
                "routes" => routes = self.part(&member, "routes by their keys", Self::routes),
                _ => settings.push(member),
            }
        }
        let settings = self.fields(settings, OF_STAGES);
        let extent = Span { end: entry.node.span.end, ..entry.key_span };
        Some(WrittenStage {
            name: entry.key.clone(),
            place: entry.key_span,
            extent,
            extends,
            settings,
            api,
            routes,
        })
    }

    fn extends(&mut self, entry: &Entry) -> Option<(String, Span)> {
        let name = entry.node.as_text().map(|name| (name.to_owned(), entry.node.span));
        if name.is_none() {
            let message =
                format!("got {}, expected the name of another stage of this file", entry.node.noun());
            self.loader.problems.push(FileProblem::layout(entry.node.span, message));
        }
        name
    }

    fn part<T>(
        &mut self,
        entry: &Entry,
        content: &str,
        read: impl FnOnce(&mut Self, Vec<Entry>) -> Vec<T>,
    ) -> StagePart<T> {
        if entry.node.is_null() {
            return StagePart::Removed;
        }
        match self.members(&entry.node, &format!("a map: {content}")) {
            Some(members) => StagePart::Given(entry.key_span, read(self, members)),
            None => StagePart::Absent,
        }
    }

    fn routes(&mut self, entries: Vec<Entry>) -> Vec<WrittenRoute> {
        let mut routes = Vec::new();
        for entry in &entries {
            if entry.key == "$api" {
                let message = "got $api among the routes, expected it as api beside them";
                self.loader.problems.push(FileProblem::layout(entry.key_span, message));
            } else if entry.node.is_null() {
                let item = FileItem { name: entry.key.clone(), place: entry.key_span, fields: Vec::new() };
                routes.push(WrittenRoute { item, is_removed: true });
            } else if let Some(item) = self.item(entry, "a map: the fields of a route", OF_ROUTES) {
                routes.push(WrittenRoute { item, is_removed: false });
            }
        }
        routes
    }
}
