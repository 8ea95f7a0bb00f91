//! The targets of integrations as others see them: whether two may call the same, and what a target gets under names of
//! its own.

use super::{Integration, IntegrationKind, http::UriTemplate};
use crate::{functions::FunctionName, template::parameter::IntegrationParameters};

impl Integration {
    /// True if it may ask a target of `other` for whatever path a client sends.
    pub fn may_share_a_target_with(&self, other: &Self) -> bool {
        let shares_function = self.function().is_some_and(|own| other.function() == Some(own));
        let shares_server = match (self.uri(), other.uri()) {
            (Some(own), Some(theirs)) => own.has_same_server_as(theirs),
            (Some(_) | None, _) => false,
        };
        shares_function || shares_server && self.forwards_request_path()
    }

    /// The name of the function that it calls. A mock has no target, and a table knows no paths.
    fn function(&self) -> Option<&str> {
        match &self.kind {
            IntegrationKind::Lambda(lambda) => Some(lambda.function().name()),
            IntegrationKind::NonProxy(integration) => integration.function().map(FunctionName::name),
            IntegrationKind::DynamoDb(_)
            | IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => None,
        }
    }

    /// The URL that it calls.
    fn uri(&self) -> Option<&UriTemplate> {
        match &self.kind {
            IntegrationKind::Http(http) => Some(http.uri()),
            IntegrationKind::NonProxy(integration) => integration.uri(),
            IntegrationKind::Lambda(_)
            | IntegrationKind::DynamoDb(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => None,
        }
    }

    /// True if the path that is asked for has something of the request's.
    fn forwards_request_path(&self) -> bool {
        match &self.kind {
            IntegrationKind::Http(http) => http.forwards_request_path(),
            IntegrationKind::NonProxy(integration) => {
                integration.uri().is_some_and(UriTemplate::forwards_request_path)
            }
            IntegrationKind::Lambda(_)
            | IntegrationKind::DynamoDb(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => false,
        }
    }

    /// True if templates make a request's body or a response's.
    pub fn maps_bodies(&self) -> bool {
        match &self.kind {
            IntegrationKind::NonProxy(integration) => integration.maps_bodies(),
            IntegrationKind::Lambda(_)
            | IntegrationKind::DynamoDb(_)
            | IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => false,
        }
    }

    /// The parameters that it gets under names of its own, `integration.request.header.x`.
    pub fn parameters(&self) -> IntegrationParameters {
        match &self.kind {
            IntegrationKind::NonProxy(integration) => integration.parameters(),
            IntegrationKind::Http(http) => http.parameters(),
            IntegrationKind::Lambda(_)
            | IntegrationKind::DynamoDb(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => IntegrationParameters::default(),
        }
    }
}
