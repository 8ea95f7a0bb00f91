//! Rules on values of any type, on numbers and on texts.

use serde_json::{Number, Value};

use super::{Check, TEXT_BYTES};
use crate::json_schema::{
    canonical::canonical,
    exact_number::ExactNumber,
    keyword::{Bound, Integers, Keyword, Node, OneOfValues, Type, Types},
    words::{shown, type_names},
};

impl<'s, 'v> Check<'s, 'v> {
    /// Rules on arrays and objects hold for every other value.
    pub(super) fn scalar(&mut self, node: &'s Node, keyword: &'s Keyword, value: &'v Value) -> bool {
        match (keyword, value) {
            (Keyword::Type(types), value) => {
                if !self.spend(value.as_number().map_or(0, |number| number.as_str().len() / TEXT_BYTES)) {
                    return false;
                }
                let found = type_of(value, types.integers);
                let words = || {
                    let (found, allowed) = (found.name(), type_names(types));
                    format!(
                        "instance type ({found}) does not match any allowed primitive type (allowed: {allowed})"
                    )
                };
                allows(types, found) || self.fail(node, keyword, words)
            }
            (Keyword::Enum(values) | Keyword::Const(values), value) => {
                let words = || {
                    let possible = &values.written;
                    let found = shown(value);
                    match keyword {
                        Keyword::Const(_) => {
                            format!("instance value ({found}) is not the one allowed ({possible})")
                        }
                        _ => format!(
                            "instance value ({found}) not found in enum (possible values: {possible})"
                        ),
                    }
                };
                self.is_one_of(values, value) || self.fail(node, keyword, words)
            }
            (_, Value::Number(number)) => self.number(node, keyword, number),
            (_, Value::String(text)) => self.text(node, keyword, text),
            (_, Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => true,
        }
    }

    fn is_one_of(&mut self, values: &OneOfValues, value: &Value) -> bool {
        let text = canonical(value);
        self.spend(text.len() / TEXT_BYTES) && values.canonical.contains(&text)
    }

    fn number(&mut self, node: &'s Node, keyword: &'s Keyword, number: &'v Number) -> bool {
        if !self.spend(number.as_str().len() / TEXT_BYTES) {
            return false;
        }
        let exact = ExactNumber::of(number);
        let found = || shown(&Value::Number(number.clone()));
        match keyword {
            Keyword::MultipleOf(divisor, written) => {
                let words = || format!("remainder of division is not zero ({} / {written})", found());
                exact.is_multiple_of(divisor) || self.fail(node, keyword, words)
            }
            Keyword::Maximum(bound) => {
                let is_within = exact < bound.limit || (exact == bound.limit && !bound.is_exclusive);
                is_within
                    || self.fail(node, keyword, || beyond(bound, "greater", "lower", "maximum", &found()))
            }
            Keyword::Minimum(bound) => {
                let is_within = exact > bound.limit || (exact == bound.limit && !bound.is_exclusive);
                is_within
                    || self.fail(node, keyword, || beyond(bound, "lower", "greater", "minimum", &found()))
            }
            _ => true,
        }
    }

    fn text(&mut self, node: &'s Node, keyword: &'s Keyword, text: &'v str) -> bool {
        let length = || u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        let shown = || shown(&Value::from(text));
        match keyword {
            Keyword::MaxLength(most) => {
                let words = || {
                    format!("string {} is too long (length: {}, maximum allowed: {most})", shown(), length())
                };
                let is_within = self.spend(text.len() / TEXT_BYTES) && length() <= *most;
                is_within || self.fail(node, keyword, words)
            }
            Keyword::MinLength(least) => {
                let words = || {
                    format!(
                        "string {} is too short (length: {}, required minimum: {least})",
                        shown(),
                        length()
                    )
                };
                let is_within = self.spend(text.len() / TEXT_BYTES) && length() >= *least;
                is_within || self.fail(node, keyword, words)
            }
            Keyword::Pattern(pattern) => {
                let words = || {
                    format!("ECMA 262 regex \"{}\" does not match input string {}", pattern.source(), shown())
                };
                self.matches(pattern, text) || self.fail(node, keyword, words)
            }
            Keyword::Format(format) => {
                let words = || format!("string {} {}", shown(), format.mismatch());
                let is_match = self.spend(text.len() / TEXT_BYTES) && format.is_match(text);
                is_match || self.fail(node, keyword, words)
            }
            _ => true,
        }
    }
}

/// The words for a number on the wrong side of a limit.
fn beyond(bound: &Bound, side: &str, other_side: &str, limit: &str, found: &str) -> String {
    let written = &bound.written;
    if bound.is_exclusive {
        format!("numeric instance is not strictly {other_side} than the required {limit} {written}")
    } else {
        format!("numeric instance is {side} than the required {limit} ({limit}: {written}, found: {found})")
    }
}

fn allows(types: &Types, found: Type) -> bool {
    types.allowed.contains(&found) || (found == Type::Integer && types.allowed.contains(&Type::Number))
}

fn type_of(value: &Value, integers: Integers) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(number) => {
            let is_integer = match integers {
                Integers::AsWritten => !number.as_str().contains(['.', 'e', 'E']),
                Integers::ByValue => ExactNumber::of(number).is_whole(),
            };
            if is_integer { Type::Integer } else { Type::Number }
        }
        Value::String(_) => Type::String,
        Value::Array(_) => Type::Array,
        Value::Object(_) => Type::Object,
    }
}
