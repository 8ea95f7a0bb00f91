//! Steps over the characters of a text, and says what stands where it stopped.

use super::{Mistake, Parser};
use crate::template::velocity::tree::Span;

impl<'text> Parser<'text, '_> {
    pub(super) fn rest(&self) -> &'text str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn peek_at(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Steps over a text that stands here.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let stands_here = self.rest().starts_with(expected);
        if stands_here {
            self.at += expected.len();
        }
        stands_here
    }

    /// Steps over a text that has to stand here.
    pub(super) fn expect(&mut self, expected: &str) -> Result<(), Mistake> {
        if self.take(expected) { Ok(()) } else { Err(self.mistake(&format!("`{expected}`"))) }
    }

    /// Steps over spaces, tabs and line ends.
    pub(super) fn skip_space(&mut self) {
        self.at = self.after_space(self.at);
    }

    /// The byte behind the white space at `at`.
    pub(super) fn after_space(&self, at: usize) -> usize {
        let space = self.text.as_bytes()[at..].iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        at + space
    }

    /// Steps over the rest of a line if it is blank, with its end: directives take it along.
    pub(super) fn skip_line_end(&mut self) {
        let blanks = self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = &self.rest()[blanks..];
        if rest.starts_with("\r\n") {
            self.at += blanks + 2;
        } else if rest.starts_with(['\n', '\r']) {
            self.at += blanks + 1;
        }
    }

    /// The letters, digits and other `allowed` bytes that stand here.
    pub(super) fn take_name(&mut self, allowed: &[u8]) -> &'text str {
        let rest = self.rest();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || allowed.contains(byte);
        let end = rest.bytes().take_while(is_part).count();
        self.at += end;
        &rest[..end]
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        Span { start: self.base + start, end: self.base + self.at }
    }

    /// What stands here is not what was expected.
    pub(super) fn mistake(&self, expected: &str) -> Mistake {
        self.mistake_at(self.at, expected)
    }

    pub(super) fn mistake_at(&self, at: usize, expected: &str) -> Mistake {
        let got = if at < self.text.len() { self.shown(at) } else { "the end".to_owned() };
        Mistake { at: self.base + at, got, expected: expected.to_owned(), directive_at: None }
    }

    /// The word or the sign at a byte, in backticks.
    pub(super) fn shown(&self, at: usize) -> String {
        let rest = &self.text[at..];
        let mut end = 0;
        for char in rest.chars().take(24) {
            let is_part =
                char.is_alphanumeric() || (end == 0 && matches!(char, '#' | '$')) || "_-@{".contains(char);
            if !is_part {
                break;
            }
            end += char.len_utf8();
        }
        let shown = if end == 0 { rest.chars().take(1).collect() } else { rest[..end].to_owned() };
        match shown.as_str() {
            "\n" | "\r" => "a line's end".to_owned(),
            shown => format!("`{shown}`"),
        }
    }
}
