//! The local world: the Lambda host and the DynamoDB of a laptop. Never part of the Lambda.

pub mod answer;
mod child;
mod connection;
pub mod dynamodb;
mod endpoint;
mod environment;
mod event_stream;
pub mod example_api;
mod extensions;
mod function;
pub mod function_url;
pub mod host;
mod instance;
mod invocation;
pub mod invoke_api;
pub mod names;
pub mod output;
pub mod pool;
mod runtime_api;
pub mod server;
pub mod settings;
pub mod stream_mapping;
pub mod tables;
pub mod world;

/// Lambda's limit for a buffered payload, both ways, in bytes.
pub const PAYLOAD_LIMIT: usize = 6_291_556;
