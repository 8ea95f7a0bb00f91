//! Non-proxy integrations, in the words of `x-amazon-apigateway-integration`: `AWS`, `HTTP`, and `MOCK` with templates.
//!
//! The request and the response are mapped: parameters from the other side, bodies by templates. Between the two one
//! target is called.

mod content_handling;
mod content_templates;
mod function_target;
mod http_target;
mod integration_answer;
mod integration_response;
mod mock_target;
mod passthrough;
mod rendering;
mod request_mapping;
mod responses;
mod selection_pattern;
mod service_target;
mod target;
#[cfg(feature = "cli")]
mod tried_templates;

use http::header::{ACCEPT, CONTENT_TYPE};

#[cfg(feature = "cli")]
pub use self::{rendering::Side, tried_templates::ChosenTemplate};

use self::{
    function_target::FunctionTarget, http_target::HttpTarget, request_mapping::RequestMapping,
    responses::Responses, service_target::ServiceTarget, target::Target,
};
use super::{
    CallPart, Clients, MappedPart, ParseContext, ResolvedCall, http::UriTemplate,
    parameter_mapping::TargetKind,
};
use crate::{
    aws::request_id::EndpointRequestId,
    context::Context,
    error::GatewayError,
    functions::{FunctionName, media_types::BinaryMediaTypes},
    item::Fields,
    message::Response,
    template::{
        ContextVariable,
        mapped_value::{BodyPath, MappedValue, Word},
        parameter::IntegrationParameters,
    },
};

/// One target, and the mappings around its call.
#[derive(Debug)]
pub struct NonProxy {
    target: Target,
    request: RequestMapping,
    responses: Responses,
    binary_media_types: BinaryMediaTypes,
    /// `cacheKeyParameters`, which exports have here.
    keyed: Vec<String>,
    /// What a template takes, and what chooses one, in the words of mapped values.
    template_word: MappedValue,
    accept_word: MappedValue,
    content_type_word: MappedValue,
}

/// The fields of a `MOCK` that is no plain one.
pub const TEMPLATED_MOCK: [&str; 6] = [
    "requestTemplates",
    "responses",
    "requestParameters",
    "passthroughBehavior",
    "contentHandling",
    "httpMethod",
];

impl NonProxy {
    /// Reads the fields of an integration of type `AWS`. What is wrong is reported, and `None`.
    pub fn parse_aws(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let kind = if FunctionTarget::is_meant(fields) { TargetKind::Function } else { TargetKind::Service };
        let request = RequestMapping::read(fields, parse_context.path_parameters, kind);
        let target = if kind == TargetKind::Function {
            if let Some(request) = &request {
                FunctionTarget::check(fields, &request.parameters);
            }
            FunctionTarget::read(fields).map(Target::Function)
        } else {
            let mapped = request.iter().flat_map(|request| request.parameters.path_names());
            let target = ServiceTarget::read(fields, parse_context, mapped);
            target.map(|target| Target::Service(Box::new(target)))
        };
        Self::finish(fields, parse_context, target, request)
    }

    /// The same of type `HTTP`.
    pub fn parse_http(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let request = RequestMapping::read(fields, parse_context.path_parameters, TargetKind::Http);
        let mapped = request.iter().flat_map(|request| request.parameters.path_names());
        let target = HttpTarget::read(fields, parse_context, mapped);
        let target = target.map(|target| Target::Http(Box::new(target)));
        Self::finish(fields, parse_context, target, request)
    }

    /// The same of type `MOCK`, with templates.
    pub fn parse_mock(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        // Exports have one, which nobody is called by.
        fields.skip("httpMethod");
        let request = RequestMapping::read(fields, parse_context.path_parameters, TargetKind::Mock);
        Self::finish(fields, parse_context, Some(Target::Mock), request)
    }

