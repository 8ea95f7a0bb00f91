//! Conditions of filters: `@.price < 10 && @.isbn`.

use super::{
    JsonPath, Steps, TooManySteps,
    comparison::{Comparison, compare},
    find::{exists, find},
    pattern::Pattern,
};
use crate::template::velocity::{Number, OrderedMap, Value};

/// A condition that a value is tested with.
#[derive(Debug)]
pub(super) enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    /// A path alone: it finds something.
    Exists(Operand),
    Compared {
        left: Operand,
        comparison: Comparison,
        right: Operand,
    },
    /// `=~`: the whole text.
    Matches {
        operand: Operand,
        pattern: Pattern,
    },
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) enum Operand {
    /// `@…`: from the value that is tested.
    OfCurrent(JsonPath),
    /// `$…`: from the document.
    OfDocument(JsonPath),
    Literal(Literal),
}

/// A value that stands in a path.
#[derive(Debug)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    /// As it is written.
    Number(Box<str>),
    Text(Box<str>),
    List(Vec<Literal>),
    Map(Vec<(Box<str>, Literal)>),
}

/// What a condition looks at.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub document: &'a Value,
    pub current: &'a Value,
    pub steps: &'a Steps,
}

impl Condition {
    pub fn holds(&self, scope: Scope<'_>) -> Result<bool, TooManySteps> {
        scope.steps.take(1)?;
        match self {
            Self::Any(conditions) => {
                for condition in conditions {
                    if condition.holds(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::All(conditions) => {
                for condition in conditions {
                    if !condition.holds(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Not(condition) => Ok(!condition.holds(scope)?),
            Self::Exists(operand) => operand.exists(scope),
            Self::Compared { left, comparison, right } => {
                compare(left.value(scope)?.as_ref(), *comparison, right.value(scope)?.as_ref(), scope.steps)
            }
            Self::Matches { operand, pattern } => {
                matches(&operand.value(scope)?.unwrap_or(Value::Null), pattern, scope.steps)
            }
        }
    }
}

impl Operand {
    fn value(&self, scope: Scope<'_>) -> Result<Option<Value>, TooManySteps> {
        match self {
            Self::OfCurrent(path) => find(path, scope.document, scope.current, scope.steps),
            Self::OfDocument(path) => find(path, scope.document, scope.document, scope.steps),
            Self::Literal(literal) => {
                scope.steps.take(literal.steps())?;
                Ok(Some(literal.to_value()))
            }
        }
    }

    /// True if there is what the path names. Where it can name several values, there has to be what it looks into.
    fn exists(&self, scope: Scope<'_>) -> Result<bool, TooManySteps> {
        match self {
            Self::OfCurrent(path) => exists(path, scope.document, scope.current, scope.steps),
            Self::OfDocument(path) => exists(path, scope.document, scope.document, scope.steps),
            Self::Literal(_) => Ok(true),
        }
    }
}

/// A list matches if one of its items does. What has no text is an empty one.
fn matches(value: &Value, pattern: &Pattern, steps: &Steps) -> Result<bool, TooManySteps> {
    let is_item_match = |item: &Value| match item {
        Value::Text(text) => pattern.is_match(text, steps),
        Value::Number(number) => pattern.is_match(&number.to_string(), steps),
        Value::Boolean(boolean) => pattern.is_match(&boolean.to_string(), steps),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Host(_) => pattern.is_match("", steps),
    };
    let Value::List(items) = value else { return is_item_match(value) };
    for item in items.borrow().iter() {
        steps.take(1)?;
        if is_item_match(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Literal {
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Host(_) => Self::Null,
            Value::Boolean(boolean) => Self::Boolean(*boolean),
            Value::Number(number) => Self::Number(number.to_string().into()),
            Value::Text(text) => Self::Text((&**text).into()),
            Value::List(items) => Self::List(items.borrow().iter().map(Self::of).collect()),
            Value::Map(map) => Self::Map(
                map.borrow().iter().map(|(name, member)| ((&**name).into(), Self::of(member))).collect(),
            ),
        }
    }

    /// The steps of making its value: a short one takes none.
    fn steps(&self) -> usize {
        const BYTES_OF_A_STEP: usize = 64;
        match self {
            Self::Null | Self::Boolean(_) => 0,
            Self::Number(text) | Self::Text(text) => text.len() / BYTES_OF_A_STEP,
            Self::List(items) => items.iter().map(|item| 1 + item.steps()).sum(),
            Self::Map(members) => {
                members.iter().map(|(name, member)| 1 + name.len() / BYTES_OF_A_STEP + member.steps()).sum()
            }
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => Value::Boolean(*boolean),
            Self::Number(digits) => Value::Number(Number::from_json(digits)),
            Self::Text(text) => Value::text(text),
            Self::List(items) => Value::list(items.iter().map(Self::to_value).collect()),
            Self::Map(members) => {
                let members = members.iter().map(|(name, member)| (&**name, member.to_value()));
                Value::map(members.collect::<OrderedMap>())
            }
        }
    }
}
