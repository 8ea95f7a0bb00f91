//! The call of an integration for one request, as data: `tollgate explain` shows it. Nothing is sent.

use bytes::Bytes;

use super::{dynamodb::FilledOperation, lambda::ResolvedFunctionCall, services::ResolvedServiceCall};
use crate::message::Response;

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
