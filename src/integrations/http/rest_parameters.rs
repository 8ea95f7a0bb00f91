//! `integration.request.…` in the `requestParameters` of an `HTTP_PROXY`: each takes the place of what the client sent under
//! the name. A parameter of the query that comes from itself passes through with all its values.

use http::{HeaderMap, HeaderValue};

use super::{
    request_parameters::RequestPart,
    target_headers::add_origin,
    target_uri::{ParameterValue, TargetUri, UriTemplate},
    uri_characters::encoded_value,
};
use crate::{
    context::Context,
    error::GatewayError,
    integrations::parameter_mapping::{
        JsonBody, MappedParameter, RequestHeaderFate, RequestParameters, RequestPlace, TargetKind,
    },
};

/// The values of the parameters in one request.
pub struct RestValues<'a>(Vec<MappedParameter<'a>>);

impl<'a> RestValues<'a> {
    /// The values for a request.
    ///
    /// # Errors
    /// [`GatewayError::MappingFailed`]: one is for a header that API Gateway lets no mapping set.
    pub fn of(parameters: &'a RequestParameters, context: &Context<'_>) -> Result<Self, GatewayError> {
        let body = JsonBody::new(&context.request.body);
        let values = parameters.mapped_in(context, &body);
        let values: Vec<_> = values.filter(|value| !parameters.is_clients_own(value.place)).collect();
        for value in &values {
            if let RequestPlace::Header(name) = value.place
                && RequestHeaderFate::of(name, TargetKind::Http) == RequestHeaderFate::Fails
            {
                return Err(GatewayError::MappingFailed(format!("header {name} cannot be mapped").into()));
            }
        }
        Ok(Self(values))
    }

    /// The target's URI, with the request's own query.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: nothing is mapped into a parameter of the path. What is asked for then would be
    /// another resource, the one above.
    pub fn fill(
        &self,
        parameters: &RequestParameters,
        context: &Context<'_>,
        uri: &UriTemplate,
    ) -> Result<TargetUri, GatewayError> {
        for name in parameters.path_names() {
            let is_in_path = uri.path_parameters().any(|other| other == name);
            if is_in_path && self.path_value(name).is_none_or(|value| value_is_empty(context, value)) {
                let words = format!("nothing is mapped into {{{name}}} of the integration's path");
                return Err(GatewayError::BadRequest(words.into()));
            }
        }
        let mut target = uri.fill_with(|name| match self.path_value(name) {
            Some(MappedParameter { routed: Some(own), .. }) => routed(context, own),
            Some(MappedParameter { values, .. }) => {
                ParameterValue::Text(values.last().map_or("", String::as_str))
            }
            None => routed(context, name),
        });
        target.append_request_query(&context.request.query);
        Ok(target)
    }

    /// Sets headers, and parameters of the query. What has no value for this request is removed: the client's own must
    /// not pass for it.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: a value can be no header.
    pub fn apply(
        &self,
        parameters: &RequestParameters,
        context: &Context<'_>,
        target: &mut TargetUri,
        headers: &mut HeaderMap,
    ) -> Result<(), GatewayError> {
        for place in parameters.places().filter(|place| !parameters.is_clients_own(place)) {
            match place {
                RequestPlace::Header(name) => RequestPart::Header(name.clone()).remove(target, headers),
                RequestPlace::Querystring(name) => RequestPart::Query(name.clone()).remove(target, headers),
                RequestPlace::Path(_) => {}
            }
        }
        for MappedParameter { place, values, .. } in &self.0 {
            match place {
                RequestPlace::Header(name)
                    if RequestHeaderFate::of(name, TargetKind::Http) == RequestHeaderFate::Sent =>
                {
                    let words = || format!("what is mapped into header {name} is no header's value");
                    let value = HeaderValue::try_from(values.join(","));
                    let value = value.map_err(|_| GatewayError::BadRequest(words().into()))?;
                    headers.insert(name, value);
                }
                RequestPlace::Querystring(name) => {
                    for value in values {
                        target.append_query(&format!("{}={}", encoded_value(name), encoded_value(value)));
                    }
                }
                RequestPlace::Header(_) | RequestPlace::Path(_) => {}
            }
        }
        // What is mapped is not the platform's word for who called.
        add_origin(headers, context.request);
        Ok(())
    }

    fn path_value(&self, name: &str) -> Option<&MappedParameter<'a>> {
        self.0.iter().find(|value| matches!(value.place, RequestPlace::Path(path) if path == name))
    }
}

fn routed<'a>(context: &Context<'a>, name: &str) -> ParameterValue<'a> {
    ParameterValue::Routed(context.path_parameter(name).unwrap_or_default())
}

fn value_is_empty(context: &Context<'_>, value: &MappedParameter<'_>) -> bool {
    match value.routed {
        Some(own) => context.path_parameter(own).is_none_or(str::is_empty),
        None => value.values.last().is_none_or(String::is_empty),
    }
}
