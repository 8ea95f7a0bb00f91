//! Items and requests on their way to the target, and the problems of items.

#[cfg(feature = "local")]
mod http_exchanges;
mod http_problems;
#[cfg(feature = "local")]
mod http_target;
mod rest_words;
mod target_requests;

use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::*;
use crate::{
    caller::Caller,
    context::{PathParameter, StageVersion},
    error::Problem,
    item::{Item, Report, StageVariables},
    message::Origin,
};

/// A request of a route `ANY /things/{id}/{proxy+}`.
fn request(
    method: Method,
    query: &str,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> Request {
    let lines =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    Request {
        id: "req-1".to_owned(),
        received_at: SystemTime::UNIX_EPOCH,
        deadline: SystemTime::UNIX_EPOCH + Duration::from_secs(30),
        method,
        path: "/v1/things".to_owned(),
        query: query.to_owned(),
        headers: HeaderMap::from_iter(lines),
        cookies: Vec::new(),
        body: body.into(),
        origin: Origin { source_ip: "192.0.2.7".to_owned(), api_id: "api1".to_owned(), ..Origin::default() },
    }
}

fn get(query: &str) -> Request {
    request(Method::GET, query, &[], "")
}

/// The context of `request` with the values of `id` and `proxy`, as routed.
fn context<'a>(
    request: &'a Request,
    stage_variables: &'a StageVariables,
    path_parameters: &'a [PathParameter<'a>],
) -> Context<'a> {
    Context {
        request,
        stage: "v1",
        base_path: "/v1",
        path: "/things/a%2Fb/c",
        stage_variables,
        deployment_id: "d1",
        version: StageVersion::Own,
        route_key: "ANY /things/{id}/{proxy+}",
        path_parameters,
        caller: Caller::default(),
        waited: Duration::ZERO,
    }
}

fn parameters<'a>(id: &'a str, proxy: &'a str) -> [PathParameter<'a>; 2] {
    [PathParameter { name: "id", value: id }, PathParameter { name: "proxy", value: proxy }]
}

/// Reads an item that may reach `allowed` besides public addresses, or says its problems as
/// (field, got, expected).
fn parse(integration: &Value, allowed: &[&str]) -> Result<Http, Vec<(String, String, String)>> {
    let allowed: Vec<_> = allowed.iter().map(|text| (*text).to_owned()).collect();
    let client = GuardedClient::new(&allowed).unwrap();
    let stage_variables = StageVariables::from([
        ("host".to_owned(), "target.example".to_owned()),
        ("inside".to_owned(), "10.1.2.3".to_owned()),
    ]);
    let report = Report::default();
    let item = Item { table: "t", key: "k", stage_variables: &stage_variables, report: &report };
    let parse_context = ParseContext {
        path_parameters: &["id".to_owned(), "proxy".to_owned()],
        stage_and_route: "v1 ANY /things/{id}/{proxy+}",
        binary_media_types: &Default::default(),
        http_client: &client,
    };
    let http = Http::parse(&Fields::of(item, integration.as_object().unwrap()), &parse_context);
    let problems = report.into_findings().problems;
    let parts = |Problem { field, got, expected, .. }| (field, got, expected);
    match http {
        Some(http) if problems.is_empty() => Ok(http),
        Some(_) | None => Err(problems.into_iter().map(parts).collect()),
    }
}

/// `name: value` lines in alphabetical order.
fn lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    lines
}
