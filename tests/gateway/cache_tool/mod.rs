//! The operator's commands for the response cache: the real program against a real table.

mod batches;
mod explain;
mod not_kept;
mod purge;
mod stats;
mod variants;

use std::time::{Duration, UNIX_EPOCH};

use tollgate::clock::Clock;

use crate::cache::Cached;

/// Where the requests of tests go.
const HOST: &str = "abc123.lambda-url.eu-west-1.on.aws";

/// Milliseconds since 1970, by the clock that the tool has.
fn now_ms() -> u64 {
    let since = Clock::System.now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// Sets the gateway's clock so many seconds before the tool's, which nobody can set.
fn set_back(world: &Cached, seconds: u64) {
    let now = world.gateway.now().duration_since(UNIX_EPOCH).unwrap();
    world.gateway.advance(Duration::from_millis(now_ms()) - Duration::from_secs(seconds) - now);
}
