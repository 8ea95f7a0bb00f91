//! An AWS service that gets what a mapping made, and whose answer is read by a mapping: `AWS` of API Gateway.

use http::{Method, header::CONTENT_TYPE};

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    request_mapping::IntegrationRequest,
};
use crate::{
    aws::{call::ServiceCall, clients::ServiceClients, request_id::EndpointRequestId},
    context::Context,
    error::GatewayError,
    integrations::{
        ParseContext, ResolvedServiceCall,
        http::{IntegrationMethod, TargetUri, UriTemplate, encoded_value},
        service_call::{ServiceCaller, ServiceOperation, ServiceRequest, ServiceUri},
    },
    item::Fields,
};

/// One operation of a service.
#[derive(Debug)]
pub struct ServiceTarget {
    caller: ServiceCaller,
    operation: ServiceOperation,
    /// Of an operation that is a path.
    path: Option<UriTemplate>,
    method: IntegrationMethod,
}

impl ServiceTarget {
    /// Reads `uri`, `httpMethod` and `credentials`. `mapped` are the names of the URI's parameters that
    /// `requestParameters` give. What is wrong is reported, and `None`.
    pub fn read<'m>(
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
        mapped: impl Iterator<Item = &'m str>,
    ) -> Option<Self> {
        let credentials = ServiceCaller::read_credentials(fields, "credentials");
        let uri = ServiceUri::read(fields);
        let method = match fields.value("httpMethod") {
            // Actions are posted.
            None if matches!(&uri, Some(ServiceUri { operation: ServiceOperation::Action { .. }, .. })) => {
                Some(IntegrationMethod::Fixed(Method::POST))
            }
            Some(_) | None => IntegrationMethod::read(fields, "httpMethod"),
        };
        let ServiceUri { address, operation } = uri?;
        let mut names = parse_context.path_parameters.to_vec();
        names.extend(mapped.map(str::to_owned));
        let path = match operation.path() {
            Some(path) => Some(UriTemplate::of_path(fields, path, &names)?),
            None => None,
        };
        let caller = ServiceCaller { address, credentials: credentials? };
        Some(Self { caller, operation, path, method: method? })
    }

    /// The call for a request.
    ///
    /// # Errors
    /// `BadRequest`: what is mapped makes no path or query.
    fn call_of(
        &self,
        context: &Context<'_>,
        request: &IntegrationRequest,
    ) -> Result<ServiceCall, GatewayError> {
        let mut query = TargetUri { path: String::new(), query: String::new() };
        for (name, value) in &request.query {
            query.append_query(&format!("{}={}", encoded_value(name), encoded_value(value)));
        }
        let path = match &self.path {
            Some(path) => {
                Some(path.path_and_query(&path.fill_with(|name| request.path_value(context, name)))?)
            }
            None => None,
        };
        let mut headers = request.headers.clone();
        // An object of S3 is of the type that the client says; an action's body is of the service's own.
        let own =
            context.request.headers.get(CONTENT_TYPE).filter(|_| path.is_some() && !request.body.is_empty());
        if let Some(own) = own {
            headers.entry(CONTENT_TYPE).or_insert(own.clone());
        }
        let service_request = ServiceRequest {
            method: self.method.of(context.request)?.clone(),
            path,
            query: query.query,
            headers,
            body: request.body.clone(),
            trace_id: context.request.origin.trace_id.clone(),
        };
        self.operation.call(self.caller.address.service, service_request)
    }

    /// Calls the service; an error of its own is an answer too.
    pub async fn call(
        &self,
        context: &Context<'_>,
        request: &IntegrationRequest,
        clients: &ServiceClients,
        request_id: &mut EndpointRequestId,
    ) -> Result<IntegrationAnswer, GatewayError> {
        let call = self.call_of(context, request)?;
        let (head, body) = self.caller.exchange(clients, &call, request_id).await?.into_parts();
        let selector = Selector::of_status(head.status);
        Ok(IntegrationAnswer {
            status: head.status,
            headers: head.headers,
            content_type: None,
            body,
            selector,
        })
    }

    /// The call for a request, before it is signed.
    ///
    /// # Errors
    /// As its making.
    pub fn resolve(
        &self,
        context: &Context<'_>,
        request: &IntegrationRequest,
    ) -> Result<ResolvedServiceCall, GatewayError> {
        let address = &self.caller.address;
        let name = address.service.name().unwrap_or_default();
        let service = match &address.subdomain {
            Some(subdomain) => format!("{subdomain}.{name}"),
            None => name.to_owned(),
        };
        let action = match &self.operation {
            ServiceOperation::Action { name, .. } => Some(name.clone()),
            ServiceOperation::Path(_) => None,
        };
        Ok(ResolvedServiceCall::new(service, action, &self.caller, self.call_of(context, request)?))
    }
}
