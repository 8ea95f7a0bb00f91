//! Lambda functions: their names, the events that they get of a request, and the calls of them.
//!
//! Integrations and authorizers call them. What is made of their answers is theirs.

pub mod event;
pub mod event_headers;
pub mod event_v1;
pub mod event_v2;
pub mod function_call;
mod function_name;
pub mod media_types;
mod payload_version;
mod token_event;

pub use self::{
    function_name::FunctionName, payload_version::PayloadVersion,
    token_event::authorizer_event as token_event,
};

/// The question that an authorizer is asked about a request.
#[derive(Clone, Copy, Debug)]
pub struct AskedAuthorizer<'a> {
    /// The ARN of what is asked for: `methodArn` or `routeArn` of events.
    pub arn: &'a str,
    /// The values of the authorizer's identity sources, in the order in which they are listed.
    pub identity: &'a [&'a str],
}
