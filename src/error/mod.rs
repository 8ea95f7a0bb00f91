//! Every way in which the gateway itself can refuse or fail a request.
//!
//! An integration's own responses are not errors: a 404 from a target passes through untouched.

mod problem;
mod refusal;
mod response_type;
mod violation;

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::StatusCode;

pub use self::{
    problem::{InvalidConfiguration, ItemId, Problem, TextPlace},
    refusal::{BodyForm, OwnHeader, Refusal},
    response_type::ResponseType,
    violation::Violation,
};
use crate::message::BoxError;

/// The reason why the gateway answers instead of the integration.
///
/// `Display` and `source` are for the operator's log. The client sees only the table's words.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("malformed request: {0}")]
    BadRequest(Cow<'static, str>),
    #[error("missing required request parameters: {}", .0.join(", "))]
    MissingParameters(Vec<String>),
    #[error("invalid request body: {0}")]
    InvalidBody(Cow<'static, str>),
    /// Of the path, the query or a header.
    #[error("malformed request")]
    BadParameterValue(#[source] Box<BadValue>),
    #[error("invalid request body")]
    BadBodyValue(#[source] Box<BadValue>),
    /// It breaks rules of its model.
    #[error("invalid request body: {}", rules(.0))]
    BodyViolations(Vec<Violation>),
    /// They break rules of the route.
    #[error("invalid request parameters: {}", rules(.0))]
    ParameterViolations(Vec<Violation>),
    #[error("the trusted proxy's secret is missing or wrong")]
    UntrustedOrigin,
    #[error("no stage serves host {host} and path {path}")]
    StageNotFound { host: String, path: String },
    #[error("stage {stage} has no valid deployment")]
    StageUnavailable { stage: String },
    #[error("no route")]
    RouteNotFound,
    #[error("the path has no such method, only {allow}")]
    MethodNotAllowed { allow: String },
    #[error("no route or no such method, answered as a REST API does")]
    MissingAuthenticationToken,
    #[error("nothing has this key")]
    ItemNotFound,
    #[error("the condition does not hold")]
    ConditionFailed,
    #[error("the client's precondition does not hold")]
    PreconditionFailed,
    /// With the status that the route wants then.
    #[error("the condition does not hold")]
    ConditionFailedAs(StatusCode),
    /// By its address, or by the API's policy.
    #[error("access denied: {0}")]
    AccessDenied(Cow<'static, str>),
    #[error("the caller may not have a cached answer replaced")]
    InvalidationForbidden,
    /// RFC 9111 §5.2.1.7.
    #[error("the client wants only what is kept, and nothing is")]
    NotCached,
    #[error("no token")]
    NoToken,
    #[error("bad token: {reason}")]
    InvalidToken {
        /// Nothing of the token.
        reason: String,
        /// The same for the client, without what only the operator may know.
        description: &'static str,
        /// The scopes that the route asks for, with spaces between them.
        scopes: String,
    },
    #[error("the token has none of the scopes {scopes}")]
    InsufficientScope { scopes: String },
    /// By an authorizer's function, or by what it asks of a request before it is called.
    #[error("unauthorized: {0}")]
    Unauthorized(Cow<'static, str>),
    /// By the policy of an authorizer's function, on a statement of it.
    #[error("the authorizer's function denies it: {0}")]
    ExplicitlyDenied(String),
    /// By the policy of an authorizer's function, without a statement about the request.
    #[error("no statement of the authorizer's function allows it")]
    ImplicitlyDenied,
    /// Policies name resources by ARNs, which are not as long as a path can be.
    #[error("an ARN of {bytes} bytes is more than a policy may name")]
    UriTooLong { bytes: usize },
    #[error("the authorizer failed")]
    AuthorizerFailure { form: AuthorizerForm, source: BoxError },
    /// Its answer is none, or it cannot be called.
    #[error("the authorizer is misconfigured")]
    AuthorizerMisconfigured { form: AuthorizerForm, source: BoxError },
    #[error("nobody has signed the request")]
    NotSigned,
    /// AWS has let the caller in, and the authorizer does not: with the ARNs of both.
    #[error("{user} is not on the list of the authorizer")]
    CallerNotAllowed { user: String, resource: String },
    #[error("bad API key: {0}")]
    InvalidApiKey(String),
    #[error("broken item: {}", .0.summary())]
    BrokenKeyItem(Arc<InvalidConfiguration>),
    /// With the time until they are tried again.
    #[error("a token cannot be verified now")]
    KeysUnavailable { retry_after: Duration, source: BoxError },
    #[error("throttled")]
    Throttled { retry_after: Duration },
    #[error("quota exceeded")]
    QuotaExceeded { retry_after: Duration },
    #[error("nothing is left to admit without the counters")]
    CountersUnavailable { retry_after: Duration },
    #[error("request of {bytes} bytes is over the integration's limit")]
    RequestTooLarge { bytes: usize },
    /// By its `Content-Encoding`, of which the body is not read.
    #[error("no content coding that is read: {}", .0.escape_debug())]
    UnsupportedContentCoding(String),
    #[error("the body is not in the {coding} that Content-Encoding says")]
    BrokenContentCoding { coding: &'static str, source: BoxError },
    /// By far more bytes than were sent, or than any integration takes.
    #[error("the body of {bytes} bytes is too large when it is unpacked")]
    UnpackedTooLarge { bytes: usize, source: BoxError },
    #[error("integration gave a broken answer: {0}")]
    BrokenAnswer(Cow<'static, str>),
    #[error("integration failed")]
    IntegrationFailure(#[source] BoxError),
    /// By the service that is called: a moment later it may not be.
    #[error("integration is throttled")]
    IntegrationThrottled(#[source] BoxError),
    /// And may not pass without one.
    #[error("no request template for {}", content_type.escape_debug())]
    UnsupportedMediaType { content_type: String },
    #[error("the integration's mapping failed")]
    MappingFailed(#[source] BoxError),
    /// With the text that the patterns were tried with, cut short.
    #[error("no entry of the integration's responses fits {0}, and there is no default")]
    NoFittingResponse(String),
    #[error("integration may not be called")]
    IntegrationForbidden(#[source] BoxError),
    #[error("integration could not be reached")]
    IntegrationUnreachable(#[source] BoxError),
    #[error("integration gave no answer within {limit:?}")]
    IntegrationTimeout { limit: Duration },
    #[error("the route cannot be read")]
    RouteUnreadable(#[source] BoxError),
    #[error("shared state unavailable")]
    StoreUnavailable(#[from] StoreError),
    #[error("panicked: {0}")]
    Panicked(String),
}

/// The APIs whose words an authorizer's refusals have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizerForm {
    /// `TOKEN`, `REQUEST` in payload format 1.0, and policies.
    Rest,
    /// Simple answers in payload format 2.0.
    Http,
}

/// Values of a request that an integration has no use for. `Display` is for the client too.
#[derive(Debug, thiserror::Error)]
#[error("{words} {fault}")]
pub struct BadValue {
    /// The route's own words for them, such as `$request.body.n`.
    pub words: String,
    pub fault: &'static str,
    /// For the operator only.
    #[source]
    pub cause: Option<BoxError>,
}

impl GatewayError {
    /// The fault of the client's values, in words that the client may read.
    pub fn detail(&self) -> Option<String> {
        if let Self::BadParameterValue(bad) | Self::BadBodyValue(bad) = self {
            return Some(bad.to_string());
        }
        None
    }

    /// The rules that the client's body breaks, in the order in which they were found.
    pub fn body_violations(&self) -> &[Violation] {
        if let Self::BodyViolations(violations) = self { violations } else { &[] }
    }

    /// The same of its parameters.
    pub fn parameter_violations(&self) -> &[Violation] {
        if let Self::ParameterViolations(violations) = self { violations } else { &[] }
    }

    /// True of what an integration has found out, in words of the gateway: an item is not there, a condition does not hold.
    pub fn is_answer_of_an_integration(&self) -> bool {
        matches!(
            self,
            Self::ItemNotFound
                | Self::ConditionFailed
                | Self::PreconditionFailed
                | Self::ConditionFailedAs(_)
        )
    }

    /// True of an integration's failure, which the access log has as `integrationErrorMessage`.
    pub fn is_integration_error(&self) -> bool {
        use ResponseType::{ApiConfigurationError, IntegrationFailure, IntegrationTimeout};
        let of_integrations = [IntegrationFailure, IntegrationTimeout, ApiConfigurationError];
        of_integrations.contains(&self.refusal().response_type)
    }
}

/// The shared state could not be reached, or gave no usable answer.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct StoreError {
    /// The thing that was tried: `reading the API key`.
    pub operation: &'static str,
    pub source: BoxError,
}

impl StoreError {
    pub fn new(operation: &'static str, source: impl Into<BoxError>) -> Self {
        Self { operation, source: source.into() }
    }
}

/// The broken rules without the values that break them, the first three of them.
fn rules(violations: &[Violation]) -> String {
    const MOST: usize = 3;
    let rules: Vec<&str> = violations.iter().take(MOST).map(|violation| &*violation.rule).collect();
    match violations.len().saturating_sub(MOST) {
        0 => rules.join(", "),
        more => format!("{} and {more} more", rules.join(", ")),
    }
}

/// An error and all its causes, for the operator's log. What is said already is not said again.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string);
    causes.fold(
        error.to_string(),
        |text, cause| if text.contains(&cause) { text } else { format!("{text}: {cause}") },
    )
}
