//! The keys that an operation uses, as far as the route itself tells them: for a check against the table.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::terms::{Terms, tokens};
use crate::{
    integrations::requirement::{AttributeType, AttributeUse, Comparison, KeyForm, KeyUse},
    template::mapped_value::{MappedValue, TypedWord, ValueType, Word},
};

/// The attributes of a key or an item that stands at `field`; `None`: a request alone tells them.
pub fn of_map(field: &str, form: KeyForm, mapped: &MappedValue) -> Option<KeyUse> {
    let attributes = match mapped {
        MappedValue::Map(attributes) => attributes
            .iter()
            .map(|(name, value)| attribute(name, format!("{field}.{name}"), value, Comparison::Equal)),
        MappedValue::Fixed(_)
        | MappedValue::Word(_)
        | MappedValue::Typed(_)
        | MappedValue::Text(_)
        | MappedValue::List(_) => return None,
    };
    Some(KeyUse { field: field.to_owned(), form, attributes: attributes.collect() })
}

/// The keys of a list that stands at `field`.
pub fn of_list(field: &str, mapped: &MappedValue) -> Vec<KeyUse> {
    match mapped {
        MappedValue::List(keys) => {
            let key = |(at, key)| of_map(&format!("{field}[{at}]"), KeyForm::Whole, key);
            keys.iter().enumerate().filter_map(key).collect()
        }
        MappedValue::Fixed(_)
        | MappedValue::Word(_)
        | MappedValue::Typed(_)
        | MappedValue::Text(_)
        | MappedValue::Map(_) => Vec::new(),
    }
}

/// The attributes of a key condition; `None`: it is none that DynamoDB takes, which says more of it than we know.
pub fn of_condition(
    field: &str,
    text: &str,
    names: &Map<String, Value>,
    values: &HashMap<&str, &MappedValue>,
) -> Option<KeyUse> {
    let Ok(Terms::Conditions(terms)) = Terms::of_condition(text, &[]) else { return None };
    let mut attributes = Vec::new();
    for term in &terms {
        let ComparedTerm { attribute: name, values: compared, comparison } = compared(term)?;
        let name = match name.starts_with('#') {
            true => names.get(name)?.as_str()?,
            false => name,
        };
        for value in compared {
            let field = format!("expressionAttributeValues.{value}");
            attributes.push(attribute(name, field, values.get(value)?, comparison));
        }
    }
    Some(KeyUse { field: field.to_owned(), form: KeyForm::Condition, attributes })
}

fn attribute(name: &str, field: String, value: &MappedValue, comparison: Comparison) -> AttributeUse {
    let word = match value {
        MappedValue::Word(word) => Some(word.to_string()),
        MappedValue::Fixed(_)
        | MappedValue::Typed(_)
        | MappedValue::Text(_)
        | MappedValue::List(_)
        | MappedValue::Map(_) => None,
    };
    AttributeUse { name: name.to_owned(), field, value_type: value_type(value), word, comparison }
}

/// The type that the value has in every request; `None`: there is none.
fn value_type(value: &MappedValue) -> Option<AttributeType> {
    match value {
        MappedValue::Fixed(value) => Some(match value {
            Value::String(_) => AttributeType::Text,
            Value::Number(_) => AttributeType::Number,
            Value::Bool(_) => AttributeType::Boolean,
            Value::Null => AttributeType::Null,
            Value::Array(_) => AttributeType::List,
            Value::Object(_) => AttributeType::Map,
        }),
        MappedValue::Word(word) => match word {
            Word::Path | Word::PathParameter(_) | Word::Query(_) | Word::Header(_) => {
                Some(AttributeType::Text)
            }
            // JSON has types, and so have some variables.
            Word::Body(_) | Word::Context(_) => None,
        },
        MappedValue::Typed(TypedWord { of, .. }) => match of {
            ValueType::Number => Some(AttributeType::Number),
            ValueType::Boolean => Some(AttributeType::Boolean),
            ValueType::Binary => Some(AttributeType::Binary),
            ValueType::StringSet => Some(AttributeType::TextSet),
            ValueType::NumberSet => Some(AttributeType::NumberSet),
            ValueType::Json => None,
        },
        MappedValue::Text(_) => Some(AttributeType::Text),
        MappedValue::List(_) => Some(AttributeType::List),
        MappedValue::Map(_) => Some(AttributeType::Map),
    }
}

/// One condition, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct ComparedTerm<'t> {
    /// A name, or a `#name`.
    attribute: &'t str,
    /// The `:values` that it is compared with.
    values: Vec<&'t str>,
    comparison: Comparison,
}

/// A condition of a key: one attribute, compared with values; `None`: it is another condition.
fn compared(term: &str) -> Option<ComparedTerm<'_>> {
    let (mut attributes, mut values, mut comparison) = (Vec::new(), Vec::new(), Comparison::Other);
    for token in tokens(term)? {
        let is_operator = ["BETWEEN", "AND", "begins_with", "<", "<=", ">", ">=", ",", "(", ")"];
        match token.text {
            "=" => comparison = Comparison::Equal,
            value if value.starts_with(':') => values.push(value),
            word if is_operator.iter().any(|operator| word.eq_ignore_ascii_case(operator)) => {}
            attribute => attributes.push(attribute),
        }
    }
    match attributes[..] {
        [attribute] if !values.is_empty() => Some(ComparedTerm { attribute, values, comparison }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_of_a_key_is_an_attribute_and_values() {
        let cases = [
            ("pk = :pk", Some(("pk", vec![":pk"], Comparison::Equal))),
            (" ( #pk=:pk ) ", Some(("#pk", vec![":pk"], Comparison::Equal))),
            (":pk = pk", Some(("pk", vec![":pk"], Comparison::Equal))),
            ("sk between :a and :b", Some(("sk", vec![":a", ":b"], Comparison::Other))),
            ("begins_with(#s, :s)", Some(("#s", vec![":s"], Comparison::Other))),
            ("sk>=:s", Some(("sk", vec![":s"], Comparison::Other))),
            ("a = b", None),
            ("NOT sk = :s", None),
            ("attribute_exists(pk)", None),
            ("(pk = :pk", None),
        ];
        for (term, expected) in cases {
            let expected = expected.map(|(attribute, values, comparison)| ComparedTerm {
                attribute,
                values,
                comparison,
            });
            assert_eq!(compared(term), expected, "{term}");
        }
    }
}
