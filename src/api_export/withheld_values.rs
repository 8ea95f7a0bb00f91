//! Values that may be secrets: they are in no document, which is told.

use serde_json::Value;

use super::item_fields::Fields;
use crate::{api_file::difference::without_secrets, item::WITHHELD};

/// The item without them; `left_out` gets a line for each.
pub fn withheld(item: &Fields, key: &str, left_out: &mut Vec<String>) -> Fields {
    let shown = without_secrets("", &Value::Object(item.clone()));
    let original = Value::Object(item.clone());
    match compared(&original, shown, &mut vec![], &mut |place| {
        left_out.push(format!("[{key}] {place}: it may be a secret"));
    }) {
        Some(Value::Object(fields)) => fields,
        _ => Fields::new(),
    }
}

/// `None`: the value itself is withheld.
fn compared(
    original: &Value,
    shown: Value,
    place: &mut Vec<String>,
    tell: &mut impl FnMut(String),
) -> Option<Value> {
    match (original, shown) {
        (Value::Object(of_item), Value::Object(members)) => {
            let members = members.into_iter().filter_map(|(name, shown)| {
                place.push(name.clone());
                let kept = compared(of_item.get(&name)?, shown, place, tell);
                place.pop();
                kept.map(|value| (name, value))
            });
            Some(Value::Object(members.collect()))
        }
        (Value::Array(of_item), Value::Array(values)) => {
            let values = of_item.iter().zip(values);
            Some(values.filter_map(|(original, shown)| compared(original, shown, place, tell)).collect())
        }
        (original, shown) if *original == shown => Some(shown),
        (_, shown) => {
            tell(place.join("."));
            (shown != WITHHELD).then_some(shown)
        }
    }
}
