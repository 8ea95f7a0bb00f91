//! One expression, as the operator wrote it, and what can be left out of it.

use super::terms::{Terms, uses_any};
use crate::item::Fields;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpressionKind {
    Update,
    Condition,
    KeyCondition,
    Filter,
    Projection,
}

/// One expression, with its text as `T` has it.
#[derive(Debug)]
pub struct Expression<T> {
    pub kind: ExpressionKind,
    pub text: T,
}

/// An expression's text.
#[derive(Debug)]
pub enum ExpressionText {
    /// Nothing of it can be left out.
    Whole(String),
    Terms(Terms),
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

    /// The field of a request.
    pub const fn wire_field(self) -> &'static str {
        match self {
            Self::Update => "UpdateExpression",
            Self::Condition => "ConditionExpression",
            Self::KeyCondition => "KeyConditionExpression",
            Self::Filter => "FilterExpression",
            Self::Projection => "ProjectionExpression",
        }
    }
}

impl ExpressionText {
    /// The text without the terms that use one of `absent`; `None` if none is left.
    pub fn without(&self, absent: &[&str]) -> Option<String> {
        match self {
            Self::Whole(text) => Some(text.clone()),
            Self::Terms(terms) => terms.without(absent),
        }
    }
}

/// Takes an expression apart that uses one of `optional`, if it can do without the part.
pub fn in_terms(
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
