//! The operator's commands for the response cache: the real program against a real table.

mod explain;
mod explain_authorizer;
mod explain_not_kept;
mod explain_variants;
mod purge;
mod purge_batches;
mod stats;

use std::time::Duration;

use tollgate::clock::{Clock, milliseconds};

use crate::{cache::Cached, harness::tool::Ran};

/// The host of the tests' requests.
const HOST: &str = "abc123.lambda-url.eu-west-1.on.aws";

/// Milliseconds since 1970, by the clock that the tool has.
fn now_ms() -> u64 {
    milliseconds(Clock::System.now())
}

/// Sets the gateway's clock so many seconds before the tool's, which nobody can set.
fn set_clock_back(world: &Cached, seconds: u64) {
    let then_ms = now_ms() - seconds * 1_000;
    world.gateway.advance(Duration::from_millis(then_ms - milliseconds(world.gateway.now())));
}

fn explain(world: &Cached, arguments: &[&str]) -> Ran {
    world.gateway.tollgate(&[&["cache", "explain"], arguments].concat())
}

/// The outcome without what differs from run to run: the digest of the key, and times.
fn masked(ran: &Ran) -> String {
    let mask = |line: &str| {
        let line = line.trim_end();
        if line.starts_with("entry") || line.starts_with("lock") {
            return line
                .split(|c: char| c.is_ascii_digit())
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("N");
        }
        match line.split_once("v1#") {
            Some((before, rest)) => {
                format!("{before}v1#DIGEST{}", rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
            }
            None => line.to_owned(),
        }
    };
    ran.text(&[]).lines().map(|line| mask(line) + "\n").collect()
}
