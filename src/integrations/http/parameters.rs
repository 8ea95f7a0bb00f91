//! `requestParameters` of an HTTP integration: what the operator changes in the request on its way.
//!
//! Keys and values are those of HTTP APIs' parameter mapping: `append:header.x`, `overwrite:querystring.q`,
//! `remove:header.y`, `overwrite:path`. Of what a client sends, a mapped value stays one value: it ends no
//! header, adds no query parameter and no path segment.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    reserved::is_reserved,
    uri::{Target, encoded_path, encoded_value},
};
use crate::{
    context::Context,
    error::GatewayError,
    integrations::mapping::{CallPart, Inputs, Mapped, Piece, Template, Word},
    item::{Fields, brief},
    template::Escape,
};

/// What to change, in the order in which it is done: removals, overwritings, additions.
#[derive(Debug, Default)]
pub struct RequestParameters(Vec<Change>);

#[derive(Debug)]
enum Change {
    Remove(Place),
    Overwrite(Place, Template),
    OverwritePath(Vec<PathPiece>),
    Append(Place, Template),
}

#[derive(Clone, Debug)]
enum Place {
    Header(HeaderName),
    Query(String),
}

#[derive(Debug)]
enum PathPiece {
    Text(String),
    /// `$request.path`: as routed.
    Routed,
    /// `$request.path.x`: as routed, a greedy one with its slashes.
    Parameter(String),
    /// Any other word: becomes one segment.
    Word(Template),
}

const KEYS: &str = "append:header.x, overwrite:header.x, remove:header.x, the same with querystring.x, \
                    or overwrite:path";

impl RequestParameters {
    /// Reads the field `requestParameters`. What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, path_parameters: &[String]) -> Option<Self> {
        let Some(value) = fields.value("requestParameters") else { return Some(Self::default()) };
        let Some(map) = value.as_object() else {
            fields.problem("requestParameters", &brief(value), "a map of strings");
            return None;
        };
        let parse = |(key, value): (&String, &Value)| {
            Reader { fields, field: format!("requestParameters.{key}"), path_parameters, key, value }.change()
        };
        // Collected first: every problem is wanted, not only the first.
        let changes: Vec<_> = map.iter().map(parse).collect();
        let mut changes: Vec<_> = changes.into_iter().collect::<Option<_>>()?;
        changes.sort_by_key(Change::turn);
        Some(Self(changes))
    }

    /// All values, except what a path has of the routed one.
    pub fn mapped(&self) -> impl Iterator<Item = Mapped<'_>> {
        self.0.iter().flat_map(Change::mapped)
    }

    /// Whether the path that the operator gives has something of the request's; `None`: he gives none.
    pub fn takes_the_path(&self) -> Option<bool> {
        self.0.iter().find_map(|change| match change {
            Change::OverwritePath(pieces) => {
                Some(!pieces.iter().all(|piece| matches!(piece, PathPiece::Text(_))))
            }
            Change::Remove(_) | Change::Overwrite(..) | Change::Append(..) => None,
        })
    }

    /// Changes the request's URI and headers.
    ///
    /// # Errors
    /// [`GatewayError::InvalidBody`] if a value is to come from a body that is no JSON,
    /// `BadParameterValue` or `BadBodyValue` if it can be no header, or the path needs one that is absent.
    pub fn apply(
        &self,
        context: &Context<'_>,
        target: &mut Target,
        headers: &mut HeaderMap,
    ) -> Result<(), GatewayError> {
        let inputs = Inputs::new(context);
        for change in &self.0 {
            match change {
                Change::Remove(place) => place.remove(target, headers),
                // An absent value must not let the client's own pass for the operator's.
                Change::Overwrite(place, value) => {
                    place.remove(target, headers);
                    place.append(value, &inputs, target, headers)?;
                }
                Change::Append(place, value) => place.append(value, &inputs, target, headers)?,
                Change::OverwritePath(pieces) => target.path = path(pieces, context, &inputs)?,
            }
        }
        Ok(())
    }
}

impl Change {
    const fn turn(&self) -> u8 {
        match self {
            Self::Remove(_) => 0,
            Self::Overwrite(..) | Self::OverwritePath(_) => 1,
            Self::Append(..) => 2,
        }
    }

    fn mapped(&self) -> Vec<Mapped<'_>> {
        match self {
            Self::Remove(_) => Vec::new(),
            Self::Overwrite(place, template) | Self::Append(place, template) => {
                let part = match place {
                    Place::Header(name) => CallPart::Header(name),
                    Place::Query(_) => CallPart::Uri,
                };
                vec![Mapped { template, part }]
            }
            Self::OverwritePath(pieces) => {
                let templates = pieces.iter().filter_map(PathPiece::template);
                templates.map(|template| Mapped { template, part: CallPart::Uri }).collect()
            }
        }
    }
}

