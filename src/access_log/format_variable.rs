//! The `$context` variables of access logs, as API Gateway names them for REST and HTTP APIs.

use std::borrow::Cow;

use super::line::LogLine;
use crate::{
    error::ResponseType,
    item::nearest,
    secret_names::is_secret,
    template::{ContextVariable, ValueKind, WordValue},
};

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FormatVariable {
    /// Known when the request has its route and its caller.
    Context(ContextVariable),
    /// Known when the response has gone out.
    Line(LineFact),
    /// API Gateway has it, the gateway never.
    Absent,
}

/// A fact of the gateway's own line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineFact {
    AwsEndpointRequestId,
    BasePathMatched,
    CacheStatus,
    DataProcessed,
    Degraded,
    ErrorMessage,
    ErrorMessageString,
    ErrorResponseType,
    IntegrationError,
    IntegrationLatency,
    IntegrationStatus,
    ResponseLatency,
    ResponseLength,
    Status,
    TraceId,
    XrayTraceId,
}

/// A word that is no variable here, and what is expected in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoVariable {
    pub expected: String,
}

#[rustfmt::skip]
const LINE_FACTS: [(&str, LineFact); 21] = {
    use LineFact::*;
    [
        ("awsEndpointRequestId",          AwsEndpointRequestId),
        ("cacheStatus",                   CacheStatus),
        ("customDomain.basePathMatched",  BasePathMatched),
        ("dataProcessed",                 DataProcessed),
        ("degraded",                      Degraded),
        ("error.message",                 ErrorMessage),
        ("error.messageString",           ErrorMessageString),
        ("error.responseType",            ErrorResponseType),
        ("integration.error",             IntegrationError),
        ("integration.integrationStatus", IntegrationStatus),
        ("integration.latency",           IntegrationLatency),
        ("integration.requestId",         AwsEndpointRequestId),
        ("integration.status",            IntegrationStatus),
        ("integrationErrorMessage",       IntegrationError),
        ("integrationLatency",            IntegrationLatency),
        ("integrationStatus",             IntegrationStatus),
        ("responseLatency",               ResponseLatency),
        ("responseLength",                ResponseLength),
        ("status",                        Status),
        ("traceId",                       TraceId),
        ("xrayTraceId",                   XrayTraceId),
    ]
};

/// Of API Gateway's, those of parts that the gateway does not have.
const ABSENT: [&str; 30] = [
    "authenticate.error",
    "authenticate.latency",
    "authenticate.status",
    "authorize.error",
    "authorize.latency",
    "authorize.status",
    "authorizer.error",
    "authorizer.integrationLatency",
    "authorizer.integrationStatus",
    "authorizer.latency",
    "authorizer.requestId",
    "authorizer.status",
    "awsEndpointRequestId2",
    "customDomain.routingRuleIdMatched",
    "endpointType",
    "error.validationErrorString",
    "identity.clientCert.clientCertPem",
    "identity.clientCert.issuerDN",
    "identity.clientCert.serialNumber",
    "identity.clientCert.subjectDN",
    "identity.clientCert.validity.notAfter",
    "identity.clientCert.validity.notBefore",
    "identity.vpcId",
    "identity.vpceId",
    "resourceId",
    "waf.error",
    "waf.latency",
    "waf.status",
    "wafResponseCode",
    "webaclArn",
];

/// The variables without which a line could not be found again: API Gateway asks for one of them too.
pub(super) const REQUEST_IDS: [ContextVariable; 2] =
    [ContextVariable::RequestId, ContextVariable::ExtendedRequestId];

impl FormatVariable {
    /// The variable of this name, which stands behind `$context.`.
    pub fn named(name: &str) -> Result<Self, NoVariable> {
        if name == "identity.apiKey"
            || name.strip_prefix("authorizer.").is_some_and(|rest| rest.split('.').any(is_secret))
        {
            let other = if name == "identity.apiKey" {
                "; $context.identity.apiKeyId says whose key it is"
            } else {
                ""
            };
            return Err(NoVariable { expected: format!("a variable that holds no secret{other}") });
        }
        if let Some((_, fact)) = LINE_FACTS.iter().find(|(known, _)| *known == name) {
            return Ok(Self::Line(*fact));
        }
        if ABSENT.contains(&name) {
            return Ok(Self::Absent);
        }
        ContextVariable::named(name).map(Self::Context).ok_or_else(|| {
            let names = ContextVariable::names();
            let known: Vec<&str> =
                LINE_FACTS.iter().map(|(known, _)| *known).chain(names.split(", ")).collect();
            NoVariable {
                expected: match nearest(name, &known) {
                    Some(nearest) => {
                        format!("a $context variable of access logs; did you mean $context.{nearest}?")
                    }
                    None => format!("a $context variable of access logs: {}", known.join(", ")),
                },
            }
        })
    }
}

impl LineFact {
    pub fn value(self, line: &LogLine) -> WordValue<'_> {
        let number = |number: u64| (Some(number.to_string().into()), ValueKind::Json);
        let optional = |optional: Option<u64>| (optional.map(|it| it.to_string().into()), ValueKind::Json);
        let (text, kind) = match self {
            Self::AwsEndpointRequestId => text(line.aws_endpoint_request_id.as_deref()),
            Self::BasePathMatched => text(Some(&line.base_path)),
            Self::CacheStatus => text(line.cache_status),
            Self::DataProcessed => number((line.request_length + line.response_length) as u64),
            Self::Degraded => text(line.degraded),
            Self::ErrorMessage => text(line.client_message.as_deref()),
            Self::ErrorMessageString => (line.client_message.as_deref().map(Cow::from), ValueKind::Quoted),
            Self::ErrorResponseType => text(line.error_response_type.map(ResponseType::as_str)),
            Self::IntegrationError => text(line.integration_error_message.as_deref()),
            Self::IntegrationLatency => optional(line.integration_latency),
            Self::IntegrationStatus => optional(line.integration_own_status.map(u64::from)),
            Self::ResponseLatency => number(line.response_latency),
            Self::ResponseLength => number(line.response_length as u64),
            Self::Status => number(line.status.into()),
            Self::TraceId => text(line.trace_id.as_deref()),
            Self::XrayTraceId => text(line.xray_trace_id.as_deref()),
        };
        WordValue { text, kind }
    }
}

fn text(text: Option<&str>) -> (Option<Cow<'_, str>>, ValueKind) {
    (text.map(Cow::from), ValueKind::Text)
}
