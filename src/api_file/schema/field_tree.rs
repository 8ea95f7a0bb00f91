//! The fields of an item as a tree, and as JSON Schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::item::{FieldKind, RecordedField};

/// A field, with the fields of the maps in it.
#[derive(Debug, Default)]
pub struct FieldTree {
    kinds: Vec<FieldKind>,
    fields: BTreeMap<String, FieldTree>,
    /// Of a map with any names, or of a list: each value in it.
    each: Option<Box<FieldTree>>,
}

impl FieldTree {
    pub fn of(recorded: &[RecordedField]) -> Self {
        let mut tree = Self { kinds: vec![FieldKind::Map], ..Self::default() };
        for field in recorded {
            tree.insert(field.path.trim_end_matches('.'), &field.kind);
        }
        tree
    }

    fn insert(&mut self, path: &str, kind: &FieldKind) {
        if path.is_empty() {
            if !self.kinds.contains(kind) {
                self.kinds.push(kind.clone());
            }
            return;
        }
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let (name, is_list) = name.split_once('[').map_or((name, false), |(name, _)| (name, true));
        let named = self.kinds.contains(&FieldKind::NamedMaps);
        let inner = if named {
            &mut **self.each.get_or_insert_default()
        } else {
            self.fields.entry(name.to_owned()).or_default()
        };
        let inner = if is_list { &mut **inner.each.get_or_insert_default() } else { inner };
        inner.insert(rest, kind);
    }

    /// The names of its fields and of theirs, with dots; `*` is any name.
    pub fn paths(&self) -> Vec<String> {
        let each = self.each.iter().map(|each| ("*", &**each));
        let fields = self.fields.iter().map(|(name, field)| (name.as_str(), field));
        let inner = fields.chain(each).flat_map(|(name, field)| {
            let deeper = field.paths().into_iter().map(move |path| format!("{name}.{path}"));
            std::iter::once(name.to_owned()).chain(deeper)
        });
        inner.collect()
    }

    /// The schema of a map, without the fields that `is_left_out` names. `words` describe fields by their paths.
    pub fn map_schema(&self, path: &str, describe: &dyn Fn(&str) -> Option<String>) -> Map<String, Value> {
        let mut properties = Map::new();
        for (name, field) in &self.fields {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let mut schema = field.schema(&path, describe);
            if let (Some(words), Some(schema)) = (describe(&path), schema.as_object_mut()) {
                schema.insert("description".to_owned(), words.into());
            }
            properties.insert(name.clone(), schema);
        }
        properties
    }

    /// The schema of a value.
    fn schema(&self, path: &str, describe: &dyn Fn(&str) -> Option<String>) -> Value {
        // A field that is asked for as it is, and then as something, is that.
        let mut variants: Vec<Value> = Vec::new();
        for kind in &self.kinds {
            let variant = match kind {
                FieldKind::Any => continue,
                FieldKind::Text => json!({ "type": ["string", "number", "boolean"] }),
                FieldKind::Boolean => json!({ "type": "boolean" }),
                FieldKind::Integer(range) => {
                    json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() })
                }
                FieldKind::Choice(words) => json!({ "enum": words }),
                FieldKind::Texts => {
                    json!({ "type": ["array", "string"], "items": { "type": ["string", "number", "boolean"] } })
                }
                FieldKind::TextMap => {
                    json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } })
                }
                FieldKind::Map => {
                    json!({ "type": "object", "properties": self.map_schema(path, describe), "additionalProperties": false })
                }
                FieldKind::Maps => json!({ "type": "array", "items": self.each_schema(path, describe) }),
                FieldKind::NamedMaps => {
                    json!({ "type": "object", "additionalProperties": self.each_schema(path, describe) })
                }
            };
            if !variants.contains(&variant) {
                variants.push(variant);
            }
        }
        match variants.len() {
            0 => json!({}),
            1 => variants.remove(0),
            _ => json!({ "anyOf": variants }),
        }
    }

    fn each_schema(&self, path: &str, describe: &dyn Fn(&str) -> Option<String>) -> Value {
        let Some(each) = &self.each else { return json!({}) };
        if each.kinds.contains(&FieldKind::NamedMaps) {
            return each.schema(path, describe);
        }
        json!({ "type": "object", "properties": each.map_schema(path, describe), "additionalProperties": false })
    }
}