impl PathPiece {
    fn template(&self) -> Option<&Template> {
        match self {
            Self::Word(template) => Some(template),
            Self::Text(_) | Self::Routed | Self::Parameter(_) => None,
        }
    }
}

impl Place {
    fn remove(&self, target: &mut Target, headers: &mut HeaderMap) {
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
        template: &Template,
        inputs: &Inputs<'_>,
        target: &mut Target,
        headers: &mut HeaderMap,
    ) -> Result<(), GatewayError> {
        match self {
            Self::Query(name) => {
                if let Some(value) = template.text(inputs)? {
                    target.append_query(&format!("{}={}", encoded_value(name), encoded_value(&value)));
                }
            }
            Self::Header(name) => {
                if let Some(value) = template.text_within(Escape::in_header(name), inputs)? {
                    let bad = |_| template.refused("is no header's value");
                    headers.append(name, HeaderValue::try_from(value).map_err(bad)?);
                }
            }
        }
        Ok(())
    }
}

/// Whether `name=value`, written as a form is, has this name.
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
            PathPiece::Word(template) => match template.text(inputs)? {
                Some(text) => path.push_str(&encoded_value(&text)),
                None => return Err(template.refused("is absent")),
            },
        }
    }
    Ok(if path.starts_with('/') { path } else { format!("/{path}") })
}

/// Reads one entry of the map.
struct Reader<'a, 'f> {
    fields: &'a Fields<'f>,
    field: String,
    path_parameters: &'a [String],
    key: &'a str,
    value: &'a Value,
}

impl Reader<'_, '_> {
    fn change(&self) -> Option<Change> {
        let Some((operation, place)) = self.key.split_once(':') else { return self.problem(self.key, KEYS) };
        match (operation, place) {
            ("overwrite", "path") => self.path().map(Change::OverwritePath),
            ("remove", _) => self.place(place).map(Change::Remove),
            ("overwrite" | "append", _) => {
                let (place, value) = (self.place(place), self.template());
                let change = if operation == "append" { Change::Append } else { Change::Overwrite };
                Some(change(place?, value?))
            }
            _ => self.problem(self.key, KEYS),
        }
    }

    fn place(&self, text: &str) -> Option<Place> {
        if let Some(name) = text.strip_prefix("querystring.").filter(|name| !name.is_empty()) {
            return Some(Place::Query(name.to_owned()));
        }
        let Some(name) = text.strip_prefix("header.") else { return self.problem(self.key, KEYS) };
        let Ok(name) = HeaderName::try_from(name) else { return self.problem(name, "the name of a header") };
        if is_reserved(name.as_str()) {
            return self
                .problem(name.as_str(), "a header that is not reserved for the gateway or the connection");
        }
        Some(Place::Header(name))
    }

    fn template(&self) -> Option<Template> {
        if self.value.is_array() || self.value.is_object() || self.value.is_null() {
            return self.problem(&brief(self.value), "a string");
        }
        let template = Template::parse(self.fields, &self.field, self.value, self.path_parameters)?;
        match &template {
            Template::Typed(typed) if !typed.of.is_text() => {
                self.problem(&brief(self.value), "$number, $boolean or $json: what is sent to a URL is text")
            }
            _ => Some(template),
        }
    }

    fn path(&self) -> Option<Vec<PathPiece>> {
        Some(match self.template()? {
            Template::Fixed(Value::String(text)) => vec![PathPiece::Text(encoded_path(&text))],
            Template::Text(pieces) => pieces.into_iter().map(path_piece).collect(),
            Template::Word(word) => vec![path_piece(Piece::Word(word))],
            template @ (Template::Fixed(_) | Template::Typed(_) | Template::List(_) | Template::Map(_)) => {
                vec![PathPiece::Word(template)]
            }
        })
    }

    fn problem<T>(&self, got: &str, expected: &str) -> Option<T> {
        self.fields.problem(&self.field, got, expected);
        None
    }
}

/// What a part of a text is in a path.
fn path_piece(piece: Piece) -> PathPiece {
    match piece {
        Piece::Text(text) => PathPiece::Text(encoded_path(&text)),
        Piece::Word(Word::Path) => PathPiece::Routed,
        Piece::Word(Word::PathParameter(name)) => PathPiece::Parameter(name),
        Piece::Word(word) => PathPiece::Word(Template::Word(word)),
    }
}
