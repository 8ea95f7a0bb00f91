//! The servers that requests of `HTTP_PROXY` routes go to.

use bytes::Bytes;
#[cfg(feature = "local")]
use http::{HeaderName, HeaderValue, Uri};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;

use crate::http_client::{GuardedClient, GuardedSendError};

/// The servers that requests go to.
#[derive(Clone, Debug, Default)]
pub enum HttpTargets {
    /// Those that the items name.
    #[default]
    AsWritten,
    /// One on this machine in the place of all of them, at this origin: that of `tollgate test`.
    #[cfg(feature = "local")]
    StandIn(GuardedClient, http::uri::Authority),
}

/// The URI that a request to the stand-in was for.
#[cfg(feature = "local")]
pub const STANDS_FOR: HeaderName = HeaderName::from_static("x-tollgate-stands-for");

impl HttpTargets {
    /// Sends a request with an absolute URI; `own` is the client of its deployment.
    ///
    /// # Errors
    /// Those of [`GuardedClient::send`].
    pub async fn send(
        &self,
        own: &GuardedClient,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, GuardedSendError> {
        match self {
            Self::AsWritten => own.send(request).await,
            #[cfg(feature = "local")]
            Self::StandIn(client, authority) => client.send(redirected(request, authority)).await,
        }
    }
}

#[cfg(feature = "local")]
fn redirected(request: Request<Full<Bytes>>, authority: &http::uri::Authority) -> Request<Full<Bytes>> {
    let (mut head, body) = request.into_parts();
    let meant = HeaderValue::from_maybe_shared(Bytes::from(head.uri.to_string()));
    head.headers.insert(STANDS_FOR, meant.expect("a URI is ASCII"));
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = Uri::builder()
        .scheme("http")
        .authority(authority.clone())
        .path_and_query(path)
        .build()
        .expect("all parts are of URIs");
    Request::from_parts(head, body)
}
