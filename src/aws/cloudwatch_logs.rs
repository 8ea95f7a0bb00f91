//! CloudWatch Logs' JSON protocol: lines of a log group, and the group itself.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>

use http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE, uri::PathAndQuery};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{
    ServiceClient,
    call::{CallError, CallPolicy, ServiceCall},
    dynamodb::read,
};

/// A client that has the same patience with every call.
#[derive(Clone, Debug)]
pub struct CloudWatchLogs {
    client: ServiceClient,
    policy: CallPolicy,
}

/// Asks for lines of a group, oldest first. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterLogEvents {
    pub log_group_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A part of the lines; with a token there are more, also where this part has none.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilteredLogEvents {
    #[serde(default)]
    pub events: Vec<LogEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A line.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEvent {
    #[serde(default)]
    pub event_id: String,
    /// When it was written, in milliseconds since 1970.
    #[serde(default)]
    pub timestamp: u64,
    #[serde(default)]
    pub message: String,
}

/// A group, as far as it is looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroup {
    pub log_group_name: String,
    /// `None`: for ever.
    pub retention_in_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogGroups {
    #[serde(default)]
    log_groups: Vec<LogGroup>,
}

/// The head of every call: the protocol's version of the API, and the operation.
pub const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
pub const FILTER_LOG_EVENTS: &str = "Logs_20140328.FilterLogEvents";
const DESCRIBE_LOG_GROUPS: &str = "Logs_20140328.DescribeLogGroups";
pub const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

impl CloudWatchLogs {
    pub fn new(client: ServiceClient, policy: CallPolicy) -> Self {
        Self { client, policy }
    }

    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn filter(&self, request: &FilterLogEvents) -> Result<FilteredLogEvents, CallError> {
        self.call(FILTER_LOG_EVENTS, request).await
    }

    /// The group of this name, if there is one.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn group(&self, name: &str) -> Result<Option<LogGroup>, CallError> {
        // Names that begin alike come too, the shortest first.
        let request = json!({ "logGroupNamePrefix": name, "limit": 1 });
        let LogGroups { log_groups } = self.call(DESCRIBE_LOG_GROUPS, &request).await?;
        Ok(log_groups.into_iter().find(|group| group.log_group_name == name))
    }

    async fn call<T: DeserializeOwned>(
        &self,
        target: &'static str,
        request: &impl Serialize,
    ) -> Result<T, CallError> {
        let call = ServiceCall {
            method: Method::POST,
            path_and_query: PathAndQuery::from_static("/"),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, JSON), (TARGET, HeaderValue::from_static(target))]),
            trace_id: None,
            body: serde_json::to_vec(request).expect("a request is JSON").into(),
        };
        read(self.client.call(&call, self.policy).await?.body())
    }
}
