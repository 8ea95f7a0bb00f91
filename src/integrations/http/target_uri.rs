//! The URI that an HTTP integration sends a request to: its `uri`, with `{name}` of the route's path parameters.
//!
//! Parameters go into the path and the query as they were routed, still percent-encoded, and never move a
//! boundary: scheme, host and port are fixed when the item is read.

use std::borrow::Cow;

use http::{Uri, uri::Authority};
use percent_encoding::{AsciiSet, utf8_percent_encode};

use super::uri_characters::{
    ENCODED_VALUE, PATH, QUERY, encoded_path, encoded_value, has_dot_segment, is_legal,
};
use crate::{
    context::Context,
    error::GatewayError,
    http_client::GuardedClient,
    item::Fields,
    notation::{Notation, Part},
};

/// The `uri` of an item, parsed once.
#[derive(Clone, Debug)]
pub struct UriTemplate {
    /// `https://example.com:8443`.
    origin: String,
    path: Vec<UriPart>,
    query: Vec<UriPart>,
}

#[derive(Clone, Debug)]
enum UriPart {
    Text(String),
    Parameter(String),
}

/// The value of a parameter of a URI.
#[derive(Clone, Copy, Debug)]
pub enum ParameterValue<'a> {
    /// As it was routed: percent-encoded, a greedy one with its slashes.
    Routed(&'a str),
    /// Decoded; becomes one segment, or one value.
    Text(&'a str),
}

/// The changeable part of a request's URI, percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetUri {
    /// Starts with `/`.
    pub path: String,
    /// Without `?`.
    pub query: String,
}

impl UriTemplate {
    /// Reads `text`, which is the field `uri`. What is wrong with it is reported, and `None`.
    pub fn parse(
        fields: &Fields<'_>,
        text: &str,
        path_parameters: &[String],
        client: &GuardedClient,
    ) -> Option<Self> {
        let problem = |expected: &str| fields.problem("uri", text, expected);
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            problem("a URL that begins with https:// or http://");
            return None;
        }
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let authority = checked_authority(authority, client).map_err(problem);
        if tail.contains('#') {
            problem("a URL without a fragment (#)");
            return None;
        }
        let below = Self::below(fields, text, tail, path_parameters);
        Some(Self { origin: format!("{scheme}://{}", authority.ok()?), ..below? })
    }

    /// Reads `text`, a path and a query of the field `uri`, without an origin. What is wrong with it is reported, and
    /// `None`.
    pub fn of_path(fields: &Fields<'_>, text: &str, path_parameters: &[String]) -> Option<Self> {
        Self::below(fields, text, text, path_parameters)
    }

    /// Reads `tail`, the path and the query of what is `written`.
    fn below(fields: &Fields<'_>, written: &str, tail: &str, path_parameters: &[String]) -> Option<Self> {
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let path = pieces(fields, path, path_parameters);
        let query = pieces(fields, query, path_parameters);
        let path = path?;
        if has_dot_segment(&path.iter().map(UriPart::placeholder).collect::<String>()) {
            fields.problem("uri", written, "a path without the segments . and ..");
            return None;
        }
        Some(Self { origin: String::new(), path, query: query? })
    }

    pub fn has_same_server_as(&self, other: &Self) -> bool {
        self.origin == other.origin
    }

    /// The names of the parameters in its path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.path.iter().filter_map(|piece| match piece {
            UriPart::Parameter(name) => Some(name.as_str()),
            UriPart::Text(_) => None,
        })
    }

    /// True if its path has something of the request's.
    pub fn forwards_request_path(&self) -> bool {
        self.path.iter().any(|piece| matches!(piece, UriPart::Parameter(_)))
    }

    /// The URI's path and query for a request, with the request's own query behind that of the item.
    pub fn fill(&self, context: &Context<'_>) -> TargetUri {
        self.fill_with_query(context, &context.request.query)
    }

    /// The same with this query in the place of the request's.
    pub fn fill_with_query(&self, context: &Context<'_>, query: &str) -> TargetUri {
        let routed = |name: &str| ParameterValue::Routed(context.path_parameter(name).unwrap_or_default());
        let mut target = self.fill_with(routed);
        target.append_request_query(query);
        target
    }

    /// The URI's path and query with these values of its parameters, without the request's own query.
    pub fn fill_with<'a>(&self, value: impl Fn(&str) -> ParameterValue<'a>) -> TargetUri {
        let mut path: String = self.path.iter().map(|piece| piece.fill(&value, &PATH)).collect();
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        let query = self.query.iter().map(|piece| piece.fill(&value, &ENCODED_VALUE)).collect();
        TargetUri { path, query }
    }

    /// The whole URI.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`] if what the request brought makes no URI: too long, or with segments `.`
    /// and `..` that were none before they were put together.
    pub fn uri(&self, target: &TargetUri) -> Result<Uri, GatewayError> {
        Uri::try_from(self.path_and_query(target)?).map_err(|error| {
            GatewayError::BadRequest(format!("the target's URI would be bad: {error}").into())
        })
    }

    /// The same as text.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: it would have segments `.` and `..`.
    pub fn path_and_query(&self, target: &TargetUri) -> Result<String, GatewayError> {
        let TargetUri { path, query } = target;
        if has_dot_segment(path) {
            return Err(GatewayError::BadRequest("the target's path would have a dot segment".into()));
        }
        let mark = if query.is_empty() { "" } else { "?" };
        Ok(format!("{}{path}{mark}{query}", self.origin))
    }
}

