//! `request` of a test, and `integrationFails`.

use std::net::{IpAddr, Ipv4Addr};

use super::Reader;
use crate::{
    api_file::{Content, Entry, Node},
    api_test::test_file::{IntegrationAnswer, TestCaller, TestRequest},
};

const WORDS: [&str; 8] = ["method", "path", "host", "headers", "body", "sourceIp", "apiKey", "caller"];

/// Of a network for documentation (RFC 5737).
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

impl Reader<'_> {
    /// A map, or a text such as `GET /v1/orders`.
    pub(super) fn request(&mut self, node: &Node) -> Option<TestRequest> {
        let expected = "a request: GET /v1/orders/7, or a map with path";
        let mut request = TestRequest {
            method: "GET".to_owned(),
            path: String::new(),
            query: String::new(),
            host: None,
            headers: Vec::new(),
            body: Vec::new(),
            source_ip: CLIENT,
            api_key: None,
            caller: None,
        };
        if let Content::Text(text) = &node.content {
            let (method, path) = text.trim().split_once(' ').unwrap_or(("GET", text.trim()));
            method.clone_into(&mut request.method);
            self.path(&mut request, node, path.trim());
            return Some(request);
        }
        let members = self.members(node, &WORDS, expected);
        let is_there = |name: &str| members.iter().any(|entry| entry.key == name);
        if !is_there("path") && node.as_map().is_some() {
            self.add(node.span, "got a request without a path, expected one such as /v1/orders/7");
        }
        for entry in &members {
            self.member(&mut request, entry);
        }
        let is_json = members.iter().any(|entry| entry.key == "body" && entry.node.as_text().is_none());
        if is_json && !request.headers.iter().any(|(name, _)| name == "content-type") {
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        Some(request)
    }

    fn member(&mut self, request: &mut TestRequest, entry: &Entry) {
        match entry.key.as_str() {
            "method" => {
                request.method = self.text(entry, "a method such as GET").unwrap_or_default();
            }
            "path" => {
                if let Some(path) = self.text(entry, "a path such as /v1/orders/7?expand=true") {
                    self.path(request, &entry.node, &path);
                }
            }
            "host" => request.host = self.text(entry, "a host such as api.example.com"),
            "headers" => self.headers(request, &entry.node),
            "body" => body(request, &entry.node),
            "sourceIp" => {
                let address = entry.node.as_text().and_then(|text| text.parse().ok());
                if address.is_none() {
                    self.wrong(&entry.node, "an address such as 198.51.100.7");
                }
                request.source_ip = address.unwrap_or(CLIENT);
            }
            "apiKey" => request.api_key = self.text(entry, "the id of an API key"),
            _ => request.caller = self.caller(&entry.node),
        }
    }

    fn path(&mut self, request: &mut TestRequest, node: &Node, path: &str) {
        if !path.starts_with('/') {
            self.wrong(node, "a path that begins with /, base path included");
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        (request.path, request.query) = (path.to_owned(), query.to_owned());
    }

    fn headers(&mut self, request: &mut TestRequest, node: &Node) {
        let Some(entries) = node.as_map() else {
            self.wrong(node, "a map of headers");
            return;
        };
        for entry in entries {
            let values: &[_] = match &entry.node.content {
                Content::List(values) => values,
                _ => std::slice::from_ref(&entry.node),
            };
            for value in values {
                match scalar(value) {
                    Some(text) => request.headers.push((entry.key.to_ascii_lowercase(), text)),
                    None => self.wrong(value, "a header's value"),
                }
            }
        }
    }

    fn caller(&mut self, node: &Node) -> Option<TestCaller> {
        let members = self.members(node, &["claims", "userArn"], "a caller: claims of a token, or userArn");
        let [entry] = &members[..] else {
            if members.len() > 1 {
                self.add(node.span, "got claims and userArn, expected one of them");
            }
            return None;
        };
        if entry.key == "userArn" {
            let user_arn = self.text(entry, "the ARN of who signs")?;
            return Some(TestCaller::Signer { user_arn });
        }
        match entry.node.to_json() {
            serde_json::Value::Object(claims) => Some(TestCaller::Claims(claims)),
            _ => {
                self.wrong(&entry.node, "a map of claims");
                None
            }
        }
    }

    /// `timeout`, `throttled`, or a map of an error.
    pub(super) fn failure(&mut self, entry: &Entry) -> Option<IntegrationAnswer> {
        const EXPECTED: &str =
            "timeout, throttled, a map with errorType (of a function) or one with code (of DynamoDB)";
        match entry.node.as_text() {
            Some("timeout") => return Some(IntegrationAnswer::Timeout),
            Some("throttled") => return Some(IntegrationAnswer::Throttled),
            Some(_) => {
                self.wrong(&entry.node, EXPECTED);
                return None;
            }
            None => {}
        }
        let known = ["errorType", "errorMessage", "code", "message"];
        let members = self.members(&entry.node, &known, EXPECTED);
        let mut text = |name: &str| {
            let entry = members.iter().find(|entry| entry.key == name);
            entry.and_then(|entry| self.text(entry, "a text"))
        };
        let (error_type, code, message) = (text("errorType"), text("code"), text("message"));
        match (error_type, code) {
            (Some(_), None) => Some(IntegrationAnswer::FunctionError(entry.node.to_json())),
            (None, Some(code)) => {
                Some(IntegrationAnswer::ServiceError { code, message: message.unwrap_or_default() })
            }
            (Some(_), Some(_)) | (None, None) => {
                if entry.node.as_map().is_some() {
                    self.add(entry.node.span, &format!("got a map, expected {EXPECTED}"));
                }
                None
            }
        }
    }
}

/// A text is sent as it is, everything else as JSON.
fn body(request: &mut TestRequest, node: &Node) {
    match &node.content {
        Content::Text(text) => request.body = text.as_bytes().to_vec(),
        _ => request.body = node.to_json().to_string().into_bytes(),
    }
}

/// A text, a number or a truth, as a header has it.
fn scalar(node: &Node) -> Option<String> {
    match &node.content {
        Content::Text(text) => Some(text.clone()),
        Content::Number(number) => Some(number.to_string()),
        Content::Bool(value) => Some(value.to_string()),
        Content::Null | Content::List(_) | Content::Map(_) => None,
    }
}
