//! A function that does what its event says: the host starts this test binary again as that function.
//!
//! The event is `{"do": [step, …]}`; the steps are the variants of [`ActorStep`]. It prints every event.
//! Environment: `EXTENSION` makes it register one, `DEAF` leave events without steps unanswered.

use std::{collections::BTreeMap, env, process};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Request, Response, header::HeaderValue};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
    task::JoinHandle,
};

type Body = UnsyncBoxBody<Bytes, std::io::Error>;
type Chunks = mpsc::UnboundedSender<Frame<Bytes>>;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActorStep {
    /// Connects, and goes on when the other side closes.
    Gate(String),
    /// Answers whole, with this text as it is.
    Answer(String),
    /// Answers whole, with the headers of the invocation and the environment.
    Tell,
    /// Answers as a stream, in the content type given.
    Stream(String),
    Chunk(String),
    /// Ends the stream with an error of this type in its trailers.
    Trailer(String),
    /// Reports a function error.
    Fail(String),
    /// Asks for the next event without an answer.
    Forget,
    Exit(i32),
    Hang,
}

#[derive(Deserialize)]
struct ActorEvent {
    /// By default it answers `null`.
    #[serde(default = "answer_null")]
    r#do: Vec<ActorStep>,
    /// Behind a function URL the steps are in the body.
    body: Option<String>,
}

fn answer_null() -> Vec<ActorStep> {
    if env::var("DEAF").is_ok() { Vec::new() } else { vec![ActorStep::Answer("null".to_owned())] }
}

impl ActorEvent {
    fn read(text: &str) -> Self {
        let event: Self = serde_json::from_str(text).expect("an event for the actor");
        match event.body {
            Some(body) => Self::read(&body),
            None => event,
        }
    }
}

#[test]
#[ignore = "the host runs this as a function"]
fn acts() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let api = RuntimeApi::of_this_process();
        if env::var("EXTENSION").is_ok() {
            let mut terminate = signal(SignalKind::terminate()).expect("a signal handler");
            let shutdown = api.register().await;
            tokio::spawn(async move {
                terminate.recv().await;
                println!("SIGTERM");
                drop(shutdown.await);
                process::exit(0);
            });
        }
        loop {
            api.serve_one().await;
        }
    });
}

#[derive(Clone)]
struct RuntimeApi {
    client: Client<HttpConnector, Body>,
    base: String,
}

impl RuntimeApi {
    fn of_this_process() -> Self {
        let address = env::var("AWS_LAMBDA_RUNTIME_API").expect("the host's address");
        Self { client: Client::builder(TokioExecutor::new()).build_http(), base: format!("http://{address}") }
    }

    async fn send(&self, request: Request<Body>) -> Response<Bytes> {
        let (head, body) = self.client.request(request).await.expect("an answer").into_parts();
        Response::from_parts(head, body.collect().await.expect("all of it").to_bytes())
    }

    async fn get(&self, path: &str, extension: &str) -> Response<Bytes> {
        let uri = format!("{}{path}", self.base);
        let request = Request::get(uri).header("lambda-extension-identifier", extension);
        self.send(request.body(whole("")).expect("a request")).await
    }

    async fn post(&self, path: &str, body: Body) -> Response<Bytes> {
        let request = Request::post(format!("{}{path}", self.base));
        self.send(request.body(body).expect("a request")).await
    }

    /// Registers an extension that prints every event it gets, and ends with the shutdown.
    async fn register(&self) -> JoinHandle<()> {
        let answer =
            self.post("/2020-01-01/extension/register", whole(r#"{"events":["INVOKE","SHUTDOWN"]}"#)).await;
        let id = answer.headers()["lambda-extension-identifier"].to_str().expect("text").to_owned();
        let api = self.clone();
        tokio::spawn(async move {
            let mut event = Value::Null;
            while event["eventType"] != "SHUTDOWN" {
                let next = api.get("/2020-01-01/extension/event/next", &id).await;
                event = serde_json::from_slice(next.body()).expect("JSON");
                println!("extension {}", event["eventType"]);
            }
        })
    }

    async fn serve_one(&self) {
        let invocation = self.get("/2018-06-01/runtime/invocation/next", "").await;
        let event = String::from_utf8_lossy(invocation.body()).into_owned();
        println!("event {event}");
        let id = invocation.headers()["lambda-runtime-aws-request-id"].to_str().expect("text").to_owned();
        let steps = ActorEvent::read(&event).r#do;
        let mut chunks: Option<(Chunks, JoinHandle<()>)> = None;
        for step in steps {
            match step {
                ActorStep::Gate(address) => pass(&address).await,
                ActorStep::Answer(text) => self.answer(&id, whole(&text)).await,
                ActorStep::Tell => self.answer(&id, whole(&tell(invocation.headers()))).await,
                ActorStep::Stream(content_type) => chunks = Some(self.open(&id, &content_type)),
                ActorStep::Chunk(text) => send(&chunks, Frame::data(Bytes::from(text))),
                ActorStep::Trailer(error_type) => send(&chunks, trailer(&error_type)),
                ActorStep::Fail(message) => {
                    let error = json!({ "errorType": "Actor", "errorMessage": message });
                    let path = format!("/2018-06-01/runtime/invocation/{id}/error");
                    drop(self.post(&path, whole(&error.to_string())).await);
                }
                ActorStep::Forget => return,
                ActorStep::Exit(code) => process::exit(code),
                ActorStep::Hang => std::future::pending().await,
            }
        }
        if let Some((chunks, answered)) = chunks {
            drop(chunks);
            answered.await.expect("the stream goes through");
        }
    }

    async fn answer(&self, id: &str, body: Body) {
        drop(self.post(&format!("/2018-06-01/runtime/invocation/{id}/response"), body).await);
    }

    fn open(&self, id: &str, content_type: &str) -> (Chunks, JoinHandle<()>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let frames =
            stream::unfold(receiver, |mut receiver| async { Some((Ok(receiver.recv().await?), receiver)) });
        let request = Request::post(format!("{}/2018-06-01/runtime/invocation/{id}/response", self.base))
            .header("Lambda-Runtime-Function-Response-Mode", "streaming")
            .header("Trailer", "Lambda-Runtime-Function-Error-Type")
            .header("Content-Type", content_type)
            .body(StreamBody::new(frames).boxed_unsync())
            .expect("a request");
        let api = self.clone();
        (sender, tokio::spawn(async move { drop(api.send(request).await) }))
    }
}

fn whole(text: &str) -> Body {
    Full::from(text.to_owned()).map_err(|never| match never {}).boxed_unsync()
}

fn send(chunks: &Option<(Chunks, JoinHandle<()>)>, frame: Frame<Bytes>) {
    let (chunks, _) = chunks.as_ref().expect("an open stream");
    chunks.send(frame).expect("a stream that is read");
}

fn trailer(error_type: &str) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert("lambda-runtime-function-error-type", HeaderValue::try_from(error_type).expect("text"));
    Frame::trailers(trailers)
}

async fn pass(address: &str) {
    let mut gate = TcpStream::connect(address).await.expect("a test at the gate");
    // The test opens the gate by closing the connection.
    drop(gate.read(&mut [0]).await);
}

fn tell(headers: &HeaderMap) -> String {
    let headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text"))).collect();
    let environment: BTreeMap<_, _> = env::vars().collect();
    json!({ "headers": headers, "environment": environment }).to_string()
}
