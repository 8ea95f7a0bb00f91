//! The operator's commands for the response cache: the real program against a real table.

mod batches;
mod explain;
mod not_kept;
mod purge;
mod stats;
mod variants;

use std::time::Duration;

use tollgate::clock::{Clock, milliseconds};

use crate::cache::Cached;

/// Where the requests of tests go.
const HOST: &str = "abc123.lambda-url.eu-west-1.on.aws";

/// Milliseconds since 1970, by the clock that the tool has.
fn now_ms() -> u64 {
    milliseconds(Clock::System.now())
}

/// Sets the gateway's clock so many seconds before the tool's, which nobody can set.
fn set_back(world: &Cached, seconds: u64) {
    let then_ms = now_ms() - seconds * 1_000;
    world.gateway.advance(Duration::from_millis(then_ms - milliseconds(world.gateway.now())));
}
