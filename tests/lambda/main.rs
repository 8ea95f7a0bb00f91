//! Real processes under the local Lambda host.

mod actor;
mod fleet;
mod function_url;
mod gateway;
mod harness;
mod host;
mod invoke_api;
mod lifecycle;
mod memory;
mod world;
