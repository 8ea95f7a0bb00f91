//! One line a request, in API Gateway's `$context` names; the metrics are read from these lines.
//!
//! Never a key's value, an `Authorization` header, a claim but `sub`, a query or a body. What is absent is left out; but a line without a
//! stage says `none`: a metric's dimension can only be what stands in the line, and an outage before any stage is
//! found must be counted too.

mod format;
mod format_place;
mod format_variable;
mod line;
mod logged_headers;
mod own_line;
mod sampling;
mod settings;

use std::{
    io::Write,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::Stream;
use http::Method;
use serde::Serialize;

pub use self::{format::AccessLogFormat, settings::AccessLogSettings};
use self::{line::LogLine, own_line::OwnLine};
use crate::{
    caller::TokenPlace,
    clock::Clock,
    context::Context as RequestContext,
    error::{GatewayError, chain},
    message::{Body, BoxError, ByteStream, IntegrationStatus, Origin, RefusedRequest, Request, Response},
    trace_context,
};

/// The destination of lines.
#[derive(Clone, Debug)]
pub enum Sink {
    Stdout,
    /// A test's.
    Memory(Arc<Mutex<Vec<String>>>),
}

/// The line of one request, as far as it is known.
#[derive(Debug)]
pub struct AccessLog {
    sink: Sink,
    clock: Clock,
    received_at: SystemTime,
    line: LogLine,
    own_line: Option<Box<OwnLine>>,
    is_sampled: bool,
}

const NO_STAGE: &str = "none";

// Clients choose these, and we are billed for them by the gigabyte.
const MAX_USER_AGENT_CHARS: usize = 80;
const MAX_PATH_CHARS: usize = 1_024;
const MAX_METHOD_CHARS: usize = 20;
/// An issuer or a function chooses it: ids of users have 36 characters, or 64, and ARNs of roles and their sessions 180.
const MAX_PRINCIPAL_CHARS: usize = 200;
/// More than the ids of AWS's services have.
const MAX_REQUEST_ID_CHARS: usize = 64;
/// The length to which a cause is cut: enough to understand it.
const MAX_MESSAGE_CHARS: usize = 400;

impl AccessLog {
    pub fn begin(request: &Request, sink: Sink, clock: Clock) -> Self {
        let mut log = Self::of_origin(&request.id, request.received_at, &request.origin, sink, clock);
        log.line.http_method = cut(request.method.as_str(), MAX_METHOD_CHARS);
        log.line.path = cut(&request.path, MAX_PATH_CHARS);
        log.line.trace_id =
            trace_context::other_trace(&request.headers, &request.origin.trace_id).map(str::to_owned);
        log.line.request_length = request.body.len();
        log
    }

    /// For an event that could not be decoded.
    pub fn of_refused(
        request_id: &str,
        received_at: SystemTime,
        request: &RefusedRequest,
        sink: Sink,
        clock: Clock,
    ) -> Self {
        let mut log = Self::of_origin(request_id, received_at, &request.origin, sink, clock);
        if Method::from_bytes(request.method.as_bytes()).is_ok() {
            log.line.http_method = cut(&request.method, MAX_METHOD_CHARS);
        }
        log.line.path = cut(&request.path, MAX_PATH_CHARS);
        log
    }

    fn of_origin(
        request_id: &str,
        received_at: SystemTime,
        origin: &Origin,
        sink: Sink,
        clock: Clock,
    ) -> Self {
        let line = LogLine {
            request_id: request_id.to_owned(),
            stage: NO_STAGE.to_owned(),
            source_ip: origin.source_ip.clone(),
            xray_trace_id: trace_context::xray_root(&origin.trace_id).map(str::to_owned),
            user_agent: cut(&origin.user_agent, MAX_USER_AGENT_CHARS),
            ..LogLine::default()
        };
        Self { sink, clock, received_at, line, own_line: None, is_sampled: true }
    }

    pub fn stage(&mut self, stage: &str) {
        stage.clone_into(&mut self.line.stage);
    }

    /// The stage's canary answers, with this deployment.
    pub fn canary(&mut self, deployment_id: &str) {
        deployment_id.clone_into(&mut self.line.deployment_id);
        self.line.is_canary_request = Some(true);
    }

    pub fn route(&mut self, route_key: &str) {
        route_key.clone_into(&mut self.line.route_key);
    }

    /// The route has metrics of its own.
    pub fn detailed_metrics(&mut self) {
        self.line.detailed_metrics = Some(true);
    }

    /// The route asks this authorizer.
    pub fn authorizer(&mut self, id: &str) {
        id.clone_into(&mut self.line.authorizer_id);
    }

    pub fn principal(&mut self, id: &str) {
        self.line.principal_id = cut(id, MAX_PRINCIPAL_CHARS);
    }

    pub fn api_key(&mut self, id: &str) {
        id.clone_into(&mut self.line.api_key_id);
    }

    pub fn cache(&mut self, status: &'static str) {
        self.line.cache_status = Some(status);
    }

    /// `what` was decided without the store, or with old keys.
    pub fn degraded(&mut self, what: &'static str) {
        self.line.degraded = Some(what);
    }

    /// The integration has answered or failed, `since` having been when it was called, and `request_id` what an AWS
    /// service calls the request.
    pub fn integration(
        &mut self,
        since: SystemTime,
        outcome: &Result<Response, GatewayError>,
        request_id: Option<&str>,
    ) {
        self.line.aws_endpoint_request_id = request_id.map(|id| cut(id, MAX_REQUEST_ID_CHARS));
        self.line.integration_latency = Some(milliseconds(since, self.clock.now()));
        match outcome {
            Ok(response) => {
                let own = response.extensions().get().map(|IntegrationStatus(own)| *own);
                let status = own.unwrap_or(response.status()).as_u16();
                self.line.integration_status = Some(status);
                self.line.integration_own_status = Some(status);
            }
            Err(error) => self.failed(error),
        }
    }

    pub fn refused(&mut self, error: &GatewayError) {
        let refusal = error.refusal();
        self.line.error_response_type = Some(refusal.response_type);
        self.line.client_message = Some(refusal.message);
        if let GatewayError::StageUnavailable { stage } = error {
            self.stage(stage);
            self.degraded("configuration");
        }
        self.failed(error);
    }

    fn failed(&mut self, error: &GatewayError) {
        let message = Some(cut(&chain(error), MAX_MESSAGE_CHARS));
        if error.is_integration_error() {
            self.line.integration_error_message = message;
        } else {
            self.line.error_message = message;
        }
    }

    /// The stage's wishes: a line of its own format, headers, a sample. No header that has one of the `credentials`.
    pub fn apply_settings(
        &mut self,
        settings: &AccessLogSettings,
        context: &RequestContext<'_>,
        response: &Response,
        credentials: &[TokenPlace],
        draw: impl FnOnce() -> u64,
    ) {
        self.line.base_path = context.base_path.trim_start_matches('/').to_owned();
        self.own_line = settings.format.as_ref().map(|format| Box::new(format.own_line(context)));
        self.line.request_headers = settings.headers.of_request(&context.request.headers, credentials);
        self.line.response_headers = settings.headers.of_response(response.headers());
        self.is_sampled = settings.sampling.takes(draw);
    }

    /// Writes the line: now, or when the last piece of a streamed body has gone out.
    pub fn finish(mut self, response: Response) -> Response {
        self.line.status = response.status().as_u16();
        self.line.integration_status = self.line.integration_status.filter(|own| *own != self.line.status);
        response.map(|body| match body {
            Body::Whole(bytes) => {
                self.line.response_length = bytes.len();
                self.write();
                Body::Whole(bytes)
            }
            Body::Stream(stream) => Body::Stream(Box::pin(LoggedBody { stream, log: self })),
        })
    }

    fn write(&mut self) {
        self.line.response_latency = milliseconds(self.received_at, self.clock.now());
        if !self.is_sampled && !self.line.is_of_an_error() {
            return self.sink.write_line(&self.line.metrics());
        }
        self.sink.write_line(&self.line);
        if let Some(own_line) = &self.own_line {
            self.sink.write_text(own_line.text(&self.line));
        }
    }
}

impl Sink {
    /// Writes a line of texts and numbers.
    pub fn write_line(&self, line: &impl Serialize) {
        self.write_text(serde_json::to_string(line).expect("strings and numbers are JSON"));
    }

    /// Writes a line that is made.
    fn write_text(&self, mut line: String) {
        match self {
            Self::Stdout => {
                line.push('\n');
                // Nobody is left to be told that stdout is gone.
                let _ = std::io::stdout().lock().write_all(line.as_bytes());
            }
            Self::Memory(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).push(line),
        }
    }
}

/// A streamed body that writes its request's line when it ends, however it ends.
struct LoggedBody {
    stream: ByteStream,
    log: AccessLog,
}

impl Stream for LoggedBody {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => self.log.line.response_length += bytes.len(),
            Poll::Ready(Some(Err(error))) => {
                self.log.line.integration_error_message = Some(cut(&error.to_string(), MAX_MESSAGE_CHARS));
            }
            Poll::Ready(None) | Poll::Pending => {}
        }
        polled
    }
}

impl Drop for LoggedBody {
    fn drop(&mut self) {
        self.log.write();
    }
}

fn milliseconds(since: SystemTime, until: SystemTime) -> u64 {
    u64::try_from(until.duration_since(since).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

fn cut(text: &str, chars: usize) -> String {
    // A text of so few bytes has no more characters.
    let end = if text.len() <= chars { None } else { text.char_indices().nth(chars) };
    text[..end.map_or(text.len(), |(end, _)| end)].to_owned()
}
