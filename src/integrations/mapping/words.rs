//! The words themselves: `request.path.id`, `request.body.lines[0].sku`, `context.requestId`, …

use std::borrow::Cow;

use http::HeaderName;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Inputs;
use crate::{
    context::{self, Context, VARIABLES},
    error::GatewayError,
};

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
    Body(Vec<Step>),
    /// `context.x`: one of [`VARIABLES`].
    Context(&'static str),
}

/// A step down into JSON.
#[derive(Clone, Debug)]
pub enum Step {
    Field(String),
    Index(usize),
}

impl Word {
    /// Reads a word without its `$`. Errors with what was expected, where that is more than *a word*.
    pub fn parse(word: &str, path_parameters: &[String]) -> Result<Self, Option<String>> {
        if word == "request.path" {
            return Ok(Self::Path);
        }
        if let Some(name) = word.strip_prefix("request.path.") {
            let known = path_parameters.iter().any(|parameter| parameter == name);
            let expected =
                || Some(format!("one of the route's path parameters ({})", path_parameters.join(", ")));
            return if known { Ok(Self::PathParameter(name.to_owned())) } else { Err(expected()) };
        }
        if let Some(name) = word.strip_prefix("request.querystring.") {
            return if is_plain(name) { Ok(Self::Query(name.to_owned())) } else { Err(None) };
        }
        if let Some(name) = word.strip_prefix("request.header.") {
            let expected = |_| Some("the name of a header after $request.header.".to_owned());
            return HeaderName::try_from(name).map(Self::Header).map_err(expected);
        }
        if let Some(path) = word.strip_prefix("request.body") {
            let expected =
                || Some("fields and indices after $request.body, such as .lines[0].sku".to_owned());
            return steps(path).map(Self::Body).ok_or_else(expected);
        }
        let Some(name) = word.strip_prefix("context.") else { return Err(None) };
        let expected = || Some(format!("one of $context's variables ({})", VARIABLES.join(", ")));
        VARIABLES.into_iter().find(|known| *known == name).map(Self::Context).ok_or_else(expected)
    }

    /// The name of a variable of `context`, if it is one.
    pub fn variable(&self) -> Option<&'static str> {
        if let Self::Context(name) = self { Some(name) } else { None }
    }

    /// Whether it is the same in all requests of one caller for one URI.
    pub fn is_of_the_uri(&self) -> bool {
        match self {
            Self::Path | Self::PathParameter(_) | Self::Query(_) => true,
            Self::Header(_) | Self::Body(_) => false,
            Self::Context(name) => context::is_of_the_uri(name),
        }
    }

    /// What it is in this request; `None` if the request does not have it.
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
            Self::Body(path) => return Ok(find(inputs.body()?, path).map(Cow::Borrowed)),
            // The one that is a number in Amazon's events too.
            Self::Context("requestTimeEpoch") => {
                return Ok(Some(Cow::Owned(context.request.origin.time_epoch.into())));
            }
            Self::Context(name) => {
                context.variable(name).map(Cow::into_owned).filter(|text| !text.is_empty())
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

/// Reads `.a.b[0]`; empty is the whole body.
fn steps(mut path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while !path.is_empty() {
        if let Some(rest) = path.strip_prefix('.') {
            let (name, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
            steps.push(is_plain(name).then(|| Step::Field(name.to_owned()))?);
            path = after;
        } else {
            let (index, after) = path.strip_prefix('[')?.split_once(']')?;
            steps.push(Step::Index(index.parse().ok()?));
            path = after;
        }
    }
    Some(steps)
}

fn find<'v>(body: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(body, |value, step| match step {
        Step::Field(name) => value.as_object()?.get(name),
        Step::Index(index) => value.as_array()?.get(*index),
    })
}

/// A name that cannot be mistaken for another word or a piece of path.
fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "[]{}$\"'".contains(c);
    !name.is_empty() && !name.contains(odd)
}
