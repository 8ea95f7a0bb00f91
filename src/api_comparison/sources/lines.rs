//! One request a line: access lines in JSON, CLF and CSV, as API Gateway, CDK and Tollgate write them, and plain lines.

use serde_json::Value;

use super::LONGEST_LINE;
use crate::{
    api_comparison::{
        left_out::{LeftOut, LeftOutReason},
        request::WrittenRequest,
    },
    json,
};

/// The requests of lines.
pub struct LineRequests {
    pub kind: LineKind,
    pub requests: Vec<WrittenRequest>,
    pub left_out: LeftOut,
}

/// The kind of a file of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Plain,
    Log,
}

/// Reads lines; those that are empty, and of plain ones those that begin with `#`, are none.
pub fn requests<'a>(name: &str, lines: impl Iterator<Item = &'a str>) -> LineRequests {
    let mut read = LineRequests { kind: LineKind::Plain, requests: Vec::new(), left_out: LeftOut::default() };
    for (index, line) in lines.enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let source = format!("{name}:{}", index + 1);
        let of_log = of_json(line).or_else(|| of_clf(line)).or_else(|| of_csv(line));
        if of_log.is_some() {
            read.kind = LineKind::Log;
        }
        match of_log.or_else(|| plain(line)) {
            Some(request) => read.requests.push(WrittenRequest { source, ..request }),
            None => read.left_out.add(LeftOutReason::NotUnderstood, &source),
        }
    }
    read
}

/// A line in JSON; `aws logs tail` puts a time and the name of a stream before it.
fn of_json(line: &str) -> Option<WrittenRequest> {
    if line.len() > LONGEST_LINE {
        return None;
    }
    let line = json::read(line.get(line.find('{')?..)?.as_bytes()).ok()?;
    let text = |names: &[&str]| names.iter().find_map(|name| line.get(name).and_then(Value::as_str));
    let route_key = text(&["routeKey"]).and_then(|key| key.split_once(' '));
    let method = text(&["httpMethod", "method", "requestMethod"]).or(route_key.map(|(method, _)| method))?;
    let path = text(&["path", "uri", "requestUri", "resourcePath"]).or(route_key.map(|(_, path)| path))?;
    if !is_method(method) || !path.starts_with('/') {
        return None;
    }
    let query = text(&["queryString", "query"]).filter(|query| !query.is_empty() && *query != "-");
    let mark = if query.is_some() { "?" } else { "" };
    Some(WrittenRequest {
        stage: text(&["stage"]).map(str::to_owned),
        ..request(method, &format!("{path}{mark}{}", query.unwrap_or_default()))
    })
}

/// The Common Log Format: the request stands in quotes, of HTTP APIs with the route key in the place of the path.
fn of_clf(line: &str) -> Option<WrittenRequest> {
    line.split('"').skip(1).step_by(2).find_map(|quoted| {
        let mut words: Vec<&str> = quoted.split_whitespace().collect();
        if words.last()?.to_ascii_uppercase().starts_with("HTTP/") {
            words.pop();
        }
        match words[..] {
            [method, path] | [method, _, path] if is_method(method) => target_request(method, path),
            _ => None,
        }
    })
}

/// A method stands in one field and the path in the next one.
fn of_csv(line: &str) -> Option<WrittenRequest> {
    if !line.contains(',') {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    let fields: Vec<&str> = record.iter().map(str::trim).collect();
    fields.windows(2).find_map(|pair| {
        let [method, path] = pair else { return None };
        let path = path.strip_prefix(method).map_or(*path, str::trim_start);
        if is_method(method) { target_request(method, path) } else { None }
    })
}

/// `GET /orders/7?x=1`, `/orders/7`, or with a URL.
pub fn plain(line: &str) -> Option<WrittenRequest> {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next()?, words.next());
    match (second, words.next()) {
        (None, _) => target_request("GET", first),
        (Some(target), None) if is_method(first) => target_request(first, target),
        (Some(_), _) => None,
    }
}

fn target_request(method: &str, target: &str) -> Option<WrittenRequest> {
    let is_target =
        target.starts_with('/') || target.starts_with("https://") || target.starts_with("http://");
    is_target.then(|| request(method, target))
}

fn request(method: &str, target: &str) -> WrittenRequest {
    WrittenRequest { method: method.to_owned(), url: target.to_owned(), ..WrittenRequest::default() }
}

fn is_method(text: &str) -> bool {
    const METHODS: [&str; 9] =
        ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
    METHODS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formats of CDK (`AccessLogFormat`), of API Gateway's guide, and Tollgate's own.
    #[test]
    fn a_line_of_any_format_is_a_request() {
        let cases = [
            (
                r#"{"requestId":"r","ip":"192.0.2.1","httpMethod":"GET","resourcePath":"/orders","status":"200"}"#,
                "GET /orders",
            ),
            (
                r#"{"requestId":"r","stage":"v1","routeKey":"GET /orders/{id}","httpMethod":"GET","path":"/v1/orders/7"}"#,
                "v1 GET /v1/orders/7",
            ),
            (r#"{"requestId":"r","routeKey":"POST /orders"}"#, "POST /orders"),
            (
                r#"2025-04-14T22:12:48 2025/04/14/[1]ab {"method":"GET","path":"/a","queryString":"x=1"}"#,
                "GET /a?x=1",
            ),
            (
                r#"192.0.2.1 - - [14/Apr/2025:22:12:48 +0000] "GET /orders/7 HTTP/1.1" 200 99 r"#,
                "GET /orders/7",
            ),
            (
                r#"192.0.2.1 - - [14/Apr/2025:22:12:48 +0000] "GET GET /orders HTTP/1.1" 200 99 r"#,
                "GET /orders",
            ),
            ("192.0.2.1,-,-,14/Apr/2025:22:12:48 +0000,GET,/orders,HTTP/1.1,200,99,r", "GET /orders"),
            ("192.0.2.1,14/Apr/2025:22:12:48 +0000,GET,GET /orders,HTTP/1.1,200,99,r", "GET /orders"),
            ("DELETE /orders/7?x=1", "DELETE /orders/7?x=1"),
            ("/orders", "GET /orders"),
            ("HEAD https://a.example/orders", "HEAD https://a.example/orders"),
        ];
        for (line, expected) in cases {
            let read = requests("f", [line].into_iter());
            let [request] = &read.requests[..] else { panic!("{line}: {:?}", read.left_out) };
            let stage = request.stage.iter().map(|stage| format!("{stage} ")).collect::<String>();
            assert_eq!(format!("{stage}{} {}", request.method, request.url), expected, "{line}");
        }
        for line in
            ["hello", "START RequestId: r", r#"{"level":"INFO"}"#, "{", "GET orders", "GET /a b", "\"\""]
        {
            let read = requests("f", [line].into_iter());
            assert_eq!((read.requests.len(), read.left_out.count()), (0, 1), "{line}");
        }
    }
}
