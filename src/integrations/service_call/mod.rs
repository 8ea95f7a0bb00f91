//! Calls of AWS services without a function between: whom an integration calls, with whose credentials, and how a
//! request for it is made and sent.
//!
//! What a service answers is an answer, also where it is an error of the service.

mod call_failure;
mod caller;
mod service_request;
mod service_uri;
#[cfg(test)]
mod tests;

pub use self::{
    call_failure::refusal,
    caller::ServiceCaller,
    service_request::{BodyOrigin, ServiceRequest},
    service_uri::{ServiceOperation, ServiceUri},
};
