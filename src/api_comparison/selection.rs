//! The requests that are sent, of those that files have: brought below the URLs of the sides, and each once.

use std::{collections::HashSet, str::FromStr};

use http::{HeaderMap, HeaderName, HeaderValue, Method, uri::PathAndQuery};
use percent_encoding::utf8_percent_encode;

use super::{
    left_out::{LeftOut, LeftOutReason},
    request::{ComparedRequest, WrittenHeader, WrittenRequest},
    side::{BaseUrl, below_path},
    sources::Values,
};
use crate::{
    header_rules::is_hop_by_hop, integrations::http::encoded_value, path::query_pairs_whole,
    secret_names::is_secret, template::NOT_IN_URI,
};

/// Says which requests are sent, and how they are read.
#[derive(Clone, Debug)]
pub struct Selection {
    pub methods: SelectedMethods,
    /// The base URLs that the recorded requests were sent to.
    pub origins: Vec<Origin>,
    /// Of parameters in paths that a file has without values.
    pub values: Values,
    pub credentials: FileCredentials,
    pub most: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectedMethods {
    /// `GET`, `HEAD` and `OPTIONS`.
    Safe,
    All,
}

/// The tokens, keys and cookies that a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileCredentials {
    LeftOut,
    Sent,
}

/// The place that an API was at when its requests were written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Url(BaseUrl),
    /// `/prod`
    Path(String),
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Path(text.trim_end_matches('/').to_owned()));
        }
        text.parse().map(Self::Url).map_err(|error| format!("{error}, or a path such as /prod"))
    }
}

/// The requests to be sent, and those that are not.
#[derive(Clone, Debug, Default)]
pub struct Selected {
    pub requests: Vec<ComparedRequest>,
    pub left_out: LeftOut,
}

impl Selection {
    /// Selects in the order of the files.
    pub fn select(&self, written: Vec<WrittenRequest>) -> Selected {
        let mut selected = Selected::default();
        let mut seen = HashSet::new();
        for request in written {
            let source = request.source.clone();
            let identity = |it: &ComparedRequest| {
                (it.method.clone(), it.target.clone(), format!("{:?}", it.headers), it.body.clone())
            };
            match self.request(request) {
                Ok(request) if !seen.insert(identity(&request)) => {
                    selected.left_out.add(LeftOutReason::Duplicate, &source);
                }
                Ok(_) if selected.requests.len() >= self.most => {
                    selected.left_out.add(LeftOutReason::OverLimit, &source);
                }
                Ok(request) => selected.requests.push(request),
                Err(reason) => selected.left_out.add(reason, &source),
            }
        }
        selected
    }

    fn request(&self, written: WrittenRequest) -> Result<ComparedRequest, LeftOutReason> {
        let method = Method::from_bytes(written.method.to_ascii_uppercase().as_bytes());
        let method = method.map_err(|_| LeftOutReason::NotSendable)?;
        let target = self.target(&written)?;
        if self.methods == SelectedMethods::Safe
            && ![Method::GET, Method::HEAD, Method::OPTIONS].contains(&method)
        {
            return Err(LeftOutReason::UnsafeMethod);
        }
        let headers = self.headers(&written.headers);
        Ok(ComparedRequest { method, target, headers, body: written.body.into(), source: written.source })
    }

    /// The path and the query below the URL of a side.
    fn target(&self, written: &WrittenRequest) -> Result<String, LeftOutReason> {
        let url = written.url.split('#').next().unwrap_or_default();
        let scheme = url.split_once("://").map(|(scheme, _)| scheme);
        let below = if scheme.is_some_and(|scheme| scheme.chars().all(char::is_alphanumeric)) {
            let below = self.origins.iter().find_map(|origin| match origin {
                Origin::Url(base) => base.below(url),
                Origin::Path(_) => None,
            });
            below.ok_or(LeftOutReason::OtherServer)?
        } else {
            self.below_paths(url, written.stage.as_deref())
        };
        let (path, query) = below.split_once('?').map_or((below, None), |(path, query)| (path, Some(query)));
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = self.with_values(path)?;
        let mut query: Vec<String> = query.map(|query| self.query(query, written)).into_iter().collect();
        for name in &written.missing_query {
            let value = self.values.get(name.as_str()).ok_or(LeftOutReason::NoValue)?;
            query.push(format!("{}={}", encoded_value(name), encoded_value(value)));
        }
        query.retain(|part| !part.is_empty());
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let target = utf8_percent_encode(&format!("{slash}{path}{query}"), NOT_IN_URI).to_string();
        match PathAndQuery::from_str(&target) {
            Ok(_) => Ok(target),
            Err(_) => Err(LeftOutReason::NotSendable),
        }
    }

    /// The query, of a file's request without what is a secret by its name.
    fn query(&self, query: &str, written: &WrittenRequest) -> String {
        let is_typed = written.source.is_empty();
        let is_sent = |name: &str| is_typed || self.credentials == FileCredentials::Sent || !is_secret(name);
        let pairs = query_pairs_whole(query).filter(|(name, _)| is_sent(name));
        pairs.map(|(_, pair)| pair).collect::<Vec<_>>().join("&")
    }

