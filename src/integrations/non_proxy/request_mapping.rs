//! The client's request → the request to the integration: templates, parameters, and what templates override.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
};

use super::{
    content_handling::ContentHandling,
    content_templates::{BodyMapping, ContentTemplates},
    passthrough::PassthroughBehavior,
    rendering::{Side, render},
};
use crate::{
    context::Context,
    error::GatewayError,
    functions::media_types::BinaryMediaTypes,
    integrations::{
        http::{ParameterValue, TargetUri, UriTemplate},
        parameter_mapping::{
            JsonBody, MappedParameter, RequestHeaderFate, RequestParameters, RequestPlace, TargetKind,
        },
        service_call::BodyOrigin,
    },
    item::Fields,
    template::mapping_template::{OverrideValue, Overrides, RequestOverride},
};

/// How a request to an integration is made.
#[derive(Debug)]
pub struct RequestMapping {
    pub parameters: RequestParameters,
    pub templates: ContentTemplates,
    pub passthrough: PassthroughBehavior,
    content_handling: ContentHandling,
}

/// The request to an integration.
#[derive(Debug, Default)]
pub struct IntegrationRequest {
    /// The values of `{name}` in the integration's URI that are mapped.
    pub path: BTreeMap<String, PathValue>,
    /// Decoded.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub origin: BodyOrigin,
    /// What the template leaves to the response.
    pub overrides: Overrides,
}

/// The value of a parameter of the integration's path.
#[derive(Debug)]
pub enum PathValue {
    /// The route's own parameter of this name, as it was routed.
    Routed(String),
    /// One segment.
    Text(String),
}

impl RequestMapping {
    /// Reads `requestParameters`, `requestTemplates`, `passthroughBehavior` and `contentHandling`. What is wrong is
    /// reported, and `None`.
    pub fn read(fields: &Fields<'_>, path_parameters: &[String], kind: TargetKind) -> Option<Self> {
        let parameters = RequestParameters::read(fields, path_parameters, kind);
        let templates = ContentTemplates::read(fields, "requestTemplates");
        let passthrough = PassthroughBehavior::read(fields);
        let content_handling = ContentHandling::read(fields);
        Some(Self {
            parameters: parameters?,
            templates: templates?,
            passthrough: passthrough?,
            content_handling: content_handling?,
        })
    }

    /// Makes the request to a target of this kind.
    ///
    /// # Errors
    /// `UnsupportedMediaType`: the body has no template, and may not pass without; `MappingFailed`.
    pub fn map(
        &self,
        context: &Context<'_>,
        types: &BinaryMediaTypes,
        kind: TargetKind,
    ) -> Result<IntegrationRequest, GatewayError> {
        let client = context.request;
        let template = self.templates.for_request(&client.headers, self.passthrough)?;
        let body = self.content_handling.of_request(types, &client.headers, &client.body)?;
        let mut request = IntegrationRequest::default();
        request.body = match template.map(|template| &template.mapping) {
            Some(BodyMapping::Template(template)) => {
                let rendered = render(template, Side::Request, context, &body, &Overrides::default())?;
                request.overrides = rendered.overrides;
                request.origin = BodyOrigin::Template;
                rendered.text.into()
            }
            Some(BodyMapping::Passthrough) | None => body.clone(),
        };
        let json = JsonBody::new(&client.body);
        for parameter in self.parameters.mapped_in(context, &json) {
            request.add(parameter)?;
        }
        request.apply_overrides()?;
        request.check_headers(kind)?;
        request.add_default_headers(context, kind);
        Ok(request)
    }
}

/// A header's value.
///
/// # Errors
/// [`GatewayError::MappingFailed`]: the text can be none.
pub fn header_value(name: &HeaderName, text: &str) -> Result<HeaderValue, GatewayError> {
    let words = || format!("the value of header {name} has control characters");
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| GatewayError::MappingFailed(words().into()))
}

impl IntegrationRequest {
    /// The text that a template made; `None`: the body is the client's.
    pub fn rendered(&self) -> Option<&str> {
        match self.origin {
            BodyOrigin::Template => str::from_utf8(&self.body).ok(),
            BodyOrigin::Client => None,
        }
    }

