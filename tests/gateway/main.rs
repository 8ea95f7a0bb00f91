//! The gateway from outside: items and requests in, answers and log lines out.

mod access_log;
mod cors;
mod decoding;
mod deployments;
mod harness;
mod pipeline;
