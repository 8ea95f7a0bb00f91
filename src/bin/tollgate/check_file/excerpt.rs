//! The line that a problem stands in, with carets under its place. A secret in it is not shown.

use tollgate::{
    api_file::{FileProblem, LineDisplay, Source},
    authorizers::KeyValue,
    item::WITHHELD,
    userinfo::withheld,
};

/// The characters of a long line that are shown before the place, and in all.
const MOST_BEFORE: usize = 60;
const MOST_SHOWN: usize = 110;

/// A line, or what is near the place in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// The characters before the first caret.
    pub indent: usize,
    pub carets: usize,
}

impl Excerpt {
    pub fn of(problem: &FileProblem, source: &Source) -> Self {
        let position = source.position(problem.span.start);
        let line = source.line(position.line);
        let shown = withheld(line);
        // The place is not to be told in a line that is not as it was written.
        if problem.line == LineDisplay::Withheld || shown != line || KeyValue::stands_in(line) {
            return Self { text: WITHHELD.to_owned(), indent: 0, carets: 1 };
        }
        let (end, column) = (source.end_in_line(problem.span), position.column - 1);
        let length = source.text[problem.span.start..end].chars().count();
        let skipped = if column > MOST_SHOWN - 20 { column - MOST_BEFORE } else { 0 };
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let mut text: String = line.chars().skip(skipped).take(MOST_SHOWN).map(printable).collect();
        let mut indent = column - skipped;
        if line.chars().nth(skipped + MOST_SHOWN).is_some() {
            text.push('…');
        }
        if skipped > 0 {
            text.insert(0, '…');
            indent += 1;
        }
        let room = text.chars().count().saturating_sub(indent);
        Self { text, indent, carets: length.clamp(1, room.max(1)) }
    }
}
