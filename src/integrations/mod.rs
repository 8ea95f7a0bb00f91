//! The integrations, which answer requests: a Lambda function, a DynamoDB operation, another AWS service, an HTTP URL,
//! or nobody (a mock).
//!
//! An integration is parsed once, at deployment; nothing is looked up by name when a request comes.

mod clients;
pub mod dynamodb;
pub mod http;
mod invoke_method;
mod kind_parsing;
pub mod lambda;
mod mapped_part;
pub mod mock;
mod non_proxy;
mod parameter_mapping;
#[cfg(feature = "cli")]
mod requirement;
mod reserved;
mod resolved_call;
mod response_parameters;
mod s3;
pub mod service_call;
pub mod services;
mod shared_targets;
mod streamed_body;

use std::{sync::Arc, time::Duration};

pub use self::{
    clients::{Clients, dynamodb_client},
    mapped_part::{CallPart, MappedPart},
    resolved_call::{ResolvedCall, ResolvedServiceCall},
};
use self::{
    dynamodb::DynamoDb,
    http::Http,
    kind_parsing::IntegrationType,
    lambda::Lambda,
    mock::Mock,
    non_proxy::NonProxy,
    response_parameters::{Read, ResponseParameters},
    s3::S3,
    services::ServiceIntegration,
};
#[cfg(feature = "cli")]
pub use self::{
    non_proxy::{ChosenTemplate, Side},
    requirement::{AttributeType, AttributeUse, Comparison, KeyForm, KeyUse, Requirement, TableUse},
};
use crate::{
    aws::request_id::EndpointRequestId,
    context::Context,
    error::GatewayError,
    http_client::GuardedClient,
    item::Fields,
    limits::usage_plan::Permit,
    message::Response,
    template::{ContextVariable, mapped_value::Word},
};

/// The integration of a route, and the time that it may take.
#[derive(Debug)]
pub struct Integration {
    kind: IntegrationKind,
    timeout: Duration,
    response_parameters: Option<Box<ResponseParameters>>,
}

#[derive(Debug)]
enum IntegrationKind {
    Lambda(Box<Lambda>),
    DynamoDb(Box<DynamoDb>),
    Http(Box<Http>),
    Mock(Box<Mock>),
    Service(Box<ServiceIntegration>),
    S3(Box<S3>),
    /// `AWS`, `HTTP`, and `MOCK` with templates.
    NonProxy(Box<NonProxy>),
}

/// The facts of its API and route that an integration is parsed with.
#[derive(Clone, Debug)]
pub struct ParseContext<'a> {
    /// The names of the route's path parameters.
    pub path_parameters: &'a [String],
    /// `GET /orders/{id}`, with the stage before it: what a cursor is bound to.
    pub stage_and_route: &'a str,
    /// `binaryMediaTypes` of `$api`.
    pub binary_media_types: &'a Arc<[String]>,
    /// Connects only where `allowPrivateIntegrations` of `$api` lets it.
    pub http_client: &'a GuardedClient,
}

impl ParseContext<'_> {
    /// True for the route `$default`.
    pub fn is_default_route(&self) -> bool {
        self.stage_and_route.split_once(' ').is_some_and(|(_, route_key)| route_key == "$default")
    }
}

/// API Gateway's default; the most is what a Lambda function may run.
const DEFAULT_TIMEOUT_MS: u64 = 29_000;
const MAX_TIMEOUT_MS: u64 = 900_000;

impl Integration {
    /// Reads the map `integration` of a route item. What is wrong is reported, and `None`.
    pub fn parse(fields: Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let given = IntegrationType::given(&fields);
        let timeout_ms = fields.integer("timeoutInMillis", 50..=MAX_TIMEOUT_MS).unwrap_or(DEFAULT_TIMEOUT_MS);
        // Exports say what is so anyhow.
        fields.pass_over("connectionType", "INTERNET");
        let kind = IntegrationType::required(given, &fields)?.parse(&fields, parse_context);
        let response_parameters =
            kind.as_ref().map_or(Read::Absent, |kind| kind.response_parameters(&fields));
        fields.finish();
        let response_parameters = match response_parameters {
            Read::Absent => None,
            Read::Parameters(parameters) => Some(parameters),
            Read::Wrong => return None,
        };
        Some(Self { kind: kind?, timeout: Duration::from_millis(timeout_ms), response_parameters })
    }

