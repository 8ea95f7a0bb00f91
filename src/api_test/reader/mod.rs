//! The text of a test file → its tests. What is wrong is told with its place, all at once.

mod expectations;
mod requests;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::test_file::{ApiTest, Expected, IntegrationAnswer, Step, TestFile};
use crate::{
    api_file::{Content, Entry, FileProblem, Loader, Node, Sources, Span},
    calendar::parse_timestamp_ms,
    item::nearest,
};

/// A test file that was read.
#[derive(Debug)]
pub struct ReadTests {
    pub sources: Sources,
    /// Those that could be read, where there are problems.
    pub file: TestFile,
    pub problems: Vec<FileProblem>,
}

const WORDS: [&str; 3] = ["api", "now", "tests"];
const WORDS_OF_STEPS: [&str; 6] =
    ["at", "request", "authorizer", "integration", "integrationFails", "expect"];

/// 1 January 2026, noon, in milliseconds since 1970.
const NOW_MS: u64 = 1_767_268_800_000;

/// Reads a file of tests, and all that it includes.
///
/// # Errors
///
/// The file cannot be read.
pub fn read(path: &Path) -> io::Result<ReadTests> {
    let (mut loader, root) = Loader::open(path, BTreeMap::new(), "a map with tests")?;
    let mut reader = Reader { loader: &mut loader };
    let file = match root {
        Some(root) => {
            let root = reader.loader.expanded(&root);
            reader.file(&root)
        }
        None => TestFile { api: None, now: at_ms(NOW_MS), tests: Vec::new() },
    };
    let Loader { sources, mut problems, .. } = loader;
    FileProblem::sort(&mut problems);
    Ok(ReadTests { sources, file, problems })
}

fn at_ms(ms: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(ms)
}

/// Tells what is wrong by the way.
struct Reader<'l> {
    loader: &'l mut Loader,
}

