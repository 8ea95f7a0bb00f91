//! What is told on stderr beside a result.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Writes a line to stderr. Who has closed it wants no notes, and still gets the result: the value of a new key.
pub fn note(words: impl Display) {
    let _ = writeln!(io::stderr(), "{words}");
}
