//! The memory that a deployment needs of an instance.
//!
//! An estimate from the items' JSON, on the safe side, for an instance of which all routes have been requested: the
//! figures were measured at 10,000 routes of each kind of integration (`tests/lambda/memory.rs` holds them against the
//! process).

use std::fmt;

use serde_json::{Map, Value};

use crate::json::count_values;

/// The bytes that a route takes besides its item's values: in the index and the router, and for empty settings.
const OF_A_ROUTE: usize = 500;
/// The bytes that a JSON value of an item becomes: a name, a word, a piece of text.
const OF_A_VALUE: usize = 85;

/// The bytes that a value of a model takes besides: as it is written, and as its schema is compiled.
const OF_A_MODELS_VALUE: usize = 300;

/// Of one deployment, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    bytes: usize,
}

impl Footprint {
    /// Counts one item more.
    pub fn add(&mut self, json: &[u8]) {
        // Its texts are kept once, and its key in several forms.
        self.bytes += OF_A_ROUTE + OF_A_VALUE * count_values(json) + 2 * json.len();
    }

    /// Counts the models of an item that was counted.
    pub fn add_models(&mut self, models: &Map<String, Value>) {
        for model in models.values() {
            // A schema that stands there as text has the values that the text has.
            let values = match model {
                Value::String(text) => count_values(text.as_bytes()),
                other => count_values(other.to_string().as_bytes()),
            };
            self.bytes += OF_A_MODELS_VALUE * values;
        }
    }

    /// The most that it takes at once, in bytes.
    pub fn peak(self) -> usize {
        self.bytes
    }
}

/// In whole megabytes, as Lambda counts memory, rounded up.
impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MB", self.peak().div_ceil(1 << 20))
    }
}
