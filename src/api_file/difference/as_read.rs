//! Items as the gateway reads them: one form of what may be written in several.
//!
//! The readers themselves say what they take a field for: they are watched while they read the item.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    api_file::schema::{ItemKind, fields_read, pointer, refused},
    decimal::canonical_numbers,
    deployment::STATE_FIELDS,
    item::FieldKind,
};

/// The fields of an item that may stand in a file, each in the form in which its reader takes it.
pub fn as_read(kind: ItemKind, item: &Map<String, Value>) -> Map<String, Value> {
    let mut value = Value::Object(without_state(kind, item));
    let mut kinds: BTreeMap<String, Option<FieldKind>> = BTreeMap::new();
    for field in fields_read(kind, &value) {
        if field.kind == FieldKind::Any {
            continue;
        }
        kinds
            .entry(field.path)
            // What is taken for two things has no one form.
            .and_modify(|known| *known = known.take().filter(|known| *known == field.kind))
            .or_insert(Some(field.kind));
    }
    for (path, kind) in kinds {
        if let Some(kind) = kind
            && let Some(field) = value.pointer_mut(&pointer(&path))
            && let Some(read) = in_one_form(&kind, field)
        {
            *field = read;
        }
    }
    match value {
        Value::Object(item) => item,
        other => Map::from_iter([("".to_owned(), other)]),
    }
}

/// The fields of an item that may stand in a file.
pub fn without_state(kind: ItemKind, item: &Map<String, Value>) -> Map<String, Value> {
    let own = item.iter().filter(|(name, _)| !is_state(kind, name));
    let mut own: Map<_, _> = own.map(|(name, value)| (name.clone(), canonical_numbers(value))).collect();
    if kind == ItemKind::Stage {
        without_first_generation(&mut own);
    }
    own
}

/// Says if a field is no part of a file.
pub fn is_state(kind: ItemKind, name: &str) -> bool {
    let of_stage =
        kind == ItemKind::Stage && (STATE_FIELDS.contains(&name) || name.starts_with("lastDeployment"));
    of_stage || refused(kind).iter().any(|(refused, _)| *refused == name)
}

/// No generation is the first one.
fn without_first_generation(item: &mut Map<String, Value>) {
    if item.get("cacheGeneration").is_some_and(|generation| generation.as_u64() == Some(0)) {
        item.remove("cacheGeneration");
    }
}

/// The value as its reader takes it; `None`: as it is.
fn in_one_form(kind: &FieldKind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (FieldKind::Integer(_), Value::String(written)) => Some(written.trim().parse::<u64>().ok()?.into()),
        (FieldKind::Boolean, Value::String(written)) if written.eq_ignore_ascii_case("true") => {
            Some(true.into())
        }
        (FieldKind::Boolean, Value::String(written)) if written.eq_ignore_ascii_case("false") => {
            Some(false.into())
        }
        (FieldKind::Choice(words), Value::String(written)) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(written.trim()))?;
            Some(word.as_str().into())
        }
        (FieldKind::Texts, Value::String(written)) => Some(vec![written.clone()].into()),
        (FieldKind::Texts, Value::Array(values)) => values.iter().map(text).collect(),
        (FieldKind::TextMap, Value::Object(map)) => {
            let texts = map.iter().map(|(name, value)| Some((name.clone(), text(value)?)));
            texts.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        (FieldKind::Text, value) => text(value),
        (
            FieldKind::Any
            | FieldKind::Boolean
            | FieldKind::Integer(_)
            | FieldKind::Choice(_)
            | FieldKind::Texts
            | FieldKind::TextMap
            | FieldKind::Map
            | FieldKind::Maps
            | FieldKind::NamedMaps,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => None,
    }
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(kind: ItemKind, one: Value, other: Value) -> bool {
        as_read(kind, one.as_object().unwrap()) == as_read(kind, other.as_object().unwrap())
    }

    #[test]
    fn what_is_read_the_same_is_the_same() {
        let mock = |more: Value| {
            let mut item = json!({ "routeKey": "GET /a", "integration": { "type": "MOCK" } });
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            item
        };
        let function = |timeout: Value, kind: &str| json!({ "integration": { "type": kind, "uri": "f", "timeoutInMillis": timeout } });
        let dynamodb = |amount: Value| json!({ "integration": { "type": "DYNAMODB", "action": "PutItem", "tableName": "t", "item": { "id": amount } } });
        let (route, stage) = (ItemKind::Route, ItemKind::Stage);
        let cases = [
            (route, mock(json!({ "enabled": "TRUE" })), mock(json!({ "enabled": true })), true),
            (route, mock(json!({ "enabled": "no" })), mock(json!({ "enabled": false })), false),
            (route, function(json!("500"), "AWS_PROXY"), function(json!(500), "aws_proxy"), true),
            (route, function(json!(5e2), "AWS_PROXY"), function(json!(500), "AWS_PROXY"), true),
            (route, function(json!(400), "AWS_PROXY"), function(json!(500), "AWS_PROXY"), false),
            // A mapped value keeps its type.
            (route, dynamodb(json!("5")), dynamodb(json!(5)), false),
            (stage, json!({ "stageVariables": { "a": 1 } }), json!({ "stageVariables": { "a": "1" } }), true),
            (
                stage,
                json!({ "revision": 1, "stage": "v1", "applying": {} }),
                json!({ "deploymentId": "d" }),
                true,
            ),
            (stage, json!({ "cacheTtlInSeconds": "60" }), json!({ "cacheTtlInSeconds": 60 }), true),
            (stage, json!({ "hosts": "a.example" }), json!({ "hosts": ["b.example"] }), false),
        ];
        for (kind, one, other, expected) in cases {
            assert_eq!(same(kind, one.clone(), other.clone()), expected, "{one} {other}");
        }
    }
}
