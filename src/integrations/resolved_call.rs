//! The call of an integration for one request, as data: `tollgate explain` shows it. Nothing is sent.

use std::time::Duration;

use bytes::Bytes;

use super::{dynamodb::FilledOperation, lambda::ResolvedFunctionCall, service_call::ServiceCaller};
use crate::{
    aws::{call::ServiceCall, clients::CallCredentials},
    message::Response,
};

/// What [`Integration::invoke`](super::Integration::invoke) would send.
#[derive(Debug)]
pub enum ResolvedCall {
    Function(ResolvedFunctionCall),
    DynamoDb(FilledOperation),
    Service(Box<ResolvedServiceCall>),
    /// With the whole URI of the target.
    Http(http::Request<Bytes>),
    /// Nobody is called: this is the response.
    Mock(Response),
}

/// A service's call for one request, as it is sent.
#[derive(Debug)]
pub struct ResolvedServiceCall {
    /// `sqs`, with what stands before it: `bucket.s3`.
    pub service: String,
    /// `SendMessage`; `None`: the path says what is asked.
    pub action: Option<String>,
    /// `None`: the gateway's own.
    pub region: Option<String>,
    /// The ARN of the role that is assumed for it, if one is.
    pub role: Option<String>,
    /// How long the URL is good to which the client is sent with a 307. `None`: the call is made.
    pub redirect_ttl: Option<Duration>,
    pub call: ServiceCall,
}

impl ResolvedServiceCall {
    pub(super) fn new(
        service: String,
        action: Option<String>,
        caller: &ServiceCaller,
        call: ServiceCall,
    ) -> Self {
        let role = match &caller.credentials {
            CallCredentials::Own => None,
            CallCredentials::Role(role) => Some(role.as_str().to_owned()),
        };
        Self { service, action, region: caller.address.region.clone(), role, redirect_ttl: None, call }
    }
}
