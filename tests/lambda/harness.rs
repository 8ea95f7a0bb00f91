//! The parts that the tests of this binary share: functions to host, gates to hold them at, plain HTTP.

use std::{
    env, fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tollgate::local::{
    answer::{Answer, FunctionError},
    host::Host,
    names::FunctionReference,
    output::Captured,
    settings::FunctionSettings,
};

/// The binary of an example function, `target/<profile>/examples/<name>`.
pub fn example(name: &str) -> PathBuf {
    let deps = env::current_exe().expect("a path").parent().map(Path::to_owned).expect("a folder");
    deps.with_file_name("examples").join(name)
}

/// Built by `make test` before the tests: the real thing is not built with their features.
pub fn release_gateway() -> PathBuf {
    let debug = Path::new(env!("CARGO_BIN_EXE_gateway")).parent().expect("target/debug");
    let path = debug.with_file_name("release").join("gateway");
    assert!(path.is_file(), "{} is not there: cargo build --release --bin gateway", path.display());
    path
}

/// This test binary as the function `actor`.
pub fn actor(instances: usize) -> FunctionSettings {
    FunctionSettings {
        arguments: ["actor::acts", "--exact", "--ignored", "--nocapture"].map(str::to_owned).into(),
        instances: NonZeroUsize::new(instances).expect("at least one"),
        output: Captured::default().output(),
        ..FunctionSettings::new("actor", env::current_exe().expect("a path"))
    }
}

pub fn quiet(name: &str, program: impl Into<PathBuf>) -> FunctionSettings {
    FunctionSettings { output: Captured::default().output(), ..FunctionSettings::new(name, program) }
}

pub fn host(functions: impl Into<Vec<FunctionSettings>>) -> Host {
    Host::new("eu-test-1", functions.into())
}

pub fn named(function: &str) -> FunctionReference {
    FunctionReference::parse(function).expect("a function's name")
}

/// Lets the actor take these steps.
pub async fn act(host: &Host, steps: Value) -> Answer {
    let event = json!({ "do": steps }).to_string();
    host.invoke(&named("actor"), event.into(), None).await.expect("a known function")
}

/// The answer whole, as text; a failure without its request id.
pub async fn text(answer: Answer) -> Result<String, String> {
    let id = answer.request_id.clone();
    let text = |bytes: Bytes| String::from_utf8_lossy(&bytes).replace(&id, "ID");
    match answer.outcome.collect().await {
        Ok(payload) => Ok(text(payload)),
        Err(FunctionError { payload }) => Err(text(payload)),
    }
}

/// A function's failure, as Lambda words it.
pub fn failure(error_type: &str, what: &str) -> Result<String, String> {
    Err(json!({ "errorType": error_type, "errorMessage": format!("RequestId: ID Error: {what}") })
        .to_string())
}

/// Holds functions until the test lets them go on.
pub struct Gate {
    listener: TcpListener,
    pub step: Value,
}

impl Gate {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        Self { listener, step: json!({ "gate": address }) }
    }

    /// Waits until a function stands at the gate. Dropped, it goes on.
    pub async fn arrival(&self) -> TcpStream {
        soon(self.listener.accept()).await.expect("a connection").0
    }
}

/// Sends a request and reads the whole answer.
pub async fn send(request: Request<Full<Bytes>>) -> Response<Bytes> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (head, body) = client.request(request).await.expect("an answer").into_parts();
    Response::from_parts(head, body.collect().await.expect("all of it").to_bytes())
}

/// Status, headers but `date` and the request id, body: as text.
pub fn render(response: &Response<Bytes>) -> String {
    let mut headers: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| *name != "date" && *name != "x-amzn-requestid")
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    let status = response.status().as_u16();
    format!("{status}\n{}\n{}", headers.concat(), String::from_utf8_lossy(response.body()))
}

/// True while a process with this id exists, be it only as a zombie.
pub fn exists(pid: u32) -> bool {
    fs::exists(format!("/proc/{pid}")).expect("a process file system")
}

/// Waits for what must come; far longer than it can take.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), what).await.expect("it comes within a minute")
}
