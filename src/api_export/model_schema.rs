//! A model (JSON Schema, draft 4 or 2020-12) → a schema of OpenAPI 3.0 or 3.1.
//!
//! 3.0 has fewer words: those that it has not are left out, which is told. It describes then, and checks less.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{item_fields::Fields, options::OpenApiVersion};

/// The words of OpenAPI 3.0.
const OF_V30: [&str; 33] = [
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "not",
    "allOf",
    "oneOf",
    "anyOf",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "example",
    "deprecated",
];
/// Words whose values are other schemas, by their form.
const OF_ONE: [&str; 3] = ["not", "items", "additionalProperties"];
const OF_LIST: [&str; 3] = ["allOf", "oneOf", "anyOf"];
const OF_MAP: [&str; 2] = ["properties", "patternProperties"];
/// Words that are nothing to a schema within a document.
const OF_DOCUMENTS: [&str; 5] = ["$schema", "id", "$id", "definitions", "$defs"];

/// The schemas of all models by their names, with those that stand in `definitions` beside them.
pub fn schemas(
    models: &Fields,
    version: OpenApiVersion,
    left_out: &mut Vec<String>,
) -> BTreeMap<String, Value> {
    let mut schemas = BTreeMap::new();
    for (name, model) in models {
        let mut writer = SchemaWriter { model: name, models, version, own: Vec::new(), left_out };
        for words in ["definitions", "$defs"] {
            let own = model.get(words).and_then(Value::as_object);
            writer.own.extend(own.into_iter().flat_map(|own| own.keys().cloned()));
        }
        for words in ["definitions", "$defs"] {
            for (own, schema) in model.get(words).and_then(Value::as_object).into_iter().flatten() {
                let schema = writer.schema(schema);
                schemas.insert(component_name(&format!("{name}_{own}")), schema);
            }
        }
        let schema = writer.schema(model);
        schemas.insert(component_name(name), schema);
    }
    schemas
}

/// A name as OpenAPI has them.
pub fn component_name(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    name.chars().map(letter).collect()
}

struct SchemaWriter<'a> {
    model: &'a str,
    models: &'a Fields,
    version: OpenApiVersion,
    /// The names of the model's own definitions.
    own: Vec<String>,
    left_out: &'a mut Vec<String>,
}

impl SchemaWriter<'_> {
    fn schema(&mut self, schema: &Value) -> Value {
        let Some(members) = schema.as_object() else {
            return match (schema, self.version) {
                (Value::Bool(true), OpenApiVersion::V30) => json!({}),
                (Value::Bool(false), OpenApiVersion::V30) => json!({ "not": {} }),
                _ => schema.clone(),
            };
        };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            return self.reference(reference, members);
        }
        let mut written = Map::new();
        for (word, value) in members {
            self.member(word, value, &mut written);
        }
        bounds(members, self.version, &mut written);
        if self.version == OpenApiVersion::V30 {
            types(&mut written);
        }
        Value::Object(written)
    }

    fn member(&mut self, word: &str, value: &Value, written: &mut Map<String, Value>) {
        if OF_DOCUMENTS.contains(&word) {
            return;
        }
        let is_empty_list = value.as_array().is_some_and(Vec::is_empty);
        if is_empty_list && ["required", "enum", "allOf", "oneOf", "anyOf"].contains(&word) {
            return;
        }
        let value = match value {
            Value::Bool(_) if word == "additionalProperties" => value.clone(),
            Value::Object(_) | Value::Bool(_) if OF_ONE.contains(&word) => self.schema(value),
            Value::Array(values) if OF_LIST.contains(&word) => {
                values.iter().map(|value| self.schema(value)).collect()
            }
            Value::Array(values) if word == "items" => {
                let schemas: Value = values.iter().map(|value| self.schema(value)).collect();
                return match self.version {
                    OpenApiVersion::V30 => self.leave_out("items (a list)"),
                    OpenApiVersion::V31 => drop(written.insert("prefixItems".to_owned(), schemas)),
                };
            }
            Value::Object(members) if OF_MAP.contains(&word) => {
                let members = members.iter().map(|(name, value)| (name.clone(), self.schema(value)));
                Value::Object(members.collect())
            }
            _ => value.clone(),
        };
        match self.version {
            OpenApiVersion::V30 if word == "const" => drop(written.insert("enum".to_owned(), json!([value]))),
            OpenApiVersion::V30 if word == "examples" => {}
            OpenApiVersion::V30 if !OF_V30.contains(&word) && !word.starts_with("x-") => self.leave_out(word),
            OpenApiVersion::V30 | OpenApiVersion::V31 => drop(written.insert(word.to_owned(), value)),
        }
    }

    /// A reference; in 3.0 words beside it would count for nothing.
    fn reference(&mut self, reference: &str, members: &Map<String, Value>) -> Value {
        let last = reference.rsplit('/').next().unwrap_or(reference).replace("~1", "/").replace("~0", "~");
        let name = match self.own.contains(&last) {
            true => Some(format!("{}_{last}", self.model)),
            false if self.models.contains_key(&last) => Some(last),
            false if reference.trim_end_matches('/').ends_with('#') => Some(self.model.to_owned()),
            false => None,
        };
        let Some(name) = name else {
            self.leave_out(&format!("$ref {reference}"));
            return json!({});
        };
        json_of_reference(&name, members)
    }

    fn leave_out(&mut self, word: &str) {
        let version = self.version.text();
        self.left_out.push(format!("[model {}] {word}: OpenAPI {version} has no such word", self.model));
    }
}

