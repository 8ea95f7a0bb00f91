//! The reasons why a rendering ended, each in one line.

use std::fmt;

use super::Place;

/// A bound of a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Steps,
    Depth,
    Output,
    Memory,
}

/// A rendering that gave no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderError {
    /// A bound was passed.
    Bound { bound: Bound, most: usize, place: Place },
    /// A method failed, as its exception does in Velocity.
    Method { method: String, reason: String, place: Place },
}

impl RenderError {
    /// Where the rendering ended.
    pub fn place(&self) -> Place {
        match self {
            Self::Bound { place, .. } | Self::Method { place, .. } => *place,
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bound { bound, most, place } => {
                let words = match bound {
                    Bound::Steps => "steps of evaluation",
                    Bound::Depth => "levels of macros, blocks and values inside one another",
                    Bound::Output => "bytes of output",
                    Bound::Memory => "bytes of texts, lists and maps made",
                };
                write!(f, "{place}: the template passed {most} {words}")
            }
            Self::Method { method, reason, place } => write!(f, "{place}: {method}: {reason}"),
        }
    }
}

impl std::error::Error for RenderError {}

/// An error whose place is not yet known.
#[derive(Debug)]
pub(super) enum Fault {
    Bound { bound: Bound, most: usize },
    Method { method: String, reason: String },
}

impl Fault {
    pub(super) fn method(method: &str, reason: impl Into<String>) -> Self {
        Self::Method { method: format!("`{method}`"), reason: reason.into() }
    }

    pub(super) fn at(self, place: Place) -> RenderError {
        match self {
            Self::Bound { bound, most } => RenderError::Bound { bound, most, place },
            Self::Method { method, reason } => RenderError::Method { method, reason, place },
        }
    }
}
