//! Randomness: a new key's value, and its id.

use anyhow::{Error, Result};
use tollgate::authorizers::KeyValue;

const ID_DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 10;

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

/// 10 digits and lower-case letters, as API Gateway's.
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
