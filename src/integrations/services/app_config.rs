//! AWS AppConfig, which only HTTP APIs' subtypes know.
//!
//! <https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetConfiguration.html>

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::action::{Action, AnswerForm, Effect, Entries, FieldKind::Text, optional, required};
use crate::aws::{call::ServiceCall, service::Service};

pub static GET_CONFIGURATION: Action = Action {
    name: "GetConfiguration",
    service: Service::AppConfig,
    fields: &[
        required("Application", "Application", Text),
        required("Environment", "Environment", Text),
        required("Configuration", "Configuration", Text),
        required("ClientId", "ClientId", Text),
        optional("ClientConfigurationVersion", "ClientConfigurationVersion", Text),
    ],
    entries: Entries::None,
    effect: Effect::Reads,
    most_bytes: 4 << 10,
    answer: AnswerForm::NoContent,
};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `GET /applications/A/environments/E/configurations/C?client_id=…`.
pub fn request(fields: &Map<String, Value>) -> ServiceCall {
    let part = |name: &str| {
        let text = fields.get(name).and_then(Value::as_str).unwrap_or_default();
        utf8_percent_encode(text, RESERVED).to_string()
    };
    let [application, environment, configuration, client] =
        ["Application", "Environment", "Configuration", "ClientId"].map(part);
    let mut path = format!(
        "/applications/{application}/environments/{environment}/configurations/{configuration}?client_id={client}"
    );
    let version = part("ClientConfigurationVersion");
    if !version.is_empty() {
        path.push_str(&format!("&client_configuration_version={version}"));
    }
    ServiceCall {
        method: Method::GET,
        path_and_query: path.parse().expect("an encoded path"),
        headers: HeaderMap::new(),
        trace_id: None,
        body: Bytes::new(),
    }
}
