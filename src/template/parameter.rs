//! A part of the request that an item names: `method.request.{header|path|querystring}.name`.

use std::borrow::Cow;

use http::{HeaderName, header::COOKIE};

use crate::{context::Context, path};

/// A named part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    Header(HeaderName),
    Path(String),
    Querystring(String),
}

/// The parameters of a route: those of its path, and those that its integration gets.
#[derive(Clone, Copy, Debug)]
pub struct RouteParameters<'a> {
    /// The names in the path.
    pub path: &'a [String],
    pub integration: &'a IntegrationParameters,
}

/// The parameters of an integration, `integration.request.header.x`, as far as a route's key can name them.
#[derive(Debug, Default)]
pub struct IntegrationParameters {
    pub mapped: Vec<IntegrationParameter>,
    /// The integration's own `cacheKeyParameters`.
    pub keyed: Vec<String>,
}

#[derive(Debug)]
pub struct IntegrationParameter {
    /// `integration.request.header.x`
    pub name: String,
    pub source: ParameterOrigin,
}

/// What an integration's parameter comes from.
#[derive(Debug)]
pub enum ParameterOrigin {
    Request(Parameter),
    /// It is the same in all requests.
    Fixed,
    /// A part of the request that no key can name.
    Other,
}

impl IntegrationParameters {
    /// The origin of a parameter of this name, header names in any case.
    pub fn origin(&self, name: &str) -> Option<&ParameterOrigin> {
        self.mapped.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name)).map(|it| &it.source)
    }
}

/// The text for a problem with what is no parameter: the name here of API Gateway's own word, or the forms.
pub fn expected_instead_of(text: &str) -> String {
    let named = |prefix| text.strip_prefix(prefix).filter(|name: &&str| !name.is_empty());
    if let Some(name) = named("method.request.multivaluequerystring.") {
        return format!("method.request.querystring.{name}, which is all its values");
    }
    if let Some(name) = named("method.request.multivalueheader.") {
        return format!("method.request.header.{name}, which is all its lines");
    }
    match named("integration.request.") {
        Some(rest) => format!("method.request.{rest}: what the client sent"),
        None => "method.request.header.name, method.request.path.name or method.request.querystring.name"
            .to_owned(),
    }
}

impl Parameter {
    /// Reads `method.request.header.name`; `None` for anything else, and for what is no header name.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, name) = text.strip_prefix("method.request.")?.split_once('.')?;
        match (place, name) {
            (_, "") => None,
            ("header", name) => HeaderName::from_bytes(name.as_bytes()).ok().map(Self::Header),
            ("path", name) => Some(Self::Path(name.to_owned())),
            ("querystring", name) => Some(Self::Querystring(name.to_owned())),
            _ => None,
        }
    }

    /// The request's value, decoded; of a repeated query parameter the last, as API Gateway takes it.
    pub fn value<'a>(&self, context: &Context<'a>) -> Option<Cow<'a, str>> {
        let request = context.request;
        match self {
            Self::Header(name) if name == COOKIE => {
                (!request.cookies.is_empty()).then(|| request.cookies.join("; ").into())
            }
            Self::Header(name) => {
                request.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
            }
            Self::Path(name) => context.path_parameter(name).map(path::decode),
            Self::Querystring(name) => path::query_pairs(&request.query)
                .filter(|(other, _)| other == name)
                .last()
                .map(|(_, value)| value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_parameter_has_the_value_that_the_request_has_there() {
        let cases = [
            ("method.request.header.X-Tenant", Some("acme")),
            ("method.request.header.cookie", Some("a=1; b=2")),
            ("method.request.header.nope", None),
            ("method.request.path.id", Some("a/b")),
            ("method.request.path.nope", None),
            ("method.request.querystring.q", Some("x y")),
            ("method.request.querystring.twice", Some("2")),
            ("method.request.querystring.bare", Some("")),
            ("method.request.querystring.nope", None),
        ];
        let world = testing::TestRequest::new("q=x+y&twice=1&twice=2&bare")
            .header("x-tenant", "acme")
            .cookies(&["a=1", "b=2"])
            .path_parameters(&[("id", "a%2Fb")]);
        for (text, expected) in cases {
            let value = Parameter::parse(text).expect(text).value(&world.context());
            assert_eq!(value.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_text_that_names_no_part_of_a_request_is_no_parameter() {
        let cases = [
            "method.request.header.",
            "method.request.header.a b",
            "method.request.cookie.a",
            "method.request.querystring",
            "integration.request.header.a",
            "header.a",
            "",
        ];
        for text in cases {
            assert_eq!(Parameter::parse(text), None, "{text}");
        }
    }
}
