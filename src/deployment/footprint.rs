//! The memory that a deployment needs of an instance.
//!
//! An estimate from the items' JSON, on the safe side: the figures were measured with the release gateway, cold, at
//! 10,000 routes of each kind of integration (`tests/lambda/memory.rs` holds them against the process).

use std::fmt;

use crate::json::count_values;

/// The bytes that a route takes besides its item's values: in the router, and for empty settings.
const OF_A_ROUTE: usize = 1_900;
/// The bytes that a JSON value of an item becomes: a name, a word, a piece of text.
const OF_A_VALUE: usize = 85;

/// Of one deployment, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// While it is served.
    served: usize,
    /// Its items as JSON, of which it is made while they are in memory too.
    json: usize,
}

impl Footprint {
    /// Counts one item more.
    pub fn add(&mut self, json: &[u8]) {
        self.served += OF_A_ROUTE + OF_A_VALUE * count_values(json) + json.len();
        self.json += json.len();
    }

    /// The most that it takes at once, in bytes.
    pub fn peak(self) -> usize {
        self.served + self.json
    }
}

/// In whole megabytes, as Lambda counts memory, rounded up.
impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MB", self.peak().div_ceil(1 << 20))
    }
}
