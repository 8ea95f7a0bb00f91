//! API Gateway's names of its gateway responses (`supported-gateway-response-types` of its guide).

use std::fmt;

use serde::{Serialize, Serializer};

/// The type of a gateway response, under which `gatewayResponses` changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseType {
    AccessDenied,
    ApiConfigurationError,
    AuthorizerConfigurationError,
    AuthorizerFailure,
    BadRequestBody,
    BadRequestParameters,
    Default4xx,
    Default5xx,
    ExpiredToken,
    IntegrationFailure,
    IntegrationTimeout,
    InvalidApiKey,
    InvalidSignature,
    MissingAuthenticationToken,
    QuotaExceeded,
    RequestTooLarge,
    ResourceNotFound,
    Throttled,
    Unauthorized,
    UnsupportedMediaType,
    WafFiltered,
}

impl ResponseType {
    pub const ALL: [Self; 21] = {
        use ResponseType::*;
        [
            AccessDenied,
            ApiConfigurationError,
            AuthorizerConfigurationError,
            AuthorizerFailure,
            BadRequestBody,
            BadRequestParameters,
            Default4xx,
            Default5xx,
            ExpiredToken,
            IntegrationFailure,
            IntegrationTimeout,
            InvalidApiKey,
            InvalidSignature,
            MissingAuthenticationToken,
            QuotaExceeded,
            RequestTooLarge,
            ResourceNotFound,
            Throttled,
            Unauthorized,
            UnsupportedMediaType,
            WafFiltered,
        ]
    };

    /// The type of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    #[rustfmt::skip]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied                 => "ACCESS_DENIED",
            Self::ApiConfigurationError        => "API_CONFIGURATION_ERROR",
            Self::AuthorizerConfigurationError => "AUTHORIZER_CONFIGURATION_ERROR",
            Self::AuthorizerFailure            => "AUTHORIZER_FAILURE",
            Self::BadRequestBody               => "BAD_REQUEST_BODY",
            Self::BadRequestParameters         => "BAD_REQUEST_PARAMETERS",
            Self::Default4xx                   => "DEFAULT_4XX",
            Self::Default5xx                   => "DEFAULT_5XX",
            Self::ExpiredToken                 => "EXPIRED_TOKEN",
            Self::IntegrationFailure           => "INTEGRATION_FAILURE",
            Self::IntegrationTimeout           => "INTEGRATION_TIMEOUT",
            Self::InvalidApiKey                => "INVALID_API_KEY",
            Self::InvalidSignature             => "INVALID_SIGNATURE",
            Self::MissingAuthenticationToken   => "MISSING_AUTHENTICATION_TOKEN",
            Self::QuotaExceeded                => "QUOTA_EXCEEDED",
            Self::RequestTooLarge              => "REQUEST_TOO_LARGE",
            Self::ResourceNotFound             => "RESOURCE_NOT_FOUND",
            Self::Throttled                    => "THROTTLED",
            Self::Unauthorized                 => "UNAUTHORIZED",
            Self::UnsupportedMediaType         => "UNSUPPORTED_MEDIA_TYPE",
            Self::WafFiltered                  => "WAF_FILTERED",
        }
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ResponseType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
