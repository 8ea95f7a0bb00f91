//! What a parameter's value comes from: `method.request.header.x`, `integration.response.body.id`, `context.requestId`,
//! `'static'`.
//!
//! AWS: "API Gateway API request and response data mapping reference".

use http::{HeaderName, header::COOKIE};
use serde_json::Value;

use super::body_selection::{BodySelection, JsonBody};
use crate::{
    context::Context,
    item::{Fields, brief},
    notation::{CONTEXT, STAGE_VARIABLES},
    path,
    template::{
        ContextVariable,
        mapped_value::{BodyPath, Word},
        parameter::{Parameter, ParameterOrigin},
    },
};

/// A part of a client's request, or a value of the operator's.
#[derive(Debug)]
pub enum RequestSource {
    Of(CommonSource),
    Header(HeaderName),
    /// Decoded; the last of several values.
    Query(String),
    /// Decoded; every value.
    MultiQuery(String),
    Path(String),
    Body(BodySelection),
}

/// A part of an integration's answer, or a value of the operator's.
#[derive(Debug)]
pub enum ResponseSource {
    Of(CommonSource),
    /// The last line.
    Header(HeaderName),
    /// Every line.
    MultiHeader(HeaderName),
    Body(BodySelection),
}

/// A value that both may have.
#[derive(Debug)]
pub enum CommonSource {
    /// `'text'`, or a stage variable's value.
    Fixed(String),
    Context(ContextVariable),
}

/// Reads one value of a map of parameters, which stands at `field`.
pub struct SourceParser<'a, 'f> {
    pub fields: &'a Fields<'f>,
    pub field: &'a str,
    pub value: &'a Value,
}

const REQUEST_SOURCES: &str = "method.request.header.x, .querystring.x, .path.x, .multivalueheader.x, .multivaluequerystring.x, .body \
                               or .body.x; context.x; stageVariables.x; or 'text' in single quotes";
const RESPONSE_SOURCES: &str = "integration.response.header.x, .multivalueheader.x, .body or .body.x; context.x; stageVariables.x; or \
                                'text' in single quotes";

impl SourceParser<'_, '_> {
    /// `None`: it is wrong, which is reported.
    pub fn of_request(&self, path_parameters: &[String]) -> Option<RequestSource> {
        let text = self.text()?;
        if let Some(rest) = text.strip_prefix("method.request.") {
            return self.part_of_request(rest, path_parameters);
        }
        self.common(text, REQUEST_SOURCES).map(RequestSource::Of)
    }

    /// The same of an answer.
    pub fn of_response(&self) -> Option<ResponseSource> {
        let text = self.text()?;
        let Some(rest) = text.strip_prefix("integration.response.") else {
            return self.common(text, RESPONSE_SOURCES).map(ResponseSource::Of);
        };
        let found = match split(rest) {
            ("header", name) => name.parse().ok().map(ResponseSource::Header),
            ("multivalueheader", name) => name.parse().ok().map(ResponseSource::MultiHeader),
            _ => return self.body(rest, RESPONSE_SOURCES).map(ResponseSource::Body),
        };
        found.or_else(|| self.problem(RESPONSE_SOURCES))
    }

    fn part_of_request(&self, rest: &str, path_parameters: &[String]) -> Option<RequestSource> {
        let found = match split(rest) {
            // Function URLs join the lines of a header: there is one.
            ("header" | "multivalueheader", name) => name.parse().ok().map(RequestSource::Header),
            ("querystring", name) if !name.is_empty() => Some(RequestSource::Query(name.to_owned())),
            ("multivaluequerystring", name) if !name.is_empty() => {
                Some(RequestSource::MultiQuery(name.to_owned()))
            }
            ("path", name) if path_parameters.iter().any(|known| known == name) => {
                Some(RequestSource::Path(name.to_owned()))
            }
            ("path", _) => {
                let known = path_parameters.join(", ");
                return self.problem(&format!("one of the route's path parameters ({known})"));
            }
            _ => return self.body(rest, REQUEST_SOURCES).map(RequestSource::Body),
        };
        found.or_else(|| self.problem(REQUEST_SOURCES))
    }

    /// `body`, `body.x`
    fn body(&self, text: &str, expected: &str) -> Option<BodySelection> {
        let is_path = |rest: &&str| rest.is_empty() || rest.starts_with(['.', '[']);
        match text.strip_prefix("body").filter(is_path).map(BodySelection::parse) {
            Some(Ok(selection)) => Some(selection),
            Some(Err(expected)) => self.problem(&expected),
            None => self.problem(expected),
        }
    }

    fn text(&self) -> Option<&str> {
        self.value.as_str().or_else(|| self.problem("a string"))
    }

