//! The comparisons of filters, as Jayway decides them.

use std::cmp::Ordering;

use super::{
    Steps, TooManySteps,
    exact_order::{compare as compare_numbers, compare_digits},
};
use crate::template::velocity::{Number, Value};

/// A comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    /// `===`: a number and a text are never equal.
    SameTypeEqual,
    SameTypeNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    SubsetOf,
    AnyOf,
    NoneOf,
    Contains,
    Size,
    Empty,
}

/// A side of a comparison; `None` where its path finds nothing.
type Side<'a> = Option<&'a Value>;

/// Compares two sides.
pub(super) fn compare(
    left: Side<'_>,
    comparison: Comparison,
    right: Side<'_>,
    steps: &Steps,
) -> Result<bool, TooManySteps> {
    let has_order = |is_such: fn(Ordering) -> bool| Ok(order(left, right, steps)?.is_some_and(is_such));
    match comparison {
        Comparison::Equal => are_equal(left, right, steps),
        Comparison::NotEqual => Ok(!are_equal(left, right, steps)?),
        Comparison::SameTypeEqual => are_equal_in_type(left, right, steps),
        Comparison::SameTypeNotEqual => Ok(!are_equal_in_type(left, right, steps)?),
        Comparison::Less => has_order(Ordering::is_lt),
        Comparison::LessOrEqual => has_order(Ordering::is_le),
        Comparison::Greater => has_order(Ordering::is_gt),
        Comparison::GreaterOrEqual => has_order(Ordering::is_ge),
        Comparison::In => is_in(left, right, steps),
        // Of an object nothing is in it; of what is neither object nor list, Jayway tells nothing.
        Comparison::NotIn => match right {
            Some(Value::List(_) | Value::Map(_)) => Ok(!is_in(left, right, steps)?),
            Some(_) | None => Ok(false),
        },
        Comparison::SubsetOf => of_lists(left, right, |left, right| have_all(right, left, steps)),
        Comparison::AnyOf => of_lists(left, right, |left, right| have_any(right, left, steps)),
        Comparison::NoneOf => of_lists(left, right, |left, right| Ok(!have_any(right, left, steps)?)),
        Comparison::Contains => match (left, right) {
            (Some(Value::Text(text)), Some(Value::Text(part))) => {
                steps.walk(text.len() + part.len())?;
                Ok(text.contains(&**part))
            }
            (Some(Value::List(items)), _) => have(&items.borrow(), right, steps),
            (Some(_) | None, _) => Ok(false),
        },
        Comparison::Size => has_size(left, right, steps),
        Comparison::Empty => Ok(is_as_empty_as_said(left, right)),
    }
}

/// A text and a number are equal as texts or as numbers, by which of them is on the left.
fn are_equal(left: Side<'_>, right: Side<'_>, steps: &Steps) -> Result<bool, TooManySteps> {
    let (Some(left), Some(right)) = (left, right) else { return Ok(false) };
    match (left, right) {
        (Value::Text(left), Value::Number(right)) => {
            steps.walk(left.len() + right.digit_bytes())?;
            Ok(**left == *right.to_string())
        }
        (Value::Number(left), Value::Text(right)) => {
            steps.walk(left.digit_bytes() + right.len())?;
            Ok(compare_digits(&left.to_string(), right).is_some_and(Ordering::is_eq))
        }
        _ => are_same(left, right, steps),
    }
}

fn are_equal_in_type(left: Side<'_>, right: Side<'_>, steps: &Steps) -> Result<bool, TooManySteps> {
    let (Some(left), Some(right)) = (left, right) else { return Ok(false) };
    are_same(left, right, steps)
}

/// Deep equality. What contains itself runs out of steps.
fn are_same(left: &Value, right: &Value, steps: &Steps) -> Result<bool, TooManySteps> {
    let mut pairs = vec![(left.clone(), right.clone())];
    while let Some((left, right)) = pairs.pop() {
        steps.take(1)?;
        let are_alike = match (&left, &right) {
            (Value::Null, Value::Null) => true,
            (Value::Boolean(left), Value::Boolean(right)) => left == right,
            (Value::Number(left), Value::Number(right)) => {
                compare_numbers(left, right, steps)?.is_some_and(Ordering::is_eq)
            }
            (Value::Text(left), Value::Text(right)) => {
                steps.walk(left.len().min(right.len()))?;
                left == right
            }
            (Value::List(left), Value::List(right)) => {
                let (left, right) = (left.borrow(), right.borrow());
                pairs.extend(left.iter().cloned().zip(right.iter().cloned()));
                left.len() == right.len()
            }
            (Value::Map(left), Value::Map(right)) => {
                let (left, right) = (left.borrow(), right.borrow());
                for (name, member) in left.iter() {
                    steps.walk(name.len())?;
                    let Some(other) = right.get(name) else { return Ok(false) };
                    pairs.push((member.clone(), other.clone()));
                }
                left.len() == right.len()
            }
            _ => false,
        };
        if !are_alike {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Numbers by value, texts by their UTF-16 units as Java does; two of different types have no order.
fn order(left: Side<'_>, right: Side<'_>, steps: &Steps) -> Result<Option<Ordering>, TooManySteps> {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => compare_numbers(left, right, steps),
        (Some(Value::Text(left)), Some(Value::Text(right))) => {
            steps.walk(left.len().min(right.len()))?;
            Ok(Some(left.encode_utf16().cmp(right.encode_utf16())))
        }
        _ => Ok(None),
    }
}

fn is_in(wanted: Side<'_>, list: Side<'_>, steps: &Steps) -> Result<bool, TooManySteps> {
    let Some(Value::List(items)) = list else { return Ok(false) };
    have(&items.borrow(), wanted, steps)
}

fn of_lists(
    left: Side<'_>,
    right: Side<'_>,
    decide: impl FnOnce(&[Value], &[Value]) -> Result<bool, TooManySteps>,
) -> Result<bool, TooManySteps> {
    match (left, right) {
        (Some(Value::List(left)), Some(Value::List(right))) => decide(&left.borrow(), &right.borrow()),
        _ => Ok(false),
    }
}

fn have(items: &[Value], wanted: Side<'_>, steps: &Steps) -> Result<bool, TooManySteps> {
    for item in items {
        if are_equal(wanted, Some(item), steps)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn have_all(items: &[Value], wanted: &[Value], steps: &Steps) -> Result<bool, TooManySteps> {
    for one in wanted {
        if !have(items, Some(one), steps)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn have_any(items: &[Value], wanted: &[Value], steps: &Steps) -> Result<bool, TooManySteps> {
    for one in wanted {
        if have(items, Some(one), steps)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The length of a text in UTF-16 units, or of a list.
fn has_size(left: Side<'_>, right: Side<'_>, steps: &Steps) -> Result<bool, TooManySteps> {
    let length = match left {
        Some(Value::Text(text)) => {
            steps.walk(text.len())?;
            text.encode_utf16().count()
        }
        Some(Value::List(items)) => items.borrow().len(),
        Some(_) | None => return Ok(false),
    };
    Ok(matches!(right, Some(Value::Number(Number::Integer(size))) if usize::try_from(*size) == Ok(length)))
}

fn is_as_empty_as_said(left: Side<'_>, right: Side<'_>) -> bool {
    let is_empty = match left {
        Some(Value::Text(text)) => text.is_empty(),
        Some(Value::List(items)) => items.borrow().is_empty(),
        Some(Value::Map(map)) => map.borrow().is_empty(),
        Some(_) | None => return false,
    };
    matches!(right, Some(Value::Boolean(said)) if *said == is_empty)
}
