//! The reasons why a template gave no text.

use std::fmt;

use crate::template::{
    json_text::JsonError,
    velocity::{self, Place},
};

/// A rendering that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderError {
    /// It passed a bound, or a method failed.
    Language(velocity::RenderError),
    /// `$input.json` or `$input.path` was asked for, and the body is no JSON: who sent it is to blame.
    BodyNotJson { error: JsonError, place: Place },
    /// API Gateway too fails where a template sets one override twice.
    OverriddenTwice {
        /// `requestOverride.header.x`
        parameter: String,
    },
    /// The names and values of all overrides have more than `most` bytes.
    OverridesTooLong { most: usize },
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Language(error) => error.fmt(f),
            Self::BodyNotJson { error, place } => write!(f, "{place}: the body: {error}"),
            Self::OverriddenTwice { parameter } => {
                write!(
                    f,
                    "the template sets $context.{parameter} twice: keep the value in a variable, and set it at the end"
                )
            }
            Self::OverridesTooLong { most } => {
                write!(f, "the template's overrides passed {most} bytes of names and values")
            }
        }
    }
}

impl std::error::Error for RenderError {}
