//! Words and templates: what an operator writes, and what a request puts into it.
//!
//! A client's value never changes the structure of what it is put into.

mod escape;
pub mod parameter;

pub use self::escape::{Escape, ValueKind};
