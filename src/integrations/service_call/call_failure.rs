//! The refusals of requests whose service gave no answer.

use http::StatusCode;

use crate::{
    aws::{
        assumed_roles::RoleError,
        call::{CallError, ServiceError},
    },
    error::GatewayError,
};

/// 500 if the gateway may not call the service, 504 if it could not be reached, else 502.
pub fn refusal(error: CallError) -> GatewayError {
    match &error {
        CallError::Refused(refused) if is_forbidden(refused) => {
            GatewayError::IntegrationForbidden(error.into())
        }
        CallError::Refused(_) | CallError::Incomplete(_) | CallError::Unreadable(_) => {
            GatewayError::IntegrationFailure(error.into())
        }
        CallError::NotSent(_) | CallError::BrokeOff(_) | CallError::NoHead(_) | CallError::TimedOut(_) => {
            GatewayError::IntegrationUnreachable(error.into())
        }
    }
}

/// 500 if STS says no, 504 if it could not be reached, else 502.
pub(super) fn role_refusal(error: RoleError) -> GatewayError {
    match &*error.cause {
        CallError::Refused(refused) if refused.status.is_client_error() => {
            GatewayError::IntegrationForbidden(error.into())
        }
        CallError::Refused(_) | CallError::Incomplete(_) | CallError::Unreadable(_) => {
            GatewayError::IntegrationFailure(error.into())
        }
        CallError::NotSent(_) | CallError::BrokeOff(_) | CallError::NoHead(_) | CallError::TimedOut(_) => {
            GatewayError::IntegrationUnreachable(error.into())
        }
    }
}

/// Codes of services that say so with status 400.
const FORBIDDEN: [&str; 9] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
];

pub(super) fn is_forbidden(refused: &ServiceError) -> bool {
    refused.status == StatusCode::FORBIDDEN || FORBIDDEN.contains(&refused.code.as_str())
}
