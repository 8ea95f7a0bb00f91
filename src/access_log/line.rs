//! The fields of the gateway's own line, in API Gateway's `$context` names. What is absent is left out.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;

use super::logged_headers::HeaderTexts;
use crate::error::ResponseType;

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogLine {
    pub request_id: String,
    pub stage: String,
    /// Of a canary's answer; and that it is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub deployment_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_canary_request: Option<bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub route_key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub http_method: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    pub status: u16,
    /// Milliseconds from receiving the request to the response's last byte.
    pub response_latency: u64,
    /// Milliseconds that the integration took to the head of its response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_latency: Option<u64>,
    /// The integration's own status, where the client got another: a stale response, or one that it confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_status: Option<u16>,
    /// The id that the AWS service which was called gave its last response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_endpoint_request_id: Option<String>,
    /// The trace that the request and the calls made for it are part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xray_trace_id: Option<String>,
    /// The trace that the client's `traceparent` names, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Bytes of the response's body.
    pub response_length: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_ip: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_agent: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub authorizer_id: String,
    /// Of the caller whom the authorizer has found.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub principal_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_key_id: String,
    /// Of a cached route: `HIT`, `STALE`, `MISS`, `REFRESH`, `REVALIDATED` or `BYPASS` (`CacheStatus::name`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_status: Option<&'static str>,
    /// Headers that the stage wants to see.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub request_headers: HeaderTexts,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub response_headers: HeaderTexts,
    /// The route has metrics of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detailed_metrics: Option<bool>,
    /// Something was decided without the store, or with an issuer's old keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degraded: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_response_type: Option<ResponseType>,
    /// The reason of the gateway's refusal; that of an integration's failure is `integrationErrorMessage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_error_message: Option<String>,
    /// The gateway's words to the client, for a format of the stage's own.
    #[serde(skip)]
    pub client_message: Option<Cow<'static, str>>,
    /// The integration's status, whatever the client got.
    #[serde(skip)]
    pub integration_own_status: Option<u16>,
    /// The stage's base path, without its slash.
    #[serde(skip)]
    pub base_path: String,
    /// Bytes of the request's body.
    #[serde(skip)]
    pub request_length: usize,
}

/// The line of a request that is not in the sample: what the metrics are read from, and no more.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetricsLine<'a> {
    sampled: bool,
    stage: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    route_key: &'a str,
    status: u16,
    response_latency: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_latency: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detailed_metrics: Option<bool>,
}

impl LogLine {
    /// True of a line that no sample leaves out: something went wrong.
    pub fn is_of_an_error(&self) -> bool {
        self.status >= 400
            || self.degraded.is_some()
            || self.error_message.is_some()
            || self.integration_error_message.is_some()
    }

    pub fn metrics(&self) -> MetricsLine<'_> {
        MetricsLine {
            sampled: false,
            stage: &self.stage,
            route_key: &self.route_key,
            status: self.status,
            response_latency: self.response_latency,
            integration_latency: self.integration_latency,
            cache_status: self.cache_status,
            detailed_metrics: self.detailed_metrics,
        }
    }
}
