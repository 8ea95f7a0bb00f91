//! Shared by the tests of this integration: a request on its way, and answers as text.

mod function_events;
mod function_responses;
#[cfg(feature = "local")]
mod invocations;
#[cfg(feature = "local")]
mod invoke_server;
#[cfg(feature = "local")]
mod lambda_http_target;
mod lambda_settings;
#[cfg(feature = "local")]
mod streams;

use std::{fmt::Write, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, Method};

use crate::{
    caller::Caller,
    context::{Context, PathParameter, StageVersion},
    error::GatewayError,
    item::StageVariables,
    message::{Body, Origin, Request, Response},
};

/// A request that has found its stage and its route.
#[derive(Debug)]
pub struct Scene {
    pub request: Request,
    pub stage: &'static str,
    pub base_path: &'static str,
    pub path: String,
    pub route_key: &'static str,
    pub path_parameters: Vec<(&'static str, String)>,
    pub stage_variables: StageVariables,
}

impl Scene {
    /// `target` as it was routed: base path `/stage` and the rest, canonical; a query if there is a `?`.
    pub fn new(method: Method, target: &str, route_key: &'static str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let below = path.strip_prefix("/stage").unwrap_or(path);
        Self {
            request: request(method, path, query),
            stage: "stage",
            base_path: "/stage",
            path: format!("/{}", below.trim_start_matches('/')),
            route_key,
            path_parameters: Vec::new(),
            stage_variables: StageVariables::new(),
        }
    }

    pub fn parameter(mut self, name: &'static str, value: &str) -> Self {
        self.path_parameters.push((name, value.to_owned()));
        self
    }

    pub fn header(mut self, name: &'static str, value: &[u8]) -> Self {
        self.request.headers.append(HeaderName::from_static(name), value.try_into().unwrap());
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.request.body = body.into();
        self
    }

    pub fn view<T>(&self, view: impl FnOnce(&Context<'_>) -> T) -> T {
        let path_parameters = self.path_parameters();
        view(&self.context(&path_parameters))
    }

    pub fn path_parameters(&self) -> Vec<PathParameter<'_>> {
        self.path_parameters.iter().map(|(name, value)| PathParameter { name, value }).collect()
    }

    pub fn context<'a>(&'a self, path_parameters: &'a [PathParameter<'a>]) -> Context<'a> {
        Context {
            request: &self.request,
            stage: self.stage,
            base_path: self.base_path,
            path: &self.path,
            stage_variables: &self.stage_variables,
            deployment_id: "d1",
            version: StageVersion::Own,
            route_key: self.route_key,
            path_parameters,
            caller: Caller::default(),
            waited: Duration::ZERO,
        }
    }
}

fn request(method: Method, path: &str, query: &str) -> Request {
    let received_at = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_744_668_768);
    Request {
        id: "request-1".to_owned(),
        received_at,
        deadline: received_at + Duration::from_secs(30),
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers: HeaderMap::new(),
        cookies: Vec::new(),
        body: Bytes::new(),
        origin: Origin {
            account_id: "111111111111".to_owned(),
            api_id: "api1".to_owned(),
            domain_name: "api1.lambda-url.eu-west-1.on.aws".to_owned(),
            domain_prefix: "api1".to_owned(),
            protocol: "HTTP/1.1".to_owned(),
            source_ip: "192.0.2.1".to_owned(),
            user_agent: "python-requests/testing".to_owned(),
            time: "14/Apr/2025:22:12:48 +0000".to_owned(),
            time_epoch: 1_744_668_768_000,
            trace_id: String::new(),
            ..Origin::default()
        },
    }
}

/// A whole response as text: status, headers in their order by name, body. Of a refusal also the gateway's.
pub async fn render(answer: Result<Response, GatewayError>) -> String {
    let response = answer.unwrap_or_else(|error| error.refusal().to_response());
    let (parts, body) = response.into_parts();
    let mut lines: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    let mut text = format!("{}\n", parts.status.as_u16());
    for line in lines {
        writeln!(text, "{line}").unwrap();
    }
    text + &String::from_utf8_lossy(&collect(body).await)
}

async fn collect(mut body: Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(error) => bytes.extend_from_slice(format!("[broke off: {error}]").as_bytes()),
        }
    }
    bytes
}
