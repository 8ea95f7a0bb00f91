//! The JSON Schema (2020-12) of an API file, for editors.
//!
//! Its fields are those that the readers of the items ask for: they are watched while they read samples. What the pages
//! say of a field is its description. It asks for the form that the pages show; a number in quotes, which items take from
//! consoles, is none to it.

mod descriptions;
mod field_tree;
mod probe;

use serde_json::{Map, Value, json};

pub use self::probe::ItemKind;
pub(super) use self::probe::{fields_read, pointer};
use self::{field_tree::FieldTree, probe::Variant};
use super::{
    layout::{self, Refused},
    loader::INCLUDE,
};
use crate::router::METHODS;

/// The fields of a kind of item that may stand in a file, with dots into maps; `*` is any name.
pub fn field_paths(kind: ItemKind) -> Vec<String> {
    let refused = refused(kind);
    let paths = FieldTree::of(&probe::probe(kind).fields).paths();
    paths.into_iter().filter(|path| !refused.iter().any(|(name, _)| name == path)).collect()
}

/// The fields of a kind of item that a file does not have.
pub(super) fn refused(kind: ItemKind) -> &'static Refused {
    match kind {
        ItemKind::Stage => layout::OF_STAGES,
        ItemKind::Api | ItemKind::Route => layout::OF_ROUTES,
        ItemKind::UsagePlan => layout::OF_PLANS,
        ItemKind::ApiKey => layout::OF_KEYS,
        ItemKind::Function | ItemKind::Table | ItemKind::FirstRequest => &[],
    }
}

/// The schema of a file.
pub fn schema() -> Value {
    let named = |def: &str, words: &str| {
        json!({ "description": words, "type": ["object", "null"],
            "properties": { INCLUDE: reference("include") }, "additionalProperties": reference(def) })
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An API in a file: tollgate.yaml",
        "type": "object",
        "required": ["tollgate"],
        "properties": {
            "tollgate": { "const": 1, "description": "The version of this form" },
            INCLUDE: reference("include"),
            "stages": named("stage", "The versions of the API, by their names"),
            "usagePlans": named("usagePlan", "Limits of API keys, by the ids of the plans"),
            "apiKeys": named("apiKey", "What is known of API keys, by their ids; never a value"),
            "functions": named("function", "Functions that tollgate dev runs, by their names"),
            "tables": named("table", "Tables that tollgate dev makes, by their names"),
            "try": {
                "description": "Requests to begin with, which tollgate dev prints as curl lines",
                "type": ["array", "null"],
                "items": { "anyOf": [{ "type": "string" }, reference("request")] },
            },
        },
        "additionalProperties": false,
        "$defs": {
            "include": {
                "description": "Takes in other files of this folder, or below it, as if they were written here",
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
            },
            "stage": stage(),
            "api": item(ItemKind::Api, Map::new()),
            "route": item(ItemKind::Route, Map::new()),
            "usagePlan": item(ItemKind::UsagePlan, Map::new()),
            "apiKey": item(ItemKind::ApiKey, Map::new()),
            "function": item(ItemKind::Function, Map::new()),
            "table": item(ItemKind::Table, Map::new()),
            "request": item(ItemKind::FirstRequest, Map::new()),
        },
    })
}

fn stage() -> Value {
    let methods = METHODS.iter().map(http::Method::as_str).collect::<Vec<_>>().join("|");
    let own = json!({
        "extends": {
            "description": "The name of another stage of this file: this one has what that one has, but for what it says itself. A field, a field of api or a route that is null is taken out",
            "type": "string",
        },
        "api": { "description": "What all routes of the stage share", "anyOf": [reference("api"), { "type": "null" }] },
        "routes": {
            "description": "The routes, by their keys: GET /orders/{id}, ANY /files/{path+}, $default",
            "type": ["object", "null"],
            "properties": { INCLUDE: reference("include") },
            "patternProperties": {
                format!("^(\\$default|(ANY|{methods}) /.*)$"): { "anyOf": [reference("route"), { "type": "null" }] },
            },
            "additionalProperties": false,
        },
    });
    let own = match own {
        Value::Object(own) => own,
        _ => Map::new(),
    };
    item(ItemKind::Stage, own)
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

/// The schema of an item, with some fields more.
fn item(kind: ItemKind, more: Map<String, Value>) -> Value {
    let probed = probe::probe(kind);
    let tree = FieldTree::of(&probed.fields);
    let mut properties = tree.map_schema("", &|path| descriptions::of_field(kind, path));
    probed.variants.iter().for_each(|variant| add_variant(&mut properties, variant));
    properties.retain(|name, _| !refused(kind).iter().any(|(refused, _)| refused == name));
    for schema in properties.values_mut() {
        *schema = field(schema.take(), kind);
    }
    properties.insert(INCLUDE.to_owned(), reference("include"));
    properties.extend(more);
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Adds that where a map says these words, it has no fields but these.
fn add_variant(properties: &mut Map<String, Value>, variant: &Variant) {
    let mut names = variant.map.split('.');
    let map = names.next().and_then(|name| properties.get_mut(name));
    let map = names.try_fold(map, |map, _| Some(map.and_then(|map| map.get_mut("additionalProperties"))));
    let Some(Some(Value::Object(map))) = map else { return };
    let words = variant.words.iter().map(|(name, word)| ((*name).to_owned(), json!({ "const": word })));
    let required: Vec<&str> = variant.words.iter().map(|(name, _)| *name).collect();
    let rule = json!({
        "if": { "properties": words.collect::<Map<_, _>>(), "required": required },
        "then": { "propertyNames": { "enum": variant.names } },
    });
    if let Value::Array(rules) = map.entry("allOf").or_insert_with(|| json!([])) {
        rules.push(rule);
    }
}

/// The schema of a field: its value may be a file, and in a stage that extends another one it may be taken out.
fn field(mut schema: Value, kind: ItemKind) -> Value {
    let mut others = Vec::new();
    if matches!(kind, ItemKind::Stage | ItemKind::Api) {
        others.push(json!({ "type": "null" }));
    }
    if schema["type"] == "object" {
        let file = json!({ "type": "object", "properties": { INCLUDE: reference("include") }, "required": [INCLUDE] });
        others.push(file);
    }
    let is_anything = schema.as_object().is_none_or(|schema| schema.keys().all(|key| key == "description"));
    if others.is_empty() || is_anything {
        return schema;
    }
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let variants: Vec<Value> = std::iter::once(schema).chain(others).collect();
    let mut schema = json!({ "anyOf": variants });
    if let Some(description) = description {
        schema["description"] = description;
    }
    schema
}
