//! The size of an item as DynamoDB counts it: the names and values of its attributes.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>

use serde_json::{Map, Number, Value};

use crate::error::{ItemId, Problem};

/// DynamoDB takes no larger item.
const MOST_BYTES: usize = 400 * 1024;

/// Of a list or a map, whatever it holds.
const BYTES_OF_A_CONTAINER: usize = 3;
const BYTES_OF_AN_ELEMENT: usize = 1;

/// The bytes that are left free in a stage item with a canary: the mark of an apply, the status and what switches it off.
const ROOM_BYTES: usize = 2 * 1024;

/// The problem of a stage item that would not have room for what is written into it while it has a canary.
pub fn too_large_with_room(id: ItemId<'_>, item: &Map<String, Value>) -> Option<Problem> {
    let (bytes, most) = (size_of(item), MOST_BYTES - ROOM_BYTES);
    let got = format!("an item of {bytes} bytes with canarySettings");
    let expected = format!(
        "at most {most} (400 KB without {ROOM_BYTES} for what is written into it), names and values together: DynamoDB \
         takes no larger item"
    );
    (bytes > most).then(|| Problem::new(id, "*", &got, &expected))
}

/// The problem of an item that DynamoDB does not take.
pub fn too_large(id: ItemId<'_>, item: &Map<String, Value>) -> Option<Problem> {
    let bytes = size_of(item);
    let got = format!("an item of {bytes} bytes");
    let expected =
        format!("at most {MOST_BYTES} (400 KB), names and values together: DynamoDB takes no larger item");
    (bytes > MOST_BYTES).then(|| Problem::new(id, "*", &got, &expected))
}

/// The bytes of all attributes.
fn size_of(item: &Map<String, Value>) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(number) => size_of_number(number),
        Value::String(text) => text.len(),
        Value::Array(values) => {
            let elements = values.iter().map(|value| size_of_value(value) + BYTES_OF_AN_ELEMENT);
            BYTES_OF_A_CONTAINER + elements.sum::<usize>()
        }
        Value::Object(map) => BYTES_OF_A_CONTAINER + size_of(map) + map.len() * BYTES_OF_AN_ELEMENT,
    }
}

/// Two significant digits take a byte, and the number one more.
fn size_of_number(number: &Number) -> usize {
    let text = number.to_string();
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_matches('0').len();
    let sign = usize::from(text.starts_with('-'));
    1 + significant.div_ceil(2) + sign
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_values_count_as_dynamodb_counts_them() {
        let table = [
            (json!({}), 0),
            (json!({ "stage": "v1" }), 5 + 2),
            (json!({ "é": "ü" }), 2 + 2),
            (json!({ "n": 0 }), 1 + 1),
            (json!({ "n": 1200 }), 1 + 2),
            (json!({ "n": -12.5 }), 1 + 4),
            (json!({ "b": true, "z": null }), 2 + 2),
            (json!({ "l": [] }), 1 + 3),
            (json!({ "l": ["ab", 1] }), 1 + 3 + (2 + 1) + (2 + 1)),
            (json!({ "m": { "ab": "c" } }), 1 + 3 + 2 + 1 + 1),
        ];
        for (item, expected) in table {
            assert_eq!(size_of(item.as_object().unwrap()), expected, "{item}");
        }
    }

    #[test]
    fn an_item_of_the_most_bytes_is_taken_and_one_more_is_a_problem() {
        let problem = |bytes: usize| {
            let item = json!({ "a": "x".repeat(bytes - 1) });
            too_large(ItemId { table: "routes", key: "k" }, item.as_object().unwrap())
        };
        assert_eq!(problem(409_600), None);
        assert_eq!(
            problem(409_601).unwrap().to_string(),
            "routes [k] *: got an item of 409601 bytes, expected at most 409600 (400 KB), names and values together: \
             DynamoDB takes no larger item"
        );
    }
}
