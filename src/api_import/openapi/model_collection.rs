//! The schemas that routes check bodies with, and all that these lead to, also in circles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{dialect::Dialect, openapi_reader::OpenApiReader};
use crate::{
    api_file::Span,
    api_import::{
        definition::Sourced,
        report::{Remark, Visibility},
        source::Located,
    },
    json_schema::has_known_dialect,
};

/// Models by their names, as they are found.
#[derive(Default)]
pub(super) struct ModelCollection<'t> {
    used: BTreeSet<String>,
    /// Schemas that stand in an operation itself.
    inline: BTreeMap<String, Located<'t>>,
}

/// The draft of OpenAPI 3.1's schemas.
const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";

impl<'t> OpenApiReader<'t, '_> {
    /// The name of the model that a schema is: of one that stands in the operation, made of the route's key.
    pub fn model_of(&mut self, schema: Located<'t>, route_key: &str) -> String {
        self.ledger.taken(schema);
        if let Some(reference) = schema.get("$ref")
            && let Some(pointer) = reference.text()
        {
            self.ledger.taken(reference);
            let name = last_segment(pointer);
            if self.schema(&name).is_none() {
                self.ledger
                    .error(reference, format!("$ref leads to {pointer}, which is not in this document"));
            }
            self.models.used.insert(name.clone());
            return name;
        }
        let name = name_of_route(route_key);
        let name = match self.models.inline.contains_key(&name) || self.schema(&name).is_some() {
            true => format!("{name}{}", self.models.inline.len() + 1),
            false => name,
        };
        self.models.inline.insert(name.clone(), schema);
        name
    }

    fn schema(&self, name: &str) -> Option<Located<'t>> {
        self.schemas()?.get(name)
    }

    fn schemas(&self) -> Option<Located<'t>> {
        match self.dialect {
            Dialect::Swagger2 => self.root.get("definitions"),
            Dialect::OpenApi30 | Dialect::OpenApi31 => self.root.get("components")?.get("schemas"),
        }
    }

    /// Adds to the definition what routes use, with all that it refers to.
    pub fn add_used_models(&mut self) {
        if let Some(schemas) = self.schemas() {
            self.ledger.taken(schemas);
        }
        let inline = std::mem::take(&mut self.models.inline);
        let mut open: Vec<String> = self.models.used.iter().cloned().collect();
        for (name, schema) in inline {
            open.extend(self.add_model(&name, schema.span(), schema));
        }
        while let Some(name) = open.pop() {
            if self.definition.models.contains_key(&name) {
                continue;
            }
            if let Some(member) = self.schemas().and_then(|schemas| schemas.named(&name)) {
                open.extend(self.add_model(&name, member.key_span, member.value));
            }
        }
    }

    /// Adds a model; gives the names that it refers to.
    fn add_model(&mut self, name: &str, origin: Span, schema: Located<'t>) -> BTreeSet<String> {
        self.ledger.taken_whole(schema);
        let mut json = schema.to_json();
        if let Value::Object(members) = &mut json {
            match schema.get("$schema") {
                None if self.dialect == Dialect::OpenApi31 => {
                    members.insert("$schema".to_owned(), json!(DRAFT_2020));
                }
                // It is no error on API Gateway, whose models name all drafts there are.
                Some(dialect) if !has_known_dialect(&schema.to_json()) => {
                    members.remove("$schema");
                    let words = "bodies are checked by draft 4 whatever $schema says, as on API Gateway";
                    self.ledger.remark(dialect, Remark::otherwise(words, Visibility::Invisible));
                }
                None | Some(_) => {}
            }
        }
        let mut names = BTreeSet::new();
        collect_references(&json, &mut names);
        self.definition.models.insert(name.to_owned(), Sourced::new(json, origin));
        names
    }
}

fn collect_references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(pointer)) = members.get("$ref") {
                names.insert(last_segment(pointer));
            }
            members.values().for_each(|value| collect_references(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn last_segment(pointer: &str) -> String {
    let last = pointer.rsplit('/').next().unwrap_or(pointer);
    last.replace("~1", "/").replace("~0", "~")
}

/// `PostOrdersIdBody` of `POST /orders/{id}`.
fn name_of_route(key: &str) -> String {
    let words = key.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let lower = if word.chars().all(|c| c.is_ascii_uppercase()) {
            word.to_ascii_lowercase()
        } else {
            word.to_owned()
        };
        let (first, rest) = lower.split_at(1);
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    format!("{}Body", words.map(capital).collect::<String>())
}
