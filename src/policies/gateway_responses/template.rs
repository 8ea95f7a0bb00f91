//! The body of a customised gateway response: text with words in it, and no template language.
//!
//! A client's value never changes the structure of what it is put into.

use super::word::{Refused, Word};
use crate::template::Escape;

/// A `responseTemplates` entry, read.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Word(Word, Escape),
}

/// How a word begins, and what its name may hold beside letters and digits.
const OPENINGS: [(&str, &str); 3] =
    [("context.", "._"), ("stageVariables.", "_"), ("method.request.", "._-")];

impl Template {
    /// Reads `$context.x`, `$stageVariables.x` and `$method.request.….x`, also in braces: `${context.x}`.
    ///
    /// # Errors
    ///
    /// The first word that begins like one of these and is none.
    pub(super) fn parse(text: &str, content_type: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut escape = Escape::in_body(content_type);
        let mut literal = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            literal.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            let Some((name, after)) = name(rest) else {
                literal.push('$');
                continue;
            };
            let word = Word::parse(name).ok_or_else(|| format!("${name}"))?;
            escape = escape.after(&literal);
            pieces.push(Piece::Text(std::mem::take(&mut literal)));
            pieces.push(Piece::Word(word, escape));
            rest = after;
        }
        literal.push_str(rest);
        pieces.push(Piece::Text(literal));
        Ok(Self(pieces))
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Word(word, _) => Some(word),
        })
    }

    pub(super) fn render(&self, refused: &Refused<'_>) -> String {
        let mut body = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => body.push_str(text),
                Piece::Word(word, escape) => body.push_str(&escape.fit(word.value(refused), word.kind())),
            }
        }
        body
    }
}

/// The word's name and what follows it, if `text`, which stood after a `$`, begins with one.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('{') {
        let (name, after) = inner.split_once('}')?;
        return OPENINGS.iter().any(|(opening, _)| name.starts_with(opening)).then_some((name, after));
    }
    let (opening, punctuation) = OPENINGS.into_iter().find(|(opening, _)| text.starts_with(opening))?;
    let belongs = |c: char| c.is_ascii_alphanumeric() || punctuation.contains(c);
    let end = text[opening.len()..].find(|c| !belongs(c)).map_or(text.len(), |end| opening.len() + end);
    // A full stop after a word ends a sentence.
    let name = text[..end].trim_end_matches('.');
    Some((name, &text[name.len()..]))
}
