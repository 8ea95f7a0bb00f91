//! `identitySource`: the place of a caller's token in a request.

use std::{borrow::Cow, fmt};

use http::header::COOKIE;

use crate::{caller::TokenPlace, context::Context, path, template::parameter::Parameter};

/// A header or a parameter of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentitySource(Parameter);

pub const EXPECTED: &str = "one text such as $request.header.Authorization or $request.querystring.token";

impl IdentitySource {
    /// Reads `$request.header.name`, as HTTP APIs write it, or `method.request.header.name`, as REST APIs do.
    pub fn parse(text: &str) -> Option<Self> {
        let of_rest_apis = match text.strip_prefix("$request.") {
            Some(rest) => Cow::Owned(format!("method.request.{rest}")),
            None => Cow::Borrowed(text),
        };
        match Parameter::parse(&of_rest_apis)? {
            source @ (Parameter::Header(_) | Parameter::Querystring(_)) => Some(Self(source)),
            Parameter::Path(_) => None,
        }
    }

    pub fn token_place(&self) -> TokenPlace {
        match &self.0 {
            Parameter::Header(name) => TokenPlace::Header(name.clone()),
            // `parse` takes none of the path.
            Parameter::Querystring(name) | Parameter::Path(name) => {
                TokenPlace::Querystring(name.clone().into())
            }
        }
    }

    pub fn is_header(&self) -> bool {
        matches!(self.0, Parameter::Header(_))
    }

    /// All that the request has there, each line or parameter by itself and to the byte.
    pub fn lines<'a>(&self, context: &Context<'a>) -> Vec<Cow<'a, [u8]>> {
        match &self.0 {
            Parameter::Header(name) if *name != COOKIE => {
                let lines = context.request.headers.get_all(name);
                lines.iter().map(|line| Cow::Borrowed(line.as_bytes())).collect()
            }
            Parameter::Querystring(name) => {
                let pairs = path::query_pairs_as_sent(&context.request.query);
                pairs.filter(|(other, _)| other == name).map(|(_, sent)| sent.as_bytes().into()).collect()
            }
            Parameter::Header(_) | Parameter::Path(_) => {
                let value = self.0.value(context);
                value.into_iter().map(|value| value.into_owned().into_bytes().into()).collect()
            }
        }
    }

    /// The text in this request, of a repeated parameter the last; `None` if there is none.
    pub fn text<'a>(&self, context: &Context<'a>) -> Option<Cow<'a, str>> {
        self.0.value(context)
    }

    /// The same where it is a token, with or without its scheme.
    pub fn value<'a>(&self, context: &Context<'a>) -> Option<Cow<'a, str>> {
        self.text(context).filter(|value| !without_scheme(value).is_empty())
    }
}

/// As HTTP APIs write it: `$request.header.authorization`.
impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.token_place() {
            TokenPlace::Header(name) => write!(f, "$request.header.{name}"),
            TokenPlace::Querystring(name) => write!(f, "$request.querystring.{name}"),
        }
    }
}

/// A value without `Bearer`, which may be left out.
pub fn without_scheme(value: &str) -> &str {
    let value = value.trim_matches([' ', '\t']);
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("Bearer") { token.trim_start_matches(' ') } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRequest;

    #[test]
    fn reads_a_header_or_a_query_parameter_in_both_notations_and_nothing_else() {
        let header = IdentitySource::parse("$request.header.Authorization");
        assert_eq!(header, IdentitySource::parse("method.request.header.authorization"));
        let query = IdentitySource::parse("$request.querystring.token");
        assert_eq!(query, IdentitySource::parse("method.request.querystring.token"));
        assert!(header.is_some() && query.is_some() && header != query);
        for text in [
            "",
            "Authorization",
            "$request.header.",
            "$request.path.id",
            "$context.identity.sourceIp",
            "$method.request.header.X",
        ] {
            assert_eq!(IdentitySource::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_what_stands_there_with_or_without_its_scheme() {
        let cases = [
            ("a.b.c", Some("a.b.c")),
            ("Bearer a.b.c", Some("a.b.c")),
            ("bEARER   a.b.c ", Some("a.b.c")),
            ("Basic a", Some("Basic a")),
            ("Bearera", Some("Bearera")),
            ("Bearer", None),
            ("Bearer  ", None),
            (" ", None),
            ("", None),
        ];
        let source = IdentitySource::parse("$request.header.authorization").unwrap();
        for (value, expected) in cases {
            let world = TestRequest::new("").header("authorization", value);
            let value = source.value(&world.context());
            assert_eq!(value.as_deref().map(without_scheme), expected);
        }
        assert_eq!(source.value(&TestRequest::new("").context()), None);
        let query = IdentitySource::parse("$request.querystring.token").unwrap();
        let world = TestRequest::new("token=Bearer%20a.b.c");
        assert_eq!(query.value(&world.context()).as_deref().map(without_scheme), Some("a.b.c"));
    }
}
