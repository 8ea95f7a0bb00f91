//! `AWS::ApiGateway::Model` → a schema, and what a method says of parameters and bodies → those of an operation.

use serde_json::json;

use super::{
    properties::{
        Fate::{Becomes, LeftOut, Read},
        FateTable, TemplateReader,
    },
    resource::ApiResource,
};
use crate::api_import::{
    names,
    source::{Member, NodeContent, NodeId},
};

const KIND: &str = "AWS::ApiGateway::Model";

#[rustfmt::skip]
const MODEL: &FateTable = &[
    ("RestApiId", Read),
    ("Name", Read),
    ("ContentType", LeftOut("methods say which types of bodies a model is for")),
    ("Description", LeftOut("it describes")),
    ("Schema", Becomes("schema")),
];

/// A model that every API has, unless it has one of its own of this name: it lets everything in.
const EMPTY: &str = "Empty";
/// The same, which is of maps.
const ERROR: &str = "Error";

/// The places of parameters, as methods and as operations write them.
const PLACES: [(&str, &str); 3] = [("querystring", "query"), ("header", "header"), ("path", "path")];

impl TemplateReader<'_> {
    /// The schemas by the names that references between them use.
    pub fn models(&mut self, api: &str, of_api: &[ApiResource]) -> Vec<Member> {
        let mut models = Vec::new();
        // References between models hold the id of the API, which nothing reads here.
        let is_named = self.known.contains_key(api);
        self.known.entry(api.to_owned()).or_insert_with(|| api.to_owned());
        for resource in of_api.iter().filter(|resource| resource.kind == "Model") {
            let mut members = self.members(resource.properties, MODEL, KIND);
            let key = self.model_name(resource);
            let Some(schema) = super::properties::take(&mut members, "schema") else {
                self.ledger.error(self.tree.at(resource.properties), format!("{KIND} without Schema"));
                continue;
            };
            let node = self.schema(schema);
            models.push(Member { key, key_span: self.tree.node(resource.node).span, node });
        }
        if !is_named {
            self.known.remove(api);
        }
        models
    }

    /// A schema, which may be written as the text of its JSON.
    fn schema(&mut self, schema: NodeId) -> NodeId {
        let Some(text) = self.tree.at(schema).text().map(str::to_owned) else { return schema };
        self.ledger.taken_whole(self.tree.at(schema));
        match serde_json::from_str(&text) {
            Ok(json) => self.tree.derive_json(schema, &json),
            Err(error) => {
                self.ledger.error(self.tree.at(schema), format!("Schema is no JSON: {error}"));
                schema
            }
        }
    }

    /// A model is called by its `Name`, else by its resource.
    fn model_name(&mut self, resource: &ApiResource) -> String {
        let name = self.tree.at(resource.properties).get("Name").map(|name| name.id);
        name.and_then(|name| self.text_of(name)).unwrap_or_else(|| resource.name.clone())
    }

    /// `RequestParameters` of a method → `parameters`.
    pub(super) fn operation_parameters(&mut self, map: NodeId) -> Option<Member> {
        let mut parameters = Vec::new();
        for member in self.written(map) {
            let node = self.tree.at(member.node);
            self.ledger.taken(node);
            let written = member.key.strip_prefix("method.request.").and_then(|rest| rest.split_once('.'));
            let place = written.and_then(|(place, name)| {
                let (_, place) = PLACES.iter().find(|(written, _)| *written == place)?;
                Some((*place, name.to_owned()))
            });
            let Some((place, name)) = place else {
                let words =
                    format!("got {}, expected method.request.querystring.NAME, header or path", member.key);
                self.ledger.error(node, words);
                continue;
            };
            let text = |reader: &mut Self, key: &str, text: &str| {
                let node = reader.tree.derive_text(member.node, text);
                Member { key: key.to_owned(), key_span: member.key_span, node }
            };
            let of_parameter = vec![
                text(self, "name", &name),
                text(self, "in", place),
                Member { key: "required".to_owned(), key_span: member.key_span, node: member.node },
            ];
            parameters.push(self.tree.derive(member.node, NodeContent::Map(of_parameter)));
        }
        let node = self.tree.derive(map, NodeContent::List(parameters));
        Some(Member { key: "parameters".to_owned(), key_span: self.tree.node(map).span, node })
    }

    /// `RequestModels` of a method → `requestBody`.
    pub(super) fn request_body(&mut self, map: NodeId) -> Option<Member> {
        let mut content = Vec::new();
        self.ledger.taken(self.tree.at(map));
        for Member { key: media_type, node, .. } in self.written(map) {
            self.ledger.taken_whole(self.tree.at(node));
            let name = match names::name_of(self.tree.at(node)) {
                Some(resource) => self.model_names.get(&resource).cloned().unwrap_or(resource),
                None => self.text_of(node)?,
            };
            let is_of_template = self.model_names.values().any(|own| *own == name);
            if name == EMPTY && !is_of_template {
                continue;
            }
            if name == ERROR && !is_of_template {
                let schema = self.tree.derive_json(node, &json!({ "type": "object" }));
                let schema = self.member("schema", schema);
                content.push(self.map_member(node, &media_type, vec![schema]));
                continue;
            }
            let pointer = format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1"));
            let pointer = self.tree.derive_text(node, pointer);
            let key_span = self.tree.node(node).span;
            let reference = Member { key: "$ref".to_owned(), key_span, node: pointer };
            let schema = self.map_member(node, "schema", vec![reference]);
            content.push(self.map_member(node, &media_type, vec![schema]));
        }
        let content = self.map_member(map, "content", content);
        Some(self.map_member(map, "requestBody", vec![content]))
    }

    /// Finds what each model is called, before methods name them.
    pub(super) fn find_model_names(&mut self, of_api: &[ApiResource], of_document: &[Member]) {
        for name in [EMPTY, ERROR] {
            let is_in = |key: &str, schemas: &str| {
                let found = of_document.iter().find(|member| member.key == key)?;
                let found = self.tree.at(found.node);
                if schemas.is_empty() { found.get(name) } else { found.get(schemas)?.get(name) }
            };
            if is_in("definitions", "").or_else(|| is_in("components", "schemas")).is_some() {
                self.model_names.insert(name.to_owned(), name.to_owned());
            }
        }
        for resource in of_api.iter().filter(|resource| resource.kind == "Model") {
            let name = self.model_name(resource);
            self.model_names.insert(resource.name.clone(), name);
        }
    }
}
