//! A place in the text of a path, and what is wrong there.

use super::PathError;

/// Reads a text from its front.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Characters of the whole path before this place.
    characters_before: usize,
}

impl<'a> Cursor<'a> {
    /// `offset`: the characters of the whole path before this text.
    pub fn new(text: &'a str, offset: usize) -> Self {
        Self { text, at: 0, characters_before: offset }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn starts_with(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Goes on by this many bytes, which end between two characters, and returns them.
    pub fn take(&mut self, bytes: usize) -> &'a str {
        let taken = &self.rest()[..bytes];
        self.at += bytes;
        self.characters_before += taken.chars().count();
        taken
    }

    /// Goes on while the characters are such.
    pub fn take_while(&mut self, is_such: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        self.take(rest.find(|character| !is_such(character)).unwrap_or(rest.len()))
    }

    /// Goes on behind the text, if it is next.
    pub fn eat(&mut self, text: &str) -> Eaten {
        if !self.starts_with(text) {
            return Eaten::No;
        }
        self.take(text.len());
        Eaten::Yes
    }

    pub fn skip_blanks(&mut self) {
        self.take_while(|character| matches!(character, ' ' | '\t' | '\n' | '\r'));
    }

    /// The characters of the whole path before this place.
    pub fn characters_before(&self) -> usize {
        self.characters_before
    }

    /// What is wrong here.
    pub fn error(&self, expected: impl Into<String>) -> PathError {
        const MOST_SHOWN: usize = 20;
        let shown: String = self.rest().chars().take(MOST_SHOWN).collect();
        PathError {
            character: self.characters_before() + 1,
            got: if shown.is_empty() { "the end".to_owned() } else { format!("`{shown}`") },
            expected: expected.into(),
        }
    }

    /// The length in bytes up to the sign that closes the bracket which is next, both included. Brackets in quotes do
    /// not count, and none in a regular expression between slashes that follows `=~`.
    pub fn bracketed(&self, open: u8, close: u8) -> Option<usize> {
        let bytes = self.rest().as_bytes();
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            } else if matches!(byte, b'\'' | b'"') || byte == b'/' && follows_match_sign(&bytes[..at]) {
                at += quoted_length(&bytes[at..])? - 1;
            }
            at += 1;
        }
        None
    }
}

/// True if `text` was next and is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eaten {
    Yes,
    No,
}

/// The length of a text with the quotes around it, whose first byte is the quote; a backslash escapes.
pub(super) fn quoted_length(bytes: &[u8]) -> Option<usize> {
    let quote = bytes.first()?;
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn follows_match_sign(before: &[u8]) -> bool {
    before.trim_ascii_end().ends_with(b"=~")
}
