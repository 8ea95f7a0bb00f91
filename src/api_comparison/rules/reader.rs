//! A file of rules, in YAML. What is wrong is told with its place, all at once.

use std::{collections::BTreeMap, io, path::Path};

use super::{HeaderPattern, JsonPath, RuleSet, Rules};
use crate::{
    api_file::{Content, Entry, FileProblem, Loader, Node, Sources},
    item::nearest,
};

/// A file of rules that was read.
#[derive(Debug)]
pub struct ReadRules {
    pub sources: Sources,
    pub rules: Rules,
    pub problems: Vec<FileProblem>,
}

const ROUTES: &str = "routes";
const WORDS: [&str; 6] = ["ignoreHeaders", "compareHeaders", "ignoreJson", "dates", "ids", "anyOrder"];

impl ReadRules {
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let (mut loader, root) = Loader::open(path, BTreeMap::new(), "a map of rules")?;
        let mut rules = Rules::default();
        if let Some(root) = root {
            let root = loader.expanded(&root);
            let mut reader = Reader { problems: &mut loader.problems };
            rules.general = reader.rule_set(&root, &[&WORDS[..], &[ROUTES]].concat());
            let routes = root.as_map().into_iter().flatten().find(|entry| entry.key == ROUTES);
            if let Some(routes) = routes {
                rules.routes = reader.routes(&routes.node);
            }
        }
        let Loader { sources, mut problems, .. } = loader;
        FileProblem::sort(&mut problems);
        Ok(Self { sources, rules, problems })
    }
}

struct Reader<'p> {
    problems: &'p mut Vec<FileProblem>,
}

impl Reader<'_> {
    fn routes(&mut self, node: &Node) -> BTreeMap<String, RuleSet> {
        let Some(entries) = node.as_map() else {
            self.wrong(node, "a map of rules by route, such as GET /orders/{id}");
            return BTreeMap::new();
        };
        entries.iter().map(|entry| (entry.key.clone(), self.rule_set(&entry.node, &WORDS))).collect()
    }

    fn rule_set(&mut self, node: &Node, known: &[&str]) -> RuleSet {
        let mut rules = RuleSet::default();
        let Some(entries) = node.as_map() else {
            self.wrong(node, &format!("a map with {}", known.join(", ")));
            return rules;
        };
        for entry in entries {
            match entry.key.as_str() {
                "ignoreHeaders" => rules.ignore_headers = self.headers(entry),
                "compareHeaders" => rules.compare_headers = self.headers(entry),
                "ignoreJson" => rules.ignore_json = self.paths(entry),
                "dates" => rules.dates = self.paths(entry),
                "ids" => rules.ids = self.paths(entry),
                "anyOrder" => rules.any_order = self.paths(entry),
                ROUTES if known.contains(&ROUTES) => {}
                unknown => {
                    let message = format!("got {unknown}, expected {}", known.join(", "));
                    let problem = FileProblem::layout(entry.key_span, message);
                    self.problems.push(match nearest(unknown, known) {
                        Some(near) => problem.with_hint(format!("did you mean {near}?")),
                        None => problem,
                    });
                }
            }
        }
        rules
    }

    fn headers(&mut self, entry: &Entry) -> Vec<HeaderPattern> {
        self.list(entry, "the name of a header, or its beginning and *", HeaderPattern::parse)
    }

    fn paths(&mut self, entry: &Entry) -> Vec<JsonPath> {
        self.list(entry, JsonPath::EXPECTED, JsonPath::parse)
    }

    /// A list of texts, or one text.
    fn list<T>(&mut self, entry: &Entry, expected: &str, parse: fn(&str) -> Option<T>) -> Vec<T> {
        let nodes: &[_] = match &entry.node.content {
            Content::List(nodes) => nodes,
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::Map(_) => {
                std::slice::from_ref(&entry.node)
            }
        };
        let mut read = Vec::new();
        for node in nodes {
            match node.as_text().and_then(parse) {
                Some(value) => read.push(value),
                None => self.wrong(node, expected),
            }
        }
        read
    }

    fn wrong(&mut self, node: &Node, expected: &str) {
        let got = node.as_text().map_or_else(|| node.noun().to_owned(), |text| format!("{text:?}"));
        self.problems.push(FileProblem::layout(node.span, format!("got {got}, expected {expected}")));
    }
}
