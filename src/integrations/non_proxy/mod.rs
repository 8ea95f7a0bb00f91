//! Non-proxy integrations, in the words of `x-amazon-apigateway-integration`: `AWS`, `HTTP`, and `MOCK` with templates.
//!
//! The request and the response are mapped: parameters from the other side, bodies by templates. Between the two one
//! target is called.

mod body_selection;
mod content_handling;
mod content_templates;
mod engine;
mod function_target;
mod header_fates;
mod http_target;
mod integration_answer;
mod integration_response;
mod lax_status;
mod mock_target;
mod parameter_source;
mod passthrough;
mod request_mapping;
mod request_parameters;
mod responses;
mod selection_pattern;
mod target;

use self::{
    function_target::FunctionTarget,
    http_target::HttpTarget,
    request_mapping::RequestMapping,
    responses::Responses,
    target::{Target, TargetKind},
};
use super::{Clients, MappedPart, ParseContext, ResolvedCall, http::UriTemplate};
use crate::{
    aws::request_id::EndpointRequestId, context::Context, error::GatewayError,
    functions::media_types::BinaryMediaTypes, item::Fields, message::Response, template::ContextVariable,
};

/// One target, and the mappings around its call.
#[derive(Debug)]
pub struct NonProxy {
    target: Target,
    request: RequestMapping,
    responses: Responses,
    binary_media_types: BinaryMediaTypes,
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
        let target = FunctionTarget::read(fields).map(Target::Function);
        let request = RequestMapping::read(fields, parse_context.path_parameters, TargetKind::Function);
        if let Some(request) = &request {
            FunctionTarget::check(fields, &request.parameters);
        }
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
        let binary_media_types = BinaryMediaTypes::new(parse_context.binary_media_types);
        Some(Self { target: target?, request: request?, responses: responses?, binary_media_types })
    }

    pub fn type_name(&self) -> &'static str {
        self.target.type_name()
    }

    /// False if what a client gets is never the result: nobody waits for it.
    pub fn is_waited_for(&self) -> bool {
        match &self.target {
            Target::Function(_) => !FunctionTarget::is_never_waited_for(&self.request.parameters),
            Target::Http(_) | Target::Mock => true,
        }
    }

    /// The name of the function that it calls.
    pub fn function(&self) -> Option<&str> {
        match &self.target {
            Target::Function(function) => Some(function.name()),
            Target::Http(_) | Target::Mock => None,
        }
    }

    /// The URL that it calls.
    pub fn uri(&self) -> Option<&UriTemplate> {
        match &self.target {
            Target::Http(http) => Some(&http.uri),
            Target::Function(_) | Target::Mock => None,
        }
    }

    /// The parts of the client's request in the parameters of the call.
    pub fn mapped(&self) -> Vec<MappedPart<'_>> {
        self.request.parameters.parts().collect()
    }

    /// The variables of `context` in the responses.
    pub fn variables(&self) -> impl Iterator<Item = ContextVariable> {
        self.responses.all().flat_map(|response| response.variables())
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