/// Draft 4 knows nothing beside a `$ref` either.
fn json_of_reference(name: &str, members: &Map<String, Value>) -> Value {
    let reference = json!({ "$ref": format!("#/components/schemas/{}", component_name(name)) });
    match members.get("description") {
        Some(description) => json!({ "allOf": [reference], "description": description }),
        None => reference,
    }
}

/// Exclusive bounds are flags in draft 4 and in 3.0, numbers in 2020-12 and in 3.1.
fn bounds(members: &Map<String, Value>, version: OpenApiVersion, written: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match (members.get(exclusive), version) {
            (Some(number @ Value::Number(_)), OpenApiVersion::V30) => {
                written.insert(bound.to_owned(), number.clone());
                written.insert(exclusive.to_owned(), true.into());
            }
            (Some(Value::Bool(is_exclusive)), OpenApiVersion::V31) => {
                written.remove(exclusive);
                if let Some(number) = written.remove(bound) {
                    let word = if *is_exclusive { exclusive } else { bound };
                    written.insert(word.to_owned(), number);
                }
            }
            (Some(_) | None, OpenApiVersion::V30 | OpenApiVersion::V31) => {}
        }
    }
}

/// 3.0 has one type, and `nullable` in place of null; an array says of what.
fn types(written: &mut Map<String, Value>) {
    let types = match written.get("type") {
        Some(Value::Array(types)) => types.clone(),
        Some(kind @ Value::String(_)) => vec![kind.clone()],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    };
    let (null, others): (Vec<Value>, Vec<Value>) = types.into_iter().partition(|kind| kind == "null");
    written.remove("type");
    match &others[..] {
        [] if !null.is_empty() => drop(written.insert("enum".to_owned(), json!([null_value()]))),
        [] => {}
        [only] => drop(written.insert("type".to_owned(), only.clone())),
        _ => {
            let each = others.iter().map(|kind| match kind == "array" {
                true => json!({ "type": kind, "items": {} }),
                false => json!({ "type": kind }),
            });
            let each: Value = each.collect();
            match written.contains_key("anyOf") {
                true => drop(written.insert("allOf".to_owned(), json!([{ "anyOf": each }]))),
                false => drop(written.insert("anyOf".to_owned(), each)),
            }
        }
    }
    if !null.is_empty() {
        written.insert("nullable".to_owned(), true.into());
    }
    if written.get("type") == Some(&json!("array")) && !written.contains_key("items") {
        written.insert("items".to_owned(), json!({}));
    }
}

const fn null_value() -> Value {
    Value::Null
}
