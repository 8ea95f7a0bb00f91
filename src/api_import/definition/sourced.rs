//! A part of a definition with the place that it comes from.

use crate::api_file::Span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub origin: Span,
}

impl<T> Sourced<T> {
    pub fn new(value: T, origin: Span) -> Self {
        Self { value, origin }
    }
}
