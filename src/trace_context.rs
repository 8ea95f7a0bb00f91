//! The trace that a request is part of, in X-Ray's words and in W3C's (Trace Context, level 1): both name it by the same 128
//! bits.
//!
//! Lambda says the trace; a client's `traceparent` is kept if it is one.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::digest::{Sha256, hex};

pub const X_AMZN_TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Gives a request a trace if it has none, and takes away a `traceparent` that is none, with what belongs to it.
pub fn settle(headers: &mut HeaderMap, trace_id: &mut String, request_id: &str, received_at: SystemTime) {
    if xray_root(trace_id).is_none() {
        let of_client = headers.get(X_AMZN_TRACE_ID).and_then(|value| value.to_str().ok());
        *trace_id = match of_client.filter(|value| xray_root(value).is_some()) {
            Some(value) => value.to_owned(),
            None => new_trace(request_id, received_at),
        };
    }
    let mut lines = headers.get_all(TRACEPARENT).iter();
    let (first, second) = (lines.next(), lines.next());
    let is_kept = first.is_some_and(is_traceparent) && second.is_none();
    if is_kept {
        return;
    }
    // A state without a parent says nothing (§3.3).
    headers.remove(TRACESTATE);
    if headers.remove(TRACEPARENT).is_some() {
        headers.extend(traceparent(trace_id).map(|made| (TRACEPARENT, made)));
    }
}

/// The id of the trace in `Root=1-67891233-abcdef012345678912345678;Parent=…;Sampled=1`.
pub fn xray_root(trace_id: &str) -> Option<&str> {
    let root = field(trace_id, "Root=")?;
    let mut parts = root.split('-');
    let is_one = parts.next() == Some("1")
        && parts.next().is_some_and(|seconds| is_hex(seconds, 8))
        && parts.next().is_some_and(|rest| is_hex(rest, 24))
        && parts.next().is_none()
        && root.bytes().skip("1-".len()).any(|byte| !b"0-".contains(&byte));
    is_one.then_some(root)
}

/// The trace and the segment that calls are made under, where the request is sampled.
pub fn sampled_parent(trace_id: &str) -> Option<(&str, &str)> {
    let parent = parent(trace_id)?;
    let is_sampled = field(trace_id, "Sampled=") == Some("1");
    Some((xray_root(trace_id)?, parent)).filter(|_| is_sampled)
}

/// The same trace as a `traceparent`: version, trace, the span that calls, and if it is sampled.
pub fn traceparent(trace_id: &str) -> Option<HeaderValue> {
    let trace = xray_root(trace_id)?.get(2..)?.replace('-', "");
    let span = match parent(trace_id) {
        Some(parent) => parent.to_owned(),
        None => hex(&Sha256::of(&trace)[..8]),
    };
    let flags = if field(trace_id, "Sampled=") == Some("1") { "01" } else { "00" };
    HeaderValue::try_from(format!("00-{trace}-{span}-{flags}").to_ascii_lowercase()).ok()
}

/// The trace of a client's `traceparent`, where it is another than Lambda's.
pub fn other_trace<'a>(headers: &'a HeaderMap, trace_id: &str) -> Option<&'a str> {
    let of_client = headers.get(TRACEPARENT)?.to_str().ok()?.get(3..35)?;
    let of_lambda = xray_root(trace_id).and_then(|root| root.get(2..)).unwrap_or_default().replace('-', "");
    (of_client != of_lambda.to_ascii_lowercase()).then_some(of_client)
}

/// §3.2: `00-` and 32, 16 and 2 hexadecimal digits; a later version may have more behind them.
fn is_traceparent(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else { return false };
    let mut parts = text.split('-');
    let version = parts.next().unwrap_or_default();
    let mut is_part = |length| parts.next().is_some_and(|part| is_lower_hex(part, length));
    let is_not_zero = |range| text.get(range).is_some_and(|id: &str| id.bytes().any(|byte| byte != b'0'));
    is_lower_hex(version, 2)
        && version != "ff"
        && is_part(32)
        && is_part(16)
        && is_part(2)
        && is_not_zero(3..35)
        && is_not_zero(36..52)
        && (version != "00" || text.len() == 55)
}