impl TargetUri {
    /// Puts a path as it was routed behind this one.
    pub fn append_path(&mut self, path: &str) {
        if self.path.ends_with('/') {
            self.path.pop();
        }
        self.path.push_str(&encoded_path(path));
    }

    /// Adds a query as a client sent it.
    pub fn append_request_query(&mut self, query: &str) {
        self.append_query(&utf8_percent_encode(query, &QUERY).to_string());
    }

    /// Adds `name=value` pairs, already encoded.
    pub fn append_query(&mut self, pairs: &str) {
        if !self.query.is_empty() && !pairs.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(pairs);
    }
}

impl UriPart {
    fn fill<'a>(
        &self,
        value: &impl Fn(&str) -> ParameterValue<'a>,
        encode: &'static AsciiSet,
    ) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parameter(name) => match value(name) {
                ParameterValue::Routed(value) => utf8_percent_encode(value, encode).to_string().into(),
                ParameterValue::Text(text) => encoded_value(text).into(),
            },
        }
    }

    fn placeholder(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Parameter(_) => "x",
        }
    }
}

/// Host and port, the host in small letters; or else what was expected.
fn checked_authority(text: &str, client: &GuardedClient) -> Result<String, &'static str> {
    if text.contains(['{', '}']) {
        return Err("path parameters only behind the host, in the path or the query");
    }
    if text.contains('@') {
        return Err("a URL without user name and password");
    }
    let authority: Authority = text.parse().map_err(|_| "a URL with a host")?;
    let host = authority.host().to_ascii_lowercase();
    if host.is_empty() {
        return Err("a URL with a host");
    }
    if !client.allows_host(&host) {
        return Err("a host's name, a public address, or one that allowPrivateIntegrations of $api lists");
    }
    match &text[authority.host().len()..] {
        "" => Ok(host),
        _ => match authority.port_u16().filter(|port| *port > 0) {
            Some(port) => Ok(format!("{host}:{port}")),
            None => Err("a port from 1 to 65535"),
        },
    }
}

/// Reads a path or a query.
fn pieces(fields: &Fields<'_>, text: &str, path_parameters: &[String]) -> Option<Vec<UriPart>> {
    let mut pieces = Vec::new();
    let mut good = true;
    for part in Notation::Braces.parts(text) {
        match part {
            Part::Text(text) => pieces.push(UriPart::Text(text.to_owned())),
            Part::Word(name) if path_parameters.iter().any(|known| known == name) => {
                pieces.push(UriPart::Parameter(name.to_owned()));
            }
            Part::Word(name) => {
                let expected = format!("one of the route's path parameters ({})", path_parameters.join(", "));
                fields.problem("uri", &format!("{{{name}}}"), &expected);
                good = false;
            }
            Part::Stray(text) => {
                fields.problem("uri", text, "a } for every {");
                return None;
            }
        }
    }
    for piece in &pieces {
        if let UriPart::Text(text) = piece
            && !is_legal(text)
        {
            fields.problem(
                "uri",
                text,
                "letters, digits, -._~!$&'()*+,;=:@/? and percent-encoded characters",
            );
            good = false;
        }
    }
    good.then_some(pieces)
}