impl Reader<'_> {
    fn file(&mut self, root: &Node) -> TestFile {
        let mut file = TestFile { api: None, now: at_ms(NOW_MS), tests: Vec::new() };
        let has_tests = root.as_map().is_some_and(|members| members.iter().any(|entry| entry.key == "tests"));
        for entry in self.members(root, &WORDS, "a map with tests") {
            match entry.key.as_str() {
                "api" => file.api = self.text(&entry, "the path of an API file").map(PathBuf::from),
                "now" => {
                    let expected = "a time such as 2026-01-01T12:00:00Z";
                    let text = self.text(&entry, expected);
                    let now = text.as_deref().map(parse_timestamp_ms);
                    if now == Some(None) {
                        self.wrong(&entry.node, expected);
                    }
                    file.now = now.flatten().map_or(file.now, at_ms);
                }
                _ => file.tests = self.tests(&entry),
            }
        }
        if !has_tests && root.as_map().is_some() {
            self.add(Span { end: root.span.start, ..root.span }, "got no tests, expected a list of them");
        }
        file
    }

    fn tests(&mut self, entry: &Entry) -> Vec<ApiTest> {
        let node = self.loader.expanded(&entry.node);
        let Content::List(tests) = &node.content else {
            self.wrong(&node, "a list of tests");
            return Vec::new();
        };
        let mut read = Vec::with_capacity(tests.len());
        for test in tests {
            let test = self.loader.expanded(test);
            read.extend(self.test(&test));
        }
        read
    }

    fn test(&mut self, node: &Node) -> Option<ApiTest> {
        let known: Vec<&str> = ["name", "steps"].into_iter().chain(WORDS_OF_STEPS).collect();
        let members = self.members(node, &known, "a test: a map with name, request and expect");
        let name = members.iter().find(|entry| entry.key == "name");
        let name = match name {
            Some(name) => self.text(name, "the name of a test")?,
            None => {
                let place = Span { end: node.span.start, ..node.span };
                self.add(place, "got a test without a name, expected one that says what the API does");
                return None;
            }
        };
        let steps = match members.iter().find(|entry| entry.key == "steps") {
            Some(steps) => {
                let beside = members.iter().filter(|entry| WORDS_OF_STEPS.contains(&entry.key.as_str()));
                for entry in beside {
                    let message = format!("got {} beside steps, expected it in a step", entry.key);
                    self.add(entry.key_span, &message);
                }
                self.steps(&steps.node)
            }
            None => {
                let members: Vec<_> = members.into_iter().filter(|entry| entry.key != "name").collect();
                self.step(node.span, &members).into_iter().collect()
            }
        };
        Some(ApiTest { name, place: node.span, steps })
    }

    fn steps(&mut self, node: &Node) -> Vec<Step> {
        let Content::List(nodes) = &node.content else {
            self.wrong(node, "a list of steps");
            return Vec::new();
        };
        let mut steps: Vec<Step> = Vec::new();
        for node in nodes {
            let members = self.members(node, &WORDS_OF_STEPS, "a step: a map with request and expect");
            let Some(step) = self.step(node.span, &members) else { continue };
            if steps.last().is_some_and(|last| last.at > step.at) {
                let message = "got a time before that of the last step, expected one that is not earlier";
                let at = members.iter().find(|entry| entry.key == "at");
                self.add(at.map_or(node.span, |at| at.node.span), message);
            }
            steps.push(step);
        }
        steps
    }

    fn step(&mut self, place: Span, members: &[Entry]) -> Option<Step> {
        let find = |name: &str| members.iter().find(|entry| entry.key == name);
        let missing = |name: &str| find(name).is_none().then(|| name.to_owned());
        for name in ["request", "expect"].into_iter().filter_map(missing) {
            let message = format!("got no {name}, which every test has");
            self.add(Span { end: place.start, ..place }, &message);
        }
        let at = find("at").map(|entry| self.duration(entry)).unwrap_or_default();
        let request = find("request").and_then(|entry| self.request(&entry.node));
        let integration = match (find("integration"), find("integrationFails")) {
            (Some(_), Some(fails)) => {
                self.add(fails.key_span, "got integrationFails beside integration, expected one of them");
                None
            }
            (Some(entry), None) => Some(IntegrationAnswer::Result(entry.node.to_json())),
            (None, Some(entry)) => self.failure(entry),
            (None, None) => None,
        };
        let expected = find("expect").map_or_else(Expected::default, |entry| self.expected(entry));
        let authorizer = find("authorizer").map(|entry| entry.node.to_json());
        Some(Step { place, at, request: request?, authorizer, integration, expected })
    }

    /// The members of a map; a name that is not known is told.
    fn members(&mut self, node: &Node, known: &[&str], expected: &str) -> Vec<Entry> {
        let Some(entries) = node.as_map() else {
            self.wrong(node, expected);
            return Vec::new();
        };
        let (members, unknown): (Vec<_>, Vec<_>) =
            entries.iter().cloned().partition(|entry| known.contains(&entry.key.as_str()));
        for entry in unknown {
            let message = format!("got {}, expected {}", entry.key, known.join(", "));
            let problem = FileProblem::layout(entry.key_span, message);
            self.loader.problems.push(match nearest(&entry.key, known) {
                Some(near) => problem.with_hint(format!("did you mean {near}?")),
                None => problem,
            });
        }
        members
    }

    fn text(&mut self, entry: &Entry, expected: &str) -> Option<String> {
        let text = entry.node.as_text().map(str::to_owned);
        if text.is_none() {
            self.wrong(&entry.node, expected);
        }
        text
    }

    /// `+61s`, `2m`, `500ms`.
    fn duration(&mut self, entry: &Entry) -> Duration {
        const UNITS: [(&str, u64); 5] =
            [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
        let duration = entry.node.as_text().and_then(|text| {
            let text = text.trim().strip_prefix('+').unwrap_or(text.trim());
            let digits = text.find(|c: char| !c.is_ascii_digit())?;
            let (number, unit) = text.split_at(digits);
            let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
            number.parse::<u64>().ok()?.checked_mul(*ms).map(Duration::from_millis)
        });
        if duration.is_none() {
            self.wrong(&entry.node, "a time from the beginning of the test, such as +61s, +2m or +1d");
        }
        duration.unwrap_or_default()
    }

    /// Tells that a value is of another kind than expected.
    fn wrong(&mut self, node: &Node, expected: &str) {
        let got = match &node.content {
            Content::Text(text) => format!("{text:?}"),
            _ => node.noun().to_owned(),
        };
        self.add(node.span, &format!("got {got}, expected {expected}"));
    }

    fn add(&mut self, place: Span, message: &str) {
        self.loader.problems.push(FileProblem::layout(place, message));
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn a_file_that_breaks_off_anywhere_is_read_or_has_problems_with_places() {
        let whole = include_str!("../../../examples/tests/orders.yaml");
        let path = env::temp_dir().join(format!("tollgate-broken-off-{}.yaml", process::id()));
        let mut with_problems = 0;
        for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            fs::write(&path, &whole[..end]).unwrap();
            let ReadTests { sources, problems, .. } = read(&path).unwrap();
            for problem in &problems {
                let line = sources.of(problem.span).position(problem.span.start).line;
                assert!(line <= whole.lines().count() + 1, "{problem:?}");
            }
            with_problems += usize::from(!problems.is_empty());
        }
        fs::remove_file(&path).unwrap();
        assert!((1..whole.len()).contains(&with_problems), "{with_problems}");
    }
}
