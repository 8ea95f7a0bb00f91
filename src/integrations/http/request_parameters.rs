//! `requestParameters` of an HTTP integration: what the operator changes in the request on its way.
//!
//! Keys and values are those of HTTP APIs' parameter mapping: `append:header.x`, `overwrite:querystring.q`,
//! `remove:header.y`, `overwrite:path`; or those of REST APIs', which come first. Of what a client sends, a mapped value stays one value: it ends no
//! header, adds no query parameter and no path segment.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    change_parser::ChangeParser,
    rest_parameters::RestValues,
    target_uri::{TargetUri, UriTemplate},
    uri_characters::{encoded_path, encoded_value},
};
use crate::{
    context::Context,
    error::GatewayError,
    integrations::{
        CallPart, MappedPart,
        parameter_mapping::{self, TargetKind, is_mapped},
    },
    item::{Fields, brief},
    template::{
        Escape,
        mapped_value::{Inputs, MappedValue},
    },
};

/// What the operator changes in a request.
#[derive(Debug, Default)]
pub struct RequestParameters {
    /// `integration.request.…`
    pub rest: parameter_mapping::RequestParameters,
    /// In the order in which they are made: removals, overwritings, additions.
    changes: Vec<ParameterChange>,
}

#[derive(Debug)]
pub enum ParameterChange {
    Remove(RequestPart),
    Overwrite(RequestPart, MappedValue),
    OverwritePath(Vec<PathPiece>),
    Append(RequestPart, MappedValue),
}

#[derive(Clone, Debug)]
pub enum RequestPart {
    Header(HeaderName),
    Query(String),
}

#[derive(Debug)]
pub enum PathPiece {
    Text(String),
    /// `$request.path`: as routed.
    Routed,
    /// `$request.path.x`: as routed, a greedy one with its slashes.
    Parameter(String),
    /// Any other word: becomes one segment.
    Word(MappedValue),
}

impl RequestParameters {
    /// Reads the field `requestParameters`. What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, path_parameters: &[String]) -> Option<Self> {
        let Some(value) = fields.value("requestParameters") else { return Some(Self::default()) };
        let Some(map) = value.as_object() else {
            fields.problem("requestParameters", &brief(value), "a map of strings");
            return None;
        };
        let parse = |(key, value): (&String, &Value)| {
            ChangeParser { fields, field: format!("requestParameters.{key}"), path_parameters, key, value }
                .change()
        };
        let (rest, changes): (Vec<_>, Vec<_>) = map.iter().partition(|(key, _)| is_mapped(key));
        let rest = parameter_mapping::RequestParameters::of_entries(
            fields,
            rest.into_iter(),
            path_parameters,
            TargetKind::Http,
        );
        // Collected first: every problem is wanted, not only the first.
        let changes: Vec<_> = changes.into_iter().map(parse).collect();
        let mut changes: Vec<_> = changes.into_iter().collect::<Option<_>>()?;
        changes.sort_by_key(ParameterChange::turn);
        Some(Self { rest: rest?, changes })
    }

    /// All values, except what a path has of the routed one.
    pub fn mapped(&self) -> impl Iterator<Item = MappedPart<'_>> {
        self.rest.parts().chain(self.changes.iter().flat_map(ParameterChange::mapped))
    }

    /// True if the path that the operator gives has something of the request's; `None`: he gives none.
    pub fn forwards_request_path(&self) -> Option<bool> {
        self.changes.iter().find_map(|change| match change {
            ParameterChange::OverwritePath(pieces) => {
                Some(!pieces.iter().all(|piece| matches!(piece, PathPiece::Text(_))))
            }
            ParameterChange::Remove(_) | ParameterChange::Overwrite(..) | ParameterChange::Append(..) => None,
        })
    }

    /// The target's URI for a request, and what else is changed in `headers`.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`] or `MappingFailed` as REST APIs' words say,
    /// [`GatewayError::InvalidBody`] if a value is to come from a body that is no JSON,
    /// `BadParameterValue` or `BadBodyValue` if it can be no header, or the path needs one that is absent.
    pub fn apply(
        &self,
        context: &Context<'_>,
        uri: &UriTemplate,
        headers: &mut HeaderMap,
    ) -> Result<TargetUri, GatewayError> {
        let mut target = if self.rest.is_empty() {
            uri.fill(context)
        } else {
            let values = RestValues::of(&self.rest, context)?;
            let mut target = values.fill(&self.rest, context, uri)?;
            values.apply(&self.rest, context, &mut target, headers)?;
            target
        };
        let inputs = Inputs::new(context);
        for change in &self.changes {
            match change {
                ParameterChange::Remove(place) => place.remove(&mut target, headers),
                // An absent value must not let the client's own pass for the operator's.
                ParameterChange::Overwrite(place, value) => {
                    place.remove(&mut target, headers);
                    place.append(value, &inputs, &mut target, headers)?;
                }
                ParameterChange::Append(place, value) => {
                    place.append(value, &inputs, &mut target, headers)?
                }
                ParameterChange::OverwritePath(pieces) => target.path = path(pieces, context, &inputs)?,
            }
        }
        Ok(target)
    }
}

