//! The texts of an API file and of the files that it includes, and places in them.

use std::borrow::Cow;

/// The files that were read, in the order in which they were.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

/// A file that was read.
#[derive(Debug)]
pub struct Source {
    /// The path, as it is told to the operator.
    pub name: String,
    pub text: String,
    /// The offset of each line's first byte.
    line_starts: Vec<usize>,
    /// How many characters stand before each [`COUNTED_BYTES`]th byte.
    characters_before: Vec<usize>,
}

/// Characters are counted once for each so many bytes: a document may be one line of 6 MB, with 10,000 places in it.
const COUNTED_BYTES: usize = 256;

/// A part of a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file's index in [`Sources`].
    pub file: usize,
    pub start: usize,
    /// The first byte behind it.
    pub end: usize,
}

/// A place as people count: the first line is 1, the first character in it is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    /// In characters.
    pub column: usize,
}

impl Sources {
    /// Returns the file's index.
    pub fn add(&mut self, name: String, text: String) -> usize {
        let line_ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(line_ends).collect();
        let counts = text.as_bytes().chunks(COUNTED_BYTES).scan(0, |before, bytes| {
            let count = *before;
            *before += characters(bytes);
            Some(count)
        });
        let characters_before = counts.collect();
        self.0.push(Source { name, text, line_starts, characters_before });
        self.0.len() - 1
    }

    pub fn of(&self, span: Span) -> &Source {
        &self.0[span.file]
    }

    /// The names of the files: the API file's path as it was given, and those of the others beside it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|source| source.name.as_str())
    }

    pub fn file_count(&self) -> usize {
        self.0.len()
    }

    pub fn byte_count(&self) -> usize {
        self.0.iter().map(|source| source.text.len()).sum()
    }
}

impl Span {
    /// The beginning of a file.
    pub fn beginning(file: usize) -> Self {
        Self { file, start: 0, end: 0 }
    }
}

impl Source {
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_number(offset);
        let line_start = self.line_starts[line - 1];
        Position { line, column: self.characters_until(offset) - self.characters_until(line_start) + 1 }
    }

    /// How many characters stand before an offset.
    fn characters_until(&self, offset: usize) -> usize {
        let chunk = offset / COUNTED_BYTES;
        // The end of a text may be the beginning of a chunk that is not there.
        let Some(before) = self.characters_before.get(chunk) else { return characters(self.text.as_bytes()) };
        before + characters(&self.text.as_bytes()[chunk * COUNTED_BYTES..offset])
    }

    /// The line of an offset; the first is 1.
    pub fn line_number(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// The text of a line, the first of which is 1, without its end.
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_starts[line - 1];
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The end of a span's first line, or of the span where it ends there.
    pub fn end_in_line(&self, span: Span) -> usize {
        let line = self.position(span.start).line;
        let line_end = self.line_starts[line - 1] + self.line(line).len();
        span.end.clamp(span.start, line_end.max(span.start))
    }
}

/// Byte offsets of a text's characters.
pub struct CharOffsets<'a> {
    text: &'a str,
    /// `None`: each character is a byte.
    offsets: Option<Vec<usize>>,
}

impl<'a> CharOffsets<'a> {
    pub fn of(text: &'a str) -> Self {
        let offsets = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self { text, offsets }
    }

    /// The offset of the character `index`; of one behind the last, the text's end.
    pub fn byte(&self, index: usize) -> usize {
        match &self.offsets {
            Some(offsets) => offsets.get(index).copied().unwrap_or(self.text.len()),
            None => index.min(self.text.len()),
        }
    }
}

/// The text of a file of bytes, and where it stops to be UTF-8.
pub fn decoded(bytes: &[u8]) -> (Cow<'_, str>, Option<usize>) {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), None),
        Err(error) => (String::from_utf8_lossy(bytes), Some(error.valid_up_to())),
    }
}

/// The number of characters that begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".to_owned(), "é: 1\r\nbc: ü\n".to_owned());
        let source = sources.of(Span::beginning(file));
        let places = [0, 2, 3, 7, 11].map(|offset| {
            let Position { line, column } = source.position(offset);
            (line, column)
        });
        assert_eq!(places, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 5)]);
        assert_eq!([1, 2, 3].map(|line| source.line(line)), ["é: 1", "bc: ü", ""]);
        let offsets = CharOffsets::of(&source.text);
        assert_eq!([0, 1, 2, 99].map(|index| offsets.byte(index)), [0, 2, 3, source.text.len()]);
    }

    #[test]
    fn what_is_no_utf_8_is_found_and_a_byte_order_mark_is_none_of_the_text() {
        assert_eq!(decoded(b"\xef\xbb\xbfa: 1"), ("a: 1".into(), None));
        assert_eq!(decoded(b"a: \xff"), ("a: \u{fffd}".into(), Some(3)));
    }

    #[test]
    fn a_position_counts_the_characters_of_its_line() {
        let long = "é".repeat(300) + "\nab\r\n€" + &"x€".repeat(COUNTED_BYTES);
        for text in ["", "a", "\n", "ab\nc", "é€𝄞", &"x".repeat(COUNTED_BYTES), &long] {
            let mut sources = Sources::default();
            let file = sources.add("api.yaml".to_owned(), text.to_owned());
            let source = sources.of(Span::beginning(file));
            for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)) {
                let before = &text[..offset];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                assert_eq!(source.position(offset), Position { line, column }, "{offset} in {text:?}");
            }
        }
    }
}
