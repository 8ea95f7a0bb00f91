//! Stage variables that a document uses: their values are a stage's, and an operator has to say them.

use serde_json::{Map, Value};

use super::{openapi_reader::OpenApiReader, own_extensions};
use crate::api_import::{report::Question, source::Located};

const WORD: &str = "stageVariables.";

impl<'t> OpenApiReader<'t, '_> {
    /// Finds the variables that a part of the API names; the answers become those of the stage.
    pub fn stage_variables(&mut self, node: Located<'t>, fields: &Map<String, Value>) {
        for value in fields.values() {
            self.variables_of(node, value);
        }
    }

    fn variables_of(&mut self, node: Located<'t>, value: &Value) {
        match value {
            Value::String(text) => {
                for (at, _) in text.match_indices(WORD) {
                    let rest = &text[at + WORD.len()..];
                    let end =
                        rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                    if end > 0 {
                        self.variable(node, &rest[..end]);
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.variables_of(node, value)),
            Value::Object(members) => members.values().for_each(|value| self.variables_of(node, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn variable(&mut self, node: Located<'t>, name: &str) {
        // An export has the variables of its stage.
        if self.known_variables.contains(name) || own_extensions::is_export(self.root) {
            return;
        }
        let words =
            format!("what is the stage variable {name}? A document does not hold the variables of stages");
        let question = Question::of_map(format!("{WORD}{name}"), words, "VALUE");
        if let Some(answer) = self.ledger.answer(node, question) {
            let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            self.variables.insert(name.to_owned(), text.into());
        }
    }
}
