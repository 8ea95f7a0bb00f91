//! `requestParameters`: `"integration.request.header.X": "method.request.querystring.y"`.

use std::fmt;

use http::HeaderName;
use serde_json::Value;

use super::{
    body_selection::JsonBody,
    header_fates::{RequestHeaderFate, TargetKind},
    parameter_source::{RequestSource, SourceParser},
};
use crate::{
    context::Context,
    integrations::{CallPart, MappedPart},
    item::{Fields, brief},
    template::{mapped_value::MappedValue, parameter::IntegrationParameter},
};

/// The parameters that are mapped, in the order of their names.
#[derive(Debug, Default)]
pub struct RequestParameters(Vec<RequestParameter>);

#[derive(Debug)]
struct RequestParameter {
    place: RequestPlace,
    source: RequestSource,
    /// The source in the words of mapped values.
    word: Option<MappedValue>,
}

/// The part of a request to an integration that a parameter is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestPlace {
    Header(HeaderName),
    Querystring(String),
    /// `{name}` of the integration's URI.
    Path(String),
}

/// A parameter with its values in one request.
pub struct MappedParameter<'a> {
    pub place: &'a RequestPlace,
    /// Never empty.
    pub values: Vec<String>,
    /// The name of the route's path parameter that the value is, as it was routed.
    pub routed: Option<&'a str>,
}

const PREFIX: &str = "integration.request.";
const FIELD: &str = "requestParameters";
const PLACES: &str =
    "integration.request.header.x, integration.request.querystring.x or integration.request.path.x";

/// True of a key in the words of REST APIs.
pub fn is_mapped(key: &str) -> bool {
    key.starts_with(PREFIX)
}

impl RequestPlace {
    /// Reads `integration.request.header.x`.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, name) = text.strip_prefix(PREFIX)?.split_once('.')?;
        match (place, name) {
            (_, "") => None,
            ("header", name) => name.parse().ok().map(Self::Header),
            ("querystring", name) => Some(Self::Querystring(name.to_owned())),
            ("path", name) => Some(Self::Path(name.to_owned())),
            _ => None,
        }
    }
}

/// As it is read.
impl fmt::Display for RequestPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "integration.request.header.{name}"),
            Self::Querystring(name) => write!(f, "integration.request.querystring.{name}"),
            Self::Path(name) => write!(f, "integration.request.path.{name}"),
        }
    }
}

impl RequestParameters {
    /// Reads the field `requestParameters` of an integration that calls a target of this kind. What is wrong is
    /// reported, and `None`.
    pub fn read(fields: &Fields<'_>, path_parameters: &[String], kind: TargetKind) -> Option<Self> {
        let Some(value) = fields.value(FIELD) else { return Some(Self::default()) };
        let Some(map) = value.as_object() else {
            fields.problem(FIELD, &brief(value), "a map of strings");
            return None;
        };
        Self::of_entries(fields, map.iter(), path_parameters, kind)
    }

    /// The same of these entries of the field.
    pub fn of_entries<'v>(
        fields: &Fields<'_>,
        entries: impl Iterator<Item = (&'v String, &'v Value)>,
        path_parameters: &[String],
        kind: TargetKind,
    ) -> Option<Self> {
        let parse = |(key, value): (&String, &Value)| {
            let field = format!("{FIELD}.{key}");
            let place = RequestPlace::parse(key);
            match &place {
                None => fields.problem(&field, key, PLACES),
                Some(RequestPlace::Header(name)) => warn_of(fields, &field, name, kind),
                Some(RequestPlace::Querystring(_) | RequestPlace::Path(_)) => {}
            }
            let source = SourceParser { fields, field: &field, value }.of_request(path_parameters);
            let (place, source) = (place?, source?);
            let word = source.word().map(MappedValue::Word);
            Some(RequestParameter { place, source, word })
        };
        // Collected first: every problem is wanted, not only the first.
        let parameters: Vec<_> = entries.map(parse).collect();
        parameters.into_iter().collect::<Option<_>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places that are mapped.
    pub fn places(&self) -> impl Iterator<Item = &RequestPlace> {
        self.0.iter().map(|parameter| &parameter.place)
    }

    /// True of a parameter of the query that is the client's own of the same name.
    pub fn is_clients_own(&self, place: &RequestPlace) -> bool {
        let RequestPlace::Querystring(name) = place else { return false };
        let source = self.find(place);
        matches!(source, Some(RequestSource::Query(own) | RequestSource::MultiQuery(own)) if own == name)
    }

    /// The names of the URI's parameters that are given.
    pub fn path_names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|parameter| match &parameter.place {
            RequestPlace::Path(name) => Some(name.as_str()),
            RequestPlace::Header(_) | RequestPlace::Querystring(_) => None,
        })
    }

    /// The text that a header always has.
    pub fn fixed_header(&self, name: &HeaderName) -> Option<&str> {
        self.find(&RequestPlace::Header(name.clone()))?.fixed()
    }

    /// The source of a parameter.
    pub fn find(&self, place: &RequestPlace) -> Option<&RequestSource> {
        self.0.iter().find(|parameter| parameter.place == *place).map(|parameter| &parameter.source)
    }

    /// What each comes from.
    pub fn origins(&self) -> impl Iterator<Item = IntegrationParameter> {
        let parameters = self.0.iter();
        parameters.map(|parameter| IntegrationParameter {
            name: parameter.place.to_string(),
            source: parameter.source.origin(),
        })
    }

    /// The values for a request; parameters that it has nothing for are left out.
    pub fn mapped_in<'a>(
        &'a self,
        context: &Context<'_>,
        body: &JsonBody<'_>,
    ) -> impl Iterator<Item = MappedParameter<'a>> {
        let mapped = self.0.iter().map(move |RequestParameter { place, source, .. }| MappedParameter {
            place,
            values: source.values(context, body),
            routed: source.path_parameter(),
        });
        mapped.filter(|parameter| !parameter.values.is_empty())
    }

    /// The parts of the client's request in them, except the routed path's parameters in the target's path.
    pub fn parts(&self) -> impl Iterator<Item = MappedPart<'_>> {
        self.0.iter().filter_map(|RequestParameter { place, source, word }| {
            let part = match place {
                RequestPlace::Header(name) => CallPart::Header(name),
                RequestPlace::Path(_) if source.path_parameter().is_some() => return None,
                RequestPlace::Querystring(_) | RequestPlace::Path(_) => CallPart::Uri,
            };
            word.as_ref().map(|value| MappedPart { value, part })
        })
    }
}

fn warn_of(fields: &Fields<'_>, field: &str, name: &HeaderName, kind: TargetKind) {
    let expected = match RequestHeaderFate::of(name, kind) {
        RequestHeaderFate::Sent => return,
        RequestHeaderFate::Dropped => "another header: this one is not sent, it belongs to the connection",
        RequestHeaderFate::Fails => {
            "another header: as on API Gateway, a request that has a value for this one is answered 500"
        }
    };
    fields.warn(field, name.as_str(), expected);
}
