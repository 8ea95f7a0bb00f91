//! Policies: rules for requests and responses, between routing and the integration.
//!
//! Each is parsed once, from an item, and asked per request; none knows of another.

pub mod addresses;
pub mod compression;
pub mod cors;
pub mod gateway_responses;
pub mod request_validation;
pub mod resource_policy;
