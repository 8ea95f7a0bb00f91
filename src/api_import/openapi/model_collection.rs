//! The schemas that routes check bodies with, and all that these lead to, also in circles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{dialect::Dialect, openapi_reader::OpenApiReader, reference_target::pointed};
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

/// API Gateway's own address of its models; the API's id is any.
const API_GATEWAY: &str = "https://apigateway.amazonaws.com/restapis/";
/// The beginnings of references that models of templates have too.
const OF_TEMPLATES: [&str; 3] = ["#/models/", "#/definitions/", "#/components/schemas/"];

impl<'t> OpenApiReader<'t, '_> {
    /// The name of the model that a schema is: of one that stands in the operation, made of the route's key.
    pub fn model_of(&mut self, schema: Located<'t>, route_key: &str) -> String {
        self.ledger.taken(schema);
        if let Some(reference) = schema.get("$ref")
            && let Some(pointer) = reference.text()
        {
            self.ledger.taken(reference);
            let name = self.model_name(pointer).filter(|name| self.schema(name).is_some());
            return match name {
                Some(name) => {
                    self.models.used.insert(name.clone());
                    name
                }
                None => {
                    let words = self.no_schema(pointer);
                    self.ledger.error(reference, words);
                    String::new()
                }
            };
        }
        let name = name_of_route(route_key);
        let name = match self.models.inline.contains_key(&name) || self.schema(&name).is_some() {
            true => format!("{name}{}", self.models.inline.len() + 1),
            false => name,
        };
        self.models.inline.insert(name.clone(), schema);
        name
    }

    /// The beginning of references to schemas.
    fn place_of_schemas(&self) -> &'static str {
        match self.dialect {
            Dialect::Swagger2 => "#/definitions/",
            Dialect::OpenApi30 | Dialect::OpenApi31 => "#/components/schemas/",
        }
    }

    /// The name of the schema that a reference leads to.
    fn model_name(&self, pointer: &str) -> Option<String> {
        let of_document = pointer.strip_prefix(self.place_of_schemas());
        let of_api_gateway = || Some(pointer.strip_prefix(API_GATEWAY)?.split_once("/models/")?.1);
        // A template says it so of its models, whatever document they get into.
        let of_template = || {
            let name = OF_TEMPLATES.iter().find_map(|begin| pointer.strip_prefix(begin));
            name.filter(|_| pointed(self.root, pointer).is_none())
        };
        let name = of_document.or_else(of_api_gateway).or_else(of_template);
        // What is longer leads into a schema, and no model is that.
        let name = name.filter(|name| !name.contains('/'))?;
        Some(name.replace("~1", "/").replace("~0", "~"))
    }

    /// The model that a reference within a model leads to; `None`: to a part of the model itself, or nowhere, which is told.
    fn model_referred_to(&mut self, model: Located<'t>, reference: Located<'t>) -> Option<String> {
        let pointer = reference.text()?;
        let is_inside = pointer == "#" || pointed(model, pointer).is_some();
        let is_of_document = pointer.starts_with(self.place_of_schemas());
        let words = match (self.model_name(pointer), is_inside) {
            (Some(name), true) if is_of_document && self.schema(&name).is_some() => {
                format!(
                    "$ref leads to {pointer}, which is in the schema itself and in the document: rename {name}"
                )
            }
            (Some(_) | None, true) => return None,
            (Some(name), false) => return Some(name),
            (None, false) => self.no_schema(pointer),
        };
        self.ledger.error(reference, words);
        None
    }

    fn no_schema(&self, pointer: &str) -> String {
        format!(
            "$ref leads to {pointer}, expected a schema of this document: {}NAME",
            self.place_of_schemas()
        )
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
        self.definition.models.insert(name.to_owned(), Sourced::new(json, origin));
        let mut references = Vec::new();
        collect_references(schema, &mut references);
        references.into_iter().filter_map(|reference| self.model_referred_to(schema, reference)).collect()
    }
}

/// The references of a schema, in all that is in it.
fn collect_references<'t>(node: Located<'t>, references: &mut Vec<Located<'t>>) {
    for member in node.members().into_iter().flatten() {
        if member.key == "$ref" && member.value.text().is_some() {
            references.push(member.value);
        }
        collect_references(member.value, references);
    }
    for element in node.elements().into_iter().flatten() {
        collect_references(element, references);
    }
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
