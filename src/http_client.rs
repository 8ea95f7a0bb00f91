//! The one HTTP client: kept connections and TLS, for the AWS SDK and for HTTP integrations.
//!
//! HTTP/1.1 only, ring for TLS, root certificates compiled in: the cheapest start that was measured.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{
        HttpConnector as SdkConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use http_body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client, Error,
        connect::{HttpConnector, dns::GaiResolver},
    },
    rt::{TokioExecutor, TokioTimer},
};

/// Dropped before the servers that we call drop it themselves.
const POOL_IDLE: Duration = Duration::from_secs(20);
/// A connection that takes longer will not be one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A pooling HTTP(S) client that connects where the resolver `R` says.
pub type PoolingClient<R, B> = Client<HttpsConnector<HttpConnector<R>>, B>;

/// Makes a client. `tcp` decides which addresses are connected to.
pub fn pooling_client<R, B>(mut tcp: HttpConnector<R>) -> PoolingClient<R, B>
where
    HttpsConnector<HttpConnector<R>>: hyper_util::client::legacy::connect::Connect + Clone,
    B: Body + Send,
    B::Data: Send,
{
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let https =
        HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(POOL_IDLE)
        .pool_timer(TokioTimer::new())
        .build(https)
}

/// The client that every AWS SDK client of the process shares.
pub fn sdk_http_client() -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(pooling_client(HttpConnector::new())));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(PoolingClient<GaiResolver, SdkBody>);

impl SdkConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let response = response.await.map_err(connector_error)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Tells the SDK's retry what may be tried again: a connection that failed or broke off is I/O.
fn connector_error(error: Error) -> ConnectorError {
    if error.is_connect() || is_io(&error) {
        ConnectorError::io(error.into())
    } else {
        ConnectorError::other(error.into(), None)
    }
}

fn is_io(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let broke_off =
            inner.downcast_ref::<hyper::Error>().is_some_and(|e| e.is_incomplete_message() || e.is_closed());
        if broke_off || inner.is::<std::io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}
