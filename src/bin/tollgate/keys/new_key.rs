//! A new API key: its random value and id, and how it is shown once.

use std::io::Write;

use anyhow::{Context, Error, Result};
use serde_json::Value;
use tollgate::authorizers::KeyValue;

use super::{Item, text};
use crate::output_format::OutputFormat;

const ID_DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 10;

/// An item with the value that it keeps only a hash of.
pub struct NewKey {
    pub item: Item,
    pub value: KeyValue,
}

impl NewKey {
    pub fn id(&self) -> &str {
        text(&self.item, "id")
    }

    /// Writes the value: alone, or with the item and `more`.
    ///
    /// # Errors
    ///
    /// The reader is gone.
    pub fn show(&self, output: OutputFormat, more: &Value) -> Result<()> {
        let shown = || {
            let mut shown = self.item.clone();
            shown.insert("value".to_owned(), self.value.reveal().into());
            shown.extend(more.as_object().cloned().unwrap_or_default());
            Value::Object(shown)
        };
        output
            .write(shown, |out| writeln!(out, "{}", self.value.reveal()))
            .with_context(|| format!("key {} is made, but nobody has seen its value", self.id()))
    }
}

/// Returns a new random value.
///
/// # Errors
///
/// The system has no randomness.
pub fn value() -> Result<KeyValue> {
    loop {
        if let Some(value) = KeyValue::generate(&random::<64>()?) {
            return Ok(value);
        }
    }
}

/// Returns 10 digits and lower-case letters, as API Gateway's ids have.
///
/// # Errors
///
/// The system has no randomness.
pub fn id() -> Result<String> {
    let mut id = String::new();
    while id.len() < ID_LENGTH {
        // 252 = 7 × 36: above it a remainder would favour the first digits.
        let fair = random::<16>()?.into_iter().filter(|byte| *byte < 252);
        id.extend(fair.map(|byte| char::from(ID_DIGITS[usize::from(byte % 36)])).take(ID_LENGTH - id.len()));
    }
    Ok(id)
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::msg(format!("the system has no random bytes: {error}")))?;
    Ok(bytes)
}
