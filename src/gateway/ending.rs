//! The end of every request's way: its answer is made whole, and its line is written.

use bytes::Bytes;
use http::HeaderValue;

use crate::{
    access_log::AccessLog,
    error::GatewayError,
    message::{Body, Request, Response, is_bodyless},
};

/// The answer to a request that no stage serves.
pub(super) fn refuse(request: &Request, error: &GatewayError, mut log: AccessLog) -> Response {
    let response = refusal(error, &mut log);
    finish(request, response, log)
}

/// The gateway response in its default words.
pub(super) fn refusal(error: &GatewayError, log: &mut AccessLog) -> Response {
    log.refused(error);
    refusal_response(error)
}

pub(super) fn refusal_response(error: &GatewayError) -> Response {
    let mut response = error.refusal().to_response();
    error.own_headers(&mut response);
    response
}

/// The end of every request's way: what its method and status ask for, the request id, the line in the log.
pub(super) fn finish(request: &Request, mut response: Response, log: AccessLog) -> Response {
    if is_bodyless(&request.method, response.status()) {
        *response.body_mut() = Body::empty();
    }
    add_request_id(&mut response, &request.id);
    log.finish(response)
}

pub(super) fn add_request_id(response: &mut Response, id: &str) {
    if let Ok(id) = HeaderValue::from_maybe_shared(Bytes::from(id.to_owned())) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
}
