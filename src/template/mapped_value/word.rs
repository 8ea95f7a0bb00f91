//! The words themselves: `request.path.id`, `request.body.lines[0].sku`, `context.requestId`, …

use std::{borrow::Cow, fmt};

use http::HeaderName;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    Inputs,
    body_path::{BodyPath, bracketed, in_brackets, is_plain},
};
use crate::{context::Context, error::GatewayError, notation::CONTEXT, path, template::ContextVariable};

/// A part of a request.
#[derive(Clone, Debug)]
pub enum Word {
    /// `request.path`: the canonical path without the base path, still percent-encoded.
    Path,
    /// `request.path.x`: percent-decoded.
    PathParameter(String),
    /// `request.querystring.x`: decoded as a form is; several values are joined with commas, as HTTP APIs do.
    Query(String),
    /// `request.header.X`, in any case; several values are joined with commas.
    Header(HeaderName),
    /// `request.body`, `request.body.x.y`, `request.body.x[0]`: of a JSON body.
    Body(BodyPath),
    /// `context.x`
    Context(ContextVariable),
}

/// The values of a word that may have several.
#[derive(Debug)]
pub enum Values {
    Absent,
    List(Vec<Value>),
    /// The body has something else there.
    NoList,
}

impl Word {
    /// Reads a word without its `$`. Errors with what was expected, where that is more than *a word*.
    pub fn parse(word: &str, path_parameters: &[String]) -> Result<Self, Option<String>> {
        if word == "request.path" {
            return Ok(Self::Path);
        }
        if let Some(rest) = word.strip_prefix("request.path") {
            let known = name(rest).filter(|name| path_parameters.iter().any(|parameter| parameter == name));
            let expected =
                || Some(format!("one of the route's path parameters ({})", path_parameters.join(", ")));
            return known.map(Self::PathParameter).ok_or_else(expected);
        }
        if let Some(rest) = word.strip_prefix("request.querystring") {
            return name(rest).map(Self::Query).ok_or(None);
        }
        if let Some(rest) = word.strip_prefix("request.header") {
            let expected = || Some("the name of a header after $request.header.".to_owned());
            let name = rest.strip_prefix('.').map(str::to_owned).or_else(|| quoted_name(rest));
            return name.and_then(|name| name.parse().ok()).map(Self::Header).ok_or_else(expected);
        }
        if let Some(path) = word.strip_prefix("request.body") {
            let expected = || {
                Some("fields and indices after $request.body, such as .lines[0].sku or ['a b']".to_owned())
            };
            return BodyPath::parse(path).map(Self::Body).ok_or_else(expected);
        }
        let Some(name) = word.strip_prefix(CONTEXT.prefix) else { return Err(None) };
        let expected = || Some(format!("one of $context's variables ({})", ContextVariable::names()));
        ContextVariable::named(name).map(Self::Context).ok_or_else(expected)
    }

    /// True of a part of the body, which is elsewhere than in path, query and headers.
    pub fn is_of_body(&self) -> bool {
        match self {
            Self::Body(_) => true,
            Self::Path | Self::PathParameter(_) | Self::Query(_) | Self::Header(_) | Self::Context(_) => {
                false
            }
        }
    }

    /// All its values, where it may have several: those of a list in the body; elsewhere what commas separate, and all
    /// parameters of the name. A comma that is percent-encoded is part of a value, and an empty value is none.
    pub fn values(&self, inputs: &Inputs<'_>) -> Result<Values, GatewayError> {
        let context = inputs.context;
        let split = |text: &str, decode: fn(&str) -> String| -> Vec<Value> {
            let values = text.split(',').map(decode);
            values.filter(|value| !value.is_empty()).map(Value::from).collect()
        };
        let values = match self {
            Self::PathParameter(name) => {
                context.path_parameter(name).map(|value| split(value, |part| path::decode(part).into_owned()))
            }
            Self::Query(name) => {
                let mut pairs = path::query_pairs_as_sent(&context.request.query)
                    .filter(|(other, _)| other == name)
                    .peekable();
                pairs
                    .peek()
                    .is_some()
                    .then(|| pairs.flat_map(|(_, value)| split(value, form_decoded)).collect())
            }
            Self::Header(name) => {
                header_value(context, name).map(|value| split(&value, |part| part.trim().to_owned()))
            }
            Self::Body(_) => {
                let Some(value) = self.value(inputs)? else { return Ok(Values::Absent) };
                return Ok(value.as_array().cloned().map_or(Values::NoList, Values::List));
            }
            Self::Path | Self::Context(_) => self.value(inputs)?.map(|value| vec![value.into_owned()]),
        };
        Ok(values.map_or(Values::Absent, Values::List))
    }

