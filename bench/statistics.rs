//! Percentiles of many values, and the spread of rounds.

use std::fmt;

use serde::Serialize;

/// Returns the value that a share of all others does not exceed, by nearest rank. `values` must not be empty.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

/// A figure of all rounds: the median, the lowest and the highest.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    pub median: f64,
    low: f64,
    high: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        let median = percentile(&mut values, 0.5);
        Self { median, low: values[0], high: values[values.len() - 1] }
    }
}

impl fmt::Display for Spread {
    /// `12.3 (11.9 … 14.0)`, with the precision that the format asks for.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = formatter.precision().unwrap_or(0);
        write!(formatter, "{:.digits$} ({:.digits$} … {:.digits$})", self.median, self.low, self.high)
    }
}
