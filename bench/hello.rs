//! The smallest function of `lambda_http`: the gateway is measured against it, and calls it as a target.

use lambda_http::{Error, Request, RequestExt, Response, request::RequestContext, run, service_fn};

const BODY: &str = r#"{"message":"hello"}"#;
/// Envoy's events have a form of their own, which `lambda_http` passes through, as it does with the answer then.
const PASSED_THROUGH: &str =
    r#"{"statusCode":200,"headers":{"content-type":"application/json"},"body":"{\"message\":\"hello\"}"}"#;

async fn hello(request: Request) -> Result<Response<String>, Error> {
    let body = match request.request_context_ref() {
        Some(RequestContext::PassThrough) => PASSED_THROUGH,
        _ => BODY,
    };
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(body.to_owned())?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
