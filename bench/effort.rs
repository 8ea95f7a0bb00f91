//! The size of a measurement: full, or a smoke test.

/// The numbers of rounds, requests and starts.
pub struct Effort {
    pub rounds: usize,
    /// Requests of each case, in each round.
    pub requests: usize,
    /// Starts of each function.
    pub starts: usize,
    /// Requests of each case whose DynamoDB units are counted.
    pub counted_requests: usize,
    /// Pauses, each with a request of each idle gateway after it.
    pub pauses: usize,
}

pub const FULL: Effort = Effort { rounds: 9, requests: 1_000, starts: 25, counted_requests: 500, pauses: 40 };
pub const QUICK: Effort = Effort { rounds: 3, requests: 100, starts: 3, counted_requests: 50, pauses: 3 };
