//! YAML that is no API file of ours → a value, as forgivingly as others read it.

use serde_json::Value;

use super::{
    source::{Sources, Span},
    yaml,
};

/// The reason why a text is no YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

/// Reads a text. Names that stand twice, tags and ambiguous words are passed over.
///
/// # Errors
///
/// There is no value in it, or none that can be understood.
pub fn yaml_value(text: &str) -> Result<Value, YamlError> {
    let mut problems = Vec::new();
    if let Some(node) = yaml::read(text, 0, &mut problems) {
        return Ok(node.to_json());
    }
    let mut sources = Sources::default();
    let file = sources.add(String::new(), text.to_owned());
    Err(match problems.pop() {
        Some(problem) => {
            let line = sources.of(Span::beginning(file)).position(problem.span.start).line;
            YamlError { line, message: problem.message }
        }
        None => YamlError { line: 1, message: "got nothing, expected a value".to_owned() },
    })
}
