//! Services of AWS as a test scripts them, on a thread of their own: a test waits for the tool while they answer.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri},
};
use tokio::runtime::{Builder, Runtime};
use tollgate::local::server::Server;

use super::free_port;

/// A call, as far as scripts look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsCall {
    /// `dynamodb`, `lambda`: from the scope of the signature; empty of a call without one.
    pub service: String,
    pub region: String,
    pub key_id: String,
    pub token: String,
    /// `Scan`, `FilterLogEvents`, or the action of a form; else method and path.
    pub operation: String,
    pub accept: String,
    pub body: String,
}

pub type Answer = (u16, String);
type Script = dyn Fn(&AwsCall) -> Answer + Send + Sync;

#[derive(Clone)]
struct Scripted {
    script: Arc<Script>,
    calls: Arc<Mutex<Vec<AwsCall>>>,
}

pub struct ScriptedAws {
    pub url: String,
    calls: Arc<Mutex<Vec<AwsCall>>>,
    runtime: Option<Runtime>,
    _server: Server,
}

impl Drop for ScriptedAws {
    fn drop(&mut self) {
        // A test that is itself asynchronous may not wait for it.
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl ScriptedAws {
    pub fn start(script: impl Fn(&AwsCall) -> Answer + Send + Sync + 'static) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = free_port();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let scripted = Scripted { script: Arc::new(script), calls: Arc::default() };
        let calls = Arc::clone(&scripted.calls);
        let router = Router::new().fallback(answer).with_state(scripted);
        let server = {
            let _entered = runtime.enter();
            Server::start(tokio::net::TcpListener::from_std(listener).unwrap(), router).unwrap()
        };
        Self { url, calls, runtime: Some(runtime), _server: server }
    }

    /// Takes the calls that have come since the last time.
    pub fn calls(&self) -> Vec<AwsCall> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// The same, each in one line: `dynamodb Scan`.
    pub fn operations(&self) -> Vec<String> {
        self.calls().iter().map(|call| format!("{} {}", call.service, call.operation)).collect()
    }
}

async fn answer(
    State(scripted): State<Scripted>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let authorization = header("authorization");
    let scope: Vec<&str> = authorization
        .split_once("Credential=")
        .map(|(_, rest)| rest.split(',').next().unwrap().split('/').collect())
        .unwrap_or_default();
    let part = |at: usize| scope.get(at).copied().unwrap_or_default().to_owned();
    let target = header("x-amz-target");
    let operation = match (target.rsplit_once('.'), body.strip_prefix("Action=")) {
        (Some((_, operation)), _) => operation.to_owned(),
        (None, Some(form)) => form.split('&').next().unwrap().to_owned(),
        (None, None) => format!("{method} {uri}"),
    };
    let call = AwsCall {
        service: part(3),
        region: part(2),
        key_id: part(0),
        token: header("x-amz-security-token"),
        operation,
        accept: header("accept"),
        body,
    };
    let (status, answer) = (scripted.script)(&call);
    scripted.calls.lock().unwrap().push(call);
    // An instance's metadata service says for how long a token of it is good: as long as was asked for.
    const TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
    let answer_headers = headers.get(&TTL).map(|seconds| (TTL, seconds.clone())).into_iter().collect();
    (StatusCode::from_u16(status).unwrap(), answer_headers, answer)
}

/// A denial as DynamoDB and Lambda word it.
pub fn denied(action: &str, resource: &str) -> Answer {
    let message = format!(
        "User: arn:aws:iam::111122223333:user/ada is not authorized to perform: {action} on resource: {resource} because no \
         identity-based policy allows the {action} action"
    );
    (400, serde_json::json!({ "__type": "AccessDeniedException", "message": message }).to_string())
}
