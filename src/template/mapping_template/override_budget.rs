//! The bytes that the overrides of a template may have, counted before they are copied.

use crate::template::velocity::{PrintedWithin, Value};

/// The overrides are longer than they may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The bytes that are left for names and values.
#[derive(Debug)]
pub(super) struct OverrideBudget {
    left: usize,
}

impl OverrideBudget {
    /// About what HTTP servers take as headers.
    pub const MOST_BYTES: usize = 64 * 1024;

    pub fn new() -> Self {
        Self { left: Self::MOST_BYTES }
    }

    pub fn take(&mut self, bytes: usize) -> Result<(), TooLong> {
        self.left = self.left.checked_sub(bytes).ok_or(TooLong)?;
        Ok(())
    }

    /// The text of a parameter, of a list the items with commas between them; `None` where it is null, or endless.
    pub fn text(&mut self, value: &Value) -> Result<Option<String>, TooLong> {
        match value {
            Value::Null => Ok(None),
            Value::List(items) => {
                let mut text = String::new();
                for (at, item) in items.borrow().iter().enumerate() {
                    if at > 0 {
                        self.take(1)?;
                        text.push(',');
                    }
                    let Some(item) = self.printed(item)? else { return Ok(None) };
                    text.push_str(&item);
                }
                Ok(Some(text))
            }
            Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::Host(_) => {
                self.printed(value)
            }
        }
    }

    fn printed(&mut self, value: &Value) -> Result<Option<String>, TooLong> {
        match value.printed_within(self.left) {
            PrintedWithin::Text(text) => {
                self.take(text.len())?;
                Ok(Some(text))
            }
            PrintedWithin::TooLong => Err(TooLong),
            PrintedWithin::Endless => Ok(None),
        }
    }
}
