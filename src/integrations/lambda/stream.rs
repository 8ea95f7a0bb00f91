//! `responseTransferMode` `STREAM`: the response is passed on while the function still writes it.
//!
//! The function writes a prelude (JSON with `statusCode`, `headers`, `cookies`), eight NUL bytes, then the body. An
//! answer without the eight NUL bytes, which no JSON contains, is a whole one: the function does not stream.

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, stream::unfold};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::Deserialize;
use tokio::time::Instant;

use super::{
    function_headers,
    function_response::{self, FunctionResponse},
};
use crate::{
    aws::{
        ServiceResponse,
        event_stream::{Decoder, Message},
    },
    error::GatewayError,
    functions::function_call::FunctionFailure,
    http_client::KeptBody,
    integrations::streamed_body::StreamLimits,
    message::{Body, BoxError, Response},
};

/// Between prelude and body.
const DELIMITER: [u8; 8] = [0; 8];
/// The type of a streamed response that does not say its own, as function URLs have it.
const CONTENT_TYPE: &str = "application/octet-stream";
/// The most that a function which does not stream can return.
const MAX_WHOLE_BYTES: usize = 6 * 1024 * 1024;

/// The outcome of a streaming call.
pub enum StreamOutcome {
    /// The function does not stream: all that it returned, to be read by its payload format.
    Whole(Bytes),
    /// A response whose body is still to come.
    Response(Response),
}

/// Reads the response of a call up to the body, which ends with an error if the function fails, breaks off, or is not
/// done by `deadline`.
pub async fn read(called: ServiceResponse, deadline: Instant) -> Result<StreamOutcome, GatewayError> {
    let mut pieces = Pieces::of(called);
    let mut seen = BytesMut::new();
    while let Some(piece) = pieces.next().await? {
        let searched = seen.len().saturating_sub(DELIMITER.len() - 1);
        seen.extend_from_slice(&piece);
        if let Some(end) = find_delimiter(&seen[searched..]).map(|found| searched + found) {
            let mut begun = seen.freeze();
            let prelude = begun.split_to(end);
            let begun = begun.slice(DELIMITER.len()..);
            return response(&prelude, pieces.into_body(begun, deadline)).map(StreamOutcome::Response);
        }
        if seen.len() > MAX_WHOLE_BYTES {
            return Err(GatewayError::BrokenAnswer("a streamed answer without a prelude".into()));
        }
    }
    Ok(StreamOutcome::Whole(seen.freeze()))
}

fn find_delimiter(bytes: &[u8]) -> Option<usize> {
    bytes.windows(DELIMITER.len()).position(|window| window == DELIMITER)
}

/// Status and headers as the prelude has them. A header may also be a list, as `lambda_runtime` writes it.
fn response(prelude: &[u8], body: Body) -> Result<Response, GatewayError> {
    let response: FunctionResponse = serde_json::from_slice(prelude)
        .map_err(|error| GatewayError::BrokenAnswer(format!("not a prelude: {error}").into()))?;
    let mut headers = HeaderMap::new();
    response
        .multi_value_headers
        .map_or(Ok(()), |map| function_response::add_multi_value_headers(&mut headers, map))?;
    response.headers.map_or(Ok(()), |map| function_response::add_headers_or_lists(&mut headers, map))?;
    response.cookies.map_or(Ok(()), |list| function_response::add_cookies(&mut headers, list))?;
    let status = response.status_code.map_or(Ok(StatusCode::OK), function_response::status)?;
    function_headers::finish(&mut headers, status, CONTENT_TYPE);

    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The function's output, piece by piece.
struct Pieces {
    events: KeptBody<Full<Bytes>>,
    decoder: Decoder,
    /// The bytes that came with what has been read of them.
    unread: Bytes,
}

/// The end of the output, good or bad.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InvokeComplete {
    error_code: Option<String>,
    error_details: Option<String>,
}

impl Pieces {
    fn of(called: ServiceResponse) -> Self {
        Self { events: called.into_body(), decoder: Decoder::default(), unread: Bytes::new() }
    }

    /// The next piece; `None` after the last one, if the function ended well.
    async fn next(&mut self) -> Result<Option<Bytes>, GatewayError> {
        loop {
            let message = self.message().await?;
            match message.event_type().map_err(failed)? {
                "PayloadChunk" => return Ok(Some(message.payload)),
                "InvokeComplete" => {
                    // What ends the response has most likely come too: then the connection is kept.
                    drop(self.events.frame().now_or_never());
                    return complete(&message.payload);
                }
                // Lambda may learn new words; none of them is the body's.
                _ => {}
            }
        }
    }

    async fn message(&mut self) -> Result<Message, GatewayError> {
        loop {
            if let Some(message) = self.decoder.decode(&mut self.unread).map_err(failed)? {
                return Ok(message);
            }
            match self.events.frame().await {
                // Trailers are not the function's.
                Some(Ok(frame)) => self.unread = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Err(failed(error)),
                None => return Err(GatewayError::BrokenAnswer("the stream broke off".into())),
            }
        }
    }

    fn into_body(self, begun: Bytes, deadline: Instant) -> Body {
        let begun = (!begun.is_empty()).then_some(begun);
        let limits = StreamLimits::until(deadline);
        let rest = unfold(Some((self, begun)), move |state| async move {
            let (mut pieces, begun) = state?;
            if let Some(begun) = begun {
                return Some((Ok(begun), Some((pieces, None))));
            }
            match limits.next(pieces.next()).await {
                Ok(Ok(piece)) => Some((Ok(piece?), Some((pieces, None)))),
                Ok(Err(error)) => Some((Err(BoxError::from(error)), None)),
                Err(late) => Some((Err(late), None)),
            }
        });
        Body::Stream(Box::pin(rest))
    }
}

fn complete(payload: &[u8]) -> Result<Option<Bytes>, GatewayError> {
    let complete: InvokeComplete = if payload.is_empty() {
        InvokeComplete::default()
    } else {
        serde_json::from_slice(payload).map_err(failed)?
    };
    match complete.error_code {
        None => Ok(None),
        Some(code) => {
            let details = complete.error_details.unwrap_or_default();
            let failure = FunctionFailure::read(code, details.as_bytes());
            Err(GatewayError::IntegrationFailure(failure.into()))
        }
    }
}

fn failed(error: impl Into<BoxError>) -> GatewayError {
    GatewayError::IntegrationFailure(error.into())
}
