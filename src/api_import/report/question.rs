//! A question that an import cannot answer by itself: a name that the input does not resolve, or a guard that cannot be kept.

use std::collections::BTreeSet;

use crate::api_file::Span;

/// One question, however often the input asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in the file of `--map`, or an option: `GetOrders.Arn`, `--kind`.
    pub key: String,
    pub words: String,
    /// The line that answers it: `GetOrders.Arn: arn:…`.
    pub line: String,
    /// Where it is asked.
    pub places: BTreeSet<Span>,
}

impl Question {
    /// A question that a line of `--map` answers; `example` is a value.
    pub fn of_map(key: impl Into<String>, words: impl Into<String>, example: &str) -> Self {
        let key = key.into();
        let mut line = String::new();
        crate::api_file::yaml_text::write_member(&mut line, 0, &key, &serde_json::Value::Null);
        let line = format!("{} {example}", line.trim_end().trim_end_matches(" null"));
        Self { key, words: words.into(), line, places: BTreeSet::new() }
    }

    /// A question that an option answers.
    pub fn of_option(option: &str, words: impl Into<String>, line: &str) -> Self {
        Self { key: option.to_owned(), words: words.into(), line: line.to_owned(), places: BTreeSet::new() }
    }
}
