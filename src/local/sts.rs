//! A stand-in for STS, below `/sts/`: every role can be assumed here, by credentials that nobody checks.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use axum::{
    body::Body,
    http::{HeaderValue, Response, header::CONTENT_TYPE},
};

const ANSWER: &str = "\
<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
<AccessKeyId>local</AccessKeyId><SecretAccessKey>local</SecretAccessKey><SessionToken>local</SessionToken>\
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

/// True of a form that asks for the credentials of a role.
pub fn is_asked(body: &[u8]) -> bool {
    body.starts_with(b"Action=AssumeRole&")
}

/// The answer to it.
pub fn answer() -> Response<Body> {
    let mut response = Response::new(ANSWER.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}
