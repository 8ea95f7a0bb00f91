//! A Lambda function that gets what a mapping made, and whose result is read by a mapping: `AWS` of API Gateway.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode, uri::PathAndQuery};

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    request_mapping::IntegrationRequest,
    request_parameters::RequestParameters,
};
use crate::{
    aws::{
        ServiceClient,
        clients::CallCredentials,
        request_id::EndpointRequestId,
        service::{Service, ServiceAddress},
    },
    context::Context,
    error::GatewayError,
    functions::{
        FunctionName,
        function_call::{
            self, FunctionCall, FunctionOutcome, MAX_ASYNCHRONOUS_EVENT_BYTES, MAX_EVENT_BYTES, check_size,
        },
    },
    integrations::{
        Clients, invoke_method,
        lambda::{InvocationMode, ResolvedFunctionCall, call_failure::refusal},
        service_call::ServiceCaller,
    },
    item::Fields,
};

/// A function.
#[derive(Debug)]
pub struct FunctionTarget {
    function: FunctionName,
    path: PathAndQuery,
    credentials: CallCredentials,
}

const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
/// What a function gets where nothing is sent, as Lambda has it.
const NO_EVENT: &[u8] = b"{}";

impl FunctionTarget {
    /// True if `uri` is a function's and no other API's of AWS.
    pub fn is_meant(fields: &Fields<'_>) -> bool {
        let text = fields.value("uri").and_then(|uri| uri.as_str()).unwrap_or_default();
        !text.contains(":apigateway:") || text.contains(":lambda:path/") && text.contains("/functions/")
    }

    /// Reads `uri`, `httpMethod` and `credentials`. What is wrong is reported, and `None`.
    pub fn read(fields: &Fields<'_>) -> Option<Self> {
        invoke_method::check(fields, "httpMethod");
        let credentials = ServiceCaller::read_credentials(fields, "credentials");
        let function = FunctionName::read(fields, "uri")?;
        let path = function.invocations_path();
        Some(Self { function, path, credentials: credentials? })
    }

    pub fn function(&self) -> &FunctionName {
        &self.function
    }

    /// Says what is wrong with the parameters: the Invoke API takes few.
    pub fn check(fields: &Fields<'_>, parameters: &RequestParameters) {
        if let Some(given) = parameters.fixed_header(&INVOCATION_TYPE)
            && InvocationMode::of_header(given).is_none()
        {
            let field = "requestParameters.integration.request.header.X-Amz-Invocation-Type";
            fields.problem(field, &format!("'{given}'"), "'RequestResponse' or 'Event'");
        }
    }

    /// True if nobody waits for its result, whatever the request.
    pub fn is_never_waited_for(parameters: &RequestParameters) -> bool {
        parameters.fixed_header(&INVOCATION_TYPE).and_then(InvocationMode::of_header)
            == Some(InvocationMode::Event)
    }

    /// Calls the function.
    pub async fn call(
        &self,
        context: &Context<'_>,
        request: &IntegrationRequest,
        clients: &Clients,
        request_id: &mut EndpointRequestId,
    ) -> Result<IntegrationAnswer, GatewayError> {
        let client = &self.client(clients).await?;
        let call = FunctionCall {
            path: &self.path,
            event: event(request),
            trace_id: &context.request.origin.trace_id,
        };
        if mode(request)? == InvocationMode::Event {
            function_call::enqueue(client, call, request_id).await.map_err(refusal)?;
            return Ok(IntegrationAnswer {
                status: StatusCode::ACCEPTED,
                headers: HeaderMap::new(),
                content_type: None,
                body: Bytes::new(),
                selector: Selector::Default,
            });
        }
        let FunctionOutcome { headers, payload, failure } =
            function_call::outcome(client, call, request_id).await.map_err(refusal)?;
        let message = failure.and_then(|_| function_call::error_message(&payload));
        let selector = message.map_or(Selector::Default, Selector::Text);
        Ok(IntegrationAnswer { status: StatusCode::OK, headers, content_type: None, body: payload, selector })
    }

    async fn client(&self, clients: &Clients) -> Result<ServiceClient, GatewayError> {
        let credentials = match &self.credentials {
            CallCredentials::Own => return Ok(clients.lambda.clone()),
            CallCredentials::Role(_) => self.credentials.clone(),
        };
        let caller = ServiceCaller { address: ServiceAddress::of(Service::Lambda), credentials };
        caller.client(&clients.services).await
    }

    /// The call for a request, as it is sent.
    ///
    /// # Errors
    /// `RequestTooLarge`: Lambda would refuse the event.
    pub fn resolve(&self, request: &IntegrationRequest) -> Result<ResolvedFunctionCall, GatewayError> {
        let (event, mode) = (event(request), mode(request)?);
        let most = match mode {
            InvocationMode::Buffered | InvocationMode::Stream => MAX_EVENT_BYTES,
            InvocationMode::Event => MAX_ASYNCHRONOUS_EVENT_BYTES,
        };
        check_size(&event, most).map_err(refusal)?;
        let function = self.function.to_string();
        Ok(ResolvedFunctionCall { function, path: self.path.clone(), version: None, mode, event })
    }
}

fn event(request: &IntegrationRequest) -> Vec<u8> {
    let body = &request.body[..];
    if body.trim_ascii().is_empty() { NO_EVENT.to_vec() } else { body.to_vec() }
}

/// The way in which the request's own header says that the function is invoked.
fn mode(request: &IntegrationRequest) -> Result<InvocationMode, GatewayError> {
    let Some(given) = request.headers.get(INVOCATION_TYPE) else { return Ok(InvocationMode::Buffered) };
    let mode = given.to_str().ok().and_then(InvocationMode::of_header);
    mode.ok_or_else(|| {
        GatewayError::MappingFailed("X-Amz-Invocation-Type is neither RequestResponse nor Event".into())
    })
}
