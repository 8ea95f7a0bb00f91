//! The methods of `java.lang.String`. Positions and lengths are in units of UTF-16.

use std::rc::Rc;

use super::{Methods, count, position, text_bytes};
use crate::template::velocity::{Excerpt, Number, Value, render_error::Fault, utf16};

/// Methods that fail when an argument is null.
const FAIL_OF_NULL: [&str; 12] = [
    "concat",
    "contains",
    "startsWith",
    "endsWith",
    "indexOf",
    "lastIndexOf",
    "matches",
    "replace",
    "replaceAll",
    "replaceFirst",
    "split",
    "compareTo",
];

impl Methods<'_, '_> {
    pub(super) fn text(
        &mut self,
        text: &Rc<str>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        self.meter.walk(text.len() + text_bytes(arguments))?;
        if arguments.iter().any(|argument| matches!(argument, Value::Null)) && FAIL_OF_NULL.contains(&method)
        {
            return Err(Fault::method(method, "an argument is null"));
        }
        if let Some(tested) = tested(text, method, arguments) {
            return Ok(Some(Value::Boolean(tested)));
        }
        if let Some(found) = self.searched(text, method, arguments)? {
            return Ok(Some(found));
        }
        self.changed(text, method, arguments)
    }

    /// Methods that give a position, or work on regular expressions.
    fn searched(
        &mut self,
        text: &Rc<str>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        Ok(Some(match (method, arguments) {
            ("length", []) => count(utf16::length(text)),
            ("indexOf", [Value::Text(searched)]) => position(utf16::find(text, searched, 0)),
            ("indexOf", [Value::Text(searched), Value::Number(from)]) => {
                position(utf16::find(text, searched, clamped(from)))
            }
            ("lastIndexOf", [Value::Text(searched)]) => position(utf16::find_last(text, searched)),
            ("lastIndexOf", [Value::Text(searched), Value::Number(from)]) => {
                // One that begins at `from` ends behind it.
                let end = clamped(from).saturating_add(utf16::length(searched)).min(utf16::length(text));
                position(utf16::part(text, 0, end).and_then(|part| utf16::find_last(&part, searched)))
            }
            ("compareTo", [Value::Text(other)]) => difference(text.encode_utf16(), other.encode_utf16()),
            ("compareToIgnoreCase", [Value::Text(other)]) => {
                difference(folded_units(text), folded_units(other))
            }
            ("hashCode", []) => Value::integer(i64::from(hash_code(text))),
            ("matches", [Value::Text(pattern)]) => self.matches(text, pattern)?,
            ("replaceAll", [Value::Text(pattern), Value::Text(replacement)]) => {
                self.replace_pattern(text, pattern, replacement, usize::MAX, method)?
            }
            ("replaceFirst", [Value::Text(pattern), Value::Text(replacement)]) => {
                self.replace_pattern(text, pattern, replacement, 1, method)?
            }
            ("split", [Value::Text(pattern)]) => self.split(text, pattern, 0)?,
            ("split", [Value::Text(pattern), Value::Number(Number::Integer(limit))]) => {
                self.split(text, pattern, *limit)?
            }
            _ => return Ok(None),
        }))
    }

    /// Methods that make another text.
    fn changed(&mut self, text: &Rc<str>, method: &str, arguments: &[Value]) -> Result<Option<Value>, Fault> {
        let changed = match (method, arguments) {
            ("toString" | "intern", []) => return Ok(Some(Value::Text(Rc::clone(text)))),
            ("substring" | "subSequence", [Value::Number(from)]) if method == "substring" => {
                part(text, from, utf16::length(text))?
            }
            ("substring" | "subSequence", [Value::Number(from), Value::Number(to)]) => {
                part(text, from, unit("substring", to)?)?
            }
            ("charAt", [Value::Number(at)]) => {
                let at = unit(method, at)?;
                utf16::part(text, at, at.saturating_add(1)).ok_or_else(|| {
                    Fault::method(method, format!("index {at} of a text of {}", utf16::length(text)))
                })?
            }
            ("concat", [Value::Text(other)]) => {
                self.meter.make(text.len() + other.len())?;
                [&**text, &**other].concat()
            }
            ("replace", [Value::Text(searched), Value::Text(replacement)]) => {
                self.check_growth(text, text.matches(&**searched).count(), replacement.len())?;
                text.replace(&**searched, replacement)
            }
            ("toLowerCase", []) => text.to_lowercase(),
            ("toUpperCase", []) => text.to_uppercase(),
            ("trim", []) => text.trim_matches(|char| char <= ' ').to_owned(),
            ("valueOf", [Value::Text(other)]) => return Ok(Some(Value::Text(Rc::clone(other)))),
            ("valueOf", [Value::Number(number)]) => number.to_string(),
            ("valueOf", [Value::Boolean(boolean)]) => boolean.to_string(),
            _ => return Ok(None),
        };
        self.made(&changed).map(Some)
    }

