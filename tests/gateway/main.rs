//! The gateway from outside: items and requests in, answers and log lines out.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test panics to fail, and a table is as long as it is"
)]

mod access_log;
mod answer_headers;
mod api_keys;
mod cache;
mod cache_tool;
mod cli;
mod cors;
mod decoding;
mod deployments;
mod docs;
mod dynamodb;
mod guard_words;
mod guards;
mod harness;
mod hostile_items;
mod http_proxy;
mod keys;
mod lambda;
mod limits;
mod memory;
mod metrics;
mod mock;
mod odd_limits;
mod pipeline;
mod places;
mod pointer;
mod property;
mod recorded;
mod refusals;
mod stage_items;
mod staleness;
mod store;
mod store_away;
mod trailing_slash;
mod usage;