    /// The variable of `context`, if it is one.
    pub fn variable(&self) -> Option<ContextVariable> {
        if let Self::Context(variable) = self { Some(variable.clone()) } else { None }
    }

    /// True if it is the same in all requests of one caller for one URI.
    pub fn is_of_the_uri(&self) -> bool {
        match self {
            Self::Path | Self::PathParameter(_) | Self::Query(_) => true,
            Self::Header(_) | Self::Body(_) => false,
            Self::Context(variable) => variable.is_of_the_uri(),
        }
    }

    /// The value in this request; `None` if the request does not have it.
    pub fn value<'i>(&self, inputs: &'i Inputs<'_>) -> Result<Option<Cow<'i, Value>>, GatewayError> {
        let context = inputs.context;
        let text = match self {
            Self::Path => Some(context.path.to_owned()),
            Self::PathParameter(name) => {
                let decoded = |value| percent_decode_str(value).decode_utf8_lossy().into_owned();
                context.path_parameter(name).map(decoded)
            }
            Self::Query(name) => query_value(&context.request.query, name),
            Self::Header(name) => header_value(context, name),
            Self::Body(path) => return Ok(path.find(inputs.body()?).map(Cow::Borrowed)),
            // A number and a truth value, as in events.
            Self::Context(ContextVariable::RequestTimeEpoch) => {
                return Ok(Some(Cow::Owned(context.request.origin.time_epoch.into())));
            }
            Self::Context(ContextVariable::IsCanaryRequest) => {
                return Ok(Some(Cow::Owned(context.is_canary_request().into())));
            }
            Self::Context(variable) => {
                Some(variable.text(context).into_owned()).filter(|text| !text.is_empty())
            }
        };
        Ok(text.map(|text| Cow::Owned(text.into())))
    }
}

/// The decoded value of a query parameter; several values are joined with commas, as HTTP APIs do.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    let mut values = query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decoded(key) == name).then(|| form_decoded(value))
    });
    let first = values.next()?;
    Some(values.fold(first, |joined, value| joined + "," + &value))
}

fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn header_value(context: &Context<'_>, name: &HeaderName) -> Option<String> {
    let request = context.request;
    if name == http::header::COOKIE {
        return (!request.cookies.is_empty()).then(|| request.cookies.join("; "));
    }
    let lines: Vec<_> =
        request.headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// As a route writes it.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => f.write_str("$request.path"),
            Self::PathParameter(name) => write!(f, "$request.path{}", named(name)),
            Self::Query(name) => write!(f, "$request.querystring{}", named(name)),
            Self::Header(name) => write!(f, "$request.header.{name}"),
            Self::Body(path) => write!(f, "$request.body{path}"),
            Self::Context(variable) => write!(f, "$context.{variable}"),
        }
    }
}

fn named(name: &str) -> String {
    if is_plain(name) { format!(".{name}") } else { in_brackets(name) }
}

/// Reads `.name` or `['name']`.
fn name(text: &str) -> Option<String> {
    match text.strip_prefix('.') {
        Some(name) => is_plain(name).then(|| name.to_owned()),
        None => quoted_name(text),
    }
}

fn quoted_name(text: &str) -> Option<String> {
    bracketed(text).filter(|(_, rest)| rest.is_empty()).map(|(name, _)| name)
}
