//! What is allowed, kept or changed on a request's way, between routing and the integration.
//!
//! Each is parsed once, from an item, and asked per request; none knows of another, except that a usage plan
//! is made of a throttle and a quota.

pub mod cors;
pub mod gateway_responses;
pub mod validation;
