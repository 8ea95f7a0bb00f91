//! The parts of a call that mapped values are for.

use http::HeaderName;

use crate::template::mapped_value::MappedValue;

/// A mapped value, and the part of a call that it is for.
#[derive(Clone, Copy, Debug)]
pub struct MappedPart<'a> {
    pub value: &'a MappedValue,
    pub part: CallPart<'a>,
}

#[derive(Clone, Copy, Debug)]
pub enum CallPart<'a> {
    /// A header that the target gets. Its `Vary` may name it.
    Header(&'a HeaderName),
    /// The path or the query of the URI that the target is asked for.
    Uri,
    /// An argument of a DynamoDB operation, or of another service's action.
    Operation,
}
