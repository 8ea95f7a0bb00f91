//! The size of the comparison: full, or a smoke test.

use std::time::Duration;

pub struct PeerEffort {
    pub rounds: usize,
    /// Requests of each row, in each round, one at a time.
    pub one_requests: usize,
    /// The same, several at once.
    pub several_requests: usize,
    pub starts: usize,
    /// Requests whose DynamoDB units are counted.
    pub counted_requests: usize,
    /// Starts of each subject with each number of routes, and its requests.
    pub scale_starts: usize,
    pub scale_requests: usize,
    /// How long each number of instances and keys is under load, after as long a warm-up.
    pub span: Duration,
    /// The most keys of the scale.
    pub keys: usize,
}

pub const FULL: PeerEffort = PeerEffort {
    rounds: 7,
    one_requests: 400,
    several_requests: 800,
    starts: 9,
    counted_requests: 300,
    scale_starts: 3,
    scale_requests: 300,
    span: Duration::from_secs(4),
    keys: 100_000,
};

pub const QUICK: PeerEffort = PeerEffort {
    rounds: 2,
    one_requests: 50,
    several_requests: 100,
    starts: 2,
    counted_requests: 50,
    scale_starts: 2,
    scale_requests: 50,
    span: Duration::from_secs(1),
    keys: 1_000,
};
