//! A Lambda function answers: API Gateway's `AWS_PROXY`.
//!
//! The request becomes an event of payload format 1.0 (a REST API's) or 2.0 (an HTTP API's), and what the function
//! returns becomes the response by the rules of the same format. An event is sent once, whatever happens.

mod base64_body;
pub(super) mod call_failure;
mod function_headers;
mod function_response;
mod response_v1;
mod response_v2;
mod stream;
#[cfg(test)]
pub(super) mod tests;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE, uri::PathAndQuery};
use serde_json::Value;
use tokio::time::Instant;

use self::stream::StreamOutcome;
use super::{ParseContext, invoke_method};
use crate::{
    aws::{ServiceClient, request_id::EndpointRequestId},
    context::Context,
    error::GatewayError,
    functions::{
        FunctionName, PayloadVersion, event_v1, event_v2,
        function_call::{self, FunctionCall, MAX_ASYNCHRONOUS_EVENT_BYTES, MAX_EVENT_BYTES, check_size},
        media_types::BinaryMediaTypes,
    },
    item::Fields,
    message::Response,
};

/// A function, and how it is spoken to.
#[derive(Debug)]
pub struct Lambda {
    function: FunctionName,
    /// Of its calls, by the mode.
    path: PathAndQuery,
    format: PayloadFormat,
    mode: InvocationMode,
}

#[derive(Debug)]
enum PayloadFormat {
    V1(BinaryMediaTypes),
    V2,
}

/// The ways in which a function is invoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvocationMode {
    /// The client, for all of the response.
    Buffered,
    /// The client, for each piece of it.
    Stream,
    /// Nobody: the response is that the request has been taken.
    Event,
}

impl InvocationMode {
    fn name(self) -> &'static str {
        match self {
            Self::Buffered => "RequestResponse",
            Self::Stream => "STREAM",
            Self::Event => "Event",
        }
    }
}

/// A function's call for one request, as it is sent.
#[derive(Debug)]
pub struct ResolvedFunctionCall {
    /// As the item names it: `orders:live`, an ARN.
    pub function: String,
    /// Where the Invoke API has it.
    pub path: PathAndQuery,
    /// `None`: the event is what a mapping made.
    pub version: Option<PayloadVersion>,
    /// Who waits for it: `RequestResponse`, `Event`, `DryRun`, `STREAM`.
    pub mode: &'static str,
    /// JSON.
    pub event: Vec<u8>,
}

