//! A month of an API: what its bill is reckoned from.

/// Hours of a month, as AWS's own calculator has them: 365 × 24 / 12.
pub const HOURS: f64 = 730.0;
pub const SECONDS: f64 = HOURS * 3_600.0;

pub const MOST_REQUESTS: u64 = 1_000_000_000_000;
/// A Lambda function runs no longer.
pub const LONGEST_TARGET_MS: u64 = 900_000;

/// The load of a month, spread evenly over it.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    pub requests: f64,
    /// The target's time to answer.
    pub target_ms: f64,
    /// The gateway's memory.
    pub memory_mb: f64,
    /// The share of the requests that the cache answers; `None` if no route is cached.
    pub hit_share: Option<f64>,
    /// API keys with a plan, which send equally often; `None` if no route asks for one.
    pub keys: Option<f64>,
    /// Of an access line.
    pub log_bytes: f64,
    /// Of an answer's body.
    pub answer_bytes: f64,
}

impl Workload {
    pub fn requests_per_second(&self) -> f64 {
        self.requests / SECONDS
    }

    /// The requests that the target answers, behind a gateway that has a cache.
    pub fn misses(&self) -> f64 {
        self.requests * (1.0 - self.hit_share.unwrap_or_default())
    }
}
