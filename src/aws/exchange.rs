//! Calls whose answer counts whatever it says: a service's error is one too.

use bytes::Bytes;
use http::Response;

use super::{
    ServiceClient, ServiceResponse,
    call::{CallError, ServiceCall, without_signed_text},
    read,
};

impl ServiceClient {
    /// Makes a call once and reads the whole body of its response, which may be an error of the service.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says, but for `Refused`.
    pub async fn exchange(&self, call: &ServiceCall) -> Result<Response<Bytes>, CallError> {
        let outcome = async {
            let (head, body) = self.send(call).await?.into_parts();
            let body = read(body).await?;
            let body = if head.status.is_success() { body } else { without_signed_text(body) };
            Ok(Response::from_parts(head, body))
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            self.0.connections.give_up_kept();
        }
        outcome
    }

    /// Makes a call once and gives its response, which may be an error of the service, with the body still to come.
    ///
    /// # Errors
    ///
    /// `NotSent` or `BrokeOff`.
    pub async fn exchange_streaming(&self, call: &ServiceCall) -> Result<ServiceResponse, CallError> {
        let outcome = self.send(call).await;
        if outcome.is_err() {
            self.0.connections.give_up_kept();
        }
        outcome
    }
}