    /// Refuses a replacement that would make more than may be made, before it is.
    pub(super) fn check_growth(
        &mut self,
        text: &str,
        matches: usize,
        replacement: usize,
    ) -> Result<(), Fault> {
        self.meter.make(text.len().saturating_add(matches.saturating_mul(replacement)))
    }
}

/// Methods that say yes or no.
fn tested(text: &str, method: &str, arguments: &[Value]) -> Option<bool> {
    Some(match (method, arguments) {
        ("isEmpty", []) => text.is_empty(),
        ("contains", [Value::Text(other)]) => text.contains(&**other),
        ("startsWith", [Value::Text(other)]) => text.starts_with(&**other),
        ("startsWith", [Value::Text(other), Value::Number(from)]) => {
            let length = utf16::length(text);
            utf16::part(text, clamped(from).min(length), length)
                .is_some_and(|rest| rest.starts_with(&**other))
        }
        ("endsWith", [Value::Text(other)]) => text.ends_with(&**other),
        ("equals" | "contentEquals", [Value::Text(other)]) => text == &**other,
        ("equalsIgnoreCase", [Value::Text(other)]) => folded(text).eq(folded(other)),
        ("equals" | "equalsIgnoreCase", [_]) => false,
        _ => return None,
    })
}

/// Java compares without case by the upper case's lower case, character by character.
fn folded(text: &str) -> impl Iterator<Item = char> + Clone {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// The units of UTF-16 of [`folded`].
fn folded_units(text: &str) -> impl Iterator<Item = u16> + Clone {
    folded(text).flat_map(|char| {
        let mut units = [0; 2];
        let length = char.encode_utf16(&mut units).len();
        units.into_iter().take(length)
    })
}

fn part(text: &str, from: &Number, to: usize) -> Result<String, Fault> {
    let from = unit("substring", from)?;
    utf16::part(text, from, to).ok_or_else(|| {
        Fault::method("substring", format!("from {from} to {to} of a text of {}", utf16::length(text)))
    })
}

fn unit(method: &str, number: &Number) -> Result<usize, Fault> {
    match number {
        Number::Integer(integer) => usize::try_from(*integer).ok(),
        Number::Decimal(_) | Number::Double(_) => None,
    }
    .ok_or_else(|| Fault::method(method, format!("{} is no position", Excerpt(&number.to_string()))))
}

/// A position to begin at; before the text's start is its start.
fn clamped(number: &Number) -> usize {
    match number {
        Number::Integer(integer) => usize::try_from(*integer).unwrap_or_default(),
        Number::Decimal(_) | Number::Double(_) => 0,
    }
}

/// The difference of the first units that differ, else of the lengths.
fn difference(left: impl Iterator<Item = u16> + Clone, right: impl Iterator<Item = u16> + Clone) -> Value {
    let pairs = left.clone().zip(right.clone());
    let unequal =
        pairs.map(|(left, right)| i64::from(left) - i64::from(right)).find(|difference| *difference != 0);
    match unequal {
        Some(difference) => Value::integer(difference),
        None => {
            let length = |units: usize| i64::try_from(units).unwrap_or(i64::MAX);
            Value::integer(length(left.count()) - length(right.count()))
        }
    }
}

fn hash_code(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}