impl ParameterChange {
    const fn turn(&self) -> u8 {
        match self {
            Self::Remove(_) => 0,
            Self::Overwrite(..) | Self::OverwritePath(_) => 1,
            Self::Append(..) => 2,
        }
    }

    fn mapped(&self) -> Vec<MappedPart<'_>> {
        match self {
            Self::Remove(_) => Vec::new(),
            Self::Overwrite(place, mapped) | Self::Append(place, mapped) => {
                let part = match place {
                    RequestPart::Header(name) => CallPart::Header(name),
                    RequestPart::Query(_) => CallPart::Uri,
                };
                vec![MappedPart { value: mapped, part }]
            }
            Self::OverwritePath(pieces) => {
                let mapped_values = pieces.iter().filter_map(PathPiece::mapped);
                mapped_values.map(|value| MappedPart { value, part: CallPart::Uri }).collect()
            }
        }
    }
}

impl PathPiece {
    fn mapped(&self) -> Option<&MappedValue> {
        match self {
            Self::Word(mapped) => Some(mapped),
            Self::Text(_) | Self::Routed | Self::Parameter(_) => None,
        }
    }
}

impl RequestPart {
    /// Takes away what there is of it.
    pub fn remove(&self, target: &mut TargetUri, headers: &mut HeaderMap) {
        match self {
            Self::Header(name) => drop(headers.remove(name)),
            Self::Query(name) => {
                let others = target.query.split('&').filter(|pair| !is_named(pair, name));
                target.query = others.collect::<Vec<_>>().join("&");
            }
        }
    }

    fn append(
        &self,
        mapped: &MappedValue,
        inputs: &Inputs<'_>,
        target: &mut TargetUri,
        headers: &mut HeaderMap,
    ) -> Result<(), GatewayError> {
        match self {
            Self::Query(name) => {
                if let Some(value) = mapped.text(inputs)? {
                    target.append_query(&format!("{}={}", encoded_value(name), encoded_value(&value)));
                }
            }
            Self::Header(name) => {
                if let Some(value) = mapped.text_within(Escape::in_header(name), inputs)? {
                    let bad = |_| mapped.refused("is no header's value");
                    headers.append(name, HeaderValue::try_from(value).map_err(bad)?);
                }
            }
        }
        Ok(())
    }
}

/// True if `name=value`, written as a form is, has this name.
fn is_named(pair: &str, name: &str) -> bool {
    let written = pair.split_once('=').map_or(pair, |(written, _)| written).replace('+', " ");
    !pair.is_empty() && percent_decode_str(&written).decode_utf8_lossy() == name
}

fn path(pieces: &[PathPiece], context: &Context<'_>, inputs: &Inputs<'_>) -> Result<String, GatewayError> {
    let mut path = String::new();
    for piece in pieces {
        match piece {
            PathPiece::Text(text) => path.push_str(text),
            PathPiece::Routed => path.push_str(&encoded_path(context.path)),
            PathPiece::Parameter(name) => {
                path.push_str(&encoded_path(context.path_parameter(name).unwrap_or_default()));
            }
            PathPiece::Word(mapped) => match mapped.text(inputs)? {
                Some(text) => path.push_str(&encoded_value(&text)),
                None => return Err(mapped.refused("is absent")),
            },
        }
    }
    Ok(if path.starts_with('/') { path } else { format!("/{path}") })
}