    /// True if a response is all that there will be, and worth giving to the next caller.
    pub fn is_result_reusable(&self) -> bool {
        match &self.kind {
            IntegrationKind::Lambda(lambda) => lambda.is_buffered(),
            IntegrationKind::DynamoDb(operation) => !operation.writes(),
            IntegrationKind::Service(service) => !service.writes(),
            // Objects come piece by piece.
            IntegrationKind::S3(_) => false,
            IntegrationKind::NonProxy(integration) => integration.is_waited_for(),
            IntegrationKind::Http(_) | IntegrationKind::Mock(_) => true,
        }
    }

    /// True if it changes an item of a table.
    pub fn writes_to_dynamodb(&self) -> bool {
        match &self.kind {
            IntegrationKind::DynamoDb(operation) => operation.writes(),
            IntegrationKind::Lambda(_)
            | IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_)
            | IntegrationKind::NonProxy(_) => false,
        }
    }

    /// The query parameter by which a client turns pages.
    pub fn page_parameter(&self) -> Option<&'static str> {
        match &self.kind {
            IntegrationKind::DynamoDb(operation) => operation.page_parameter(),
            IntegrationKind::Lambda(_)
            | IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_)
            | IntegrationKind::NonProxy(_) => None,
        }
    }

    /// The values that are mapped into a call that changes nothing, except the routed path and its parameters in a
    /// target's path.
    pub fn mapped(&self) -> Vec<MappedPart<'_>> {
        match &self.kind {
            IntegrationKind::DynamoDb(operation) => {
                let part = CallPart::Operation;
                operation.mapped_values().into_iter().map(|value| MappedPart { value, part }).collect()
            }
            IntegrationKind::Service(service) if service.writes() => Vec::new(),
            IntegrationKind::Service(service) => {
                let part = CallPart::Operation;
                service.mapped_values().into_iter().map(|value| MappedPart { value, part }).collect()
            }
            IntegrationKind::Http(http) => http.mapped(),
            IntegrationKind::NonProxy(integration) => integration.mapped(),
            IntegrationKind::Lambda(_) | IntegrationKind::Mock(_) | IntegrationKind::S3(_) => Vec::new(),
        }
    }

    /// The variables of `context` that are in the response, or in what is asked for: not those in headers of a request.
    pub fn variables(&self) -> Vec<ContextVariable> {
        let is_asked_for = |mapped: &MappedPart<'_>| !matches!(mapped.part, CallPart::Header(_));
        let words = self.mapped().into_iter().filter(is_asked_for).flat_map(|mapped| mapped.value.words());
        let mut variables: Vec<_> = words.filter_map(Word::variable).collect();
        match &self.kind {
            IntegrationKind::Mock(mock) => variables.extend(mock.variables()),
            IntegrationKind::NonProxy(integration) => variables.extend(integration.variables()),
            IntegrationKind::Lambda(_)
            | IntegrationKind::DynamoDb(_)
            | IntegrationKind::Http(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => {}
        }
        let of_response = self.response_parameters.iter().flat_map(|parameters| parameters.variables());
        variables.extend(of_response);
        variables
    }

    /// `type`, as items write it.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            IntegrationKind::Lambda(_) => "AWS_PROXY",
            IntegrationKind::DynamoDb(_) => "DYNAMODB",
            IntegrationKind::Http(_) => "HTTP_PROXY",
            IntegrationKind::Mock(_) => "MOCK",
            IntegrationKind::Service(service) => service.type_name(),
            IntegrationKind::S3(_) => "S3",
            IntegrationKind::NonProxy(integration) => integration.type_name(),
        }
    }

    /// All that has to be there for it.
    #[cfg(feature = "cli")]
    pub fn requirements(&self) -> Vec<Requirement> {
        match &self.kind {
            IntegrationKind::Lambda(lambda) => vec![Requirement::Function(lambda.function().clone())],
            IntegrationKind::DynamoDb(operation) => {
                operation.table_uses().into_iter().map(Requirement::Table).collect()
            }
            IntegrationKind::NonProxy(integration) => {
                integration.function().cloned().map(Requirement::Function).into_iter().collect()
            }
            IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => Vec::new(),
        }
    }

    /// The call that [`Integration::invoke`] makes for a request, made by the same code and not sent.
    ///
    /// # Errors
    /// The request cannot be made into one.
    pub fn resolve(&self, context: &Context<'_>) -> Result<ResolvedCall, GatewayError> {
        Ok(match &self.kind {
            IntegrationKind::Lambda(lambda) => ResolvedCall::Function(lambda.resolve(context)?),
            IntegrationKind::DynamoDb(operation) => ResolvedCall::DynamoDb(operation.resolve(context)?),
            IntegrationKind::Http(http) => ResolvedCall::Http(http.request(context)?),
            IntegrationKind::Mock(mock) => ResolvedCall::Mock(mock.invoke(context)),
            IntegrationKind::S3(s3) => ResolvedCall::Service(Box::new(s3.resolve(context)?)),
            IntegrationKind::Service(service) => ResolvedCall::Service(Box::new(service.resolve(context)?)),
            IntegrationKind::NonProxy(integration) => integration.resolve(context)?,
        })
    }

    /// The time that one call for a request may take.
    pub fn limit(&self, context: &Context<'_>) -> Duration {
        self.timeout.min(context.time_left())
    }

    /// Makes a response that may be kept for others one for this client: what the gateway itself decides by a request,
    /// and no key has, it decides here. `context` is the client's own, not what was forwarded.
    ///
    /// # Errors
    /// The client wants a form of the response that there is not.
    pub fn finish(&self, context: &Context<'_>, response: Response) -> Result<Response, GatewayError> {
        match &self.kind {
            IntegrationKind::Lambda(lambda) => lambda.finish(context, response),
            IntegrationKind::DynamoDb(operation) => Ok(operation.finish(context, response)),
            IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_)
            | IntegrationKind::NonProxy(_) => Ok(response),
        }
    }

    /// Calls the integration, for as long as it and the Lambda's own deadline allow. [`Integration::finish`] ends its
    /// answer. `request_id` becomes that of an AWS service's last response, also of one that is an error.
    pub async fn invoke(
        &self,
        _permit: &Permit,
        context: &Context<'_>,
        clients: &Clients,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response, GatewayError> {
        let limit = self.limit(context);
        // Boxed: this future is part of every request's, and those of a call are large.
        let call = async {
            let response = match &self.kind {
                IntegrationKind::Lambda(lambda) => {
                    Box::pin(lambda.invoke(context, &clients.lambda, request_id)).await
                }
                IntegrationKind::DynamoDb(operation) => {
                    Box::pin(operation.invoke(context, &clients.dynamodb, request_id)).await
                }
                IntegrationKind::Http(http) => Box::pin(http.invoke(context, &clients.http)).await,
                IntegrationKind::Mock(mock) => Ok(mock.invoke(context)),
                IntegrationKind::S3(s3) => Box::pin(s3.invoke(context, &clients.services, request_id)).await,
                IntegrationKind::Service(service) => {
                    Box::pin(service.invoke(context, &clients.services, request_id)).await
                }
                IntegrationKind::NonProxy(integration) => {
                    Box::pin(integration.invoke(context, clients, request_id)).await
                }
            }?;
            match &self.response_parameters {
                None => Ok(response),
                Some(parameters) => Box::pin(parameters.apply(context, response)).await,
            }
        };
        tokio::time::timeout(limit, call).await.unwrap_or(Err(GatewayError::IntegrationTimeout { limit }))
    }
}
