//! The smallest function of `lambda_http`: the gateway is measured against it, and calls it as a target.

use lambda_http::{Error, Request, Response, run, service_fn};

async fn hello(_: Request) -> Result<Response<String>, Error> {
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(r#"{"message":"hello"}"#.to_owned())?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
