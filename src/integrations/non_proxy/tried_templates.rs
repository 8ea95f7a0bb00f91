//! The mapping templates of an integration, for whoever tries them: chosen as for a request, and called by nobody.

use http::HeaderMap;

use super::{
    NonProxy,
    content_templates::{BodyMapping, ContentTemplate},
    integration_answer::Selector,
};
use crate::{
    error::GatewayError,
    integrations::{Integration, IntegrationKind},
    template::mapping_template::MappingTemplate,
};

/// What becomes of one body.
#[derive(Clone, Copy, Debug)]
pub enum ChosenTemplate<'a> {
    Template {
        /// As the item writes it.
        content_type: &'a str,
        template: &'a MappingTemplate,
    },
    /// The body goes on as it is.
    Passthrough,
}

impl Integration {
    /// The integration, where it maps by templates.
    pub fn non_proxy(&self) -> Option<&NonProxy> {
        match &self.kind {
            IntegrationKind::NonProxy(integration) => Some(integration),
            IntegrationKind::Lambda(_)
            | IntegrationKind::DynamoDb(_)
            | IntegrationKind::Http(_)
            | IntegrationKind::Mock(_)
            | IntegrationKind::Service(_)
            | IntegrationKind::S3(_) => None,
        }
    }
}

impl NonProxy {
    /// The template for a request with these headers.
    ///
    /// # Errors
    /// `UnsupportedMediaType`: there is none, and its body may not pass without.
    pub fn request_template(&self, headers: &HeaderMap) -> Result<ChosenTemplate<'_>, GatewayError> {
        let chosen = self.request.templates.for_request(headers, self.request.passthrough)?;
        Ok(ChosenTemplate::of(chosen))
    }

    /// The template for a client that sends these headers, of the response that `answer` chooses: a status, a message
    /// of a function's error, or `default`.
    ///
    /// # Errors
    /// [`GatewayError::NoFittingResponse`]
    pub fn response_template(
        &self,
        answer: &str,
        headers: &HeaderMap,
    ) -> Result<ChosenTemplate<'_>, GatewayError> {
        let selector =
            if answer == "default" { Selector::Default } else { Selector::Text(answer.to_owned()) };
        let response = self.responses.selected(&selector)?;
        Ok(ChosenTemplate::of(response.templates.for_client(headers)))
    }
}

impl<'a> ChosenTemplate<'a> {
    fn of(chosen: Option<&'a ContentTemplate>) -> Self {
        match chosen {
            Some(ContentTemplate { content_type, mapping: BodyMapping::Template(template) }) => {
                Self::Template { content_type, template }
            }
            Some(ContentTemplate { mapping: BodyMapping::Passthrough, .. }) | None => Self::Passthrough,
        }
    }
}
