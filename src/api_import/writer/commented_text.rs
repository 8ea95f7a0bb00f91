//! Lines of an API file, with the places of the input that they come from.

use serde_json::Value;

use crate::{
    api_file::{Sources, Span, yaml_text::write_member},
    api_import::source::Tree,
};

/// A file that was written.
#[derive(Debug, Default)]
pub struct WrittenFile {
    pub text: String,
    /// The line at which a part begins (the first is 1), and where it came from.
    pub origins: Vec<(usize, Span)>,
    /// The lines before a byte that were counted.
    counted: CountedLines,
}

#[derive(Clone, Copy, Debug, Default)]
struct CountedLines {
    bytes: usize,
    lines: usize,
}

impl WrittenFile {
    /// The place of the input that a line comes from.
    pub fn origin(&self, line: usize) -> Option<Span> {
        let before = self.origins.partition_point(|(start, _)| *start <= line);
        self.origins[..before].last().map(|(_, span)| *span)
    }

    /// The number of the line that is written next.
    pub(super) fn next_line(&mut self) -> usize {
        let CountedLines { bytes, lines } = self.counted;
        let lines = lines + self.text[bytes..].matches('\n').count();
        self.counted = CountedLines { bytes: self.text.len(), lines };
        lines + 1
    }

    pub(super) fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub(super) fn member(&mut self, indent: usize, name: &str, value: impl Into<Value>) {
        write_member(&mut self.text, indent, name, &value.into());
    }

    /// `name:` alone, for members below it.
    pub(super) fn head(&mut self, indent: usize, name: &str) {
        let mut head = String::new();
        write_member(&mut head, indent, name, &Value::Null);
        self.text.push_str(head.trim_end().trim_end_matches(" null"));
        self.text.push('\n');
    }

    /// A comment that says where the next part comes from.
    pub(super) fn origin_comment(&mut self, indent: usize, tree: &Tree, span: Span, name: Option<&str>) {
        let line = self.next_line();
        self.origins.push((line, span));
        let place = short_place(&tree.sources, span);
        match name {
            Some(name) => self.line(indent, &format!("# {place} {}", in_one_line(name))),
            None => self.line(indent, &format!("# {place}")),
        }
    }
}

/// `api.yaml:3`, without the folders.
fn short_place(sources: &Sources, span: Span) -> String {
    let source = sources.of(span);
    let line = source.line_number(span.start);
    let name = source.name.rsplit('/').next().unwrap_or(&source.name);
    format!("{}:{line}", in_one_line(name))
}

/// A text that cannot end a comment.
pub(super) fn in_one_line(text: &str) -> String {
    let shown: String = text.chars().take(100).collect();
    shown
        .split(|c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}' || c == '\u{85}')
        .collect::<Vec<_>>()
        .join(" ")
}
