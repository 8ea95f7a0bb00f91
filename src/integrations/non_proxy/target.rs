//! Whom a non-proxy integration calls.

use super::{
    function_target::FunctionTarget, http_target::HttpTarget, integration_answer::IntegrationAnswer,
    mock_target, request_mapping::IntegrationRequest, service_target::ServiceTarget,
};
use crate::{
    aws::request_id::EndpointRequestId,
    context::Context,
    error::GatewayError,
    integrations::{Clients, ResolvedCall, parameter_mapping::TargetKind},
};

/// The target of an integration.
#[derive(Debug)]
pub enum Target {
    /// `AWS` with the Invoke API of Lambda.
    Function(FunctionTarget),
    /// `AWS` with any other API of AWS.
    Service(Box<ServiceTarget>),
    /// `HTTP`
    Http(Box<HttpTarget>),
    /// `MOCK`: nobody is called.
    Mock,
}

impl Target {
    pub fn kind(&self) -> TargetKind {
        match self {
            Self::Function(_) => TargetKind::Function,
            Self::Service(_) => TargetKind::Service,
            Self::Http(_) => TargetKind::Http,
            Self::Mock => TargetKind::Mock,
        }
    }

    /// `type`, as items write it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Function(_) | Self::Service(_) => "AWS",
            Self::Http(_) => "HTTP",
            Self::Mock => "MOCK",
        }
    }

    /// Makes the call. `request_id` becomes that of an AWS service's answer.
    ///
    /// # Errors
    /// There is no answer, or it is none that a mapping can read.
    pub async fn call(
        &self,
        context: &Context<'_>,
        request: &IntegrationRequest,
        clients: &Clients,
        request_id: &mut EndpointRequestId,
    ) -> Result<IntegrationAnswer, GatewayError> {
        match self {
            Self::Function(function) => Box::pin(function.call(context, request, clients, request_id)).await,
            Self::Service(service) => {
                Box::pin(service.call(context, request, &clients.services, request_id)).await
            }
            Self::Http(http) => Box::pin(http.call(context, request, &clients.http)).await,
            Self::Mock => mock_target::answer(request),
        }
    }

    /// The call as it would be sent; `None`: nobody is called.
    ///
    /// # Errors
    /// The request cannot be made into one.
    pub fn resolve(
        &self,
        context: &Context<'_>,
        request: &IntegrationRequest,
    ) -> Result<Option<ResolvedCall>, GatewayError> {
        Ok(match self {
            Self::Function(function) => Some(ResolvedCall::Function(function.resolve(request)?)),
            Self::Service(service) => {
                Some(ResolvedCall::Service(Box::new(service.resolve(context, request)?)))
            }
            Self::Http(http) => Some(ResolvedCall::Http(http.request(context, request)?)),
            Self::Mock => None,
        })
    }
}
