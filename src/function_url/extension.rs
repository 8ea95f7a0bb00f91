//! An internal extension that does nothing: only to an instance that has one does Lambda send SIGTERM.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>

use std::sync::Arc;

use http::{HeaderName, HeaderValue};

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
    pub async fn register_extension(self: &Arc<Self>) -> Result<(), BoxError> {
        let mut register = self.post_text("/2020-01-01/extension/register", "{\"events\":[]}");
        register.headers_mut().insert(NAME, HeaderValue::from_static("tollgate"));
        let response = self.send(register).await?;
        let identifier = response.headers().get(IDENTIFIER).filter(|_| response.status().is_success());
        let Some(identifier) = identifier else {
            return Err(format!("the Extensions API answered {}", response.status()).into());
        };
        let mut next = self.get("/2020-01-01/extension/event/next");
        next.headers_mut().insert(IDENTIFIER, identifier.clone());
        let runtime_api = Arc::clone(self);
        // There is no event to come: the response is the end of the process.
        tokio::spawn(async move { runtime_api.send(next).await.map(drop) });
        Ok(())
    }
}
