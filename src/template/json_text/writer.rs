//! Value → JSON text, without a blank, as `$input.json` prints it.

use super::{JsonError, MOST_BYTES, MOST_DEPTH};
use crate::template::velocity::{Number, Value, write_json_text};

/// Writes a value.
///
/// # Errors
///
/// The value is nested too deep, as one that contains itself is, or the text is too long.
pub fn write(value: &Value) -> Result<String, JsonError> {
    let mut text = String::new();
    write_value(value, &mut text, MOST_DEPTH)?;
    Ok(text)
}

fn write_value(value: &Value, text: &mut String, depth_left: usize) -> Result<(), JsonError> {
    // Maps and lists are shared: a few of them can be a text of any length.
    if text.len() > MOST_BYTES {
        return Err(JsonError::TooLong);
    }
    match value {
        Value::Null => text.push_str("null"),
        Value::Boolean(true) => text.push_str("true"),
        Value::Boolean(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::Text(content) => write_json_text(content, text),
        Value::List(items) => {
            let depth_left = depth_left.checked_sub(1).ok_or(JsonError::TooDeep)?;
            text.push('[');
            for (at, item) in items.borrow().iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_value(item, text, depth_left)?;
            }
            text.push(']');
        }
        Value::Map(map) => {
            let depth_left = depth_left.checked_sub(1).ok_or(JsonError::TooDeep)?;
            text.push('{');
            for (at, (name, member)) in map.borrow().iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_json_text(name, text);
                text.push(':');
                write_value(member, text, depth_left)?;
            }
            text.push('}');
        }
        Value::Host(tool) => write_json_text(&tool.text(), text),
    }
    Ok(())
}

/// JSON has no infinity.
fn number_text(number: &Number) -> String {
    match number {
        Number::Double(double) if !double.is_finite() => "null".to_owned(),
        Number::Integer(_) | Number::Decimal(_) | Number::Double(_) => number.to_string(),
    }
}
