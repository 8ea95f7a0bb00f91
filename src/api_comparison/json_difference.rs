//! Two values of JSON, compared at every depth.

use serde_json::Value;

use super::difference::{Difference, NOTHING};

/// Adds the differences of two values, told by the place in the body.
pub fn compare(left: &Value, right: &Value, differences: &mut Vec<Difference>) {
    compare_at("body", Some(left), Some(right), differences);
}

fn compare_at(what: &str, left: Option<&Value>, right: Option<&Value>, differences: &mut Vec<Difference>) {
    match (left, right) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            for (name, value) in left {
                compare_at(&member(what, name), Some(value), right.get(name), differences);
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                compare_at(&member(what, name), None, Some(value), differences);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                compare_at(&format!("{what}[{index}]"), left.get(index), right.get(index), differences);
            }
        }
        (left, right) if left == right => {}
        (left, right) => {
            let text = |value: Option<&Value>| value.map_or_else(|| NOTHING.to_owned(), Value::to_string);
            differences.push(Difference::new(what, text(left), text(right)));
        }
    }
}

/// `body.id`; a name that is no word stands in quotes.
fn member(what: &str, name: &str) -> String {
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_$".contains(c));
    if is_word { format!("{what}.{name}") } else { format!("{what}[{name:?}]") }
}
