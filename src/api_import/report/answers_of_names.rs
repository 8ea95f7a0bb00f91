//! The answers to names of the input, apart from those to the import's own questions: a parameter may be called `policy`.

use serde_json::Value;

use super::{ledger::Ledger, question::Question};
use crate::api_import::source::Located;

/// Questions of one word. All others have a space in them, or stand for one place.
const QUESTIONS: [&str; 6] =
    ["API", "AWS_IAM", "api", "identityValidationExpression", "policy", "preflights"];

/// Answers that open a guard.
const OPENING: [&str; 2] = ["open", "signed"];

/// The key of a name in the file of `--map`: the name, where no question has it.
fn key_of(name: &str) -> String {
    match is_question(name) {
        true => format!("name {name}"),
        false => name.to_owned(),
    }
}

/// A dynamic reference is no question, whatever is in it.
fn is_question(name: &str) -> bool {
    QUESTIONS.contains(&name) || name.contains(' ') && !name.starts_with("{{")
}

impl Ledger {
    /// Remembers that the input has a parameter of this name.
    pub fn has_name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// The answer to a name; without one, the node needs it.
    pub fn answer_of_name(&mut self, node: Located<'_>, name: &str, example: &str) -> Option<Value> {
        let answer = self.answer_to_name(name);
        if answer.is_none() {
            self.ask_for_name(node, name, example);
        }
        answer
    }

    /// The answer to a name that the input says a value of already. One that may be meant for a guard is asked for.
    pub fn answer_instead(&mut self, node: Located<'_>, name: &str, example: &str) -> Option<Value> {
        let answer = self.answer_to_name(name);
        if answer.is_none() && is_question(name) && self.answers.peek(name).is_some_and(opens) {
            self.ask_for_name(node, name, example);
        }
        answer
    }

    /// The answer to a name, if there is one. One that opens a guard of the same key is none.
    pub fn answer_to_name(&mut self, name: &str) -> Option<Value> {
        let key = key_of(name);
        if let Some(answer) = self.answers.of_key(&key) {
            return Some(answer.clone());
        }
        if key == name || self.answers.peek(name).is_none_or(opens) {
            return None;
        }
        self.has_name(name);
        self.answers.of_key(name).cloned()
    }

    /// True of a text with a name in it that is asked for.
    pub fn hangs_on_name(&self, text: &str) -> bool {
        let mut names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
        names.any(|name| self.questions.contains_key(&key_of(name)))
    }

    fn ask_for_name(&mut self, node: Located<'_>, name: &str, example: &str) {
        self.ask(node, Question::of_map(key_of(name), format!("what is {name}?"), example));
    }
}

fn opens(answer: &Value) -> bool {
    match answer {
        Value::String(text) => OPENING.contains(&text.as_str()),
        // The callers who may sign.
        Value::Array(_) => true,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}
