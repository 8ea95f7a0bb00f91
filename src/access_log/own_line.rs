//! A line in the stage's own format, as far as it is known before the response has gone out.

use super::{format_place::Place, format_variable::LineFact, line::LogLine};

/// Texts, and what is known when the line is written.
#[derive(Debug, Default)]
pub(super) struct OwnLine(Vec<OwnPart>);

#[derive(Debug)]
enum OwnPart {
    Text(String),
    Fact(LineFact, Place),
}

impl OwnLine {
    pub fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(OwnPart::Text(before)) => before.push_str(text),
            Some(OwnPart::Fact(..)) | None => self.0.push(OwnPart::Text(text.to_owned())),
        }
    }

    pub fn push_fact(&mut self, fact: LineFact, place: Place) {
        self.0.push(OwnPart::Fact(fact, place));
    }

    /// The line, now that all is known.
    pub fn text(&self, line: &LogLine) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                OwnPart::Text(own) => text.push_str(own),
                OwnPart::Fact(fact, place) => text.push_str(&place.fit(fact.value(line))),
            }
        }
        text
    }
}
