//! Expected and got, compared.

use serde_json::Value;

use super::test_file::Placed;
use crate::{api_file::Span, decimal::canonical};

/// One thing that is other than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `status`, `headers.content-type`, `body.items[0].id`.
    pub what: String,
    /// Where the expectation is written.
    pub place: Span,
    pub expected: String,
    pub got: String,
}

/// Says if members that are not expected are differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Included,
}

/// Compares at every depth. In an [`Included`](Extent::Included) value `null` also means that the member is not there.
pub fn compare(what: &str, expected: &Placed<Value>, got: Option<&Value>, extent: Extent) -> Vec<Difference> {
    let mut comparison = Comparison { place: expected.place, extent, differences: Vec::new() };
    comparison.compare(what, &expected.value, got);
    comparison.differences
}

struct Comparison {
    place: Span,
    extent: Extent,
    differences: Vec<Difference>,
}

impl Comparison {
    fn compare(&mut self, what: &str, expected: &Value, got: Option<&Value>) {
        match (expected, got) {
            (Value::Object(members), Some(Value::Object(others))) => {
                for (name, value) in members {
                    let other = others.get(name);
                    if name != DYNAMODB_NUMBER || !other.is_some_and(|other| is_same_number(value, other)) {
                        self.compare(&member(what, name), value, other);
                    }
                }
                let unexpected = others.iter().filter(|(name, _)| !members.contains_key(*name));
                if self.extent == Extent::Whole {
                    unexpected
                        .for_each(|(name, value)| self.add(&member(what, name), "nothing", &text(value)));
                }
            }
            (Value::Array(values), Some(Value::Array(others))) if values.len() == others.len() => {
                for (nth, (value, other)) in values.iter().zip(others).enumerate() {
                    self.compare(&format!("{what}[{nth}]"), value, Some(other));
                }
            }
            (Value::Null, None) if self.extent == Extent::Included => {}
            (expected, Some(got)) if is_same(expected, got) => {}
            (expected, got) => self.add(what, &text(expected), &got.map_or("nothing".to_owned(), text)),
        }
    }

    fn add(&mut self, what: &str, expected: &str, got: &str) {
        let (what, expected, got) = (what.to_owned(), expected.to_owned(), got.to_owned());
        self.differences.push(Difference { what, place: self.place, expected, got });
    }
}

/// A number in DynamoDB's JSON is a text.
const DYNAMODB_NUMBER: &str = "N";

/// Numbers are the same however they are written.
fn is_same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(expected), Value::Number(got)) => {
            let value = canonical(expected.as_str());
            expected == got || value.is_some() && value == canonical(got.as_str())
        }
        (expected, got) => expected == got,
    }
}

fn is_same_number(expected: &Value, got: &Value) -> bool {
    let value = |text: &Value| text.as_str().and_then(canonical);
    value(expected).is_some_and(|expected| value(got) == Some(expected))
}

/// `body.id`; a name that is no word stands in quotes.
fn member(what: &str, name: &str) -> String {
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_$".contains(c));
    if is_word { format!("{what}.{name}") } else { format!("{what}[{:?}]", name) }
}

fn text(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_told_by_the_place_in_the_value() {
        let compared = |expected: Value, got: Option<Value>, extent| {
            let expected = Placed { place: Span::beginning(0), value: expected };
            let differences = compare("body", &expected, got.as_ref(), extent);
            let line = |it: &Difference| format!("{}: expected {}, got {}", it.what, it.expected, it.got);
            differences.iter().map(line).collect::<Vec<_>>()
        };
        let got = json!({ "id": 7, "n": { "N": "75e-1" }, "tags": ["a", { "b": 1 }], "x y": null });
        let cases = [
            (json!({ "id": 7 }), Extent::Included, vec![]),
            (json!({ "id": 7, "no": null }), Extent::Included, vec![]),
            (json!({ "id": 7.0, "n": { "N": "7.50" } }), Extent::Included, vec![]),
            (
                json!({ "id": "7", "tags": ["a", { "b": 2 }] }),
                Extent::Included,
                vec!["body.id: expected \"7\", got 7", "body.tags[1].b: expected 2, got 1"],
            ),
            (
                json!({ "id": 7, "n": { "N": "8" }, "tags": ["a"], "no": null }),
                Extent::Whole,
                vec![
                    "body.n.N: expected \"8\", got \"75e-1\"",
                    "body.no: expected null, got nothing",
                    "body.tags: expected [\"a\"], got [\"a\",{\"b\":1}]",
                    "body[\"x y\"]: expected nothing, got null",
                ],
            ),
        ];
        for (expected, extent, differences) in cases {
            assert_eq!(compared(expected, Some(got.clone()), extent), differences);
        }
        assert_eq!(compared(json!("a"), None, Extent::Whole), ["body: expected \"a\", got nothing"]);
    }
}
