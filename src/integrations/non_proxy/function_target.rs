//! A Lambda function that gets what a mapping made, and whose result is read by a mapping: `AWS` of API Gateway.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode, uri::PathAndQuery};

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    request_mapping::IntegrationRequest,
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
        lambda::{ResolvedFunctionCall, call_failure::refusal},
        parameter_mapping::RequestParameters,
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

/// `X-Amz-Invocation-Type` of the Invoke API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InvocationType {
    /// The client waits for the result.
    RequestResponse,
    /// Nobody waits.
    Event,
    /// The function does not run: Lambda says whether it might.
    DryRun,
}

impl InvocationType {
    const ALL: [Self; 3] = [Self::RequestResponse, Self::Event, Self::DryRun];

    fn name(self) -> &'static str {
        match self {
            Self::RequestResponse => "RequestResponse",
            Self::Event => "Event",
            Self::DryRun => "DryRun",
        }
    }

    fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == text)
    }

    /// The type that the request's own header says.
    fn of(request: &IntegrationRequest) -> Result<Self, GatewayError> {
        let Some(given) = request.headers.get(INVOCATION_TYPE) else { return Ok(Self::RequestResponse) };
        given.to_str().ok().and_then(Self::named).ok_or_else(|| {
            let words = "X-Amz-Invocation-Type is neither RequestResponse nor Event nor DryRun";
            GatewayError::MappingFailed(words.into())
        })
    }
}

const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("x-amz-client-context");
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
            && InvocationType::named(given).is_none()
        {
            let field = "requestParameters.integration.request.header.X-Amz-Invocation-Type";
            fields.problem(field, &format!("'{given}'"), "'RequestResponse' or 'Event' or 'DryRun'");
        }
    }

    /// True if nobody waits for its result, whatever the request.
    pub fn is_never_waited_for(parameters: &RequestParameters) -> bool {
        parameters.fixed_header(&INVOCATION_TYPE).and_then(InvocationType::named)
            == Some(InvocationType::Event)
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
            client_context: request.headers.get(CLIENT_CONTEXT).cloned(),
        };
        match InvocationType::of(request)? {
            InvocationType::RequestResponse => {}
            InvocationType::Event => {
                function_call::enqueue(client, call, request_id).await.map_err(refusal)?;
                return Ok(without_result(StatusCode::ACCEPTED));
            }
            InvocationType::DryRun => {
                function_call::dry_run(client, call, request_id).await.map_err(refusal)?;
                return Ok(without_result(StatusCode::NO_CONTENT));
            }
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
        let (event, invocation) = (event(request), InvocationType::of(request)?);
        let most = match invocation {
            InvocationType::RequestResponse | InvocationType::DryRun => MAX_EVENT_BYTES,
            InvocationType::Event => MAX_ASYNCHRONOUS_EVENT_BYTES,
        };
        check_size(&event, most).map_err(refusal)?;
        let function = self.function.to_string();
        let mode = invocation.name();
        Ok(ResolvedFunctionCall { function, path: self.path.clone(), version: None, mode, event })
    }
}

fn event(request: &IntegrationRequest) -> Vec<u8> {
    let body = &request.body[..];
    if body.trim_ascii().is_empty() { NO_EVENT.to_vec() } else { body.to_vec() }
}

/// Lambda's word that it has taken the call, or would take it.
fn without_result(status: StatusCode) -> IntegrationAnswer {
    IntegrationAnswer {
        status,
        headers: HeaderMap::new(),
        content_type: None,
        body: Bytes::new(),
        selector: Selector::Default,
    }
}
