//! Real processes under the local Lambda host.

mod actor;
mod fleet;
mod function_url;
mod harness;
mod host;
mod lifecycle;
mod memory;
mod release_gateway;
mod sdk_calls;
mod world;
