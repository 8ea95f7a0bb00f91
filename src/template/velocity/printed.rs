//! The text that a value prints, for those outside of a rendering.

use super::{Bounds, Value, bounds::Meter, print::print};

impl Value {
    /// What the value prints: a list as JSON, a map as `{a=b}`. `None` if it holds itself, or prints more than a
    /// rendering may.
    pub fn printed(&self) -> Option<String> {
        let bounds = Bounds::default();
        let mut text = String::new();
        print(self, &mut text, &mut Meter::new(&bounds)).ok()?;
        Some(text)
    }
}
