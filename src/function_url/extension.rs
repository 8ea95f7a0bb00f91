//! An internal extension that does nothing: only to an instance that has one does Lambda send SIGTERM.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>

use bytes::Bytes;
use http::{HeaderName, Request};
use http_body_util::{BodyExt, Full};

use super::runtime_api::RuntimeApi;
use crate::message::BoxError;

const NAME: HeaderName = HeaderName::from_static("lambda-extension-name");
const IDENTIFIER: HeaderName = HeaderName::from_static("lambda-extension-identifier");

impl RuntimeApi {
    /// Registers for no event; `next` must be asked for all the same, which says that the extension has started.
    ///
    /// # Errors
    ///
    /// Lambda does not take it, or there is no Extensions API here.
    pub async fn register_extension(&self) -> Result<(), BoxError> {
        let register = Request::post(self.uri("/2020-01-01/extension/register"))
            .header(NAME, "tollgate")
            .body(Full::from(Bytes::from_static(b"{\"events\":[]}")).boxed_unsync())?;
        let response = self.client.request(register).await?;
        let (status, identifier) = (response.status(), response.headers().get(IDENTIFIER).cloned());
        response.into_body().collect().await?;
        let Some(identifier) = identifier.filter(|_| status.is_success()) else {
            return Err(format!("the Extensions API answered {status}").into());
        };
        let next = Request::get(self.uri("/2020-01-01/extension/event/next"))
            .header(IDENTIFIER, identifier)
            .body(Full::default().boxed_unsync())?;
        let next = self.client.request(next);
        // There is no event to come: the response is the end of the process.
        tokio::spawn(next);
        Ok(())
    }
}
