//! The request that a template is tried with, whole: what the input says, and what is assumed where it says nothing.

use std::time::{Duration, SystemTime};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tollgate::{
    caller::{Caller, KeySource, Principal},
    clock::Clock,
    context::{Context, PathParameter, StageVersion},
    deployment::RouteIntegration,
    error::GatewayError,
    function_url::PlainRequest,
    item::StageVariables,
    message::Request,
};

use super::{
    input_file::InputFile,
    texts::{Text, Texts},
};

/// A request with what a context borrows.
pub struct TestedRequest {
    pub request: Request,
    stage: String,
    route_key: String,
    deployment_id: String,
    stage_variables: StageVariables,
    path_parameters: Vec<RoutedText>,
    principal: Option<Principal>,
    api_key_id: Option<String>,
}

/// A path parameter as it would be routed: encoded.
struct RoutedText {
    name: String,
    value: String,
}

/// The reason why the gateway would not take a request.
#[derive(Debug)]
pub enum NoRequest {
    Input(String),
    Refused(GatewayError),
}

const API_KEY_HEADER: &str = "x-api-key";
const CONTENT_TYPE: &str = "content-type";

impl TestedRequest {
    /// # Errors
    ///
    /// The gateway would not take the request.
    pub fn new(
        input: &InputFile,
        content_type: Option<&str>,
        route: Option<&RouteIntegration<'_>>,
    ) -> Result<Self, NoRequest> {
        let body = input.body();
        let method = method(input, route, &body);
        let path_parameters: Vec<_> =
            input.path_parameters.iter().map(|(name, Text(text))| RoutedText::new(name, text)).collect();
        let path = input.path.clone().unwrap_or_else(|| assumed_path(route, &path_parameters));
        let request = request(input, &Line { method: &method, path: &path }, &headers(input, content_type))?;
        let mut stage_variables = route.map(|route| route.stage_variables.clone()).unwrap_or_default();
        let given = input.stage_variables.iter();
        stage_variables.extend(given.map(|(name, Text(text))| (name.clone(), text.clone())));
        let context = &input.context;
        let resource = context.resource_path.as_deref().unwrap_or(&request.path);
        let stage = context.stage.as_deref().or(route.map(|route| route.stage));
        let identity = &context.identity;
        // Only a key that has an id was let in.
        let api_key_id = identity.api_key_id.clone().or(identity.api_key.as_ref().map(|_| String::new()));
        Ok(Self {
            route_key: match (route, &context.resource_path) {
                (Some(route), None) => route.route_key.to_owned(),
                (Some(_) | None, _) => format!("{method} {resource}"),
            },
            stage: stage.unwrap_or("test").to_owned(),
            deployment_id: context.deployment_id.clone().unwrap_or_default(),
            stage_variables,
            path_parameters,
            principal: context.principal().map_err(NoRequest::Input)?,
            api_key_id,
            request,
        })
    }

    /// Calls with the context of the request.
    pub fn with_context<T>(&self, call: impl FnOnce(&Context<'_>) -> T) -> T {
        let parameters = self.path_parameters.iter();
        let path_parameters: Vec<_> =
            parameters.map(|RoutedText { name, value }| PathParameter { name, value }).collect();
        call(&Context {
            request: &self.request,
            stage: &self.stage,
            base_path: "",
            path: &self.request.path,
            stage_variables: &self.stage_variables,
            deployment_id: &self.deployment_id,
            version: StageVersion::Own,
            route_key: &self.route_key,
            path_parameters: &path_parameters,
            caller: Caller {
                api_key_id: self.api_key_id.as_deref(),
                api_key_source: KeySource::Header,
                principal: self.principal.as_ref(),
            },
            waited: Duration::ZERO,
        })
    }
}

impl RoutedText {
    fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), value: encoded(text) }
    }
}

/// Method and path of a request.
struct Line<'a> {
    method: &'a str,
    path: &'a str,
}

fn method(input: &InputFile, route: Option<&RouteIntegration<'_>>, body: &str) -> String {
    let of_route = route.and_then(|route| route.route_key.split_once(' ')).map(|(method, _)| method);
    let assumed = if body.is_empty() { "GET" } else { "POST" };
    let method = input.method.as_deref().or(of_route.filter(|method| *method != "ANY"));
    method.unwrap_or(assumed).to_owned()
}

/// The path of the route with its parameters in it.
fn assumed_path(route: Option<&RouteIntegration<'_>>, parameters: &[RoutedText]) -> String {
    let path = route.and_then(|route| route.route_key.split_once(' ')).map_or("/", |(_, path)| path);
    parameters.iter().fold(path.to_owned(), |path, RoutedText { name, value }| {
        path.replace(&format!("{{{name}}}"), value).replace(&format!("{{{name}+}}"), value)
    })
}

fn headers(input: &InputFile, content_type: Option<&str>) -> Vec<(String, String)> {
    let lines = input.headers.iter().flat_map(|(name, Texts(values))| {
        values.iter().map(|value| (name.to_ascii_lowercase(), value.clone()))
    });
    let mut headers: Vec<_> = lines.collect();
    if let Some(content_type) = content_type {
        headers.retain(|(name, _)| name != CONTENT_TYPE);
        headers.push((CONTENT_TYPE.to_owned(), content_type.to_owned()));
    }
    if let Some(key) = &input.context.identity.api_key {
        headers.retain(|(name, _)| name != API_KEY_HEADER);
        headers.push((API_KEY_HEADER.to_owned(), key.clone()));
    }
    headers
}

fn request(input: &InputFile, line: &Line<'_>, headers: &[(String, String)]) -> Result<Request, NoRequest> {
    let context = &input.context;
    let pairs = input.querystring.iter().flat_map(|(name, Texts(values))| {
        values.iter().map(|value| format!("{}={}", encoded(name), encoded(value)))
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let at = |milliseconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    let received_at = context.request_time_epoch.and_then(at).unwrap_or_else(|| Clock::System.now());
    let body = input.body();
    let request = PlainRequest {
        // As API Gateway's console has it.
        id: context.request_id.as_deref().unwrap_or("test-invoke-request"),
        method: line.method,
        host: context.domain_name.as_deref().unwrap_or_default(),
        path: line.path,
        query: &query,
        headers,
        body: body.as_bytes(),
        source_ip: None,
        received_at,
        deadline: received_at,
    };
    let mut request = request.decode().map_err(NoRequest::Refused)?;
    let origin = &mut request.origin;
    let put = |member: &Option<String>, place: &mut String| {
        if let Some(text) = member {
            place.clone_from(text);
        }
    };
    put(&context.account_id, &mut origin.account_id);
    put(&context.api_id, &mut origin.api_id);
    put(&context.identity.source_ip, &mut origin.source_ip);
    put(&context.identity.user_agent, &mut origin.user_agent);
    Ok(request)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
