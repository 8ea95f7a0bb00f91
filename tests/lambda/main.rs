//! Real processes under the local Lambda host.

mod actor;
mod dev;
mod fleet;
mod function_url;
mod harness;
mod host;
mod issuer;
mod lifecycle;
mod memory;
mod release_gateway;
mod sdk_calls;
#[path = "../sdk_http_client.rs"]
mod sdk_http_client;
mod world;
