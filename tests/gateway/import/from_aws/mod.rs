//! `tollgate import --from-aws`, against an API Gateway that answers as AWS does: names of fields, pages and errors are
//! those of botocore's models (apigateway 2015-07-09, apigatewayv2 2018-11-29).

mod emulator;
mod http_api;
mod patience;
mod refused;
mod rest_api;

use serde_json::{Value, json};

use crate::{
    api_file::Folder,
    harness::{
        scripted_aws::{Answer, AwsCall, ScriptedAws},
        tool::{Ran, tollgate_in},
    },
};

/// An API Gateway that knows these paths, and no others.
fn api_gateway(paths: Vec<(&'static str, Value)>) -> ScriptedAws {
    ScriptedAws::start(move |call| {
        assert_eq!((call.service.as_str(), call.region.as_str()), ("apigateway", "eu-west-1"));
        // Without it API Gateway answers in HAL.
        assert_eq!(call.accept, "application/json");
        let path = call.operation.strip_prefix("GET ").unwrap();
        let known = paths.iter().find(|(known, _)| *known == path);
        match known {
            // A document as it is.
            Some((_, Value::String(text))) => (200, text.clone()),
            Some((_, answer)) => (if answer.get("__type").is_some() { 400 } else { 200 }, answer.to_string()),
            None => not_found(call),
        }
    })
}

fn not_found(_: &AwsCall) -> Answer {
    let message = "Invalid API identifier specified 111122223333:a1b2c3";
    (404, json!({ "message": message, "__type": "NotFoundException" }).to_string())
}

/// Runs `tollgate import --from-aws` in a folder.
fn import(folder: &Folder, aws: &ScriptedAws, arguments: &[&str]) -> Ran {
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "hush-hush"),
        ("AWS_ENDPOINT_URL", &*aws.url),
    ];
    tollgate_in(&folder.path(""), &variables, &[&["import", "--from-aws"], arguments].concat())
}
