//! Numbers and values of `tollgate compare` as they are typed.

use std::time::Duration;

/// `id=7`
#[derive(Clone, Debug)]
pub struct NamedValue {
    pub name: String,
    pub value: String,
}

/// Reads requests a second: the time from one to the next.
pub fn rate(text: &str) -> Result<Duration, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (0.01..=1_000.0).contains(rate));
    rate.map(|rate| Duration::from_secs_f64(1.0 / rate))
        .ok_or_else(|| "expected a number from 0.01 to 1000".to_owned())
}

/// Reads a time in seconds.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.01..=900.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected a number of seconds from 0.01 to 900".to_owned())
}

/// Reads `id=7`.
pub fn named_value(text: &str) -> Result<NamedValue, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            Ok(NamedValue { name: name.to_owned(), value: value.to_owned() })
        }
        Some(_) | None => Err("expected a name and a value, such as id=7".to_owned()),
    }
}