/// X-Ray wants the time of the beginning in an id.
fn new_trace(request_id: &str, received_at: SystemTime) -> String {
    let since_1970 = received_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    format!("Root=1-{:08x}-{};Sampled=0", since_1970.as_secs(), hex(&Sha256::of(request_id)[..12]))
}

fn parent(trace_id: &str) -> Option<&str> {
    field(trace_id, "Parent=").filter(|parent| is_hex(parent, 16) && parent.bytes().any(|byte| byte != b'0'))
}

fn field<'a>(trace_id: &'a str, name: &str) -> Option<&'a str> {
    trace_id.split(';').find_map(|field| field.trim().strip_prefix(name))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_lower_hex(text: &str, length: usize) -> bool {
    is_hex(text, length) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA: &str =
        "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0";
    const MADE: &str = "00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01";
    const CLIENTS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn settled(given: &[(&'static str, &str)], mut trace_id: String) -> (Vec<String>, String) {
        let name = HeaderName::from_static;
        let mut headers: HeaderMap =
            given.iter().map(|(key, value)| (name(key), value.parse().unwrap())).collect();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(0x6789_1233);
        settle(&mut headers, &mut trace_id, "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", at);
        let lines = headers.iter().map(|(key, value)| format!("{key}: {}", value.to_str().unwrap()));
        (lines.collect(), trace_id)
    }

    #[test]
    fn a_clients_traceparent_is_kept_and_what_is_none_gives_way_to_lambdas() {
        let state = ("tracestate", "a=1");
        for kept in [CLIENTS, "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-09-more"] {
            let (lines, _) = settled(&[("traceparent", kept), state], LAMBDA.to_owned());
            assert_eq!(lines, [format!("traceparent: {kept}"), "tracestate: a=1".to_owned()]);
        }
        for wrong in [
            "",
            "00",
            "nonsense",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            &format!("{CLIENTS}, {CLIENTS}"),
        ] {
            let (lines, _) = settled(&[("traceparent", wrong), state], LAMBDA.to_owned());
            assert_eq!(lines, [format!("traceparent: {MADE}")], "{wrong}");
        }
        let twice = [("traceparent", CLIENTS), ("traceparent", CLIENTS)];
        assert_eq!(settled(&twice, LAMBDA.to_owned()).0, [format!("traceparent: {MADE}")]);
        assert_eq!(settled(&[state], LAMBDA.to_owned()).0, [""; 0]);
    }

    #[test]
    fn a_request_without_a_trace_gets_its_clients_or_a_new_one() {
        assert_eq!(settled(&[], LAMBDA.to_owned()).1, LAMBDA);
        let of_client = "Root=1-67891233-000000000000000000000001;Sampled=1";
        assert_eq!(settled(&[("x-amzn-trace-id", of_client)], String::new()).1, of_client);
        for wrong in [
            "Root=1-67891233-00000000000000000000000g",
            "Root=2-67891233-000000000000000000000001",
            "Root=1-00000000-000000000000000000000000;Parent=0000000000000000",
            "x",
        ] {
            let made = settled(&[("x-amzn-trace-id", wrong)], String::new()).1;
            assert!(made.starts_with("Root=1-67891233-") && xray_root(&made).is_some(), "{made}");
            assert!(is_traceparent(&traceparent(&made).unwrap()), "{made}");
        }
    }

    #[test]
    fn the_line_has_a_clients_trace_where_it_is_not_lambdas() {
        let headers =
            |value: &'static str| HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static(value))]);
        assert_eq!(other_trace(&headers(CLIENTS), LAMBDA), Some("0af7651916cd43dd8448eb211c80319c"));
        assert_eq!(other_trace(&headers(MADE), LAMBDA), None);
    }
}
