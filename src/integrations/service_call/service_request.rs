//! The request for a service, as API Gateway sends it: default headers, the action's name where its protocol has it.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
    uri::PathAndQuery,
};

use percent_encoding::percent_decode;

use super::ServiceOperation;
use crate::{
    aws::{call::ServiceCall, service::Service},
    error::GatewayError,
};

/// What is asked of a service, besides the operation.
#[derive(Clone, Debug)]
pub struct ServiceRequest {
    pub method: Method,
    /// Of a path operation, its path with every `{name}` filled, encoded; `None`: as written.
    pub path: Option<String>,
    /// Encoded, without the question mark; what the URI itself has behind it is added.
    pub query: String,
    /// Those that signing and HTTP add are left out.
    pub headers: HeaderMap,
    pub body: Bytes,
    pub body_origin: BodyOrigin,
    /// The X-Ray trace of the request; empty if there is none.
    pub trace_id: String,
}

/// Who made a request's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyOrigin {
    #[default]
    Client,
    /// The operator's template.
    Template,
}

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const AMZ_JSON: &str = "application/x-amz-json-";

/// What signing and HTTP set themselves, and what concerns one connection only.
const OTHERS_HEADERS: [HeaderName; 12] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-security-token"),
];

impl ServiceOperation {
    /// The call that asks `service` for this.
    ///
    /// # Errors
    /// `BadRequest`: the filled path or the query is none, or a client's own form names an action.
    pub fn call(&self, service: Service, request: ServiceRequest) -> Result<ServiceCall, GatewayError> {
        let ServiceRequest { method, path, query, mut headers, body, body_origin, trace_id } = request;
        if body_origin == BodyOrigin::Client && service.query_version().is_some() && names_action(&body) {
            let words = "the client's body names an action, which is the route's to name";
            return Err(GatewayError::BadRequest(words.into()));
        }
        OTHERS_HEADERS.iter().for_each(|name| drop(headers.remove(name)));
        headers.entry(ACCEPT).or_insert(JSON);
        let path_and_query = match self {
            Self::Path(written) => {
                let filled = path.as_deref().unwrap_or(written);
                let (path, own) = filled.split_once('?').unwrap_or((filled, ""));
                headers.entry(CONTENT_TYPE).or_insert(JSON);
                with_query(path, &[own, &query])
            }
            Self::Action { name, query: own } => {
                let action = action_query(service, name, &mut headers, &[own, &query], &body);
                with_query("/", &[&action, own, &query])
            }
        };
        let path_and_query: PathAndQuery = path_and_query.parse().map_err(|_| {
            GatewayError::BadRequest("what is mapped into the path or the query of a service is none".into())
        })?;
        let trace_id = HeaderValue::try_from(trace_id).ok().filter(|id| !id.is_empty());
        Ok(ServiceCall { method, path_and_query, headers, trace_id, body })
    }
}

/// True of a form with one of the names that say what is asked of a service.
fn names_action(body: &[u8]) -> bool {
    form_names(body).any(|name| ["Action", "Version"].iter().any(|own| name.eq_ignore_ascii_case(own)))
}

/// The names of a form, decoded.
fn form_names(body: &[u8]) -> impl Iterator<Item = String> {
    body.split(|byte| *byte == b'&').map(|pair| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        percent_decode(name).decode_utf8_lossy().replace('+', " ").trim().to_owned()
    })
}

/// `Action=…&Version=…` of a service that takes forms, unless the request says it; of one that takes JSON nothing, for
/// the action stands in a header.
fn action_query(
    service: Service,
    name: &str,
    headers: &mut HeaderMap,
    queries: &[&str],
    body: &Bytes,
) -> String {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asks_for_json = headers.contains_key(TARGET) || content_type.starts_with(AMZ_JSON);
    let version = service.query_version().filter(|_| !asks_for_json || service.json_api().is_none());
    if let Some(version) = version {
        headers.entry(CONTENT_TYPE).or_insert(FORM);
        let body = std::str::from_utf8(body).unwrap_or_default();
        let is_form = |text: &str| text.split('&').any(|pair| pair.starts_with("Action="));
        let says_it = queries.iter().any(|query| is_form(query)) || is_form(body);
        return if says_it { String::new() } else { format!("Action={name}&Version={version}") };
    }
    if let Some(api) = service.json_api() {
        let target = HeaderValue::try_from(format!("{}.{name}", api.target)).expect("a name is ASCII");
        headers.entry(TARGET).or_insert(target);
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(api.content_type));
    }
    String::new()
}

fn with_query(path: &str, queries: &[&str]) -> String {
    let queries: Vec<&str> = queries.iter().copied().filter(|query| !query.is_empty()).collect();
    if queries.is_empty() { path.to_owned() } else { format!("{path}?{}", queries.join("&")) }
}
