//! Expressions, as the operator wrote them, and what their placeholders stand for.
//!
//! Only the values behind `:placeholders` come from a request; text and names never do.

use std::collections::HashMap;

use serde_json::Value;

use super::{Call, fields::mapped_value};
use crate::store::values::Attributes;
use crate::{
    error::GatewayError,
    integrations::{Surroundings, mapping::Template},
    item::Fields,
};

const NAMES: &str = "expressionAttributeNames";
const VALUES: &str = "expressionAttributeValues";

/// The expressions of one operation. Every placeholder in them is defined, and used.
#[derive(Debug)]
pub struct Expressions {
    texts: Vec<(&'static str, String)>,
    names: HashMap<String, String>,
    values: Vec<(String, Template)>,
}

impl Expressions {
    /// Reads those expressions that the operation has: `kinds` are their fields' names.
    pub fn parse<'f>(
        fields: &Fields<'f>,
        surroundings: &Surroundings<'_>,
        kinds: &[&'static str],
    ) -> Option<Self> {
        let mut texts = Vec::new();
        for kind in kinds {
            match fields.resolved_string(kind) {
                Some(text) if text.trim().is_empty() => fields.problem(kind, "no text", "an expression"),
                Some(text) => texts.push((*kind, text)),
                None => {}
            }
        }
        let names: HashMap<_, _> = fields.string_map(NAMES).unwrap_or_default().into_iter().collect();
        let map = fields.parsed(VALUES, "a map", Value::as_object);
        let defined: Vec<(&str, &'static str)> = names
            .keys()
            .map(|name| (name.as_str(), NAMES))
            .chain(map.into_iter().flatten().map(|(name, _)| (name.as_str(), VALUES)))
            .collect();
        let fits = placeholders_fit(fields, &texts, &defined);
        let mut values = Some(Vec::new());
        for (name, value) in map.into_iter().flatten() {
            let template = mapped_value(fields, &format!("{VALUES}.{name}"), value, surroundings);
            match (template, &mut values) {
                (Some(template), Some(values)) => values.push((name.clone(), template)),
                (None, _) | (_, None) => values = None,
            }
        }
        let all_read = fields.value(NAMES).is_none() || !names.is_empty();
        let values = values.filter(|_| fits && all_read)?;
        Some(Self { texts, names, values })
    }

    /// The text of an expression.
    pub fn text(&self, kind: &str) -> Option<String> {
        self.texts.iter().find(|(known, _)| *known == kind).map(|(_, text)| text.clone())
    }

    /// What `#placeholders` stand for; `None` if there are none, as DynamoDB wants it.
    pub fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// What `:placeholders` stand for.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.values.iter().map(|(_, template)| template)
    }

    /// What `:placeholders` stand for in this request; `None` if there are none, as DynamoDB wants it.
    ///
    /// An absent value is refused: an expression cannot do without.
    pub fn values(&self, call: &Call<'_>) -> Result<Option<Attributes>, GatewayError> {
        let mut attributes = Attributes::new();
        for (name, template) in &self.values {
            let Some(attribute) = call.attribute(template)? else {
                return Err(call.refused(format!("{name} is absent")));
            };
            attributes.insert(name.clone(), attribute);
        }
        Ok((!attributes.is_empty()).then_some(attributes))
    }
}

/// Whether every placeholder in `texts` is in `defined`, and the other way round.
fn placeholders_fit(fields: &Fields<'_>, texts: &[(&str, String)], defined: &[(&str, &str)]) -> bool {
    let mut fit = true;
    let mut problem = |field: &str, got: &str, expected: &str| {
        fields.problem(field, got, expected);
        fit = false;
    };
    let mut used = Vec::new();
    for (kind, text) in texts {
        for placeholder in placeholders(text) {
            let home = if placeholder.starts_with('#') { NAMES } else { VALUES };
            if !defined.contains(&(placeholder, home)) && !used.contains(&placeholder) {
                problem(kind, placeholder, &format!("only placeholders that {home} defines"));
            }
            used.push(placeholder);
        }
    }
    for (name, home) in defined {
        if !used.contains(name) {
            problem(&format!("{home}.{name}"), name, "a placeholder that an expression uses");
        }
    }
    fit
}

/// Every `#name` and `:value` in an expression. Expressions have no literals that could hide one.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(['#', ':']).map(|(start, _)| {
        let rest = &text[start + 1..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &text[start..=start + length]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_placeholder() {
        let cases: [(&str, &[&str]); 4] = [
            ("", &[]),
            ("attribute_not_exists(pk)", &[]),
            ("#s = :a AND begins_with(sk,:b_2)", &["#s", ":a", ":b_2"]),
            ("SET n = n-:d, #a.#b[0] = :d", &[":d", "#a", "#b", ":d"]),
        ];
        for (text, expected) in cases {
            assert_eq!(placeholders(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
