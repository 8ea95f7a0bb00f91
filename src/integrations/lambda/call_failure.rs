//! The refusals of requests whose function gave no result.

use http::StatusCode;

use crate::{aws::call::CallError, error::GatewayError, functions::function_call::FunctionCallError};

/// As API Gateway: 500 if the gateway may not call the function, 504 if Lambda could not be reached, else 502; also for
/// a throttled function (429), since the client's own rate is not what was exceeded.
pub fn refusal(error: FunctionCallError) -> GatewayError {
    match error {
        FunctionCallError::TooLarge { bytes } => GatewayError::RequestTooLarge { bytes },
        FunctionCallError::Failed(failure) => GatewayError::IntegrationFailure(failure.into()),
        // It was reached.
        FunctionCallError::Unread(error) => GatewayError::IntegrationFailure(error.into()),
        FunctionCallError::Call(error) => match &error {
            CallError::Refused(refused) if refused.status == StatusCode::FORBIDDEN => {
                GatewayError::IntegrationForbidden(error.into())
            }
            CallError::Refused(_) | CallError::Incomplete(_) | CallError::Unreadable(_) => {
                GatewayError::IntegrationFailure(error.into())
            }
            CallError::NotSent(_)
            | CallError::BrokeOff(_)
            | CallError::NoHead(_)
            | CallError::TimedOut(_) => GatewayError::IntegrationUnreachable(error.into()),
        },
    }
}
