//! One request to one side: its whole answer, or why there is none.
//!
//! Redirects are answers like all others, and followed by nobody.

use std::{error::Error, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderValue, Request,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, USER_AGENT},
};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{
    self,
    connect::{HttpConnector, dns::GaiResolver},
};
use tokio::time::timeout;

use super::{
    answer::{Answer, MOST_BODY_BYTES},
    request::ComparedRequest,
    side::Side,
};
use crate::http_client::{PoolingClient, pooling_client};

/// Asks both sides.
#[derive(Debug)]
pub struct Asker {
    client: PoolingClient<GaiResolver, Full<Bytes>>,
    /// Of a whole answer.
    longest: Duration,
    /// Both sides get them.
    headers: HeaderMap,
}

/// The reason why a side has given no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("no connection ({0})")]
    NoConnection(String),
    #[error("no HTTP response")]
    NotHttp,
    #[error("the connection broke off")]
    BrokeOff,
    #[error("no whole answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error("a body of more than 10 MB")]
    TooLong,
    #[error("a request that cannot be sent")]
    NotSendable,
}

const AGENT: &str = concat!("tollgate-compare/", env!("CARGO_PKG_VERSION"));

impl Asker {
    /// `longest` is the time of a whole answer; both sides get `headers`.
    pub fn new(longest: Duration, headers: HeaderMap) -> Self {
        Self { client: pooling_client(HttpConnector::new()), longest, headers }
    }

    /// Sends a request to a side. A side's own headers come before those of both sides, and these before a file's.
    ///
    /// # Errors
    ///
    /// There is no whole answer.
    pub async fn ask(&self, side: &Side, request: &ComparedRequest) -> Result<Answer, NoAnswer> {
        let request = self.request(side, request)?;
        let asked = timeout(self.longest, self.exchange(request));
        asked.await.unwrap_or(Err(NoAnswer::TimedOut(self.longest)))
    }

    fn request(&self, side: &Side, compared: &ComparedRequest) -> Result<Request<Full<Bytes>>, NoAnswer> {
        let mut headers = compared.headers.clone();
        for own in [&self.headers, &side.headers] {
            for name in own.keys() {
                headers.remove(name);
            }
            headers.extend(own.clone());
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip, deflate"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        headers.remove(CONTENT_LENGTH);
        let mut request = Request::new(Full::new(compared.body.clone()));
        *request.method_mut() = compared.method.clone();
        *request.uri_mut() = side.url.uri(&compared.target).map_err(|_| NoAnswer::NotSendable)?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, NoAnswer> {
        let response = self.client.request(request).await.map_err(|error| failure(&error))?;
        let (head, mut incoming) = response.into_parts();
        let mut body = BytesMut::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| NoAnswer::BrokeOff)?;
            if let Some(piece) = frame.data_ref() {
                if body.len() + piece.len() > MOST_BODY_BYTES {
                    return Err(NoAnswer::TooLong);
                }
                body.extend_from_slice(piece);
            }
        }
        Ok(Answer::new(head.status, head.headers, &body.freeze()))
    }
}

fn failure(error: &legacy::Error) -> NoAnswer {
    let mut cause: &dyn Error = error;
    let mut is_parse = false;
    while let Some(source) = cause.source() {
        is_parse |= source.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
        cause = source;
    }
    match error.is_connect() {
        true => NoAnswer::NoConnection(cause.to_string()),
        false if is_parse => NoAnswer::NotHttp,
        false => NoAnswer::BrokeOff,
    }
}