    fn finish(
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
        target: Option<Target>,
        request: Option<RequestMapping>,
    ) -> Option<Self> {
        let responses = Responses::read(fields);
        if let (Some(Target::Service(_)), Some(responses)) = (&target, &responses) {
            responses.warn_of_hidden_errors(fields);
        }
        Some(Self {
            target: target?,
            request: request?,
            responses: responses?,
            binary_media_types: BinaryMediaTypes::new(parse_context.binary_media_types),
            keyed: fields.strings("cacheKeyParameters").unwrap_or_default(),
            template_word: MappedValue::Word(Word::Body(BodyPath::default())),
            accept_word: MappedValue::Word(Word::Header(ACCEPT)),
            content_type_word: MappedValue::Word(Word::Header(CONTENT_TYPE)),
        })
    }

    pub fn type_name(&self) -> &'static str {
        self.target.type_name()
    }

    /// False if what a client gets is never the result: nobody waits for it.
    pub fn is_waited_for(&self) -> bool {
        match &self.target {
            Target::Function(_) => !FunctionTarget::is_never_waited_for(&self.request.parameters),
            Target::Service(_) | Target::Http(_) | Target::Mock => true,
        }
    }

    /// The name of the function that it calls.
    pub fn function(&self) -> Option<&FunctionName> {
        match &self.target {
            Target::Function(function) => Some(function.function()),
            Target::Service(_) | Target::Http(_) | Target::Mock => None,
        }
    }

    /// The URL that it calls.
    pub fn uri(&self) -> Option<&UriTemplate> {
        match &self.target {
            Target::Http(http) => Some(&http.uri),
            Target::Function(_) | Target::Service(_) | Target::Mock => None,
        }
    }

    /// The parts of the client's request in the call, and what chooses the response's template.
    pub fn mapped(&self) -> Vec<MappedPart<'_>> {
        let mut parts: Vec<_> = self.request.parameters.parts().collect();
        if self.maps_bodies() {
            parts.push(MappedPart { value: &self.template_word, part: CallPart::Operation });
        }
        if self.responses.all().any(|response| response.templates.len() > 1) {
            parts.push(MappedPart { value: &self.accept_word, part: CallPart::Header(&ACCEPT) });
        }
        if self.request.templates.len() > 1 {
            parts.push(MappedPart { value: &self.content_type_word, part: CallPart::Header(&CONTENT_TYPE) });
        }
        parts
    }

    /// True if templates make a request's body or a response's.
    pub fn maps_bodies(&self) -> bool {
        self.request.templates.map_bodies()
            || self.responses.all().any(|response| response.templates.map_bodies())
    }

    /// The parameters that the target gets.
    pub fn parameters(&self) -> IntegrationParameters {
        IntegrationParameters {
            mapped: self.request.parameters.origins().collect(),
            keyed: self.keyed.clone(),
        }
    }

    /// The variables of `context` in the responses, and in templates.
    pub fn variables(&self) -> impl Iterator<Item = ContextVariable> {
        let of_responses = self.responses.all().flat_map(|response| response.variables());
        let response_templates = self.responses.all().map(|response| &response.templates);
        let templates = std::iter::once(&self.request.templates).chain(response_templates);
        of_responses.chain(templates.flat_map(|templates| templates.context_variables()))
    }

    /// Maps the request, calls the target, and maps its answer.
    pub async fn invoke(
        &self,
        context: &Context<'_>,
        clients: &Clients,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response, GatewayError> {
        let request = self.request.map(context, &self.binary_media_types, self.target.kind())?;
        let answer = self.target.call(context, &request, clients, request_id).await?;
        let response = self.responses.of(&answer)?;
        response.map(context, &self.binary_media_types, &answer, &request.overrides)
    }

    /// The call for a request, as it is sent; of a mock the response.
    ///
    /// # Errors
    /// The request cannot be made into one.
    pub fn resolve(&self, context: &Context<'_>) -> Result<ResolvedCall, GatewayError> {
        let request = self.request.map(context, &self.binary_media_types, self.target.kind())?;
        if let Some(call) = self.target.resolve(context, &request)? {
            return Ok(call);
        }
        let answer = mock_target::answer(&request)?;
        let response = self.responses.of(&answer)?;
        let response = response.map(context, &self.binary_media_types, &answer, &request.overrides)?;
        Ok(ResolvedCall::Mock(response))
    }
}
