//! What is wrong with the text of an input, or odd.

use crate::api_file::Span;

/// One thing that is wrong with the text of a file, or that AWS warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProblem {
    pub span: Span,
    pub words: String,
}

impl SourceProblem {
    pub(super) fn new(span: Span, words: impl Into<String>) -> Self {
        Self { span, words: words.into() }
    }
}
