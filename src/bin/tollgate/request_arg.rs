//! A request as an operator types it.

use std::{fmt, fs, net::IpAddr, str::FromStr, time::Duration};

use tollgate::{clock::Clock, error::GatewayError, function_url::PlainRequest, message::Request};

/// The parts of a request beside its first line.
#[derive(clap::Args)]
#[group(requires = "request")]
pub struct RequestParts {
    /// A header of the request, as often as there are. A client such as curl sends some by itself (Accept,
    /// User-Agent, with a body Content-Type), which may count.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<Header>,
    /// The body of the request; @FILE reads it from a file.
    #[arg(short, long)]
    data: Option<RequestBody>,
    /// The client's address, where address lists or a policy ask for it.
    #[arg(long, value_name = "ADDRESS")]
    source_ip: Option<IpAddr>,
}

/// The Lambda's time is not what ends it.
const LONGEST_INVOCATION: Duration = Duration::from_secs(15 * 60);

/// `GET https://api.example.com/v1/orders/7?x=1`, or with a path alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    method: String,
    host: Option<String>,
    path: String,
    query: String,
}

/// Without the host.
impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.without_query())?;
        if self.query.is_empty() { Ok(()) } else { write!(f, "?{}", self.query) }
    }
}

#[derive(Clone, Debug)]
struct RequestBody(Vec<u8>);

impl FromStr for RequestBody {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('@') {
            None => Ok(Self(text.as_bytes().to_vec())),
            Some(file) => fs::read(file).map(Self).map_err(|error| format!("{file} cannot be read: {error}")),
        }
    }
}

#[derive(Clone, Debug)]
struct Header {
    name: String,
    value: String,
}

impl FromStr for RequestLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (method, url) = text.trim().split_once(' ').unwrap_or(("GET", text));
        let (host, target) = match url.trim().split_once("://") {
            Some((_, rest)) => {
                let (host, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
                (Some(host), target)
            }
            None => (None, url.trim()),
        };
        if host.is_none() && !target.starts_with('/') {
            return Err("expected a method and a path or a URL, such as GET /v1/orders/7?x=1".to_owned());
        }
        let (target, _fragment) = target.split_once('#').unwrap_or((target, ""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let host = host.map(str::to_owned);
        Ok(Self { method: method.to_owned(), host, path: path.to_owned(), query: query.to_owned() })
    }
}

impl FromStr for Header {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("expected a header such as Accept-Language: de")?;
        Ok(Self { name: name.to_ascii_lowercase(), value: value.trim().to_owned() })
    }
}

impl RequestLine {
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Method and path: a query may have a token.
    pub fn without_query(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The host of a whole URL.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

impl RequestParts {
    /// The value of the header `Host`.
    pub fn host(&self) -> Option<&str> {
        self.headers.iter().find(|header| header.name == "host").map(|header| header.value.as_str())
    }

    /// The request as a function URL would hand it over.
    ///
    /// # Errors
    ///
    /// The gateway would refuse it as a bad one.
    pub fn request(&self, line: &RequestLine, host: &str) -> Result<Request, GatewayError> {
        let headers: Vec<_> =
            self.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
        let now = Clock::System.now();
        let request = PlainRequest {
            // As API Gateway's console has it.
            id: "test-invoke-request",
            method: &line.method,
            host,
            path: &line.path,
            query: &line.query,
            headers: &headers,
            body: self.data.as_ref().map_or(&[][..], |RequestBody(bytes)| bytes),
            source_ip: self.source_ip,
            received_at: now,
            deadline: now + LONGEST_INVOCATION,
        };
        request.decode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_request_as_it_is_typed() {
        let cases = [
            ("GET /v1/orders/7?x=1", Ok(("GET", None, "/v1/orders/7", "x=1"))),
            ("/v1", Ok(("GET", None, "/v1", ""))),
            (
                " POST  https://a.example:8443/v1?a=/b?c#d ",
                Ok(("POST", Some("a.example:8443"), "/v1", "a=/b?c")),
            ),
            ("https://a.example", Ok(("GET", Some("a.example"), "", ""))),
            ("https://a.example?x", Ok(("GET", Some("a.example"), "", "x"))),
            ("GET /v1/a b", Ok(("GET", None, "/v1/a b", ""))),
            ("GET", Err(())),
            ("v1/orders", Err(())),
            ("", Err(())),
        ];
        for (text, expected) in cases {
            let line = text.parse::<RequestLine>().map_err(|_| ());
            let expected =
                expected.map(|(method, host, path, query): (&str, Option<&str>, &str, &str)| RequestLine {
                    method: method.to_owned(),
                    host: host.map(str::to_owned),
                    path: path.to_owned(),
                    query: query.to_owned(),
                });
            assert_eq!(line, expected, "{text}");
        }
    }
}
