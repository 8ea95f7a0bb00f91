//! The operator's commands for the response cache: the real program against a real table.

mod explain;
mod explain_authorizer;
mod explain_not_kept;
mod explain_variants;
mod purge;
mod purge_batches;
mod stats;

use std::time::Duration;

use serde_json::Value;
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
    world.gateway.tollgate(&[&["explain"], arguments].concat())
}

/// The cache's part of an explanation as JSON.
fn explained(world: &Cached, arguments: &[&str]) -> Value {
    let ran = explain(world, &[arguments, &["-o", "json"]].concat());
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    told["cache"].clone()
}

/// The cache's part of the outcome, without what differs from run to run: the digest of the key, and times.
fn masked(ran: &Ran) -> String {
    let is_of_route = |line: &&str| line.starts_with("route ") || line.starts_with("exit ");
    let text = ran.text(&[]);
    let of_cache = text
        .lines()
        .skip_while(|line| !line.starts_with("cache "))
        .take_while(|line| !line.starts_with("integration "));
    let lines = text.lines().filter(is_of_route).chain(of_cache);
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
    lines.map(|line| mask(line) + "\n").collect()
}
