//! Mapping templates by content type, and the choice among them.

use http::{HeaderMap, header::CONTENT_TYPE};
use serde_json::Value;

use super::passthrough::PassthroughBehavior;
use crate::{
    error::{GatewayError, TextPlace},
    item::{Fields, brief},
    media_type::{Accept, essence},
    template::{ContextVariable, mapping_template::MappingTemplate, velocity::Place},
};

/// The templates of a request or of a response: that of `application/json` first, the others by the text of their type.
#[derive(Debug, Default)]
pub struct ContentTemplates(Vec<ContentTemplate>);

/// What becomes of a body of one content type.
#[derive(Debug)]
pub struct ContentTemplate {
    /// As written.
    pub content_type: String,
    pub mapping: BodyMapping,
}

#[derive(Debug)]
pub enum BodyMapping {
    Template(Box<MappingTemplate>),
    /// The template is empty, or null: the body goes on as it is.
    Passthrough,
}

const JSON: &str = "application/json";

impl ContentTemplates {
    /// Reads the field `name`: a map of templates by content type. What is wrong is reported, and `None`.
    pub fn read<'a>(fields: &Fields<'a>, name: &'a str) -> Option<Self> {
        let Some(value) = fields.value(name) else {
            // Nothing is there; but a schema is told what could be.
            fields.string_map(name);
            return Some(Self::default());
        };
        let Some(map) = value.as_object() else {
            fields.problem(name, &brief(value), "a map of templates by content type");
            return None;
        };
        // Collected first: every problem is wanted, not only the first.
        let templates: Vec<_> = map
            .iter()
            .map(|(content_type, value)| {
                let field = format!("{name}.{content_type}");
                if !content_type.contains('/') {
                    fields.problem(&field, content_type, "a content type, such as application/json");
                    return None;
                }
                let mapping = BodyMapping::read(fields, &field, value)?;
                Some(ContentTemplate { content_type: content_type.trim().to_owned(), mapping })
            })
            .collect();
        let mut templates: Vec<_> = templates.into_iter().collect::<Option<_>>()?;
        // Stable: the map is in the order of its texts.
        templates.sort_by_key(|template| !is_same(&template.content_type, JSON));
        Some(Self(templates))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The variables of `context` in them that can differ where caller and URI are the same. One stands for all that
    /// `$context.identity` and `$context` alone have.
    pub fn context_variables(&self) -> impl Iterator<Item = ContextVariable> {
        let templates = self.0.iter().filter_map(|template| match &template.mapping {
            BodyMapping::Template(template) => Some(template),
            BodyMapping::Passthrough => None,
        });
        templates.flat_map(|template| template.context_members()).filter_map(|member| match member {
            // Callers have answers of their own, and overrides are the template's.
            "authorizer" | "requestOverride" | "responseOverride" => None,
            "identity" => Some(ContextVariable::SourceIp),
            "" | "get" | "keySet" | "values" | "entrySet" | "toString" => Some(ContextVariable::RequestId),
            name => ContextVariable::named(name),
        })
    }

    /// True if a body is made anew by one of them.
    pub fn map_bodies(&self) -> bool {
        self.0.iter().any(|template| matches!(template.mapping, BodyMapping::Template(_)))
    }

    /// The number of content types that there is a choice of.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The template for a request with these headers: that of its `Content-Type`, with or without parameters, which is
    /// `application/json` where it says none. `None`: its body goes on as it is.
    ///
    /// # Errors
    /// [`GatewayError::UnsupportedMediaType`]: it may not.
    pub fn for_request(
        &self,
        headers: &HeaderMap,
        passthrough: PassthroughBehavior,
    ) -> Result<Option<&ContentTemplate>, GatewayError> {
        let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let given = if given.trim().is_empty() { JSON } else { given.trim() };
        let find = |wanted: &str| self.0.iter().find(|template| is_same(&template.content_type, wanted));
        if let Some(found) = find(given).or_else(|| find(essence(given))) {
            return Ok(Some(found));
        }
        match passthrough {
            PassthroughBehavior::WhenNoMatch => Ok(None),
            PassthroughBehavior::WhenNoTemplates if self.is_empty() => Ok(None),
            PassthroughBehavior::WhenNoTemplates | PassthroughBehavior::Never => {
                Err(GatewayError::UnsupportedMediaType { content_type: given.to_owned() })
            }
        }
    }

    /// The template for a client that sends these headers: the one that it accepts, or else the first. `None`: there is
    /// none.
    pub fn for_client(&self, headers: &HeaderMap) -> Option<&ContentTemplate> {
        let types = self.0.iter().map(|template| template.content_type.as_str());
        let accepted = Accept::of(headers).and_then(|accept| accept.best(types));
        self.0.get(accepted.unwrap_or(0))
    }
}

impl BodyMapping {
    fn read(fields: &Fields<'_>, field: &str, value: &Value) -> Option<Self> {
        let text = match value {
            Value::Null => return Some(Self::Passthrough),
            Value::String(text) if text.is_empty() => return Some(Self::Passthrough),
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                fields.problem(field, &brief(value), "a template, which is text");
                return None;
            }
        };
        match MappingTemplate::parse(text) {
            Ok(template) => {
                for misspelt in template.unknown_members() {
                    fields.warn_in_text(field, place(misspelt.place), &misspelt.got, &misspelt.expected);
                }
                Some(Self::Template(Box::new(template)))
            }
            Err(error) => {
                fields.problem_in_text(field, place(error.place), &error.got, &error.expected);
                None
            }
        }
    }
}

fn place(place: Place) -> TextPlace {
    TextPlace { line: place.line, column: place.column }
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