    fn common(&self, text: &str, expected: &str) -> Option<CommonSource> {
        if let Some(fixed) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Some(CommonSource::Fixed(fixed.to_owned()));
        }
        if text.starts_with(STAGE_VARIABLES.prefix) {
            return self.fields.resolve(self.field, &format!("${{{text}}}")).map(CommonSource::Fixed);
        }
        match text.strip_prefix(CONTEXT.prefix) {
            Some(name) => match ContextVariable::named(name) {
                Some(variable) => Some(CommonSource::Context(variable)),
                None => self.problem(&format!("one of context's variables ({})", ContextVariable::names())),
            },
            None => self.problem(expected),
        }
    }

    fn problem<T>(&self, expected: &str) -> Option<T> {
        self.fields.problem(self.field, &brief(self.value), expected);
        None
    }
}

/// `header.x` → `header` and `x`.
fn split(text: &str) -> (&str, &str) {
    text.split_once('.').unwrap_or((text, ""))
}

impl CommonSource {
    /// `None`: the request has nothing of the kind.
    fn value(&self, context: &Context<'_>) -> Option<String> {
        match self {
            Self::Fixed(text) => Some(text.clone()),
            Self::Context(variable) => {
                Some(variable.text(context).into_owned()).filter(|text| !text.is_empty())
            }
        }
    }

    pub fn variable(&self) -> Option<&ContextVariable> {
        match self {
            Self::Context(variable) => Some(variable),
            Self::Fixed(_) => None,
        }
    }
}

impl RequestSource {
    /// The values in a request; none where it has none.
    pub fn values(&self, context: &Context<'_>, body: &JsonBody<'_>) -> Vec<String> {
        let request = context.request;
        let query = |wanted: &str| -> Vec<String> {
            let pairs = path::query_pairs(&request.query).filter(|(name, _)| name == wanted);
            pairs.map(|(_, value)| value.into_owned()).collect()
        };
        match self {
            Self::Of(source) => source.value(context).into_iter().collect(),
            Self::Header(name) if name == COOKIE => {
                let cookies = (!request.cookies.is_empty()).then(|| request.cookies.join("; "));
                cookies.into_iter().collect()
            }
            Self::Header(name) => {
                let lines = request.headers.get_all(name).iter();
                lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect()
            }
            Self::Query(name) => query(name).pop().into_iter().collect(),
            Self::MultiQuery(name) => query(name),
            Self::Path(name) => {
                let value = context.path_parameter(name).map(|value| path::decode(value).into_owned());
                value.into_iter().collect()
            }
            Self::Body(selection) => selection.text(body).into_iter().collect(),
        }
    }

    /// The name of the route's path parameter that it is.
    pub fn path_parameter(&self) -> Option<&str> {
        match self {
            Self::Path(name) => Some(name),
            Self::Of(_) | Self::Header(_) | Self::Query(_) | Self::MultiQuery(_) | Self::Body(_) => None,
        }
    }

    /// The text that it always has.
    pub fn fixed(&self) -> Option<&str> {
        match self {
            Self::Of(CommonSource::Fixed(text)) => Some(text),
            Self::Of(CommonSource::Context(_))
            | Self::Path(_)
            | Self::Header(_)
            | Self::Query(_)
            | Self::MultiQuery(_)
            | Self::Body(_) => None,
        }
    }

    /// The part of a request that it is, in the words of a cache key.
    pub fn origin(&self) -> ParameterOrigin {
        ParameterOrigin::Request(match self {
            Self::Of(CommonSource::Fixed(_)) => return ParameterOrigin::Fixed,
            Self::Of(CommonSource::Context(_)) | Self::Body(_) => return ParameterOrigin::Other,
            Self::Header(name) => Parameter::Header(name.clone()),
            Self::Query(name) | Self::MultiQuery(name) => Parameter::Querystring(name.clone()),
            Self::Path(name) => Parameter::Path(name.clone()),
        })
    }

    /// The same part in the words of mapped values; `None` of a value of the operator's.
    pub fn word(&self) -> Option<Word> {
        Some(match self {
            Self::Of(source) => Word::Context(source.variable()?.clone()),
            Self::Header(name) => Word::Header(name.clone()),
            Self::Query(name) | Self::MultiQuery(name) => Word::Query(name.clone()),
            Self::Path(name) => Word::PathParameter(name.clone()),
            Self::Body(_) => Word::Body(BodyPath::default()),
        })
    }
}

impl ResponseSource {
    /// The values in an answer; none where it has none.
    pub fn values(
        &self,
        context: &Context<'_>,
        headers: &http::HeaderMap,
        body: &JsonBody<'_>,
    ) -> Vec<String> {
        let lines = |name: &HeaderName| -> Vec<String> {
            let lines = headers.get_all(name).iter();
            lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect()
        };
        match self {
            Self::Of(source) => source.value(context).into_iter().collect(),
            Self::Header(name) => lines(name).pop().into_iter().collect(),
            Self::MultiHeader(name) => lines(name),
            Self::Body(selection) => selection.text(body).into_iter().collect(),
        }
    }

    pub fn variable(&self) -> Option<&ContextVariable> {
        match self {
            Self::Of(source) => source.variable(),
            Self::Header(_) | Self::MultiHeader(_) | Self::Body(_) => None,
        }
    }
}
