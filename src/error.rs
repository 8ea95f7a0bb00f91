//! Every way the gateway itself can refuse or fail a request: one table.
//!
//! An integration's own answers are not errors: a 404 from a target passes through untouched.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
};

use crate::{
    message::{BoxError, Response},
    userinfo::withheld,
};

/// Why the gateway answers instead of the integration.
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
    #[error("the caller may not have a cached answer replaced")]
    InvalidationForbidden,
    /// RFC 9111 §5.2.1.7.
    #[error("the client wants only what is kept, and nothing is")]
    NotCached,
    #[error("bad API key: {0}")]
    InvalidApiKey(String),
    #[error("broken item: {}", .0.gist())]
    BrokenKeyItem(Arc<InvalidConfiguration>),
    #[error("throttled")]
    Throttled { retry_after: Duration },
    #[error("quota exceeded")]
    QuotaExceeded { retry_after: Duration },
    #[error("nothing is left to admit without the counters")]
    CountersUnavailable { retry_after: Duration },
    #[error("request of {bytes} bytes is over the integration's limit")]
    RequestTooLarge { bytes: usize },
    #[error("integration gave a broken answer: {0}")]
    BrokenAnswer(Cow<'static, str>),
    #[error("integration failed")]
    IntegrationFailure(#[source] BoxError),
    #[error("integration may not be called")]
    IntegrationForbidden(#[source] BoxError),
    #[error("integration could not be reached")]
    IntegrationUnreachable(#[source] BoxError),
    #[error("integration gave no answer within {limit:?}")]
    IntegrationTimeout { limit: Duration },
    #[error("shared state unavailable")]
    StoreUnavailable(#[from] StoreError),
    #[error("panicked: {0}")]
    Panicked(String),
}

/// Values of a request that an integration has no use for. `Display` is for the client too.
#[derive(Debug, thiserror::Error)]
#[error("{words} {fault}")]
pub struct BadValue {
    /// The route's own words for them, such as `$request.body.n`.
    pub words: String,
    /// What is wrong.
    pub fault: &'static str,
    /// For the operator only.
    #[source]
    pub cause: Option<BoxError>,
}

/// How a gateway response looks on the wire, before `gatewayResponses` changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// API Gateway's name of this gateway response: `THROTTLED`, `INTEGRATION_TIMEOUT`, …
    pub response_type: &'static str,
    /// The value of `x-amzn-ErrorType`.
    pub error_type: &'static str,
    /// The words for the client.
    pub message: Cow<'static, str>,
    /// API Gateway writes some bodies with a space after the colon, and some clients compare bytes.
    pub spacing: Spacing,
}

/// Whether `{"message": "…"}` has its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    Tight,
    Spaced,
}

impl GatewayError {
    /// The whole table of refusals.
    ///
    /// Statuses, types and words: Amazon's, where Amazon has the case (reference: localstack's recordings,
    /// `supported-gateway-response-types`).
    #[rustfmt::skip]
    pub fn refusal(&self) -> Refusal {
        use Spacing::{Spaced, Tight};
        let row = |status, response_type, error_type, message, spacing|
            Refusal { status, response_type, error_type, message, spacing };
        match self {
            Self::BadRequest(_)             => row(StatusCode::BAD_REQUEST,           "DEFAULT_4XX",                  "BadRequestException",                "Bad Request".into(),                             Tight),
            Self::MissingParameters(names)  => row(StatusCode::BAD_REQUEST,           "BAD_REQUEST_PARAMETERS",       "BadRequestException",                missing_parameters(names),                        Spaced),
            Self::InvalidBody(_)            => row(StatusCode::BAD_REQUEST,           "BAD_REQUEST_BODY",             "BadRequestException",                "Invalid request body".into(),                    Spaced),
            Self::BadParameterValue(_)      => row(StatusCode::BAD_REQUEST,           "DEFAULT_4XX",                  "BadRequestException",                "Bad Request".into(),                             Tight),
            Self::BadBodyValue(_)           => row(StatusCode::BAD_REQUEST,           "BAD_REQUEST_BODY",             "BadRequestException",                "Invalid request body".into(),                    Spaced),
            Self::UntrustedOrigin           => row(StatusCode::FORBIDDEN,             "ACCESS_DENIED",                "ForbiddenException",                 "Forbidden".into(),                               Tight),
            Self::StageNotFound { .. }      => row(StatusCode::NOT_FOUND,             "RESOURCE_NOT_FOUND",           "NotFoundException",                  "Not Found".into(),                               Tight),
            Self::StageUnavailable { .. }   => row(StatusCode::SERVICE_UNAVAILABLE,   "DEFAULT_5XX",                  "ServiceUnavailableException",        "Service Unavailable".into(),                     Tight),
            Self::RouteNotFound             => row(StatusCode::NOT_FOUND,             "RESOURCE_NOT_FOUND",           "NotFoundException",                  "Not Found".into(),                               Tight),
            Self::MethodNotAllowed { .. }   => row(StatusCode::METHOD_NOT_ALLOWED,    "DEFAULT_4XX",                  "MethodNotAllowedException",          "Method Not Allowed".into(),                      Tight),
            Self::MissingAuthenticationToken=> row(StatusCode::FORBIDDEN,             "MISSING_AUTHENTICATION_TOKEN", "MissingAuthenticationTokenException","Missing Authentication Token".into(),            Tight),
            Self::ItemNotFound              => row(StatusCode::NOT_FOUND,             "RESOURCE_NOT_FOUND",           "NotFoundException",                  "Not Found".into(),                               Tight),
            Self::ConditionFailed           => row(StatusCode::CONFLICT,              "DEFAULT_4XX",                  "ConflictException",                  "Conflict".into(),                                Tight),
            Self::PreconditionFailed        => row(StatusCode::PRECONDITION_FAILED,   "DEFAULT_4XX",                  "PreconditionFailedException",        "Precondition Failed".into(),                     Tight),
            Self::ConditionFailedAs(status) => row(*status,                           types_of(*status).0,            types_of(*status).1,                  reason(*status),                                  Tight),
            Self::InvalidationForbidden     => row(StatusCode::FORBIDDEN,             "ACCESS_DENIED",                "AccessDeniedException",              "Forbidden".into(),                               Tight),
            Self::NotCached                 => row(StatusCode::GATEWAY_TIMEOUT,       "DEFAULT_5XX",                  "InternalServerErrorException",       "Gateway Timeout".into(),                         Tight),
            Self::InvalidApiKey(_)          => row(StatusCode::FORBIDDEN,             "INVALID_API_KEY",              "ForbiddenException",                 "Forbidden".into(),                               Tight),
            Self::BrokenKeyItem(_)          => row(StatusCode::SERVICE_UNAVAILABLE,   "DEFAULT_5XX",                  "ServiceUnavailableException",        "Service Unavailable".into(),                     Tight),
            Self::Throttled { .. }          => row(StatusCode::TOO_MANY_REQUESTS,     "THROTTLED",                    "TooManyRequestsException",           "Too Many Requests".into(),                       Tight),
            Self::QuotaExceeded { .. }      => row(StatusCode::TOO_MANY_REQUESTS,     "QUOTA_EXCEEDED",               "LimitExceededException",             "Limit Exceeded".into(),                          Tight),
            Self::CountersUnavailable { .. }=> row(StatusCode::SERVICE_UNAVAILABLE,   "DEFAULT_5XX",                  "ServiceUnavailableException",        "Service Unavailable".into(),                     Tight),
            Self::RequestTooLarge { .. }    => row(StatusCode::PAYLOAD_TOO_LARGE,     "REQUEST_TOO_LARGE",            "RequestTooLargeException",           "Request Too Long".into(),                        Tight),
            Self::BrokenAnswer(_)           => row(StatusCode::BAD_GATEWAY,           "INTEGRATION_FAILURE",          "InternalServerErrorException",       "Internal server error".into(),                   Spaced),
            Self::IntegrationFailure(_)     => row(StatusCode::BAD_GATEWAY,           "INTEGRATION_FAILURE",          "InternalServerErrorException",       "Internal server error".into(),                   Spaced),
            Self::IntegrationForbidden(_)   => row(StatusCode::INTERNAL_SERVER_ERROR, "API_CONFIGURATION_ERROR",      "InternalServerErrorException",       "Internal server error".into(),                   Spaced),
            Self::IntegrationUnreachable(_) => row(StatusCode::GATEWAY_TIMEOUT,       "INTEGRATION_FAILURE",          "InternalServerErrorException",       "Network error communicating with endpoint".into(), Spaced),
            Self::IntegrationTimeout { .. } => row(StatusCode::GATEWAY_TIMEOUT,       "INTEGRATION_TIMEOUT",          "InternalServerErrorException",       "Endpoint request timed out".into(),              Spaced),
            Self::StoreUnavailable(_)       => row(StatusCode::SERVICE_UNAVAILABLE,   "DEFAULT_5XX",                  "ServiceUnavailableException",        "Service Unavailable".into(),                     Tight),
            Self::Panicked(_)               => row(StatusCode::INTERNAL_SERVER_ERROR, "DEFAULT_5XX",                  "InternalServerErrorException",       "Internal server error".into(),                   Spaced),
        }
    }

    /// What is wrong with the client's values, in words that the client may read.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::BadParameterValue(bad) | Self::BadBodyValue(bad) => Some(bad.to_string()),
            _ => None,
        }
    }

    /// What the operator may see of an integration's failure, in the access log's `integrationErrorMessage`.
    pub fn is_integration_error(&self) -> bool {
        matches!(
            self.refusal().response_type,
            "INTEGRATION_FAILURE" | "INTEGRATION_TIMEOUT" | "API_CONFIGURATION_ERROR"
        )
    }

    /// The headers that belong to this refusal and to no other.
    pub fn own_headers(&self, response: &mut Response) {
        match self {
            Self::MethodNotAllowed { allow } => {
                let allow = HeaderValue::from_str(allow).expect("method names are tokens");
                response.headers_mut().insert(ALLOW, allow);
            }
            Self::StoreUnavailable(_) | Self::StageUnavailable { .. } | Self::BrokenKeyItem(_) => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Throttled { retry_after }
            | Self::QuotaExceeded { retry_after }
            | Self::CountersUnavailable { retry_after } => {
                response.headers_mut().insert(RETRY_AFTER, whole_seconds(*retry_after).into());
            }
            _ => {}
        }
    }
}