    fn add(&mut self, parameter: MappedParameter<'_>) -> Result<(), GatewayError> {
        let MappedParameter { place, mut values, routed } = parameter;
        match place {
            RequestPlace::Header(name) => {
                self.headers.insert(name.clone(), header_value(name, &values.join(","))?);
            }
            RequestPlace::Querystring(name) => {
                self.query.extend(values.into_iter().map(|value| (name.clone(), value)));
            }
            RequestPlace::Path(name) => {
                let value = match routed {
                    Some(parameter) => PathValue::Routed(parameter.to_owned()),
                    None => PathValue::Text(values.pop().unwrap_or_default()),
                };
                self.path.insert(name.clone(), value);
            }
        }
        Ok(())
    }

    /// A template's word comes before a parameter's.
    fn apply_overrides(&mut self) -> Result<(), GatewayError> {
        let RequestOverride { path, querystring, header } = self.overrides.request.clone();
        for OverrideValue { name, value } in path {
            self.path.insert(name, PathValue::Text(value));
        }
        for OverrideValue { name, value } in querystring {
            self.query.retain(|(other, _)| *other != name);
            self.query.push((name, value));
        }
        for OverrideValue { name, value } in header {
            let words = || format!("requestOverride.header.{}: no header's name", name.escape_debug());
            let name =
                HeaderName::try_from(&name).map_err(|_| GatewayError::MappingFailed(words().into()))?;
            let value = header_value(&name, &value)?;
            self.headers.insert(name, value);
        }
        Ok(())
    }

    fn check_headers(&mut self, kind: TargetKind) -> Result<(), GatewayError> {
        let names: Vec<_> = self.headers.keys().cloned().collect();
        for name in names {
            match RequestHeaderFate::of(&name, kind) {
                RequestHeaderFate::Sent => {}
                RequestHeaderFate::Dropped => drop(self.headers.remove(&name)),
                RequestHeaderFate::Fails => {
                    let words = format!("header {name} cannot be mapped");
                    return Err(GatewayError::MappingFailed(words.into()));
                }
            }
        }
        Ok(())
    }

    /// As API Gateway adds them: JSON is accepted, and a body is of the type that the client's has; of a service's it is
    /// the service's own.
    fn add_default_headers(&mut self, context: &Context<'_>, kind: TargetKind) {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        self.headers.entry(ACCEPT).or_insert(JSON);
        let client = context.request;
        let has_no_body = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&client.method);
        let is_of_service = kind == TargetKind::Service;
        let own = client.headers.get(CONTENT_TYPE).filter(|_| !has_no_body && !is_of_service);
        if let Some(own) = own {
            self.headers.entry(CONTENT_TYPE).or_insert(own.clone());
        }
    }

    /// The integration's URI for this request.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: a parameter of its path is empty. What is asked for then would be another resource,
    /// the one above.
    pub fn fill(&self, context: &Context<'_>, uri: &UriTemplate) -> Result<TargetUri, GatewayError> {
        let is_empty = |name: &&str| match self.path_value(context, name) {
            ParameterValue::Text(text) | ParameterValue::Routed(text) => text.is_empty(),
        };
        if let Some(name) = uri.path_parameters().find(is_empty) {
            let words = format!("nothing is mapped into {{{name}}} of the integration's path");
            return Err(GatewayError::BadRequest(words.into()));
        }
        Ok(uri.fill_with(|name| self.path_value(context, name)))
    }

    /// The value of `{name}` in the integration's URI: what is mapped, or else the route's own parameter of the name.
    fn path_value<'a>(&'a self, context: &Context<'a>, name: &str) -> ParameterValue<'a> {
        match self.path.get(name) {
            Some(PathValue::Text(text)) => ParameterValue::Text(text),
            Some(PathValue::Routed(own)) => {
                ParameterValue::Routed(context.path_parameter(own).unwrap_or_default())
            }
            None => ParameterValue::Routed(context.path_parameter(name).unwrap_or_default()),
        }
    }
}