    fn below_paths<'a>(&self, path: &'a str, stage: Option<&str>) -> &'a str {
        let below = self.origins.iter().find_map(|origin| match origin {
            Origin::Path(prefix) => below_path(prefix, path),
            Origin::Url(_) => None,
        });
        let of_stage = || below_path(&format!("/{}", stage?), path);
        below.or_else(of_stage).unwrap_or(path)
    }

    /// The path with values in the places of `{name}` and `{name+}`.
    fn with_values(&self, path: &str) -> Result<String, LeftOutReason> {
        let mut filled = String::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(LeftOutReason::NoValue)?;
            let value = self.values.get(name.trim_end_matches('+')).ok_or(LeftOutReason::NoValue)?;
            filled.push_str(before);
            filled.push_str(&encoded_value(value));
            rest = after;
        }
        Ok(filled + rest)
    }

    fn headers(&self, written: &[WrittenHeader]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for WrittenHeader { name, value } in written {
            let name = name.to_ascii_lowercase();
            let is_left_out = self.credentials == FileCredentials::LeftOut && is_secret(&name);
            if is_left_out || is_of_one_exchange(&name) {
                continue;
            }
            if let (Ok(name), Ok(value)) = (HeaderName::from_str(&name), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        headers
    }
}

/// True of a header that says something of one connection, of one server or of an answer that a client had before.
fn is_of_one_exchange(name: &str) -> bool {
    const PREFIXES: [&str; 5] = [":", "if-", "sec-", "x-forwarded-", "x-amz-"];
    const NAMES: [&str; 8] = [
        "accept-encoding",
        "content-length",
        "expect",
        "forwarded",
        "host",
        "postman-token",
        "range",
        "x-amzn-trace-id",
    ];
    is_hop_by_hop(name) || NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(origins: &[&str]) -> Selection {
        Selection {
            methods: SelectedMethods::Safe,
            origins: origins.iter().map(|origin| origin.parse().unwrap()).collect(),
            values: Values::from([("id".to_owned(), "7/8".to_owned())]),
            credentials: FileCredentials::LeftOut,
            most: 100,
        }
    }

    fn written(method: &str, url: &str) -> WrittenRequest {
        WrittenRequest { method: method.to_owned(), url: url.to_owned(), ..WrittenRequest::default() }
    }

    #[test]
    fn a_request_is_brought_below_the_url_of_a_side_or_left_out() {
        use LeftOutReason::{NoValue, NotSendable, OtherServer, UnsafeMethod};
        let selection = selection(&["https://a.example/prod", "/v1"]);
        let cases = [
            ("GET", "https://a.example/prod/orders?x=1#top", Ok("/orders?x=1")),
            ("get", "https://a.example/prod", Ok("/")),
            ("GET", "https://b.example/prod/orders", Err(OtherServer)),
            ("GET", "/v1/orders", Ok("/orders")),
            ("GET", "/v10/orders", Ok("/v10/orders")),
            ("HEAD", "orders", Ok("/orders")),
            ("GET", "/orders/{id}/lines", Ok("/orders/7%2F8/lines")),
            ("GET", "/orders/{other}", Err(NoValue)),
            ("GET", "/a b?q=\u{e4}", Ok("/a%20b?q=%C3%A4")),
            ("POST", "/orders", Err(UnsafeMethod)),
            ("G T", "/orders", Err(NotSendable)),
        ];
        for (method, url, expected) in cases {
            let request = selection.request(written(method, url)).map(|request| request.target);
            assert_eq!(request, expected.map(str::to_owned), "{method} {url}");
        }
        let in_a_file = |credentials| {
            let written = WrittenRequest { source: "f:1".to_owned(), ..written("GET", "/a?page=2&token=t") };
            Selection { credentials, ..selection.clone() }.request(written).unwrap().target
        };
        assert_eq!(in_a_file(FileCredentials::LeftOut), "/a?page=2");
        assert_eq!(in_a_file(FileCredentials::Sent), "/a?page=2&token=t");
        assert_eq!(selection.request(written("GET", "/a?token=t")).unwrap().target, "/a?token=t");
        let of_stage = WrittenRequest { stage: Some("prod".to_owned()), ..written("GET", "/prod/orders") };
        assert_eq!(selection.request(of_stage).unwrap().target, "/orders");
    }

    #[test]
    fn headers_of_one_exchange_and_credentials_are_not_sent() {
        let header = |name: &str| WrittenHeader { name: name.to_owned(), value: "abcd".to_owned() };
        let names = [
            "Accept",
            "Authorization",
            "Cookie",
            "X-Api-Key",
            "Host",
            "If-None-Match",
            ":authority",
            "X-Tenant",
        ];
        let headers: Vec<_> = names.into_iter().map(header).collect();
        let sent = |credentials| {
            let headers = Selection { credentials, ..selection(&[]) }.headers(&headers);
            headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(sent(FileCredentials::LeftOut), "accept x-tenant");
        assert_eq!(sent(FileCredentials::Sent), "accept authorization cookie x-api-key x-tenant");
    }
}
