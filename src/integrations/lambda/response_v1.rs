//! Payload format 1.0, response: a function's response, as a REST API reads it.
//!
//! Recorded from Amazon API Gateway (localstack, `test_aws_proxy_response_payload_format_validation`).

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{
    base64_body, function_headers,
    function_response::{self, FunctionResponse},
};
use crate::{error::GatewayError, functions::media_types::BodyEncoding, message::Response};

const CONTENT_TYPE: &str = "application/json";

/// Reads what a function returned. `encoding` is what all clients want of a body in base64; where they differ, a note says
/// what the body is.
///
/// An object without a single member, one with a member that the format does not have, and whatever is no object
/// are broken answers.
pub fn response(payload: &Bytes, encoding: Option<BodyEncoding>) -> Result<Response, GatewayError> {
    let response: FunctionResponse = serde_json::from_slice(payload)
        .map_err(|error| GatewayError::BrokenAnswer(format!("not a proxy response: {error}").into()))?;
    let FunctionResponse {
        status_code,
        headers: single,
        multi_value_headers,
        cookies,
        body,
        is_base64_encoded,
        has_others,
    } = response;
    if has_others || cookies.is_some() {
        return Err(GatewayError::BrokenAnswer("a member that payload format 1.0 does not have".into()));
    }
    if [status_code, single, multi_value_headers, body, is_base64_encoded].iter().all(Option::is_none) {
        return Err(GatewayError::BrokenAnswer("an empty object".into()));
    }

    let mut headers = HeaderMap::new();
    multi_value_headers
        .map_or(Ok(()), |map| function_response::add_multi_value_headers(&mut headers, map))?;
    single.map_or(Ok(()), |map| function_response::add_headers(&mut headers, map))?;
    let status = status_code
        .filter(|value| value.get() != "null")
        .map_or(Ok(StatusCode::OK), function_response::status)?;
    function_headers::finish(&mut headers, status, CONTENT_TYPE);

    let mut bytes = body.map_or(Ok(Bytes::new()), |body| function_response::body(body, payload))?;
    let mut note = None;
    if is_base64_encoded.map_or(Ok(false), function_response::flag)? {
        match encoding {
            Some(BodyEncoding::Text) => {}
            Some(BodyEncoding::Base64) => bytes = function_response::decode_base64(&bytes)?,
            None => {
                let read = base64_body::read(bytes);
                (bytes, note) = (read.bytes, Some(read.note));
            }
        }
    }

    let mut response = Response::new(bytes.into());
    note.map(|note| response.extensions_mut().insert(note));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
