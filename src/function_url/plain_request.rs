//! A request as people write one, in a shell or in a file, as a function URL would hand it over.

use std::{collections::BTreeMap, net::IpAddr, time::SystemTime};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{DecodedEvent, Invocation, decode};
use crate::{
    calendar::log_timestamp,
    clock::milliseconds,
    environment::{FunctionUrlAuthType, TrustedProxy},
    error::GatewayError,
    message::Request,
};

/// A request before it is decoded.
#[derive(Clone, Debug)]
pub struct PlainRequest<'a> {
    pub id: &'a str,
    pub method: &'a str,
    /// Empty: it is not known.
    pub host: &'a str,
    pub path: &'a str,
    /// Without `?`.
    pub query: &'a str,
    /// Names in lower case; one may be there more than once.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// `None`: it is not known.
    pub source_ip: Option<IpAddr>,
    pub received_at: SystemTime,
    /// The time at which Lambda would end the invocation.
    pub deadline: SystemTime,
}

impl PlainRequest<'_> {
    /// Decodes it as the gateway does.
    ///
    /// # Errors
    ///
    /// The gateway would refuse it as a bad one.
    pub fn decode(&self) -> Result<Request, GatewayError> {
        let invocation = Invocation {
            request_id: self.id.to_owned(),
            deadline: self.deadline,
            account_id: String::new(),
            trace_id: String::new(),
            received_at: self.received_at,
        };
        let (proxy, auth_type) = (TrustedProxy::default(), FunctionUrlAuthType::None);
        match decode(&self.event().into(), invocation, &proxy, auth_type) {
            Ok(DecodedEvent::Request(request)) => Ok(*request),
            Ok(DecodedEvent::RoutesChanged(_)) => unreachable!("the event has no records"),
            Err(refused) => Err(refused.error),
        }
    }

    fn event(&self) -> String {
        let mut headers = BTreeMap::<&str, String>::new();
        for (name, value) in self.headers {
            // As function URLs join them.
            let separator = if name == "cookie" { "; " } else { "," };
            let joined = headers.remove(name.as_str()).map(|before| format!("{before}{separator}{value}"));
            headers.insert(name, joined.unwrap_or_else(|| value.clone()));
        }
        let now_ms = milliseconds(self.received_at);
        let event = json!({
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "body": BASE64_STANDARD.encode(self.body),
            "isBase64Encoded": true,
            "requestContext": {
                "domainName": self.host,
                "domainPrefix": self.host.split('.').next(),
                "http": { "method": self.method, "protocol": "HTTP/1.1", "sourceIp": self.source_ip },
                "time": log_timestamp(now_ms / 1_000),
                "timeEpoch": now_ms,
            },
        });
        event.to_string()
    }
}
