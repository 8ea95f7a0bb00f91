//! A service, and whose credentials sign the calls of it.

use bytes::Bytes;
use http::Response;

use super::call_failure::{refusal, role_refusal};
use crate::{
    aws::{
        ServiceClient,
        assumed_roles::RoleArn,
        call::ServiceCall,
        clients::{CallCredentials, ServiceClients},
        request_id::EndpointRequestId,
        service::ServiceAddress,
    },
    error::GatewayError,
    item::{Fields, brief},
};

/// A service in a region, and the credentials that call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCaller {
    pub address: ServiceAddress,
    pub credentials: CallCredentials,
}

const A_ROLE: &str = "a role's ARN, arn:aws:iam::123456789012:role/NAME, or nothing: the gateway's own role";
const NO_CALLER: &str = "a role's ARN: calls are not made with the caller's own credentials, which a function URL does not hand on";

impl ServiceCaller {
    /// Reads whose credentials call, which `field` says: `credentials`, or `credentialsArn` of HTTP APIs. Without it, the
    /// gateway's own. What is wrong is reported, and `None`.
    pub fn read_credentials<'f>(fields: &Fields<'f>, field: &'f str) -> Option<CallCredentials> {
        let Some(given) = fields.value(field) else { return Some(CallCredentials::Own) };
        let text = fields.resolved_string(field)?;
        if let Some(role) = RoleArn::parse(&text) {
            return Some(CallCredentials::Role(role));
        }
        // `arn:aws:iam::*:user/*`
        let is_of_callers = text.contains(":iam::") && text.contains(":user/");
        fields.problem(field, &brief(given), if is_of_callers { NO_CALLER } else { A_ROLE });
        None
    }

    /// The client of the service.
    ///
    /// # Errors
    /// The role cannot be assumed: `IntegrationForbidden` where STS says no.
    pub async fn client(&self, clients: &ServiceClients) -> Result<ServiceClient, GatewayError> {
        clients.client(&self.address, &self.credentials).await.map_err(role_refusal)
    }

    /// Makes a call once. A service's error is an answer too, with its status; `request_id` becomes that of the answer.
    ///
    /// # Errors
    /// There is no answer: `IntegrationUnreachable`, or `IntegrationFailure` where it broke off or is too long; the role
    /// cannot be assumed.
    pub async fn exchange(
        &self,
        clients: &ServiceClients,
        call: &ServiceCall,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response<Bytes>, GatewayError> {
        let client = self.client(clients).await?;
        let outcome = client.exchange(call).await;
        *request_id = EndpointRequestId::of(&outcome);
        outcome.map_err(refusal)
    }
}
