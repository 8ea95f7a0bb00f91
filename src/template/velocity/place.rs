//! Places in a template.

use std::fmt;

/// A place in a template. Line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Where the lines of a text begin, so that a place is found without a walk over all of them.
#[derive(Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let after_ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self { starts: std::iter::once(0).chain(after_ends).collect() }
    }

    /// The place of a byte in the text.
    pub(super) fn place(&self, text: &str, byte: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = text.get(start..byte.min(text.len())).unwrap_or_default();
        Place { line, column: before.chars().count() + 1 }
    }
}
