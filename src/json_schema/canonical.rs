//! One text for each JSON value, whatever it is written like: equal texts are equal values.

use std::fmt::Write;

use serde_json::Value;

use super::exact_number::ExactNumber;

/// `1`, `1.0` and `10e-1` are one value, and so are objects whose members stand in another order.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => text.push_str(&ExactNumber::of(number).text()),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                // A length is a frame: no name can look like the end of one.
                let _ = write!(text, "{}:{name}", name.len());
                write(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::String(string) => {
            let _ = write!(text, "\"{}:{string}", string.len());
        }
        Value::Null | Value::Bool(_) => {
            let _ = write!(text, "{value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;

    #[test]
    fn equal_values_have_one_text_and_others_another() {
        let classes: [&[&str]; 12] = [
            &["1", "1.0", "10e-1"],
            &["\"1\""],
            &["true"],
            &["null"],
            &["\"null\""],
            &["[]"],
            &["[[],1]", "[[],1.0]"],
            &["[[1]]"],
            &["{}"],
            &[r#"{"a":1,"b":[2]}"#, r#"{"b":[2.0],"a":1}"#],
            &[r#"{"a":"1,1:b2"}"#],
            &[r#"{"a":1}"#],
        ];
        let text = |json: &&str| canonical(&read(json.as_bytes()).expect("JSON"));
        for (index, class) in classes.iter().enumerate() {
            for (other_index, other) in classes.iter().enumerate() {
                for (a, b) in class.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                    assert_eq!(text(a) == text(b), index == other_index, "{a} {b}");
                }
            }
        }
    }
}
