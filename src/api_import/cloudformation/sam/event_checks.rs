//! What an event has checked of a request: its model, and its parameters.

use super::{TemplateReader, globals::flag_in};
use crate::api_import::{
    cloudformation::properties::{
        Fate::{Becomes, LeftOut},
        FateTable, take,
    },
    source::{Member, NodeId},
};

/// Validators by what they check, as SAM calls them.
const VALIDATORS: [(&str, bool, bool); 3] =
    [("body-only", true, false), ("params-only", false, true), ("body-and-params", true, true)];

impl TemplateReader<'_> {
    /// `RequestModel` and `RequestParameters` → a body, parameters and a validator; the parameters of the cache key.
    pub(super) fn event_checks(&mut self, at: NodeId, members: &mut Vec<Member>) -> Vec<String> {
        let mut keyed = Vec::new();
        let model = self.tree.at(at).get("RequestModel").map(|model| model.id);
        if let Some(model) = model {
            let table: &FateTable = &[
                ("Model", Becomes("model")),
                ("Required", LeftOut("an empty body is checked as {}, as on API Gateway")),
                ("ValidateBody", Becomes("body")),
                ("ValidateParameters", Becomes("parameters")),
            ];
            let mut of_model = self.members(model, table, "a RequestModel");
            let name = self.take_text(&mut of_model, "model").unwrap_or_default();
            let mut flag = |key: &str| {
                let node = take(&mut of_model, key)?;
                let flag = self.tree.at(node);
                self.ledger.taken(flag);
                if flag.as_bool().is_none() {
                    let words = format!("got {} in a RequestModel, expected true or false", flag.noun());
                    self.ledger.error(flag, words);
                }
                flag.as_bool()
            };
            let checked = (flag("body").unwrap_or(false), flag("parameters").unwrap_or(false));
            let pointer = self.text_member(model, "$ref", format!("#/components/schemas/{name}"));
            let schema = self.map_member(model, "schema", vec![pointer]);
            let content = self.map_member(model, "application/json", vec![schema]);
            let content = self.map_member(model, "content", vec![content]);
            members.push(self.map_member(model, "requestBody", vec![content]));
            let validator = VALIDATORS.iter().find(|(_, body, parameters)| (*body, *parameters) == checked);
            if let Some((name, ..)) = validator {
                members.push(self.text_member(model, "x-amazon-apigateway-request-validator", *name));
            }
        }
        if let Some(list) = self.tree.at(at).get("RequestParameters").map(|list| list.id) {
            members.extend(self.event_parameters(list, &mut keyed));
        }
        keyed
    }

    /// A list of names, or of names with what they say: `{method.request.header.X: {Required, Caching}}`.
    fn event_parameters(&mut self, list: NodeId, keyed: &mut Vec<String>) -> Option<Member> {
        self.ledger.taken(self.tree.at(list));
        let elements: Vec<NodeId> =
            self.tree.at(list).elements().into_iter().flatten().map(|element| element.id).collect();
        let mut parameters = Vec::new();
        for element in elements {
            self.ledger.taken(self.tree.at(element));
            if let Some(name) = self.tree.at(element).text().map(str::to_owned) {
                let optional = self.text_node(element, "false");
                parameters.push(self.member(name, optional));
                continue;
            }
            for Member { key: name, node, .. } in self.written(element) {
                self.ledger.taken(self.tree.at(node));
                let required = flag_in(self, node, "Required").unwrap_or(false);
                if flag_in(self, node, "Caching") == Some(true) {
                    keyed.push(name.clone());
                }
                let flag = self.text_node(node, required.to_string());
                parameters.push(self.member(name, flag));
            }
        }
        let map = self.map_node(list, parameters);
        self.operation_parameters(map)
    }

    /// The validators that events name.
    pub(super) fn sam_validators(&mut self, at: NodeId) -> Member {
        let mut validators = Vec::new();
        for (name, body, parameters) in VALIDATORS {
            let flags = vec![
                self.text_member(at, "validateRequestBody", body.to_string()),
                self.text_member(at, "validateRequestParameters", parameters.to_string()),
            ];
            validators.push(self.map_member(at, name, flags));
        }
        self.map_member(at, "x-amazon-apigateway-request-validators", validators)
    }
}
