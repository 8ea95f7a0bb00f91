//! What is allowed, kept or changed on a request's way, between routing and the integration.
//!
//! Each is parsed once, from an item, and asked per request; none knows of another.

pub mod cors;
pub mod gateway_responses;
pub mod parameter;
pub mod validation;

#[cfg(test)]
mod testing;
