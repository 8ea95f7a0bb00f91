//! The smallest function of `lambda_http`: the gateway is measured against it, and calls it as a target.

use lambda_http::{Error, Request, RequestExt, Response, request::RequestContext, run, service_fn};

const BODY: &str = r#"{"message":"hello"}"#;
/// Events of other forms `lambda_http` passes through, as it does with the answer then: this one is for Envoy.
const PASSED_THROUGH: &str =
    r#"{"statusCode":200,"headers":{"content-type":"application/json"},"body":"{\"message\":\"hello\"}"}"#;

/// For the gateway, where it is a `TOKEN` authorizer.
const AUTHORIZED: &str = r#"{"principalId":"user-1","context":{"tenant":"7"},"policyDocument":{"Version":"2012-10-17",
    "Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}}"#;

async fn hello(request: Request) -> Result<Response<String>, Error> {
    let body = match request.request_context_ref() {
        Some(RequestContext::PassThrough) if asks_for_a_policy(request.body()) => AUTHORIZED,
        Some(RequestContext::PassThrough) => PASSED_THROUGH,
        _ => BODY,
    };
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(body.to_owned())?)
}

fn asks_for_a_policy(event: &[u8]) -> bool {
    event.starts_with(br#"{"type":"TOKEN""#)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
