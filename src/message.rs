//! Requests and responses as the gateway sees them, after decoding and before encoding.
//!
//! The ground floor: imports nothing of ours. `Request::path` is the one canonical path, which is
//! routed, authorized, logged and forwarded.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;

/// A client's request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Lambda's request id, which the client finds in `x-amzn-RequestId`.
    pub id: String,
    /// The time at which the gateway got it, by its own clock.
    pub received_at: SystemTime,
    /// The time at which Lambda ends the invocation.
    pub deadline: SystemTime,
    /// As sent; API Gateway knows seven methods, others find only `$default`.
    pub method: Method,
    /// Canonical: percent-encoded, no dot segments, no leading duplicate slashes. Starts with `/`.
    pub path: String,
    /// Without `?`; whatever is no legal URI character is percent-encoded, all else is as sent.
    pub query: String,
    /// Without `cookie`; one line per name, as function URLs join them.
    pub headers: HeaderMap,
    /// One `name=value` each, in the client's order.
    pub cookies: Vec<String>,
    /// Decoded: never base64.
    pub body: Bytes,
    /// Its origin, by the platform's word.
    pub origin: Origin,
}

impl Request {
    /// The time that integrations have: to Lambda's deadline, less what it takes to say that this was too short.
    /// Emulators send deadlines long past (cargo-lambda: 1970); that is none.
    pub fn time_left(&self) -> Duration {
        Self::time_until(self.deadline, self.received_at)
    }

    /// The same of any moment of an invocation that ends at `deadline`.
    pub fn time_until(deadline: SystemTime, now: SystemTime) -> Duration {
        match deadline.duration_since(now) {
            Ok(left) if !left.is_zero() => left.saturating_sub(DEADLINE_MARGIN),
            Ok(_) | Err(_) => LONGEST_INVOCATION,
        }
    }
}

/// The part of the Lambda's own time that is kept to end a response.
const DEADLINE_MARGIN: Duration = Duration::from_millis(200);
/// No Lambda function runs longer.
const LONGEST_INVOCATION: Duration = Duration::from_secs(15 * 60);

/// An event that is refused before it is a request, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct RefusedRequest {
    /// As sent, whatever it is.
    pub method: String,
    /// Canonical; empty where it cannot be.
    pub path: String,
    pub origin: Origin,
}

/// The platform's facts about a request. None of them can be set by a client's header, unless a
/// trusted proxy vouches for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The AWS account of the gateway's function.
    pub account_id: String,
    /// The id of the function URL.
    pub api_id: String,
    /// The host that was called, with the port where there is one.
    pub domain_name: String,
    /// The first label of the host.
    pub domain_prefix: String,
    /// `HTTP/1.1`.
    pub protocol: String,
    /// The client's address.
    pub source_ip: String,
    /// `User-Agent`, empty if there is none.
    pub user_agent: String,
    /// `14/Apr/2025:22:12:48 +0000`.
    pub time: String,
    /// Milliseconds since 1970.
    pub time_epoch: u64,
    /// The X-Ray trace of the request, which calls made for it are part of: Lambda finds endless recursion by it. Empty
    /// if there is none.
    pub trace_id: String,
    /// Who signed the request, where the function URL asks for a signature (`AWS_IAM`).
    pub iam: Option<Box<IamIdentity>>,
}

/// The facts that AWS has said of who signed a request: `requestContext.authorizer.iam`, and so do they serialize.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IamIdentity {
    /// The id of the key that it was signed with; no secret.
    pub access_key: String,
    pub account_id: String,
    /// `AIDA…`, or `AROA…:SESSION` of a role.
    pub caller_id: String,
    pub cognito_identity: Option<CognitoIdentity>,
    pub principal_org_id: Option<String>,
    /// `arn:aws:iam::111122223333:user/ada`, `arn:aws:sts::111122223333:assumed-role/NAME/SESSION`.
    pub user_arn: String,
    pub user_id: String,
}

/// A user of a Cognito identity pool, with whose role the request was signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CognitoIdentity {
    /// `authenticated` or `unauthenticated`, then the providers.
    pub amr: Vec<String>,
    pub identity_id: String,
    pub identity_pool_id: String,
}

impl CognitoIdentity {
    /// `authenticated` or `unauthenticated`.
    pub fn authentication_type(&self) -> Option<&str> {
        self.amr.first().map(String::as_str)
    }

    /// The providers, joined with commas as REST APIs have them.
    pub fn providers(&self) -> Option<String> {
        self.amr.get(1..).filter(|providers| !providers.is_empty()).map(|providers| providers.join(","))
    }
}

/// A response: an integration's, or the gateway's own.
pub type Response = http::Response<Body>;

/// A note on an integration's answer before it is one client's: no client sees it. It stands in the
/// response's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A function wrote the body as base64. A client gets these bytes or that text, by what it accepts.
    FromBase64,
    /// The body says that it is base64, and is none: a client that accepts bytes cannot have them.
    BrokenBase64,
    /// A part of what was asked for was left for later, for the moment's reasons and not the request's.
    Unfinished,
}

/// The status that the integration answered with, where the client gets another. It stands in the response's extensions,
/// for the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegrationStatus(pub StatusCode);

/// The bytes of a response, known whole or still to come.
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// Piece by piece.
    Stream(ByteStream),
}

/// The pieces of a body.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// Any error, where only its words matter.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Body {
    /// No bytes.
    pub const fn empty() -> Self {
        Self::Whole(Bytes::new())
    }

    /// The body's length in bytes, where it is known.
    pub fn len(&self) -> Option<usize> {
        match self {
            Self::Whole(bytes) => Some(bytes.len()),
            Self::Stream(_) => None,
        }
    }

    /// Known to have no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::Whole(bytes.into())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// A body, read piece by piece whichever kind it is.
impl Stream for Body {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Self::Stream(stream) => stream.as_mut().poll_next(context),
        }
    }
}

/// True if a response to `method` has no body, whatever its headers say (RFC 9110 §6.4.1): bytes behind such a head
/// would
/// be taken for the next response's.
pub fn is_bodyless(method: &Method, status: StatusCode) -> bool {
    *method == Method::HEAD || has_no_content(status)
}

/// True if no response with this status has content (RFC 9110 §15.2, §15.3.5, §15.3.6, §15.4.5), so that there is
/// nothing whose type could be told.
pub fn has_no_content(status: StatusCode) -> bool {
    status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_left_until_shortly_before_the_deadline() {
        let time_left = |deadline_ms: u64| {
            let request = Request {
                id: String::new(),
                received_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
                deadline: SystemTime::UNIX_EPOCH + Duration::from_millis(deadline_ms),
                method: Method::GET,
                path: "/".to_owned(),
                query: String::new(),
                headers: HeaderMap::new(),
                cookies: Vec::new(),
                body: Bytes::new(),
                origin: Origin::default(),
            };
            request.time_left().as_millis()
        };
        assert_eq!([4_000, 1_201, 1_100, 1_000, 0].map(time_left), [2_800, 1, 0, 900_000, 900_000]);
    }
}
