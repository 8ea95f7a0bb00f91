//! A place in a text → the place in the file where that is written: in a block, in quotes with escapes, or plain.
//!
//! The signs of a text stand in the file in their order, with blanks and ends of lines as the way of writing has them. So
//! signs are counted, blanks are not.

use std::{iter::Peekable, str::CharIndices};

use super::source::{Sources, Span};
use crate::error::TextPlace;

/// The place in the file of one in a text that is written at `span`. `None`: it is not found there.
pub fn span_within(sources: &Sources, span: Span, text: &str, place: TextPlace) -> Option<Span> {
    let written = sources.of(span).text.get(span.start..span.end)?;
    let at = byte_at(text, place)?;
    let signs = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).count();
    let wanted = signs(&text[..at]);
    let (begin, style) = Style::of(written);
    let mut found = Written { signs: written[begin..].char_indices().peekable(), style };
    let mut expected = text.chars().filter(|sign| !sign.is_whitespace());
    let mut end = 0;
    for _ in 0..wanted {
        let sign = found.next().filter(|found| expected.next() == Some(found.sign))?;
        end = sign.end;
    }
    let is_sign = text[at..].starts_with(|sign: char| !sign.is_whitespace());
    let (start, end) = match found.next().filter(|_| is_sign) {
        Some(sign) => (sign.start, sign.end),
        // The end of the text, or a blank.
        None => (end, end),
    };
    let start = span.start + begin + start;
    Some(Span { start, end: (span.start + begin + end).max(start), ..span })
}

/// The byte of a place in a text.
fn byte_at(text: &str, place: TextPlace) -> Option<usize> {
    let line = text.split_inclusive('\n').nth(place.line - 1).unwrap_or_default();
    let before: usize = text.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
    let within = line.char_indices().nth(place.column - 1).map_or(line.len(), |(at, _)| at);
    Some(before + within).filter(|at| *at <= text.len())
}

/// A way to write a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A block, or without quotes.
    AsItIs,
    /// `'…'`, in which a quote stands twice.
    Single,
    /// `"…"`, with escapes.
    Double,
}

impl Style {
    /// The style, and where the text begins.
    fn of(written: &str) -> (usize, Self) {
        let mut text = written;
        // A tag or an anchor: no plain text begins so.
        while text.starts_with(['!', '&']) {
            text = text.find(char::is_whitespace).map_or("", |end| text[end..].trim_start());
        }
        let begin = written.len() - text.len();
        match text.chars().next() {
            Some('"') => (begin + 1, Self::Double),
            Some('\'') => (begin + 1, Self::Single),
            // What stands behind it says how blanks are taken.
            Some('|' | '>') => (begin + text.find('\n').map_or(text.len(), |end| end + 1), Self::AsItIs),
            Some(_) | None => (begin, Self::AsItIs),
        }
    }
}

/// The signs of a text as it is written, without blanks.
struct Written<'a> {
    signs: Peekable<CharIndices<'a>>,
    style: Style,
}

/// A sign of the text, and the bytes that it is written in.
struct WrittenSign {
    sign: char,
    start: usize,
    end: usize,
}

impl Iterator for Written<'_> {
    type Item = WrittenSign;

    fn next(&mut self) -> Option<WrittenSign> {
        loop {
            let (start, written) = self.signs.next()?;
            let sign = match (self.style, written) {
                (Style::Single, '\'') => self.signs.next().map(|(_, quote)| quote)?,
                (Style::Double, '"') => return None,
                (Style::Double, '\\') => self.escaped()?,
                (Style::Single | Style::Double | Style::AsItIs, sign) => sign,
            };
            if !sign.is_whitespace() {
                let end = self.signs.peek().map_or(start + written.len_utf8(), |(at, _)| *at);
                return Some(WrittenSign { sign, start, end });
            }
        }
    }
}

impl Written<'_> {
    /// The sign of an escape in double quotes; a blank of one that is none.
    fn escaped(&mut self) -> Option<char> {
        let (_, kind) = self.signs.next()?;
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'n' | 't' | '\t' | 'r' | 'v' | 'f' | '\n' | '\r' | ' ' | 'N' | '_' | 'L' | 'P' => {
                return Some(' ');
            }
            '0' => return Some('\0'),
            'a' => return Some('\u{7}'),
            'b' => return Some('\u{8}'),
            'e' => return Some('\u{1b}'),
            other => return Some(other),
        };
        let hex: String = self.signs.by_ref().take(digits).map(|(_, digit)| digit).collect();
        char::from_u32(u32::from_str_radix(&hex, 16).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_file::{Content, Position, yaml};

    /// The line, column and rest of the line where `$x` of the text at `a` is found.
    fn found(file: &str) -> String {
        let mut sources = Sources::default();
        sources.add("a.yaml".to_owned(), file.to_owned());
        let mut problems = Vec::new();
        let root = yaml::read(file, 0, &mut problems).unwrap();
        let node = &root.as_map().unwrap()[0].node;
        let Content::Text(text) = &node.content else { panic!("{node:?}") };
        let at = text.find("$x").unwrap_or(text.len());
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let place = TextPlace { line, column };
        let Some(span) = span_within(&sources, node.span, text, place) else { return "nowhere".to_owned() };
        let Position { line, column } = sources.of(span).position(span.start);
        format!("{line}:{column} {}", &file[span.start..span.end])
    }

    #[test]
    fn a_place_is_found_in_every_way_of_writing() {
        let cases = [
            ("a: b $x c", "1:6 $"),
            ("a: b\n   ü\n   $x", "3:4 $"),
            ("a: |\n  b\n\n    é $x\n  c\n", "4:7 $"),
            ("a: |2-\n    b\n   $x", "3:4 $"),
            ("a: |+ # why\n  $x\n\n", "2:3 $"),
            ("a: >\n  b\n  c\n\n  $x\n", "5:3 $"),
            ("a: 'it''s\n  é $x'", "2:5 $"),
            (r#"{"a": "b\n\t\"q\" \\ \u00e9 \x41\/ $x"}"#, "1:36 $"),
            ("a: \"b\\\n   c\\  $x\"", "2:8 $"),
            (r#"a: "\u0024x""#, r"1:5 \u0024"),
            ("a: !!str |\n  $x\n", "2:3 $"),
            ("a: &b |\n  $x\n", "2:3 $"),
            ("a: &b !!str '$x'", "1:14 $"),
            // The end of the text.
            ("a: |\n  b\n  c\n", "3:4 "),
        ];
        for (file, expected) in cases {
            assert_eq!(found(file), expected, "{file}");
        }
    }
}
