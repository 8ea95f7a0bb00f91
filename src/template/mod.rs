//! Words and templates: what an operator writes, and what a request puts into it.
//!
//! A client's value never changes the structure of what it is put into. The signs around words are read by
//! [`crate::notation`].

mod context_variable;
mod escape;
pub mod json_path;
pub mod json_text;
pub mod mapped_value;
pub mod mapping_template;
pub mod parameter;
mod text_template;
pub mod velocity;

pub use self::{
    context_variable::ContextVariable,
    escape::{Escape, NOT_IN_URI, ValueKind},
    text_template::{TextTemplate, WordValue},
};
