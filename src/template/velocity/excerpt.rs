//! The beginning of a text, for messages: what a template or a client wrote may be megabytes long.

use std::fmt;

/// A text as messages show it: its first 40 characters, and `…` where there are more.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a>(pub &'a str);

const MOST_CHARACTERS: usize = 40;

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(MOST_CHARACTERS) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}