impl Lambda {
    /// Reads `uri`, `payloadFormatVersion` (default 2.0), `invocationType` (`RequestResponse`) and
    /// `responseTransferMode` (`BUFFERED`). What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let function = parse_function(fields);
        let version = PayloadVersion::read(fields, "payloadFormatVersion");
        let mode = parse_mode(fields);
        let format = match version? {
            PayloadVersion::V1 => PayloadFormat::V1(BinaryMediaTypes::new(parse_context.binary_media_types)),
            PayloadVersion::V2 => PayloadFormat::V2,
        };
        Some(Self::new(function?, format, mode?))
    }

    fn new(function: FunctionName, format: PayloadFormat, mode: InvocationMode) -> Self {
        let path = match mode {
            InvocationMode::Buffered | InvocationMode::Event => function.invocations_path(),
            InvocationMode::Stream => function.streaming_invocations_path(),
        };
        Self { function, path, format, mode }
    }

    /// True if the client gets the function's response piece by piece.
    pub fn is_streamed(&self) -> bool {
        self.mode == InvocationMode::Stream
    }

    /// True if the client gets the function's response, and all of it at once.
    pub fn is_buffered(&self) -> bool {
        self.mode == InvocationMode::Buffered
    }

    /// The function that is called.
    pub fn function(&self) -> &FunctionName {
        &self.function
    }

    /// Calls the function and reads its response; `request_id` becomes that of the call.
    pub async fn invoke(
        &self,
        context: &Context<'_>,
        client: &ServiceClient,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response, GatewayError> {
        let event = self.event(context);
        let trace_id = &context.request.origin.trace_id;
        let call = FunctionCall { path: &self.path, event, trace_id, client_context: None };
        match self.mode {
            InvocationMode::Buffered => {
                let result = function_call::invoke(client, call, request_id).await;
                self.response(&result.map_err(call_failure::refusal)?)
            }
            InvocationMode::Stream => {
                // The time-out of the route is over with the first bytes, the Lambda's own time is not.
                let deadline = Instant::now() + context.time_left();
                let called = function_call::invoke_streaming(client, call, request_id).await;
                match stream::read(called.map_err(call_failure::refusal)?, deadline).await? {
                    StreamOutcome::Whole(payload) => self.response(&payload),
                    StreamOutcome::Response(response) => Ok(response),
                }
            }
            InvocationMode::Event => {
                let enqueued = function_call::enqueue(client, call, request_id).await;
                enqueued.map_err(call_failure::refusal)?;
                Ok(accepted(&context.request.id))
            }
        }
    }

    /// The call for a request, as it is sent.
    ///
    /// # Errors
    /// `RequestTooLarge`: Lambda would refuse the event.
    pub fn resolve(&self, context: &Context<'_>) -> Result<ResolvedFunctionCall, GatewayError> {
        let event = self.event(context);
        let most = match self.mode {
            InvocationMode::Buffered | InvocationMode::Stream => MAX_EVENT_BYTES,
            InvocationMode::Event => MAX_ASYNCHRONOUS_EVENT_BYTES,
        };
        check_size(&event, most).map_err(call_failure::refusal)?;
        let function = self.function.to_string();
        let version = match &self.format {
            PayloadFormat::V1(_) => PayloadVersion::V1,
            PayloadFormat::V2 => PayloadVersion::V2,
        };
        Ok(ResolvedFunctionCall {
            function,
            path: self.path.clone(),
            version: Some(version),
            mode: self.mode.name(),
            event,
        })
    }

    fn event(&self, context: &Context<'_>) -> Vec<u8> {
        match &self.format {
            PayloadFormat::V1(binary) => event_v1::event(context, binary),
            PayloadFormat::V2 => event_v2::event(context),
        }
    }

    fn response(&self, payload: &Bytes) -> Result<Response, GatewayError> {
        match &self.format {
            PayloadFormat::V1(binary) => response_v1::response(payload, binary.common_encoding()),
            PayloadFormat::V2 => response_v2::response(payload),
        }
    }

    /// The response with its body in the form that this client accepts.
    ///
    /// # Errors
    /// `BrokenAnswer` if it accepts bytes, and the base64 is none.
    pub fn finish(&self, context: &Context<'_>, response: Response) -> Result<Response, GatewayError> {
        match &self.format {
            PayloadFormat::V1(binary) => match base64_body::note(&response) {
                Some(note) => {
                    let encoding = binary.response_encoding(&context.request.headers);
                    base64_body::in_encoding(encoding, note, response)
                }
                None => Ok(response),
            },
            PayloadFormat::V2 => Ok(response),
        }
    }
}

/// 202 `{"requestId":"…"}`: the id that the event carries, so that the function's logs can be found by it.
fn accepted(request_id: &str) -> Response {
    let body = format!("{{\"requestId\":{}}}", Value::from(request_id));
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn parse_function(fields: &Fields<'_>) -> Option<FunctionName> {
    invoke_method::check(fields, "integrationMethod");
    FunctionName::read(fields, "uri")
}

fn parse_mode(fields: &Fields<'_>) -> Option<InvocationMode> {
    const INVOCATION_TYPES: [(&str, InvocationMode); 2] =
        [("RequestResponse", InvocationMode::Buffered), ("Event", InvocationMode::Event)];
    const TRANSFER_MODES: [(&str, InvocationMode); 2] =
        [("BUFFERED", InvocationMode::Buffered), ("STREAM", InvocationMode::Stream)];
    let mode = |name, words: &[_]| match fields.value(name) {
        Some(_) => fields.choice(name, words),
        None => Some(InvocationMode::Buffered),
    };
    let invocation = mode("invocationType", &INVOCATION_TYPES);
    let transfer = mode("responseTransferMode", &TRANSFER_MODES);
    match (invocation?, transfer?) {
        (InvocationMode::Event, InvocationMode::Stream) => {
            fields.problem(
                "responseTransferMode",
                "\"STREAM\"",
                "BUFFERED, because nobody waits for an Event",
            );
            None
        }
        (InvocationMode::Buffered, transfer) => Some(transfer),
        (invocation, _) => Some(invocation),
    }
}
