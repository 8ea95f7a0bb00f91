//! `accessLogFormat` of a stage: a line of the user's own, in API Gateway's `$context` variables, beside the gateway's.
//!
//! A line that is a JSON object gets one field more, `accessLogFormat`, with the stage's name: by it metrics and tools
//! tell it from the gateway's own line, whose fields it may have.

use std::borrow::Cow;

use serde_json::Map;

use super::{
    cut,
    format_place::{Place, Shape},
    format_variable::{FormatVariable, REQUEST_IDS},
    own_line::OwnLine,
};
use crate::{
    context::Context,
    error::{ItemId, Problem},
    item::{self, Fields},
    notation::{CONTEXT, Notation, Part},
    template::{ContextVariable, ValueKind, WordValue},
};

/// A format, read once.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessLogFormat(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Variable(FormatVariable, Place),
}

const FIELD: &str = "accessLogFormat";
/// API Gateway's bound.
const MOST_BYTES: usize = 3 * 1024;
/// Clients choose values, and lines are paid for by the gigabyte.
const MAX_VALUE_CHARS: usize = 1_024;

impl AccessLogFormat {
    /// Reads `accessLogFormat` of a stage item.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.string(FIELD).filter(|text| !text.trim().is_empty())?;
        if text.len() > MOST_BYTES {
            let got = format!("{} bytes", text.len());
            fields.problem(FIELD, &got, &format!("at most {MOST_BYTES} bytes"));
            return None;
        }
        let text = on_one_line(&text);
        let parts = Notation::RootedOrBare(&[CONTEXT]).parts(&text);
        let mut format = Self(Vec::new());
        let mut is_whole = true;
        let shape = Shape::of(&literals(&parts));
        let mut place = shape.begin();
        for part in parts {
            match part {
                Part::Text(text) | Part::Stray(text) => {
                    place = place.after(text);
                    format.push_text(text);
                }
                Part::Word(word) => match variable(fields, word) {
                    Some(variable) => format.0.push(Piece::Variable(variable, place)),
                    None => is_whole = false,
                },
            }
        }
        if is_whole && !format.has_request_id() {
            fields.problem(FIELD, "neither", "$context.requestId or $context.extendedRequestId in it");
            return None;
        }
        if shape == Shape::JsonObject {
            format.mark();
        }
        is_whole.then_some(format)
    }

    /// Says what is wrong with a format, and of which part of it.
    pub fn fault(text: &str) -> Option<String> {
        let item = Map::from_iter([(FIELD.to_owned(), text.into())]);
        let read = item::read(ItemId { table: "", key: "" }, &item, Self::parse);
        let problems = read.value.err()?.0;
        let told =
            problems.iter().map(|Problem { got, expected, .. }| format!("got {got}, expected {expected}"));
        Some(told.collect::<Vec<_>>().join("; "))
    }

    /// The line of a request, as far as its context says it.
    pub(super) fn own_line(&self, context: &Context<'_>) -> OwnLine {
        let mut line = OwnLine::default();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => line.push_text(text),
                Piece::Variable(FormatVariable::Line(fact), place) => line.push_fact(*fact, *place),
                Piece::Variable(FormatVariable::Context(variable), place) => {
                    let WordValue { text, kind } = variable.value(context);
                    let text = text.map(|text| Cow::Owned(cut(&text, MAX_VALUE_CHARS)));
                    line.push_text(&place.fit(WordValue { text, kind }));
                }
                Piece::Variable(FormatVariable::Absent, place) => {
                    line.push_text(&place.fit(WordValue { text: None, kind: ValueKind::Text }));
                }
            }
        }
        line
    }

    fn has_request_id(&self) -> bool {
        let is_one = |piece: &Piece| match piece {
            Piece::Variable(FormatVariable::Context(variable), _) => REQUEST_IDS.contains(variable),
            Piece::Variable(FormatVariable::Line(_) | FormatVariable::Absent, _) | Piece::Text(_) => false,
        };
        self.0.iter().any(is_one)
    }

    /// Adds the field that says whose line it is.
    fn mark(&mut self) {
        if let Some(Piece::Text(text)) = self.0.last_mut()
            && let Some(object) = text.trim_end().strip_suffix('}')
        {
            *text = format!("{},\"{FIELD}\":", object.trim_end());
            let stage = FormatVariable::Context(ContextVariable::Stage);
            self.0.push(Piece::Variable(stage, Shape::JsonObject.begin()));
            self.push_text("}");
        }
    }

    fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            Some(Piece::Variable(..)) | None => self.0.push(Piece::Text(text.to_owned())),
        }
    }
}

/// The texts of a format, one before each variable and one behind the last.
fn literals(parts: &[Part<'_>]) -> Vec<String> {
    let mut literals = vec![String::new()];
    for part in parts {
        match part {
            Part::Text(text) | Part::Stray(text) => {
                if let Some(last) = literals.last_mut() {
                    last.push_str(text);
                }
            }
            Part::Word(_) => literals.push(String::new()),
        }
    }
    literals
}

/// The lines of a format joined: every line of the log is an event of its own.
fn on_one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ").replace(|c: char| c.is_control() && c != '\t', " ")
}

/// The variable of a word such as `context.status`; what is none is a problem.
fn variable(fields: &Fields<'_>, word: &str) -> Option<FormatVariable> {
    let name = word.strip_prefix(CONTEXT.prefix).unwrap_or(word);
    match FormatVariable::named(name) {
        Ok(variable) => {
            if variable == FormatVariable::Absent {
                fields.warn(FIELD, &format!("${word}"), "a variable that the gateway has; it prints -");
            }
            Some(variable)
        }
        Err(no_variable) => {
            fields.problem(FIELD, &format!("${word}"), &no_variable.expected);
            None
        }
    }
}
