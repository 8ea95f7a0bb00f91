//! The fields in which two items differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::secrets::without_secrets;

/// A field that is otherwise in one of two items, or only in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// `integration.timeoutInMillis`, with dots into maps.
    pub path: String,
    /// Without secrets; `None`: the field is not there.
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// The fields in which two items differ, as deep in their maps as can be.
pub fn of_maps(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldDifference> {
    let mut fields = Vec::new();
    collect("", before, after, &mut fields);
    fields
}

fn collect(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    fields: &mut Vec<FieldDifference>,
) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        if was == is {
            continue;
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        // Of a map that is new or gone, its fields are.
        let none = Map::new();
        match (was, is) {
            (Some(Value::Object(was)), Some(Value::Object(is))) => collect(&path, was, is, fields),
            (None, Some(Value::Object(is))) if !is.is_empty() => collect(&path, &none, is, fields),
            (Some(Value::Object(was)), None) if !was.is_empty() => collect(&path, was, &none, fields),
            (was, is) => {
                let shown = |value: Option<&Value>| value.map(|value| without_secrets(name, value));
                fields.push(FieldDifference { before: shown(was), after: shown(is), path });
            }
        }
    }
}
