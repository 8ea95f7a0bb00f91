//! The server that stands in for all that integrations and authorizers' functions ask.

use std::{
    future::pending,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, body, extract::State};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, header::ACCEPT};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    stand_in_answers::{
        error, function_answer, http_answer, json_answer, operation_answer, path_or_form_answer,
    },
    test_file::IntegrationAnswer,
};
use crate::{
    integrations::http::STANDS_FOR,
    json,
    local::{server::Server, sts},
    path,
};

/// A running stand-in.
pub struct StandIn {
    pub address: SocketAddr,
    script: Arc<Mutex<Script>>,
    _server: Server,
}

/// The answers of one step, and what was asked.
#[derive(Debug, Default)]
pub struct Script {
    pub authorizer: Option<Value>,
    pub integration: Option<IntegrationAnswer>,
    asked: Asked,
}

/// What was asked in one step.
#[derive(Debug, Default)]
pub struct Asked {
    /// The calls of the integration, as they were sent.
    pub calls: Vec<Value>,
    /// The events of the authorizer's function.
    pub authorizer_events: Vec<Value>,
}

/// A call, read.
enum Call {
    /// Of the function that is an authorizer.
    Authorizer(Value),
    Function {
        is_streaming: bool,
        is_event: bool,
        call: Value,
    },
    /// Of a service that is asked in JSON.
    Operation {
        name: String,
        body: Value,
        form: OperationForm,
    },
    /// Of a service that is asked by a path or a form; `xml_of` is the action whose answer is read as XML.
    PathOrForm {
        xml_of: Option<String>,
        call: Value,
    },
    /// Of an HTTP target.
    Http(Value),
    /// Of the credentials of a role, which every test has.
    Role,
}

/// The form of the answer to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OperationForm {
    /// What `DYNAMODB` asks: the test says plain items.
    PlainItems,
    /// The service's own JSON.
    Own,
}

/// More than Lambda takes.
const MOST_BYTES: usize = 16 << 20;

impl StandIn {
    /// # Errors
    ///
    /// There is no port for it.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let script = Arc::new(Mutex::new(Script::default()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let server = Server::start(listener, router)?;
        Ok(Self { address: server.address, script, _server: server })
    }

    /// Answers so from now on.
    pub fn begin(&self, authorizer: Option<Value>, integration: Option<IntegrationAnswer>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) =
            Script { authorizer, integration, asked: Asked::default() };
    }

    /// What was asked since.
    pub fn end(&self) -> Asked {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *script).asked
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    request: Request<axum::body::Body>,
) -> Response<axum::body::Body> {
    let (head, body) = request.into_parts();
    let body = body::to_bytes(body, MOST_BYTES).await.unwrap_or_default();
    let call = read(&head, &body);
    // The lock is let go of before anything is waited for.
    let (authorizer, integration) = {
        let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
        match &call {
            Call::Authorizer(event) => script.asked.authorizer_events.push(event.clone()),
            Call::Function { call, .. } | Call::PathOrForm { call, .. } | Call::Http(call) => {
                script.asked.calls.push(call.clone());
            }
            Call::Operation { name, body, .. } => {
                script.asked.calls.push(json!({ "operation": name, "body": body }));
            }
            Call::Role => {}
        }
        (script.authorizer.clone(), script.integration.clone())
    };
    match (call, integration) {
        (Call::Authorizer(_), _) => match authorizer {
            Some(result) => function_answer(&result, false),
            None => error(500, "NoAnswerInTheTest", "the test says no authorizer: …"),
        },
        (Call::Role, _) => sts::answer(),
        (_, None) => error(500, "NoAnswerInTheTest", "the test says no integration: …"),
        (_, Some(IntegrationAnswer::Timeout)) => pending().await,
        (Call::Function { is_event: true, .. }, Some(_)) => {
            let mut accepted = Response::new(axum::body::Body::empty());
            *accepted.status_mut() = http::StatusCode::ACCEPTED;
            accepted
        }
        (Call::Function { is_streaming, .. }, Some(answer)) => function(&answer, is_streaming),
        (Call::Operation { form: OperationForm::Own, .. }, Some(IntegrationAnswer::Result(result))) => {
            json_answer(&result)
        }
        (Call::Operation { name, body, .. }, Some(answer)) => operation(&name, &body, &answer),
        (Call::PathOrForm { xml_of, .. }, Some(IntegrationAnswer::Result(result))) => {
            path_or_form_answer(xml_of.as_deref(), &result)
        }
        (Call::Http(_), Some(IntegrationAnswer::Result(result))) => http_answer(&result),
        (Call::PathOrForm { .. } | Call::Http(_), Some(_)) => {
            error(502, "NotOfHttp", "an HTTP target fails with a status of its own")
        }
    }
}

