//! What Lambda says of a function: its settings, its URL, who may call it, what calls it. Read only.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html>

use http::{HeaderMap, Method};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::BTreeMap;

use super::{
    ServiceClient,
    call::{CallError, CallPolicy, ServiceCall},
    dynamodb::read,
    rest_path::encoded,
};

/// A client that has the same patience with every call.
#[derive(Clone, Debug)]
pub struct LambdaControl {
    client: ServiceClient,
    policy: CallPolicy,
}

/// The settings of a function, as far as they are looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionConfiguration {
    pub function_arn: String,
    pub role: String,
    pub environment: Option<FunctionVariables>,
    pub logging_config: Option<LoggingConfig>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionVariables {
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggingConfig {
    pub log_format: Option<String>,
    pub log_group: Option<String>,
}

/// The state of a function, a version or an alias.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionState {
    /// `Pending`, `Active`, `Inactive` or `Failed`.
    pub state: Option<String>,
    pub state_reason: Option<String>,
}

/// The URL of a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionUrlConfig {
    pub function_url: String,
    pub auth_type: String,
    pub invoke_mode: Option<String>,
    pub cors: Option<serde_json::Value>,
}

/// What reads a stream and calls a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventSourceMapping {
    #[serde(rename = "UUID")]
    pub uuid: String,
    pub event_source_arn: Option<String>,
    pub state: Option<String>,
    pub last_processing_result: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventSourceMappings {
    #[serde(default)]
    event_source_mappings: Vec<EventSourceMapping>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResourcePolicy {
    policy: String,
}

impl LambdaControl {
    pub fn new(client: ServiceClient, policy: CallPolicy) -> Self {
        Self { client, policy }
    }

    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn configuration(&self, function: &str) -> Result<FunctionConfiguration, CallError> {
        self.get(&format!("/2015-03-31/functions/{}/configuration", encoded(function))).await
    }

    /// The state of a function, also of one with an alias or a version.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `ResourceNotFoundException` where there is none.
    pub async fn state(&self, function: &str) -> Result<FunctionState, CallError> {
        self.get(&format!("/2015-03-31/functions/{}/configuration", encoded(function))).await
    }

    /// # Errors
    ///
    /// As [`CallError`] says; `ResourceNotFoundException` where it has no URL.
    pub async fn url(&self, function: &str) -> Result<FunctionUrlConfig, CallError> {
        self.get(&format!("/2021-10-31/functions/{}/url", encoded(function))).await
    }

    /// The function's own policy: JSON.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `ResourceNotFoundException` where it has none.
    pub async fn policy(&self, function: &str) -> Result<String, CallError> {
        let policy: ResourcePolicy =
            self.get(&format!("/2015-03-31/functions/{}/policy", encoded(function))).await?;
        Ok(policy.policy)
    }

    /// What calls a function. A function has few.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn event_sources(&self, function: &str) -> Result<Vec<EventSourceMapping>, CallError> {
        let path = format!("/2015-03-31/event-source-mappings?FunctionName={}", encoded(function));
        let EventSourceMappings { event_source_mappings } = self.get(&path).await?;
        Ok(event_source_mappings)
    }

    async fn get<T: DeserializeOwned>(&self, path_and_query: &str) -> Result<T, CallError> {
        let call = ServiceCall {
            method: Method::GET,
            path_and_query: path_and_query.parse().expect("an encoded path"),
            headers: HeaderMap::new(),
            trace_id: None,
            body: Default::default(),
        };
        read(self.client.call(&call, self.policy).await?.body())
    }
}
