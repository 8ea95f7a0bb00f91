//! `expect` of a test.

use serde_json::Value;

use super::Reader;
use crate::{
    api_file::{Content, Entry, Node},
    api_test::test_file::{Expected, ExpectedCall, Placed},
};

const WORDS: [&str; 7] = ["route", "status", "headers", "body", "bodyIncludes", "integration", "log"];

/// The word for a call that is not made.
const NONE: &str = "none";

impl Reader<'_> {
    pub(super) fn expected(&mut self, entry: &Entry) -> Expected {
        let mut expected = Expected::default();
        let members = self.members(&entry.node, &WORDS, "a map: status, headers, body, …");
        if members.is_empty() && entry.node.as_map().is_some_and(<[Entry]>::is_empty) {
            self.wrong(&entry.node, "at least one of status, headers, body, …");
        }
        for entry in &members {
            let placed = |value| Some(Placed { place: entry.node.span, value });
            match entry.key.as_str() {
                "route" => {
                    let text = self.text(entry, "a route key such as GET /orders/{id}");
                    expected.route = text.and_then(|text| placed(text.into()));
                }
                "status" => match &entry.node.content {
                    Content::Number(_) => expected.status = placed(entry.node.to_json()),
                    _ => self.wrong(&entry.node, "a status such as 200"),
                },
                "headers" => self.expected_headers(&mut expected, &entry.node),
                "body" => expected.body = placed(entry.node.to_json()),
                "bodyIncludes" => expected.body_includes = placed(entry.node.to_json()),
                "integration" => expected.integration = self.expected_call(entry),
                _ => match entry.node.to_json() {
                    line @ Value::Object(_) => expected.log = placed(line),
                    _ => self.wrong(&entry.node, "a map: members of the access line"),
                },
            }
        }
        expected
    }

    fn expected_headers(&mut self, expected: &mut Expected, node: &Node) {
        let Some(entries) = node.as_map() else {
            self.wrong(node, "a map of headers");
            return;
        };
        for entry in entries {
            let value = match &entry.node.content {
                Content::Text(text) => Value::from(text.as_str()),
                Content::Number(number) => number.to_string().into(),
                Content::Bool(value) => value.to_string().into(),
                Content::Null => Value::Null,
                Content::List(_) | Content::Map(_) => {
                    self.wrong(&entry.node, "a header's value, or null where it is not to be there");
                    continue;
                }
            };
            let placed = Placed { place: entry.node.span, value };
            expected.headers.push((entry.key.to_ascii_lowercase(), placed));
        }
    }

    fn expected_call(&mut self, entry: &Entry) -> Option<Placed<ExpectedCall>> {
        let value = match entry.node.to_json() {
            Value::String(text) if text == NONE => ExpectedCall::Nothing,
            call @ Value::Object(_) => ExpectedCall::Includes(call),
            _ => {
                self.wrong(&entry.node, "a map: members of what is asked; or none, where nobody is");
                return None;
            }
        };
        Some(Placed { place: entry.node.span, value })
    }
}
