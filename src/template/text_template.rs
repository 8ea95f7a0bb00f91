//! Text with words in it: the body or a header of a response. A word's value stays one value where it stands.

use std::borrow::Cow;

use super::{Escape, ValueKind};

/// Text with words of the kind `W`, each with the way its value is written.
#[derive(Clone, Debug)]
pub struct TextTemplate<W> {
    escape: Escape,
    pieces: Vec<Piece<W>>,
}

#[derive(Clone, Debug)]
enum Piece<W> {
    Text(String),
    Word { word: W, escape: Escape },
}

/// The value of a word in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordValue<'a> {
    /// `None`: the request has nothing for it.
    pub text: Option<Cow<'a, str>>,
    pub kind: ValueKind,
}

impl<W> TextTemplate<W> {
    /// An empty text, to be written from its beginning to its end; a word at its beginning is written as `escape` says.
    pub fn new(escape: Escape) -> Self {
        Self { escape, pieces: Vec::new() }
    }

    /// Adds text of the document itself, which says how words behind it are written.
    pub fn push_text(&mut self, text: &str) {
        self.escape = self.escape.after(text);
        self.push_literal(text);
    }

    /// Adds a value that is known before any request.
    pub fn push_value(&mut self, value: WordValue<'_>) {
        self.push_literal(&self.escape.fit(value.text, value.kind));
    }

    pub fn push_word(&mut self, word: W) {
        self.pieces.push(Piece::Word { word, escape: self.escape });
    }

    /// The words, in their order.
    pub fn words(&self) -> impl Iterator<Item = &W> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Word { word, .. } => Some(word),
        })
    }

    /// The text, if no word is in it.
    pub fn fixed(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            [..] => None,
        }
    }

    /// The text for one request, in which each word has its `value`.
    pub fn render<'a>(&self, value: impl Fn(&W) -> WordValue<'a>) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Word { word, escape } => {
                    let WordValue { text: value, kind } = value(word);
                    text.push_str(&escape.fit(value, kind));
                }
            }
        }
        text
    }

    fn push_literal(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(literal)) => literal.push_str(text),
            Some(Piece::Word { .. }) | None if text.is_empty() => {}
            Some(Piece::Word { .. }) | None => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }
}