impl Refusal {
    /// The default body, to the byte as API Gateway writes it.
    pub fn body(&self) -> String {
        let message = serde_json::Value::from(self.message.as_ref());
        match self.spacing {
            Spacing::Tight => format!("{{\"message\":{message}}}"),
            Spacing::Spaced => format!("{{\"message\": {message}}}"),
        }
    }

    /// The gateway response that nothing has customised.
    pub fn to_response(&self) -> Response {
        let mut response = Response::new(self.body().into());
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(self.error_type));
        response
    }
}

/// Rounded up, so that waiting so long suffices.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// The header that names a refusal to AWS clients.
pub const ERROR_TYPE: &str = "x-amzn-errortype";

/// Response type and error type of a client's error with a status that the operator has chosen.
fn types_of(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => ("RESOURCE_NOT_FOUND", "NotFoundException"),
        StatusCode::CONFLICT => ("DEFAULT_4XX", "ConflictException"),
        StatusCode::PRECONDITION_FAILED => ("DEFAULT_4XX", "PreconditionFailedException"),
        _ => ("DEFAULT_4XX", "BadRequestException"),
    }
}

fn reason(status: StatusCode) -> Cow<'static, str> {
    status.canonical_reason().unwrap_or("Bad Request").into()
}

fn missing_parameters(names: &[String]) -> Cow<'static, str> {
    format!("Missing required request parameters: [{}]", names.join(", ")).into()
}

