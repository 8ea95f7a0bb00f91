//! Lines of a log group as they come. A line may come late and behind a later one, so the last seconds are asked for again.

use std::collections::BTreeSet;

use super::{AccessLine, LineFilter};
use crate::aws::{
    call::CallError,
    cloudwatch_logs::{CloudWatchLogs, FilterLogEvents, LogEvent},
};

/// How late a line may come.
const LATE_MS: u64 = 30_000;

/// The lines of a group from some time on.
#[derive(Debug)]
pub struct Tail {
    logs: CloudWatchLogs,
    filter: LineFilter,
    request: FilterLogEvents,
    latest_ms: u64,
    /// Times and ids of the events of the last seconds.
    seen: BTreeSet<(u64, String)>,
}

/// Some lines, oldest first.
#[derive(Debug)]
pub struct TailPage {
    pub lines: Vec<AccessLine>,
    pub position: TailPosition,
}

/// Says if there are more lines already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TailPosition {
    MoreToCome,
    UpToDate,
}

impl Tail {
    pub fn new(logs: CloudWatchLogs, log_group: &str, filter: LineFilter, from_ms: u64) -> Self {
        let request = FilterLogEvents {
            log_group_name: log_group.to_owned(),
            start_time: Some(from_ms),
            filter_pattern: Some(filter.to_string()),
            ..FilterLogEvents::default()
        };
        Self { logs, filter, request, latest_ms: from_ms, seen: BTreeSet::new() }
    }

    /// Goes on with another client: one with newer credentials.
    pub fn set_client(&mut self, logs: CloudWatchLogs) {
        self.logs = logs;
    }

    /// The next lines, none that was given before.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; the same lines can be asked for again.
    pub async fn page(&mut self) -> Result<TailPage, CallError> {
        let page = self.logs.filter(&self.request).await?;
        let mut events: Vec<LogEvent> = page.events.into_iter().filter(|event| self.is_new(event)).collect();
        events.sort_by_key(|event| event.timestamp);
        let lines = events.iter().filter_map(AccessLine::of).filter(|line| self.filter.takes(line)).collect();
        self.request.next_token = page.next_token;
        if self.request.next_token.is_some() {
            return Ok(TailPage { lines, position: TailPosition::MoreToCome });
        }
        let start = self.request.start_time.unwrap_or_default().max(self.latest_ms.saturating_sub(LATE_MS));
        self.request.start_time = Some(start);
        self.seen = self.seen.split_off(&(start, String::new()));
        Ok(TailPage { lines, position: TailPosition::UpToDate })
    }

    fn is_new(&mut self, event: &LogEvent) -> bool {
        self.latest_ms = self.latest_ms.max(event.timestamp);
        self.request.start_time.is_none_or(|start| event.timestamp >= start)
            && self.seen.insert((event.timestamp, event.event_id.clone()))
    }
}
