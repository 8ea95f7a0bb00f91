//! Expressions, as the operator wrote them, and what their placeholders stand for.
//!
//! Only the values behind `:placeholders` come from a request; text and names never do. A value that a request may do
//! without, `$request.body.x?`, takes what uses it out of the expression when it is absent.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    OperationCall,
    operation_fields::mapped_operand,
    terms::{Terms, placeholders, uses_any},
};
use crate::{
    error::GatewayError,
    integrations::ParseContext,
    item::Fields,
    store::sdk_values::Attributes,
    template::mapped_value::{MappedOperand, MappedValue, Presence, bad_value},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpressionKind {
    Update,
    Condition,
    KeyCondition,
    Filter,
    Projection,
}

const NAMES: &str = "expressionAttributeNames";
const VALUES: &str = "expressionAttributeValues";

/// The expressions of one operation. Every placeholder in them is defined, and used.
#[derive(Debug)]
pub struct Expressions {
    all: Vec<Expression<ExpressionText>>,
    names: HashMap<String, String>,
    values: Vec<Operand>,
}

/// One expression, with its text as `T` has it.
#[derive(Debug)]
struct Expression<T> {
    kind: ExpressionKind,
    text: T,
}

/// A placeholder, and the attribute of the item that defines it.
struct Definition<'a> {
    placeholder: &'a str,
    attribute: &'static str,
}

/// An expression's text.
#[derive(Debug)]
enum ExpressionText {
    /// Nothing of it can be left out.
    Whole(String),
    Terms(Terms),
}

/// The value of a `:placeholder`.
#[derive(Debug)]
struct Operand {
    name: String,
    mapped: MappedValue,
    presence: Presence,
}

/// The expressions of one request.
pub struct FilledExpressions {
    all: Vec<Expression<String>>,
    /// `None` if there are none, as DynamoDB wants it.
    pub names: Option<HashMap<String, String>>,
    /// `None` if there are none, as DynamoDB wants it.
    pub values: Option<Attributes>,
}

impl ExpressionKind {
    /// The attribute that the expression is written in.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Update => "updateExpression",
            Self::Condition => "conditionExpression",
            Self::KeyCondition => "keyConditionExpression",
            Self::Filter => "filterExpression",
            Self::Projection => "projectionExpression",
        }
    }
}

impl Expressions {
    /// Reads the expressions that the operation can have.
    pub fn parse<'f>(
        fields: &Fields<'f>,
        parse_context: &ParseContext<'_>,
        kinds: &[ExpressionKind],
    ) -> Option<Self> {
        let mut written = Vec::new();
        for kind in kinds.iter().copied() {
            let field = kind.field();
            match fields.resolved_string(field) {
                Some(text) if text.trim().is_empty() => fields.problem(field, "no text", "an expression"),
                Some(text) => written.push(Expression { kind, text }),
                None => {}
            }
        }
        let names: HashMap<_, _> = fields.string_map(NAMES).unwrap_or_default().into_iter().collect();
        let map = fields.parsed(VALUES, "a map", Value::as_object);
        let definition = |attribute| move |placeholder| Definition { placeholder, attribute };
        let defined: Vec<_> = names
            .keys()
            .map(String::as_str)
            .map(definition(NAMES))
            .chain(map.into_iter().flatten().map(|(name, _)| name.as_str()).map(definition(VALUES)))
            .collect();
        let fits = placeholders_fit(fields, &written, &defined);
        let operand = |(name, value): (&String, &Value)| {
            let field = format!("{VALUES}.{name}");
            let MappedOperand { mapped, presence } = mapped_operand(fields, &field, value, parse_context)?;
            Some(Operand { name: name.clone(), mapped, presence })
        };
        // Collected first: every problem is wanted, not only the first.
        let values: Vec<_> = map.into_iter().flatten().map(operand).collect();
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        let optional: Vec<_> = values.iter().filter_map(Operand::optional_name).collect();
        let all: Vec<_> =
            written.into_iter().map(|expression| in_terms(fields, expression, &optional)).collect();
        let all = all.into_iter().collect::<Option<_>>()?;
        let all_read = fields.value(NAMES).is_none() || !names.is_empty();
        (fits && all_read).then_some(Self { all, names, values })
    }

    /// True if the operation has an expression of this kind.
    pub fn has(&self, kind: ExpressionKind) -> bool {
        self.all.iter().any(|expression| expression.kind == kind)
    }

    /// The values of `:placeholders`.
    pub fn mapped_values(&self) -> impl Iterator<Item = &MappedValue> {
        self.values.iter().map(|operand| &operand.mapped)
    }

    /// The expressions with this request's values, without the terms that can do without an absent one, and without
    /// the placeholders that nothing uses then: DynamoDB refuses these.
    ///
    /// # Errors
    /// `BadParameterValue` or `BadBodyValue` if another value is absent, or nothing is left of an update.
    pub fn fill(&self, call: &OperationCall<'_>) -> Result<FilledExpressions, GatewayError> {
        let (mut values, mut absent) = (Attributes::new(), Vec::new());
        for operand in &self.values {
            match call.attribute(&operand.mapped)? {
                Some(attribute) => drop(values.insert(operand.name.clone(), attribute)),
                None if operand.presence == Presence::Optional => absent.push(operand),
                None => return Err(call.absent(&operand.mapped)),
            }
        }
        let absent_names: Vec<_> = absent.iter().map(|operand| operand.name.as_str()).collect();
        let mut all = Vec::with_capacity(self.all.len());
        for Expression { kind, text } in &self.all {
            match text.without(&absent_names) {
                Some(text) => all.push(Expression { kind: *kind, text }),
                None if *kind == ExpressionKind::Update => {
                    let words: Vec<_> = absent.iter().flat_map(|operand| operand.mapped.words()).collect();
                    return Err(bad_value(&words, "must be there: nothing else is to be updated", None));
                }
                None => {}
            }
        }
        let mut names = self.names.clone();
        if !absent.is_empty() {
            let is_used = |name: &str| all.iter().any(|expression| uses_any(&expression.text, &[name]));
            names.retain(|name, _| is_used(name));
            values.retain(|name, _| is_used(name));
        }
        let names = Some(names).filter(|names| !names.is_empty());
        Ok(FilledExpressions { all, names, values: Some(values).filter(|values| !values.is_empty()) })
    }
}

