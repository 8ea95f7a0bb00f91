//! The local world: the Lambda host and the DynamoDB of a laptop. Never part of the Lambda.

pub mod answer;
mod environment;
mod event_stream;
mod extensions;
pub mod function;
pub mod function_url;
pub mod host;
mod instance;
pub mod invoke_api;
pub mod names;
pub mod output;
mod runtime_api;
pub mod server;

/// Lambda's limit for a buffered payload, both ways, in bytes.
pub const PAYLOAD_LIMIT: usize = 6_291_556;
