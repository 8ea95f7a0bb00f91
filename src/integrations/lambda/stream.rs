//! `responseTransferMode` `STREAM`: the response is passed on while the function still writes it.
//!
//! The function writes a prelude (JSON with `statusCode`, `headers`, `cookies`), eight NUL bytes, then the body. An
//! answer without the eight NUL bytes, which no JSON contains, is a whole one: the function does not stream.

use aws_sdk_lambda::{
    Client, error::SdkError, operation::invoke_with_response_stream::InvokeWithResponseStreamOutput,
    primitives::Blob, types::InvokeWithResponseStreamResponseEvent as Event,
};
use bytes::{Bytes, BytesMut};
use futures_util::stream::unfold;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::{
    function_call::{MAX_EVENT_BYTES, check_size, failure, function_error},
    function_headers,
    function_name::FunctionName,
    function_response::{self, FunctionResponse},
};
use crate::{
    error::GatewayError,
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

/// Calls the function and reads its response up to the body, which ends with an error if the function fails, breaks
/// off, or is not done by `deadline`.
pub async fn invoke(
    client: &Client,
    function: &FunctionName,
    event: Vec<u8>,
    deadline: Instant,
) -> Result<StreamOutcome, GatewayError> {
    check_size(&event, MAX_EVENT_BYTES)?;
    let call =
        client.invoke_with_response_stream().function_name(function.as_str()).payload(Blob::new(event));
    let mut pieces = Pieces(call.send().await.map_err(failure)?);

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
struct Pieces(InvokeWithResponseStreamOutput);

impl Pieces {
    /// The next piece; `None` after the last one, if the function ended well.
    async fn next(&mut self) -> Result<Option<Bytes>, GatewayError> {
        loop {
            let complete = match self.0.event_stream.recv().await.map_err(broke_off)? {
                Some(Event::PayloadChunk(chunk)) => match chunk.payload {
                    Some(payload) => return Ok(Some(payload.into_inner().into())),
                    None => continue,
                },
                Some(Event::InvokeComplete(complete)) => complete,
                // Lambda may learn new words; none of them is the body's.
                Some(_) => continue,
                None => return Err(GatewayError::BrokenAnswer("the stream broke off".into())),
            };
            return match complete.error_code {
                None => Ok(None),
                Some(code) => {
                    Err(function_error(code, complete.error_details.unwrap_or_default().as_bytes()))
                }
            };
        }
    }

    fn into_body(self, begun: Bytes, deadline: Instant) -> Body {
        let begun = (!begun.is_empty()).then_some(begun);
        let rest = unfold(Some((self, begun)), move |state| async move {
            let (mut pieces, begun) = state?;
            if let Some(begun) = begun {
                return Some((Ok(begun), Some((pieces, None))));
            }
            match timeout_at(deadline, pieces.next()).await {
                Ok(Ok(piece)) => Some((Ok(piece?), Some((pieces, None)))),
                Ok(Err(error)) => Some((Err(BoxError::from(error)), None)),
                Err(late) => Some((Err(late.into()), None)),
            }
        });
        Body::Stream(Box::pin(rest))
    }
}

fn broke_off<E, R>(error: SdkError<E, R>) -> GatewayError
where
    SdkError<E, R>: Into<BoxError>,
{
    GatewayError::IntegrationFailure(error.into())
}
