//! Expressions, as the operator wrote them, and what their placeholders stand for.
//!
//! Only the values behind `:placeholders` come from a request; text and names never do. A value that a request may do
//! without, `$request.body.x?`, takes what uses it out of the expression when it is absent.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    OperationCall,
    operation_fields::mapped_value_with_presence,
    terms::{Terms, placeholders, uses_any},
};
use crate::store::values::Attributes;
use crate::{
    error::GatewayError,
    integrations::ParseContext,
    item::Fields,
    template::mapped_value::{MappedValue, Presence, bad_value},
};

pub const UPDATE: &str = "updateExpression";
pub const CONDITION: &str = "conditionExpression";
pub const KEY_CONDITION: &str = "keyConditionExpression";
pub const FILTER: &str = "filterExpression";
pub const PROJECTION: &str = "projectionExpression";

const NAMES: &str = "expressionAttributeNames";
const VALUES: &str = "expressionAttributeValues";

/// The expressions of one operation. Every placeholder in them is defined, and used.
#[derive(Debug)]
pub struct Expressions {
    texts: Vec<(&'static str, ExpressionText)>,
    names: HashMap<String, String>,
    values: Vec<Operand>,
}

/// An expression's text.
#[derive(Debug)]
enum ExpressionText {
    /// Nothing of it can be left out.
    Whole(String),
    Terms(Terms),
}

/// What a `:placeholder` stands for.
#[derive(Debug)]
struct Operand {
    name: String,
    mapped: MappedValue,
    presence: Presence,
}

/// The expressions of one request.
pub struct Filled {
    texts: Vec<(&'static str, String)>,
    /// `None` if there are none, as DynamoDB wants it.
    pub names: Option<HashMap<String, String>>,
    /// `None` if there are none, as DynamoDB wants it.
    pub values: Option<Attributes>,
}

impl Expressions {
    /// Reads those expressions that the operation has: `kinds` are their fields' names.
    pub fn parse<'f>(
        fields: &Fields<'f>,
        surroundings: &ParseContext<'_>,
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
        let operand = |(name, value): (&String, &Value)| {
            let field = format!("{VALUES}.{name}");
            let (mapped, presence) = mapped_value_with_presence(fields, &field, value, surroundings)?;
            Some(Operand { name: name.clone(), mapped, presence })
        };
        // Collected first: every problem is wanted, not only the first.
        let values: Vec<_> = map.into_iter().flatten().map(operand).collect();
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        let optional: Vec<_> = values.iter().filter_map(Operand::optional_name).collect();
        let texts: Vec<_> = texts.into_iter().map(|text| in_terms(fields, text, &optional)).collect();
        let texts = texts.into_iter().collect::<Option<_>>()?;
        let all_read = fields.value(NAMES).is_none() || !names.is_empty();
        (fits && all_read).then_some(Self { texts, names, values })
    }

    /// Whether the operation has an expression of this kind.
    pub fn has(&self, kind: &str) -> bool {
        self.texts.iter().any(|(known, _)| *known == kind)
    }

    /// What `:placeholders` stand for.
    pub fn mapped_values(&self) -> impl Iterator<Item = &MappedValue> {
        self.values.iter().map(|operand| &operand.mapped)
    }

    /// The expressions with this request's values, without the terms that can do without an absent one, and without
    /// the placeholders that nothing uses then: DynamoDB refuses these.
    ///
    /// # Errors
    /// `BadParameterValue` or `BadBodyValue` if another value is absent, or nothing is left of an update.
    pub fn fill(&self, call: &OperationCall<'_>) -> Result<Filled, GatewayError> {
        let (mut values, mut absent) = (Attributes::new(), Vec::new());
        for operand in &self.values {
            match call.attribute(&operand.mapped)? {
                Some(attribute) => drop(values.insert(operand.name.clone(), attribute)),
                None if operand.presence == Presence::Optional => absent.push(operand),
                None => return Err(call.absent(&operand.mapped)),
            }
        }
        let absent_names: Vec<_> = absent.iter().map(|operand| operand.name.as_str()).collect();
        let mut texts = Vec::with_capacity(self.texts.len());
        for (kind, text) in &self.texts {
            match text.without(&absent_names) {
                Some(text) => texts.push((*kind, text)),
                None if *kind == UPDATE => {
                    let words: Vec<_> = absent.iter().flat_map(|operand| operand.mapped.words()).collect();
                    return Err(bad_value(&words, "must be there: nothing else is to be updated", None));
                }
                None => {}
            }
        }
        let mut names = self.names.clone();
        if !absent.is_empty() {
            let is_used = |name: &str| texts.iter().any(|(_, text)| uses_any(text, &[name]));
            names.retain(|name, _| is_used(name));
            values.retain(|name, _| is_used(name));
        }
        let names = Some(names).filter(|names| !names.is_empty());
        Ok(Filled { texts, names, values: Some(values).filter(|values| !values.is_empty()) })
    }
}

impl Filled {
    /// The text of an expression.
    pub fn text(&self, kind: &str) -> Option<String> {
        self.texts.iter().find(|(known, _)| *known == kind).map(|(_, text)| text.clone())
    }
}

impl ExpressionText {
    fn without(&self, absent: &[&str]) -> Option<String> {
        match self {
            Self::Whole(text) => Some(text.clone()),
            Self::Terms(terms) => terms.without(absent),
        }
    }
}

impl Operand {
    fn optional_name(&self) -> Option<&str> {
        (self.presence == Presence::Optional).then_some(&self.name)
    }
}

/// Takes an expression apart that uses one of `optional`, if it can do without the part.
fn in_terms(
    fields: &Fields<'_>,
    (kind, text): (&'static str, String),
    optional: &[&str],
) -> Option<(&'static str, ExpressionText)> {
    const GUARD: &str =
        "no value with ?: a condition guards the write, and no request may leave a part of it out";
    const PARTITION: &str = "no value with ? for the partition key, whose condition is the first that says =";
    if !uses_any(&text, optional) {
        return Some((kind, ExpressionText::Whole(text)));
    }
    let terms = match kind {
        CONDITION => Err(GUARD),
        UPDATE => Terms::of_update(&text),
        _ => Terms::of_condition(&text, optional),
    };
    let terms = terms.and_then(|terms| {
        let partition = if kind == KEY_CONDITION { terms.partition_condition() } else { None };
        let is_kept = partition.map_or(kind != KEY_CONDITION, |condition| !uses_any(condition, optional));
        if is_kept { Ok(terms) } else { Err(PARTITION) }
    });
    match terms {
        Ok(terms) => Some((kind, ExpressionText::Terms(terms))),
        Err(expected) => {
            fields.problem(kind, &text, expected);
            None
        }
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
