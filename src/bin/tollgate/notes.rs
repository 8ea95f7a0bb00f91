//! What is told on stderr beside a result.

use std::{
    fmt::Display,
    io::{self, Write},
};

use crate::text_table::printable;

/// Writes lines to stderr, with nothing in them that a terminal would obey. Who has closed it wants no notes, and still
/// gets the result: the value of a new key.
pub fn note(words: impl Display) {
    for line in words.to_string().lines() {
        let _ = writeln!(io::stderr(), "{}", printable(line));
    }
}
