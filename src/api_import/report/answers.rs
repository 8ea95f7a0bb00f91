//! The file of `--map`: one map of answers, by the names that the report gives its questions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api_import::source::{Located, NodeId};

/// The answers of an operator.
#[derive(Debug, Default)]
pub struct Answers {
    values: BTreeMap<String, (NodeId, Value)>,
    used: BTreeSet<String>,
}

impl Answers {
    /// Reads the map of a file; `None`: it is none.
    pub fn of(root: Located<'_>) -> Option<Self> {
        let values = root.members()?;
        let values = values.map(|member| {
            // A text is as it is written: an account's number may begin with 0.
            let value = member.value.text().map_or_else(|| member.value.to_json(), Value::from);
            (member.key.to_owned(), (member.value.id, value))
        });
        Some(Self { values: values.collect(), used: BTreeSet::new() })
    }

    /// The answer to a question, which is remembered as one that was asked.
    pub fn of_key(&mut self, key: &str) -> Option<&Value> {
        let (_, value) = self.values.get(key)?;
        self.used.insert(key.to_owned());
        Some(value)
    }

    /// The same without being remembered.
    pub fn peek(&self, key: &str) -> Option<&Value> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// The names that nothing asked for, with their values in the file.
    pub fn unused(&self) -> impl Iterator<Item = (&str, NodeId)> {
        let unused = self.values.iter().filter(|(key, _)| !self.used.contains(*key));
        unused.map(|(key, (node, _))| (key.as_str(), *node))
    }
}
