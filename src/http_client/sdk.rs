//! The HTTP client of the AWS SDK.

use std::{pin::pin, time::Duration};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_runtime_api::client::{
    http::{
        HttpConnector as SdkConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use futures_util::future::{Either, select};
use hyper_util::client::legacy::{
    Error,
    connect::{HttpConnector, dns::GaiResolver},
};

use super::{PoolingClient, pooling_client};

/// The client that every AWS SDK client of the process shares.
///
/// Of an SDK client's time-outs it keeps `read_timeout`: for so long the head of a response is waited for, connecting
/// included. The body then has the rest of the attempt's time.
pub fn sdk_http_client() -> SharedHttpClient {
    let client = pooling_client(HttpConnector::new());
    let patient = SharedHttpConnector::new(Connector { client: client.clone(), head_within: None });
    http_client_fn(move |settings, components| {
        let Some(head_within) = settings.read_timeout().zip(components.sleep_impl()) else {
            return patient.clone();
        };
        SharedHttpConnector::new(Connector { client: client.clone(), head_within: Some(head_within) })
    })
}

#[derive(Debug)]
struct Connector {
    client: PoolingClient<GaiResolver, SdkBody>,
    head_within: Option<(Duration, SharedAsyncSleep)>,
}

impl SdkConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.client.request(request);
        let wait = self.head_within.as_ref().map(|(within, sleep)| (*within, sleep.sleep(*within)));
        HttpConnectorFuture::new(async move {
            let response = match wait {
                None => response.await,
                Some((within, wait)) => match select(pin!(response), pin!(wait)).await {
                    Either::Left((response, _)) => response,
                    Either::Right(((), _)) => return Err(late(within)),
                },
            };
            let response = response.map_err(connector_error)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn late(within: Duration) -> ConnectorError {
    ConnectorError::timeout(format!("no answer began within {within:?}").into())
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_smithy_async::rt::sleep::Sleep;
    use http_body_util::BodyExt;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::Notify,
    };

    use super::*;

    /// A wait that is over when the test says so.
    #[derive(Clone, Debug, Default)]
    struct ManualSleep(Arc<Notify>);

    impl AsyncSleep for ManualSleep {
        fn sleep(&self, _: Duration) -> Sleep {
            let end = Arc::clone(&self.0);
            Sleep::new(async move { end.notified().await })
        }
    }

    /// A call that waits for its response, and the connection on which the server writes that.
    struct PendingCall {
        call: HttpConnectorFuture,
        server: TcpStream,
    }

    /// Sends a request to a server of the test, which has it when this ends.
    async fn send_request(sleep: &ManualSleep) -> PendingCall {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let head_within = Some((Duration::from_millis(200), SharedAsyncSleep::new(sleep.clone())));
        let connector = Connector { client: pooling_client(HttpConnector::new()), head_within };
        let mut request = HttpRequest::empty();
        request.set_uri(format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let mut call = connector.call(request);
        let server = async {
            let (mut server, _) = listener.accept().await.unwrap();
            let mut head = [0; 4_096];
            assert!(server.read(&mut head).await.unwrap() > 0);
            server
        };
        match select(&mut call, pin!(server)).await {
            Either::Right((server, _)) => PendingCall { call, server },
            Either::Left((outcome, _)) => panic!("answered by nobody: {outcome:?}"),
        }
    }

    #[tokio::test]
    async fn an_answer_that_does_not_begin_is_waited_for_no_longer() {
        let sleep = ManualSleep::default();
        let PendingCall { call, server: _server } = send_request(&sleep).await;
        sleep.0.notify_one();
        let error = call.await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no answer began within 200ms");
    }

    #[tokio::test]
    async fn an_answer_that_has_begun_is_read_to_its_end() {
        let sleep = ManualSleep::default();
        let PendingCall { call, mut server } = send_request(&sleep).await;
        server.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await.unwrap();
        let response = call.await.unwrap();
        sleep.0.notify_one();
        server.write_all(b"hello").await.unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    }
}
