//! A call of a service: its request, how long and how often it is tried, its response or error.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, uri::PathAndQuery};
use serde_json::{Map, Value};

use super::{request_id::request_id, xml_text::first_text};
use crate::message::BoxError;

/// A request to a service, before it is signed.
#[derive(Clone, Debug)]
pub struct ServiceCall {
    pub method: Method,
    /// Encoded; starts with `/`.
    pub path_and_query: PathAndQuery,
    /// Without those that signing and HTTP add.
    pub headers: HeaderMap,
    /// The X-Ray trace that the call is part of. It is not signed, as in AWS's own clients.
    pub trace_id: Option<HeaderValue>,
    pub body: Bytes,
}

/// The patience with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallPolicy {
    pub attempts: Attempts,
    /// The time that one attempt may take; `None`: as long as its caller waits.
    pub attempt_timeout: Option<Duration>,
    /// The time in which the head of the response must have come.
    pub head_timeout: Option<Duration>,
}

/// How often a call may reach the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    /// Twice is not the same as once.
    Once,
    /// It is made again if it fails in a way that may pass: no connection, no answer in time, throttled, a fault of the
    /// service.
    Twice,
}

impl CallPolicy {
    /// One attempt, for as long as the caller waits.
    pub const ONCE: Self = Self { attempts: Attempts::Once, attempt_timeout: None, head_timeout: None };
}

impl Attempts {
    /// Says if the call is made again after this error.
    pub(super) fn allow_another_after(self, error: &CallError) -> bool {
        self == Self::Twice && error.may_pass()
    }
}

/// The reason why a call has no response of a service that did what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service does not have the request.
    #[error("not sent")]
    NotSent(#[source] BoxError),
    /// The service may have done it.
    #[error("the connection broke off")]
    BrokeOff(#[source] BoxError),
    /// The service may have done it.
    #[error("timed out: no answer began within {0:?}")]
    NoHead(Duration),
    /// The service may have done it.
    #[error("timed out after {0:?}")]
    TimedOut(Duration),
    /// The service has answered, but not to the end.
    #[error("the answer broke off")]
    Incomplete(#[source] BoxError),
    /// The service says no.
    #[error(transparent)]
    Refused(Box<ServiceError>),
    /// The service has done it, and says so in a way that cannot be read.
    #[error("an answer that cannot be read")]
    Unreadable(#[source] BoxError),
}

/// An error that a service answers with.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message} (status {})", .status.as_u16())]
pub struct ServiceError {
    pub status: StatusCode,
    /// `ConditionalCheckFailedException`.
    pub code: String,
    pub message: String,
    pub request_id: Option<String>,
    /// JSON or XML, mostly; some errors tell more there.
    pub body: Bytes,
}

/// The codes of "too much" (AWS SDKs and Tools Reference Guide, "Retry behavior").
const THROTTLING: [&str; 11] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "Throttling",
    "ThrottledException",
    "TransactionInProgressException",
    "RequestThrottled",
    "SlowDown",
    "KMSThrottlingException",
    "ExecutionLimitExceeded",
];

impl CallError {
    /// The code of a service's error.
    pub fn code(&self) -> Option<&str> {
        self.service_error().map(|error| error.code.as_str())
    }

    /// A service's error.
    pub fn service_error(&self) -> Option<&ServiceError> {
        match self {
            Self::Refused(error) => Some(error),
            Self::NotSent(_)
            | Self::BrokeOff(_)
            | Self::NoHead(_)
            | Self::TimedOut(_)
            | Self::Incomplete(_)
            | Self::Unreadable(_) => None,
        }
    }

    /// Says if the service is asked too much.
    pub fn is_throttled(&self) -> bool {
        self.code().is_some_and(|code| THROTTLING.contains(&code))
    }

    /// Says if the service has certainly not done it.
    pub fn is_certainly_not_done(&self) -> bool {
        match self {
            Self::NotSent(_) => true,
            Self::Refused(error) => error.status.is_client_error(),
            Self::BrokeOff(_)
            | Self::NoHead(_)
            | Self::TimedOut(_)
            | Self::Incomplete(_)
            | Self::Unreadable(_) => false,
        }
    }

    /// Says if the same call may work a moment later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::NotSent(_)
            | Self::BrokeOff(_)
            | Self::NoHead(_)
            | Self::TimedOut(_)
            | Self::Incomplete(_) => true,
            Self::Refused(error) => error.status.is_server_error() || self.is_throttled(),
            Self::Unreadable(_) => false,
        }
    }
}

const MESSAGES: [&str; 3] = ["message", "Message", "errorMessage"];

/// The error of a response that is none of success.
pub(super) fn service_error(response: Response<Bytes>) -> ServiceError {
    let header = |name| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    let words: Map<String, Value> = serde_json::from_slice(response.body()).unwrap_or_default();
    let of_xml = |name| if words.is_empty() { first_text(response.body(), name) } else { None };
    let codes = [header("x-amzn-errortype"), word(&words, &["__type", "code", "Code"]), of_xml("Code")];
    let code = codes.iter().flatten().map(|code| bare(code)).find(|code| !code.is_empty());
    let error = ServiceError {
        status: response.status(),
        code: code.unwrap_or("an error without a code").to_owned(),
        message: word(&words, &MESSAGES).or_else(|| of_xml("Message")).unwrap_or_default(),
        request_id: request_id(response.headers()).map(str::to_owned),
        body: response.into_body(),
    };
    without_signed_message(error)
}

/// The message of an error's JSON; empty if it has none.
pub(super) fn error_message(json: &[u8]) -> String {
    let words: Map<String, Value> = serde_json::from_slice(json).unwrap_or_default();
    word(&words, &MESSAGES).unwrap_or_default()
}

fn word(words: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| words.get(*name)?.as_str().map(str::to_owned))
}

/// `com.amazonaws.dynamodb.v20120810#X`, `X:http://…` → `X`.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

/// The body of an error without what a service tells after a wrong signature: the text that it would have signed has the
/// session token.
pub(super) fn without_signed_text(body: Bytes) -> Bytes {
    let tells = |words: &[u8]| body.windows(words.len()).any(|part| part == words);
    if tells(b"The Canonical String") || tells(b"CanonicalRequest") { Bytes::new() } else { body }
}

/// Leaves out what a service tells after a wrong signature: the text that it would have signed, session token included.
fn without_signed_message(mut error: ServiceError) -> ServiceError {
    if let Some(at) = error.message.find("The Canonical String") {
        error.message.truncate(at);
        error.message.truncate(error.message.trim_end().len());
    }
    error.body = without_signed_text(error.body);
    error
}