/// The shared state could not be reached, or gave no usable answer.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct StoreError {
    /// What was tried.
    pub operation: &'static str,
    pub source: BoxError,
}

impl StoreError {
    pub fn new(operation: &'static str, source: impl Into<BoxError>) -> Self {
        Self { operation, source: source.into() }
    }
}

/// The operator erred: every problem of a stage's items at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", list(.0))]
pub struct InvalidConfiguration(pub Vec<Problem>);

/// Of each request's line: all problems are told once, where the item is read.
const MOST_GIST_CHARS: usize = 94;

impl InvalidConfiguration {
    /// The first problem, cut short, and how many more there are.
    fn gist(&self) -> String {
        let first = self.0.first().map(Problem::to_string).unwrap_or_default();
        let first = match first.char_indices().nth(MOST_GIST_CHARS) {
            Some((end, _)) => format!("{}…", &first[..end]),
            None => first,
        };
        match self.0.len() {
            0 | 1 => first,
            all => format!("{first}; and {} more", all - 1),
        }
    }
}

/// One thing that is wrong in an item, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The table's name.
    pub table: String,
    /// The item's key, as `stage=v1 routeKey=GET /orders`.
    pub key: String,
    /// The attribute, with dots into maps and lists.
    pub field: String,
    pub got: String,
    pub expected: String,
}

impl Problem {
    /// What was got is withheld as far as it is a password.
    pub fn new((table, key): (&str, &str), field: &str, got: &str, expected: &str) -> Self {
        Self {
            table: table.to_owned(),
            key: withheld(key).into_owned(),
            field: withheld(field).into_owned(),
            got: withheld(got).into_owned(),
            expected: expected.to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, field, got, expected } = self;
        write!(f, "{table} [{key}] {field}: got {got}, expected {expected}")
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// An error and all its causes, for the operator's log. What is said already is not said again.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string);
    causes.fold(
        error.to_string(),
        |text, cause| if text.contains(&cause) { text } else { format!("{text}: {cause}") },
    )
}
