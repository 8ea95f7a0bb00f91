//! The target function `reflect`: its raw result is the body of the request, byte for byte, so that any
//! integration answer can be tried. `x-reflect-delay-ms` makes it wait, `x-reflect-error` makes it fail.
//!
//! It speaks the Runtime API itself: `lambda_runtime` answers in valid JSON only.

use std::{env, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use serde_json::json;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What both payload formats have in common.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    headers: serde_json::Map<String, serde_json::Value>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl Event {
    /// Header names come as the client wrote them in one of the formats.
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))?.1.as_str()
    }
}

async fn reflect(event: &[u8]) -> Result<Vec<u8>, Error> {
    let event: Event = serde_json::from_slice(event)?;
    if let Some(delay) = event.header("x-reflect-delay-ms") {
        tokio::time::sleep(Duration::from_millis(delay.parse()?)).await;
    }
    if let Some(message) = event.header("x-reflect-error") {
        return Err(message.into());
    }
    let body = event.body.ok_or("the request has no body to reflect")?;
    if event.is_base64_encoded { Ok(BASE64_STANDARD.decode(body)?) } else { Ok(body.into_bytes()) }
}

struct RuntimeApi {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

impl RuntimeApi {
    async fn call(&self, path: &str, body: Option<Vec<u8>>) -> Result<http::Response<Bytes>, Error> {
        let uri: Uri = format!("{}/2018-06-01/runtime/invocation/{path}", self.base).parse()?;
        let request = match body {
            None => Request::get(uri).body(Full::default())?,
            Some(body) => Request::post(uri).body(Full::from(body))?,
        };
        let (head, body) = self.client.request(request).await?.into_parts();
        Ok(http::Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let api = RuntimeApi {
        client: Client::builder(TokioExecutor::new()).build_http(),
        base: format!("http://{}", env::var("AWS_LAMBDA_RUNTIME_API")?),
    };
    loop {
        let event = api.call("next", None).await?;
        let id = event.headers()["lambda-runtime-aws-request-id"].to_str()?;
        match reflect(event.body()).await {
            Ok(result) => api.call(&format!("{id}/response"), Some(result)).await?,
            Err(error) => {
                let payload = json!({ "errorType": "Reflected", "errorMessage": error.to_string() });
                api.call(&format!("{id}/error"), Some(payload.to_string().into_bytes())).await?
            }
        };
    }
}
