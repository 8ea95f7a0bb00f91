//! The text that a value prints, for those outside of a rendering.

use super::{Bound, Bounds, Value, bounds::Meter, print::print, render_error::Fault};

impl Value {
    /// What the value prints: a list as JSON, a map as `{a=b}`. `None` if it holds itself, or prints more than a
    /// rendering may.
    pub fn printed(&self) -> Option<String> {
        let bounds = Bounds::default();
        let mut text = String::new();
        print(self, &mut text, &mut Meter::new(&bounds)).ok()?;
        Some(text)
    }

    /// The same within `most` bytes.
    pub fn printed_within(&self, most: usize) -> PrintedWithin {
        // A text alone is not copied to see that it is too long.
        if let Self::Text(text) = self
            && text.len() > most
        {
            return PrintedWithin::TooLong;
        }
        let bounds = Bounds { output_bytes: most, ..Bounds::default() };
        let mut text = String::new();
        match print(self, &mut text, &mut Meter::new(&bounds)) {
            Ok(()) => PrintedWithin::Text(text),
            Err(Fault::Bound { bound: Bound::Output | Bound::Steps | Bound::Memory, .. }) => {
                PrintedWithin::TooLong
            }
            Err(Fault::Bound { bound: Bound::Depth, .. } | Fault::Method { .. }) => PrintedWithin::Endless,
        }
    }
}

/// A text that may not be longer than so many bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintedWithin {
    Text(String),
    TooLong,
    /// The value holds itself, or is nested too deeply.
    Endless,
}
