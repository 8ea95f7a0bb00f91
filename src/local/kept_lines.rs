//! The last lines that the gateway wrote, as CloudWatch Logs gives them: `FilterLogEvents` of one group. Patterns are
//! passed over: who asks looks at the lines again.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE},
    routing::post,
};
use serde_json::json;

use super::function_output::{FunctionOutput, OutputLine};
use crate::{
    aws::cloudwatch_logs::{FILTER_LOG_EVENTS, FilterLogEvents, FilteredLogEvents, JSON, LogEvent, TARGET},
    clock::{Clock, milliseconds},
};

/// The group that they are in.
pub const LOG_GROUP: &str = "/aws/lambda/gateway";

/// Some 20,000 lines.
const MOST_BYTES: usize = 8 << 20;
/// As CloudWatch's own limit.
const MOST_A_PAGE: usize = 10_000;

/// Lines, kept as long as there is room. Clones share them.
#[derive(Clone, Debug)]
pub struct KeptLines {
    function: &'static str,
    clock: Clock,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<LogEvent>,
    bytes: usize,
    /// The number of the first line, counted from the first that there ever was.
    first: u64,
}

impl KeptLines {
    /// Of the function that is called so.
    pub fn new(function: &'static str, clock: Clock) -> Self {
        Self { function, clock, kept: Arc::default() }
    }

    /// Keeps what the function writes, and passes on all lines.
    pub fn output(&self, next: FunctionOutput) -> FunctionOutput {
        let kept = self.clone();
        FunctionOutput::new(move |line| {
            if line.function == kept.function {
                kept.keep(&line);
            }
            next.take(line);
        })
    }

    fn keep(&self, line: &OutputLine) {
        let timestamp = milliseconds(self.clock.now());
        let mut kept = self.lock();
        let number = kept.first + kept.lines.len() as u64;
        kept.bytes += line.text.len();
        kept.lines.push_back(LogEvent {
            event_id: number.to_string(),
            timestamp,
            message: line.text.clone(),
        });
        while kept.bytes > MOST_BYTES {
            let Some(oldest) = kept.lines.pop_front() else { break };
            kept.bytes -= oldest.message.len();
            kept.first += 1;
        }
    }

    /// The lines that are asked for; a token is the number of the next one.
    fn filter(&self, request: &FilterLogEvents) -> FilteredLogEvents {
        let kept = self.lock();
        let from: u64 =
            request.next_token.as_deref().and_then(|token| token.parse().ok()).unwrap_or_default();
        let limit = request.limit.map_or(MOST_A_PAGE, |limit| limit as usize).clamp(1, MOST_A_PAGE);
        let skipped = usize::try_from(from.saturating_sub(kept.first)).unwrap_or(usize::MAX);
        let start = request.start_time.unwrap_or_default();
        let mut wanted = kept
            .lines
            .iter()
            .zip(kept.first..)
            .skip(skipped)
            .filter(|(line, _)| line.timestamp >= start)
            .peekable();
        let mut events = Vec::new();
        while let Some((line, _)) = wanted.next_if(|_| events.len() < limit) {
            events.push(line.clone());
        }
        FilteredLogEvents { events, next_token: wanted.peek().map(|(_, number)| number.to_string()) }
    }

    /// Serves them at `/`.
    pub fn router(&self) -> Router {
        Router::new().route("/", post(answer)).with_state(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    State(lines): State<KeptLines>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<axum::body::Body> {
    let target = headers.get(TARGET).map(HeaderValue::as_bytes);
    let request = serde_json::from_slice::<FilterLogEvents>(&body);
    let (status, json) = match (target == Some(FILTER_LOG_EVENTS.as_bytes()), request) {
        (false, _) => refusal("UnknownOperationException", "only FilterLogEvents is here"),
        (true, Err(_)) => refusal("SerializationException", "the request is no FilterLogEvents"),
        (true, Ok(request)) if request.log_group_name != LOG_GROUP => {
            refusal("ResourceNotFoundException", "The specified log group does not exist.")
        }
        (true, Ok(request)) => (StatusCode::OK, json!(lines.filter(&request))),
    };
    let mut response = Response::new(json.to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

fn refusal(code: &str, message: &str) -> (StatusCode, serde_json::Value) {
    (StatusCode::BAD_REQUEST, json!({ "__type": code, "message": message }))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    fn lines(count: u64) -> KeptLines {
        let now = Arc::new(AtomicU64::new(0));
        let lines = KeptLines::new("gateway", Clock::Manual(Arc::clone(&now)));
        let output = lines.output(FunctionOutput::new(|_| {}));
        for number in 0..count {
            now.store(number * 10, std::sync::atomic::Ordering::Relaxed);
            let function = if number % 2 == 0 { "gateway" } else { "orders" };
            output.take(OutputLine { function: function.to_owned(), pid: 1, text: format!("line {number}") });
        }
        lines
    }

    fn told(page: &FilteredLogEvents) -> Vec<&str> {
        page.events.iter().map(|event| event.message.as_str()).collect()
    }

    #[test]
    fn the_gateways_lines_are_given_page_by_page_from_a_time_on() {
        let lines = lines(9);
        let mut request =
            FilterLogEvents { start_time: Some(30), limit: Some(2), ..FilterLogEvents::default() };
        let page = lines.filter(&request);
        assert_eq!((told(&page), page.next_token.as_deref()), (vec!["line 4", "line 6"], Some("4")));
        request.next_token = page.next_token;
        let page = lines.filter(&request);
        assert_eq!((told(&page), page.next_token.as_deref()), (vec!["line 8"], None));
    }

    #[test]
    fn the_oldest_lines_go_when_there_is_no_room() {
        let lines = lines(0);
        let text = "x".repeat(MOST_BYTES / 3);
        for _ in 0..5 {
            lines.keep(&OutputLine { function: "gateway".to_owned(), pid: 1, text: text.clone() });
        }
        let page = lines.filter(&FilterLogEvents::default());
        let ids: Vec<_> = page.events.iter().map(|event| event.event_id.as_str()).collect();
        assert_eq!(ids, ["2", "3", "4"]);
    }
}
