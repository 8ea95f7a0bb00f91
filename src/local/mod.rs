//! The local world: the Lambda host and the DynamoDB of a laptop. Never part of the Lambda.

pub mod dynamodb;
mod endpoint;
pub mod event_stream;
mod extensions;
mod function_environment;
pub mod function_output;
pub mod function_reference;
pub mod function_settings;
pub mod function_url_server;
pub mod host;
mod hosted_function;
mod instance;
mod instance_api;
pub mod instance_pool;
mod instance_process;
mod invocation;
pub mod invoke_api;
pub mod invoke_result;
pub mod issuer;
pub mod kept_lines;
mod prompt_listener;
pub mod server;
pub mod stream_mapping;
pub mod sts;
pub mod tables;
pub mod token_key;
pub mod world;

/// Lambda's limit for a buffered payload, both ways, in bytes.
pub const PAYLOAD_LIMIT: usize = 6_291_556;
