//! The table of refusals: status, type and words of every [`GatewayError`].

use std::{borrow::Cow, time::Duration};

use http::{
    HeaderValue, StatusCode,
    header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};

use super::{AuthorizerForm, GatewayError, ResponseType, Violation};
use crate::message::Response;

/// A gateway response as it is on the wire, before `gatewayResponses` changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    pub response_type: ResponseType,
    /// The value of `x-amzn-ErrorType`.
    pub error_type: &'static str,
    /// The words for the client.
    pub message: Cow<'static, str>,
    pub body_form: BodyForm,
    pub own_header: OwnHeader,
}

/// The form of a default body. API Gateway writes some with a space after the colon, and some clients compare bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyForm {
    /// `{"message":"…"}`
    Tight,
    /// `{"message": "…"}`
    Spaced,
    /// `{"Message":"…"}`, as IAM writes its refusals.
    Capital,
    /// `{"message":null}`
    Null,
}

/// A header that belongs to one refusal and to no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnHeader {
    NoHeader,
    /// The methods that the path has.
    Allow(String),
    /// `WWW-Authenticate` (RFC 6750 §3), without commas as API Gateway writes it.
    Challenge(String),
    RetryAfter(Duration),
    /// The content codings that a body may be in (RFC 9110 §12.5.3).
    AcceptEncoding,
}

/// The wait after which it is worth asking again for what is unavailable.
const A_SECOND: Duration = Duration::from_secs(1);

