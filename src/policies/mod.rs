//! What is allowed, kept or changed on a request's way, between routing and the integration.
//!
//! Each is parsed once, from an item, and asked per request; none knows of another, except that a usage plan
//! is made of a throttle and a quota.

pub mod cache;
pub mod cors;
pub mod gateway_responses;
pub mod parameter;
pub mod rate_limit_headers;
pub mod throttle;
pub mod usage;
pub mod usage_plan;
pub mod validation;

#[cfg(test)]
mod testing;