impl FilledExpressions {
    /// The text of an expression.
    pub fn text(&self, kind: ExpressionKind) -> Option<String> {
        self.all.iter().find(|expression| expression.kind == kind).map(|expression| expression.text.clone())
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
    Expression { kind, text }: Expression<String>,
    optional: &[&str],
) -> Option<Expression<ExpressionText>> {
    const GUARD: &str =
        "no value with ?: a condition guards the write, and no request may leave a part of it out";
    const PARTITION: &str = "no value with ? for the partition key, whose condition is the first that says =";
    if !uses_any(&text, optional) {
        return Some(Expression { kind, text: ExpressionText::Whole(text) });
    }
    let terms = match kind {
        ExpressionKind::Condition => Err(GUARD),
        ExpressionKind::Update => Terms::of_update(&text),
        ExpressionKind::KeyCondition | ExpressionKind::Filter | ExpressionKind::Projection => {
            Terms::of_condition(&text, optional)
        }
    };
    let terms = terms.and_then(|terms| {
        let is_of_key = kind == ExpressionKind::KeyCondition;
        let partition = if is_of_key { terms.partition_condition() } else { None };
        let is_kept = partition.map_or(!is_of_key, |condition| !uses_any(condition, optional));
        if is_kept { Ok(terms) } else { Err(PARTITION) }
    });
    match terms {
        Ok(terms) => Some(Expression { kind, text: ExpressionText::Terms(terms) }),
        Err(expected) => {
            fields.problem(kind.field(), &text, expected);
            None
        }
    }
}

/// Checks that every placeholder of the expressions is defined, and every one that is defined is used.
fn placeholders_fit(fields: &Fields<'_>, written: &[Expression<String>], defined: &[Definition<'_>]) -> bool {
    let mut fit = true;
    let mut problem = |field: &str, got: &str, expected: &str| {
        fields.problem(field, got, expected);
        fit = false;
    };
    let mut used = Vec::new();
    for Expression { kind, text } in written {
        for placeholder in placeholders(text) {
            let attribute = if placeholder.starts_with('#') { NAMES } else { VALUES };
            let is_it =
                |known: &Definition<'_>| known.placeholder == placeholder && known.attribute == attribute;
            if !defined.iter().any(is_it) && !used.contains(&placeholder) {
                problem(kind.field(), placeholder, &format!("only placeholders that {attribute} defines"));
            }
            used.push(placeholder);
        }
    }
    for Definition { placeholder, attribute } in defined {
        if !used.contains(placeholder) {
            problem(
                &format!("{attribute}.{placeholder}"),
                placeholder,
                "a placeholder that an expression uses",
            );
        }
    }
    fit
}