impl GatewayError {
    /// The whole table of refusals.
    ///
    /// Statuses, types and words: Amazon's, where Amazon has the case (reference: localstack's recordings,
    /// `supported-gateway-response-types`).
    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub fn refusal(&self) -> Refusal {
        use OwnHeader::{AcceptEncoding, Allow, Challenge, NoHeader, RetryAfter};
        use AuthorizerForm::{Http, Rest};
        use BodyForm::{Capital, Null, Spaced, Tight};
        let row = |status, response_type, error_type, message, body_form, own_header|
            Refusal { status, response_type, error_type, message, body_form, own_header };
        match self {
            Self::BadRequest(_)                       => row(StatusCode::BAD_REQUEST,           ResponseType::Default4xx,                 "BadRequestException",                 "Bad Request".into(),                               Tight,  NoHeader),
            Self::MissingParameters(names)            => row(StatusCode::BAD_REQUEST,           ResponseType::BadRequestParameters,       "BadRequestException",                 missing_parameters(names),                          Spaced, NoHeader),
            Self::InvalidBody(_)                      => row(StatusCode::BAD_REQUEST,           ResponseType::BadRequestBody,             "BadRequestException",                 "Invalid request body".into(),                      Spaced, NoHeader),
            Self::BadParameterValue(_)                => row(StatusCode::BAD_REQUEST,           ResponseType::Default4xx,                 "BadRequestException",                 "Bad Request".into(),                               Tight,  NoHeader),
            Self::BadBodyValue(_)                     => row(StatusCode::BAD_REQUEST,           ResponseType::BadRequestBody,             "BadRequestException",                 "Invalid request body".into(),                      Spaced, NoHeader),
            Self::BodyViolations(_)                   => row(StatusCode::BAD_REQUEST,           ResponseType::BadRequestBody,             "BadRequestException",                 "Invalid request body".into(),                      Spaced, NoHeader),
            Self::ParameterViolations(violations)     => row(StatusCode::BAD_REQUEST,           ResponseType::BadRequestParameters,       "BadRequestException",                 invalid_parameters(violations),                     Spaced, NoHeader),
            Self::UntrustedOrigin                     => row(StatusCode::FORBIDDEN,             ResponseType::AccessDenied,               "ForbiddenException",                  "Forbidden".into(),                                 Tight,  NoHeader),
            Self::StageNotFound { .. }                => row(StatusCode::NOT_FOUND,             ResponseType::ResourceNotFound,           "NotFoundException",                   "Not Found".into(),                                 Tight,  NoHeader),
            Self::StageUnavailable { .. }             => row(StatusCode::SERVICE_UNAVAILABLE,   ResponseType::Default5xx,                 "ServiceUnavailableException",         "Service Unavailable".into(),                       Tight,  RetryAfter(A_SECOND)),
            Self::RouteNotFound                       => row(StatusCode::NOT_FOUND,             ResponseType::ResourceNotFound,           "NotFoundException",                   "Not Found".into(),                                 Tight,  NoHeader),
            Self::MethodNotAllowed { allow }          => row(StatusCode::METHOD_NOT_ALLOWED,    ResponseType::Default4xx,                 "MethodNotAllowedException",           "Method Not Allowed".into(),                        Tight,  Allow(allow.clone())),
            Self::MissingAuthenticationToken          => row(StatusCode::FORBIDDEN,             ResponseType::MissingAuthenticationToken, "MissingAuthenticationTokenException", "Missing Authentication Token".into(),              Tight,  NoHeader),
            Self::ItemNotFound                        => row(StatusCode::NOT_FOUND,             ResponseType::ResourceNotFound,           "NotFoundException",                   "Not Found".into(),                                 Tight,  NoHeader),
            Self::ConditionFailed                     => row(StatusCode::CONFLICT,              ResponseType::Default4xx,                 "ConflictException",                   "Conflict".into(),                                  Tight,  NoHeader),
            Self::PreconditionFailed                  => row(StatusCode::PRECONDITION_FAILED,   ResponseType::Default4xx,                 "PreconditionFailedException",         "Precondition Failed".into(),                       Tight,  NoHeader),
            Self::ConditionFailedAs(status)           => row(*status,                           type_of(*status),                         error_type_of(*status),                reason(*status),                                    Tight,  NoHeader),
            Self::AccessDenied(_)                     => row(StatusCode::FORBIDDEN,             ResponseType::AccessDenied,               "AccessDeniedException",               "Forbidden".into(),                                 Tight,  NoHeader),
            Self::InvalidationForbidden               => row(StatusCode::FORBIDDEN,             ResponseType::AccessDenied,               "AccessDeniedException",               "Forbidden".into(),                                 Tight,  NoHeader),
            Self::NotCached                           => row(StatusCode::GATEWAY_TIMEOUT,       ResponseType::Default5xx,                 "InternalServerErrorException",        "Gateway Timeout".into(),                           Tight,  NoHeader),
            Self::NoToken                             => row(StatusCode::UNAUTHORIZED,          ResponseType::Unauthorized,               "UnauthorizedException",               "Unauthorized".into(),                              Tight,  Challenge("Bearer".to_owned())),
            Self::InvalidToken { description, scopes, .. } => row(StatusCode::UNAUTHORIZED,     ResponseType::Unauthorized,               "UnauthorizedException",               "Unauthorized".into(),                              Tight,  Challenge(invalid_token(scopes, description))),
            Self::InsufficientScope { scopes }        => row(StatusCode::FORBIDDEN,             ResponseType::AccessDenied,               "AccessDeniedException",               "Forbidden".into(),                                 Tight,  Challenge(insufficient_scope(scopes))),
            Self::Unauthorized(_)                     => row(StatusCode::UNAUTHORIZED,           ResponseType::Unauthorized,               "UnauthorizedException",               "Unauthorized".into(),                              Tight,  NoHeader),
            Self::ExplicitlyDenied(_)                 => row(StatusCode::FORBIDDEN,              ResponseType::AccessDenied,               "AccessDeniedException",               "User is not authorized to access this resource with an explicit deny".into(), Capital, NoHeader),
            Self::ImplicitlyDenied                    => row(StatusCode::FORBIDDEN,              ResponseType::AccessDenied,               "AccessDeniedException",               "User is not authorized to access this resource".into(), Capital, NoHeader),
            Self::UriTooLong { .. }                   => row(StatusCode::URI_TOO_LONG,           ResponseType::Default4xx,                 "BadRequestException",                 "Request URI too long".into(),                      Tight,  NoHeader),
            Self::AuthorizerFailure { form: Rest, .. } => row(StatusCode::INTERNAL_SERVER_ERROR,  ResponseType::AuthorizerFailure,          "AuthorizerFailureException",          "Internal server error".into(),                     Null,   NoHeader),
            Self::AuthorizerFailure { form: Http, .. } => row(StatusCode::INTERNAL_SERVER_ERROR,  ResponseType::AuthorizerFailure,          "InternalServerErrorException",        "Internal Server Error".into(),                     Tight,  NoHeader),
            Self::AuthorizerMisconfigured { form: Rest, .. } => row(StatusCode::INTERNAL_SERVER_ERROR,  ResponseType::AuthorizerConfigurationError,"AuthorizerConfigurationException",    "Internal server error".into(),                     Null,   NoHeader),
            Self::AuthorizerMisconfigured { form: Http, .. } => row(StatusCode::INTERNAL_SERVER_ERROR,  ResponseType::AuthorizerConfigurationError,"InternalServerErrorException",        "Internal Server Error".into(),                     Tight,  NoHeader),
            Self::NotSigned                           => row(StatusCode::FORBIDDEN,             ResponseType::MissingAuthenticationToken, "MissingAuthenticationTokenException", "Missing Authentication Token".into(),              Tight,  NoHeader),
            Self::CallerNotAllowed { user, resource } => row(StatusCode::FORBIDDEN,             ResponseType::AccessDenied,               "AccessDeniedException",               not_allowed(user, resource),                        Capital, NoHeader),
            Self::InvalidApiKey(_)                    => row(StatusCode::FORBIDDEN,             ResponseType::InvalidApiKey,              "ForbiddenException",                  "Forbidden".into(),                                 Tight,  NoHeader),
            Self::BrokenKeyItem(_)                    => row(StatusCode::SERVICE_UNAVAILABLE,   ResponseType::Default5xx,                 "ServiceUnavailableException",         "Service Unavailable".into(),                       Tight,  RetryAfter(A_SECOND)),
            Self::KeysUnavailable { retry_after, .. } => row(StatusCode::SERVICE_UNAVAILABLE,   ResponseType::AuthorizerFailure,          "ServiceUnavailableException",         "Service Unavailable".into(),                       Tight,  RetryAfter(*retry_after)),
            Self::Throttled { retry_after }           => row(StatusCode::TOO_MANY_REQUESTS,     ResponseType::Throttled,                  "TooManyRequestsException",            "Too Many Requests".into(),                         Tight,  RetryAfter(*retry_after)),
            Self::QuotaExceeded { retry_after }       => row(StatusCode::TOO_MANY_REQUESTS,     ResponseType::QuotaExceeded,              "LimitExceededException",              "Limit Exceeded".into(),                            Tight,  RetryAfter(*retry_after)),
            Self::CountersUnavailable { retry_after } => row(StatusCode::SERVICE_UNAVAILABLE,   ResponseType::Default5xx,                 "ServiceUnavailableException",         "Service Unavailable".into(),                       Tight,  RetryAfter(*retry_after)),
            Self::RequestTooLarge { .. }              => row(StatusCode::PAYLOAD_TOO_LARGE,     ResponseType::RequestTooLarge,            "RequestTooLargeException",            "Request Too Long".into(),                          Tight,  NoHeader),
            Self::UnsupportedContentCoding(_)         => row(StatusCode::UNSUPPORTED_MEDIA_TYPE, ResponseType::UnsupportedMediaType,      "BadRequestException",                 "Unsupported Content-Encoding".into(),              Spaced, AcceptEncoding),
            Self::BrokenContentCoding { .. }          => row(StatusCode::BAD_REQUEST,           ResponseType::BadRequestBody,             "BadRequestException",                 "Body does not match Content-Encoding".into(),      Spaced, NoHeader),
            Self::UnpackedTooLarge { .. }             => row(StatusCode::PAYLOAD_TOO_LARGE,     ResponseType::RequestTooLarge,            "RequestTooLargeException",            "Unpacked Body Too Long".into(),                    Tight,  NoHeader),
            Self::BrokenAnswer(_)                     => row(StatusCode::BAD_GATEWAY,           ResponseType::IntegrationFailure,         "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
            Self::IntegrationFailure(_)               => row(StatusCode::BAD_GATEWAY,           ResponseType::IntegrationFailure,         "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
            Self::IntegrationThrottled(_)             => row(StatusCode::TOO_MANY_REQUESTS,     ResponseType::Throttled,                  "TooManyRequestsException",            "Too Many Requests".into(),                         Tight,  RetryAfter(A_SECOND)),
            Self::IntegrationForbidden(_)             => row(StatusCode::INTERNAL_SERVER_ERROR, ResponseType::ApiConfigurationError,      "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
            Self::UnsupportedMediaType { .. }         => row(StatusCode::UNSUPPORTED_MEDIA_TYPE, ResponseType::UnsupportedMediaType,      "BadRequestException",                 "Unsupported Media Type".into(),                    Spaced, NoHeader),
            Self::MappingFailed(_)                    => row(StatusCode::INTERNAL_SERVER_ERROR, ResponseType::ApiConfigurationError,      "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
            Self::NoFittingResponse(_)                => row(StatusCode::INTERNAL_SERVER_ERROR, ResponseType::ApiConfigurationError,      "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
            Self::IntegrationUnreachable(_)           => row(StatusCode::GATEWAY_TIMEOUT,       ResponseType::IntegrationFailure,         "InternalServerErrorException",        "Network error communicating with endpoint".into(), Spaced, NoHeader),
            Self::IntegrationTimeout { .. }           => row(StatusCode::GATEWAY_TIMEOUT,       ResponseType::IntegrationTimeout,         "InternalServerErrorException",        "Endpoint request timed out".into(),                Spaced, NoHeader),
            Self::StoreUnavailable(_)                 => row(StatusCode::SERVICE_UNAVAILABLE,   ResponseType::Default5xx,                 "ServiceUnavailableException",         "Service Unavailable".into(),                       Tight,  RetryAfter(A_SECOND)),
            Self::RouteUnreadable(_)                  => row(StatusCode::INTERNAL_SERVER_ERROR, ResponseType::Default5xx,                 "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
            Self::Panicked(_)                         => row(StatusCode::INTERNAL_SERVER_ERROR, ResponseType::Default5xx,                 "InternalServerErrorException",        "Internal server error".into(),                     Spaced, NoHeader),
        }
    }

    /// Sets the header that belongs to this refusal and to no other.
    pub fn own_headers(&self, response: &mut Response) {
        match self.refusal().own_header {
            OwnHeader::NoHeader => {}
            OwnHeader::Allow(methods) => {
                let allow = HeaderValue::from_str(&methods).expect("method names are tokens");
                response.headers_mut().insert(ALLOW, allow);
            }
            OwnHeader::Challenge(challenge) => {
                let challenge = HeaderValue::from_str(&challenge).expect("scopes are visible ASCII");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            OwnHeader::AcceptEncoding => {
                let codings = HeaderValue::from_static("zstd, br, gzip, deflate");
                response.headers_mut().insert(ACCEPT_ENCODING, codings);
            }
            OwnHeader::RetryAfter(wait) => {
                response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
            }
        }
    }
}

impl Refusal {
    /// The default body, to the byte as API Gateway writes it.
    pub fn body(&self) -> String {
        let message = serde_json::Value::from(self.message.as_ref());
        match self.body_form {
            BodyForm::Tight => format!("{{\"message\":{message}}}"),
            BodyForm::Spaced => format!("{{\"message\": {message}}}"),
            BodyForm::Capital => format!("{{\"Message\":{message}}}"),
            BodyForm::Null => "{\"message\":null}".to_owned(),
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

/// The response type of a client's error with a status that the operator has chosen.
fn type_of(status: StatusCode) -> ResponseType {
    if status == StatusCode::NOT_FOUND { ResponseType::ResourceNotFound } else { ResponseType::Default4xx }
}

/// The error type of a client's error with a status that the operator has chosen.
fn error_type_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "NotFoundException",
        StatusCode::CONFLICT => "ConflictException",
        StatusCode::PRECONDITION_FAILED => "PreconditionFailedException",
        _ => "BadRequestException",
    }
}

fn reason(status: StatusCode) -> Cow<'static, str> {
    status.canonical_reason().unwrap_or("Bad Request").into()
}

fn missing_parameters(names: &[String]) -> Cow<'static, str> {
    format!("Missing required request parameters: [{}]", names.join(", ")).into()
}

/// Each parameter with the rule that it breaks: `[page (type)]`.
fn invalid_parameters(violations: &[Violation]) -> Cow<'static, str> {
    let each = violations.iter().map(|Violation { pointer, rule, .. }| {
        let keyword = rule.rsplit('.').next().unwrap_or_default();
        format!("{pointer} ({keyword})")
    });
    format!("Invalid request parameters: [{}]", each.collect::<Vec<_>>().join(", ")).into()
}

/// As IAM says it.
fn not_allowed(user: &str, resource: &str) -> Cow<'static, str> {
    let action = "execute-api:Invoke";
    format!("User: {user} is not authorized to perform: {action} on resource: {resource}").into()
}

fn invalid_token(scopes: &str, description: &str) -> String {
    format!(r#"Bearer scope="{scopes}" error="invalid_token" error_description="{description}""#)
}

fn insufficient_scope(scopes: &str) -> String {
    format!(r#"Bearer scope="{scopes}" error="insufficient_scope""#)
}
