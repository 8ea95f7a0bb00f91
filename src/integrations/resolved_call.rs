//! The call of an integration for one request, as data: `tollgate explain` shows it. Nothing is sent.

use bytes::Bytes;

use super::{dynamodb::FilledOperation, lambda::ResolvedFunctionCall};
use crate::{aws::call::ServiceCall, message::Response};

/// What [`Integration::invoke`](super::Integration::invoke) would send.
#[derive(Debug)]
pub enum ResolvedCall {
    Function(ResolvedFunctionCall),
    DynamoDb(FilledOperation),
    ServiceRequest(Box<ResolvedServiceCall>),
    /// With the whole URI of the target.
    Http(http::Request<Bytes>),
    /// Nobody is called: this is the response.
    Mock(Response),
}

/// The call of an AWS service that a mapping has made.
#[derive(Debug)]
pub struct ResolvedServiceCall {
    /// `sqs`, with what stands before it: `bucket.s3`.
    pub service: String,
    /// `None`: the gateway's own.
    pub region: Option<String>,
    /// The ARN of the role that is assumed for it, if one is.
    pub role: Option<String>,
    pub call: ServiceCall,
}