fn function(answer: &IntegrationAnswer, is_streaming: bool) -> Response<axum::body::Body> {
    match answer {
        IntegrationAnswer::Result(result) => function_answer(result, is_streaming),
        IntegrationAnswer::Throttled => error(429, "TooManyRequestsException", "Rate Exceeded."),
        IntegrationAnswer::FunctionError(payload) => {
            let mut failed = Response::new(payload.to_string().into());
            let unhandled = http::HeaderValue::from_static("Unhandled");
            failed.headers_mut().insert("x-amz-function-error", unhandled);
            failed
        }
        IntegrationAnswer::ServiceError { code, message } => error(400, code, message),
        IntegrationAnswer::Timeout => unreachable!("it is not answered at all"),
    }
}

fn operation(name: &str, body: &Value, answer: &IntegrationAnswer) -> Response<axum::body::Body> {
    match answer {
        IntegrationAnswer::Result(result) => operation_answer(name, body, result),
        IntegrationAnswer::Throttled => {
            error(400, "ProvisionedThroughputExceededException", "too many requests")
        }
        IntegrationAnswer::ServiceError { code, message } => error(400, code, message),
        IntegrationAnswer::FunctionError(_) | IntegrationAnswer::Timeout => {
            error(500, "NotOfDynamoDb", "DynamoDB fails with a code")
        }
    }
}

fn read(head: &http::request::Parts, body: &Bytes) -> Call {
    let json = || json::read(body).unwrap_or(Value::Null);
    if let Some(meant) = text(&head.headers, STANDS_FOR.as_str()) {
        return Call::Http(http_call(head, &meant, body));
    }
    if let Some(target) = text(&head.headers, "x-amz-target") {
        let name = target.rsplit('.').next().unwrap_or_default().to_owned();
        // An `AWS` integration says what it accepts, as API Gateway does; `DYNAMODB` does not.
        let is_plain = target.starts_with("DynamoDB_") && !head.headers.contains_key(ACCEPT);
        let form = if is_plain { OperationForm::PlainItems } else { OperationForm::Own };
        return Call::Operation { name, body: json(), form };
    }
    if sts::is_asked(body) {
        return Call::Role;
    }
    if !is_of_lambda(head.uri.path()) {
        let call = http_call(head, &head.uri.to_string(), body);
        return Call::PathOrForm { xml_of: xml_of(head, body), call };
    }
    let event = json();
    let has = |name: &str| event.get(name).is_some();
    if has("type") && (has("methodArn") || has("routeArn")) {
        return Call::Authorizer(event);
    }
    let function = path::decode(head.uri.path().split('/').nth(3).unwrap_or_default());
    let is_streaming = head.uri.path().ends_with("response-streaming-invocations");
    let invocation_type = text(&head.headers, "x-amz-invocation-type");
    let is_event = invocation_type.is_some_and(|kind| ["Event", "DryRun"].contains(&&*kind));
    Call::Function { is_streaming, is_event, call: json!({ "function": function, "event": event }) }
}

/// `/2015-03-31/functions/NAME/invocations`: a key of S3 may have a folder of this name too.
fn is_of_lambda(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    let version = segments.next().unwrap_or_default();
    version.starts_with("20") && version.len() == "2015-03-31".len() && segments.next() == Some("functions")
}

/// The action of a form, unless the answer is to be JSON.
fn xml_of(head: &http::request::Parts, body: &Bytes) -> Option<String> {
    let form = std::str::from_utf8(body).ok().filter(|_| !head.headers.contains_key(ACCEPT))?;
    form.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(|name| path::decode(name).into_owned())
}

fn http_call(head: &http::request::Parts, meant: &str, body: &Bytes) -> Value {
    let headers: serde_json::Map<_, _> = head
        .headers
        .keys()
        .filter(|name| **name != STANDS_FOR && **name != http::header::HOST)
        .filter_map(|name| Some((name.as_str().to_owned(), text(&head.headers, name.as_str())?.into())))
        .collect();
    let body = json::read(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into());
    json!({ "method": head.method.as_str(), "uri": meant, "headers": headers, "body": body })
}

/// All lines of a header, joined with commas.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Vec<_> =
        headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}
