//! Payload format 2.0, response: a function's response, as an HTTP API reads it.
//!
//! AWS: `http-api-develop-integrations-lambda`; the inference for responses without `statusCode` as the tests of AWS's
//! .NET Lambda Test Tool recorded it. One exception on purpose: a broken response is 502, not 500.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::value::RawValue;

use super::{
    function_headers,
    function_response::{self, FunctionResponse},
};
use crate::{error::GatewayError, message::Response};

/// The type of a response that says its status and nothing about its type.
const CONTENT_TYPE: &str = "text/plain; charset=utf-8";
/// The type of a response that is only a body.
const INFERRED_CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/json");

/// Reads what a function returned: an object with `statusCode`, or else the body itself, whatever it is.
pub fn response(payload: &Bytes) -> Result<Response, GatewayError> {
    if let Ok(response) = serde_json::from_slice::<FunctionResponse>(payload)
        && let Some(status_code) = response.status_code
    {
        return proxy_response(&response, status_code, payload);
    }
    let mut response = Response::new(inferred_body(payload).into());
    response.headers_mut().insert(header::CONTENT_TYPE, INFERRED_CONTENT_TYPE);
    Ok(response)
}

fn proxy_response(
    response: &FunctionResponse<'_>,
    status_code: &RawValue,
    payload: &Bytes,
) -> Result<Response, GatewayError> {
    let mut headers = HeaderMap::new();
    response.headers.map_or(Ok(()), |map| function_response::add_headers(&mut headers, map))?;
    response.cookies.map_or(Ok(()), |list| function_response::add_cookies(&mut headers, list))?;
    let status = function_response::status(status_code)?;
    function_headers::finish(&mut headers, status, CONTENT_TYPE);

    let mut body = response.body.map_or(Ok(Bytes::new()), |body| function_response::body(body, payload))?;
    if response.is_base64_encoded.map_or(Ok(false), function_response::flag)? {
        body = function_response::decode_base64(&body)?;
    }

    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The value as it is; of a string what stands between its quotes. Bytes that are no JSON are a body as well.
fn inferred_body(payload: &Bytes) -> Bytes {
    let text = serde_json::from_slice::<&RawValue>(payload).ok().filter(|value| value.get().starts_with('"'));
    text.and_then(|value| function_response::body(value, payload).ok()).unwrap_or_else(|| payload.clone())
}
