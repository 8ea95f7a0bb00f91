//! The parser's words for a text that is no YAML, with what helps.

use saphyr_parser::ScanError;

use super::{
    file_problem::FileProblem,
    source::{CharOffsets, Span},
};

/// Parts of the parser's messages, and what helps.
#[rustfmt::skip]
const HINTS: [(&str, &str); 9] = [
    ("tab",                        "indent with spaces: YAML takes no tabs there"),
    ("mapping values",             "a text with \": \" in it needs quotes; so does a line that is indented too far"),
    ("flow mapping",               "between { and } a text with {, }, [, ] or a comma in it, such as ${…}, needs quotes"),
    ("flow sequence",              "between [ and ] a text with {, }, [, ] or a comma in it, such as ${…}, needs quotes"),
    ("unexpected character",       "a text that begins with this character needs quotes"),
    ("unknown anchor",             "an alias stands behind its anchor, in the same file; a text that begins with * needs quotes"),
    ("unexpected end of stream",   "the closing quote is missing"),
    ("Unicode character escape",   "write the character itself, or \\U and eight digits"),
    ("simple key",                 "a name and its colon stand in one line; is the indentation that of its neighbours?"),
];

/// Returns what is wrong at the place where the parser stopped.
pub fn syntax_error(
    error: &ScanError,
    text: &str,
    offsets: &CharOffsets<'_>,
    file: usize,
) -> Box<FileProblem> {
    let start = offsets.byte(error.marker().index());
    let end = text[start..].chars().next().filter(|c| *c != '\n').map_or(start, |c| start + c.len_utf8());
    let problem = FileProblem::syntax(Span { file, start, end }, format!("no YAML: {}", error.info()));
    match HINTS.iter().find(|(part, _)| error.info().contains(part)) {
        Some((_, hint)) => problem.with_hint(*hint).into(),
        None => problem.into(),
    }
}
