//! The access lines of a gateway, read from its log group: one by one as they come, and their sums by route.

mod line_filter;
mod route_totals;
mod tail;

use serde_json::{Map, Value};

pub use self::{
    line_filter::{LineFilter, StatusFilter},
    route_totals::{RouteRow, RouteTotals, Window},
    tail::{Tail, TailPage, TailPosition},
};
use crate::aws::cloudwatch_logs::LogEvent;

/// The line of a request. What its fields are called, docs/operating.md says.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessLine {
    /// When it was written, in milliseconds since 1970: the lines themselves do not say.
    pub at_ms: u64,
    pub status: u16,
    pub latency_ms: u64,
    pub fields: Map<String, Value>,
}

impl AccessLine {
    /// `None`: it is another line, such as one in a stage's own format.
    pub fn of(event: &LogEvent) -> Option<Self> {
        let fields: Map<String, Value> = serde_json::from_str(&event.message).ok()?;
        if fields.contains_key("accessLogFormat") {
            return None;
        }
        let status = u16::try_from(fields.get("status")?.as_u64()?).ok()?;
        let latency_ms = fields.get("responseLatency")?.as_u64()?;
        Some(Self { at_ms: event.timestamp, status, latency_ms, fields })
    }

    /// A field; empty if it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}
