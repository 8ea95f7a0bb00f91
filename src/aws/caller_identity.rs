//! Who calls AWS with our credentials: STS tells, and everybody may ask.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE, uri::PathAndQuery};

use super::{
    ServiceClient,
    call::{Attempts, CallError, CallPolicy, ServiceCall},
};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// Finds out the ARN of the caller, within `at_most`.
///
/// # Errors
///
/// As [`CallError`] says; `Unreadable` also where the answer tells no ARN.
pub async fn caller_arn(sts: &ServiceClient, at_most: Duration) -> Result<String, CallError> {
    let call = ServiceCall {
        method: Method::POST,
        path_and_query: PathAndQuery::from_static("/"),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, FORM)]),
        trace_id: None,
        body: Bytes::from_static(BODY.as_bytes()),
    };
    let policy = CallPolicy { attempts: Attempts::Once, attempt_timeout: Some(at_most), head_timeout: None };
    let answer = sts.call(&call, policy).await?;
    let arn = std::str::from_utf8(answer.body()).ok().and_then(arn_in);
    arn.map(str::to_owned).ok_or_else(|| CallError::Unreadable("it tells no ARN".into()))
}

/// The ARN in the XML of an answer. It has no characters that XML would escape.
fn arn_in(xml: &str) -> Option<&str> {
    let (_, rest) = xml.split_once("<Arn>")?;
    let (arn, _) = rest.split_once("</Arn>")?;
    let is_arn = arn.starts_with("arn:") && arn.bytes().all(|byte| byte.is_ascii_graphic());
    is_arn.then_some(arn)
}
