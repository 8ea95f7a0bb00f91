//! `AWS::ApiGateway::UsagePlan` → a usage plan of the file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    properties::{
        Fate::{Apart, Becomes, LeftOut},
        FateTable, TemplateReader,
    },
    resource::ApiResource,
    template::api_named,
};
use crate::api_import::{
    definition::Sourced,
    report::{Remark, Visibility},
    source::{Located, Member, NodeId},
};

const KIND: &str = "AWS::ApiGateway::UsagePlan";

#[rustfmt::skip]
const PLAN: &FateTable = &[
    // Nobody is asked for names in it, as in all that only people read.
    ("UsagePlanName", Becomes("title")),
    ("Description", Becomes("description")),
    ("ApiStages", Apart),
    ("Throttle", Apart),
    ("Quota", Apart),
    ("Tags", LeftOut("tags are not of the API")),
];

/// The members of throttles and quotas, as templates and as items write them.
const THROTTLE: [(&str, &str); 2] = [("RateLimit", "rateLimit"), ("BurstLimit", "burstLimit")];
/// The limits of an account, where only one of two is set.
const OF_ACCOUNT: [(&str, u32); 2] = [("rateLimit", 10_000), ("burstLimit", 5_000)];
const QUOTA: [(&str, &str); 3] = [("Limit", "limit"), ("Period", "period"), ("Offset", "offset")];

impl TemplateReader<'_> {
    /// The plans that cover the API, by their names.
    pub fn usage_plans(
        &mut self,
        api: &str,
        of_api: &[ApiResource],
    ) -> BTreeMap<String, Sourced<Map<String, Value>>> {
        let mut plans = BTreeMap::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "UsagePlan") {
            let written = self.tree.at(resource.properties).get("ApiStages").map(|stages| stages.id);
            let mut members = self.members(resource.properties, PLAN, KIND);
            let name = self.take_text(&mut members, "title");
            let mut fields = Map::new();
            if let Some(description) = self.take_text(&mut members, "description") {
                fields.insert("description".to_owned(), description.into());
            }
            fields.extend(self.plan_fields(resource.properties));
            // A plan without stages covers none: one without the field would cover all.
            let stages = written.map_or_else(|| json!([]), |list| self.api_stages(api, list));
            fields.insert("apiStages".to_owned(), stages);
            let origin = self.tree.node(resource.node).span;
            // A name that hangs on the stack's is the operator's to choose: its resource names it as well.
            let name = name.filter(|name| !name.contains("${"));
            let id = name.as_deref().map(id_of).filter(|id| !id.is_empty());
            plans.insert(id.unwrap_or_else(|| resource.name.clone()), Sourced::new(fields, origin));
        }
        plans
    }

    /// `Throttle` and `Quota` of a plan.
    pub(super) fn plan_fields(&mut self, plan: NodeId) -> Map<String, Value> {
        let mut fields = Map::new();
        for (written, key, table) in [("Throttle", "throttle", &THROTTLE[..]), ("Quota", "quota", &QUOTA)] {
            let Some(node) = self.tree.at(plan).get(written).map(|node| node.id) else { continue };
            let resolved = self.resolved(node);
            fields.insert(key.to_owned(), self.limits(resolved, table));
        }
        fields
    }

    fn limits(&mut self, node: NodeId, table: &[(&str, &str)]) -> Value {
        let map = self.tree.at(node);
        self.ledger.taken(map);
        let mut limits = Map::new();
        for member in map.members().into_iter().flatten() {
            let Some((_, name)) = table.iter().find(|(written, _)| *written == member.key) else { continue };
            let value = match *name {
                "period" => self.ledger.text(map, member.key).map(Value::from),
                _ => self.ledger.number(map, member.key),
            };
            limits.extend(value.map(|value| ((*name).to_owned(), value)));
        }
        for (name, of_account) in OF_ACCOUNT {
            if limits.len() == 1
                && !limits.contains_key(name)
                && table.iter().any(|(_, known)| *known == name)
            {
                let words = format!(
                    "without {name} the account's counts, which is {of_account} if it was not raised"
                );
                self.ledger.remark(map, Remark::otherwise(words, Visibility::Invisible));
                limits.insert(name.to_owned(), of_account.into());
                break;
            }
        }
        Value::Object(limits)
    }

    /// The stages that a plan covers: a list, or a map to the throttles of single methods.
    fn api_stages(&mut self, api: &str, list: NodeId) -> Value {
        let mut stages = Map::new();
        for element in self.elements_of(list, "ApiStages") {
            let node = self.tree.at(element);
            self.ledger.taken(node);
            let of_api = node.get("ApiId").and_then(api_named);
            if of_api.is_some_and(|other| other != api) {
                let words = "it is a stage of another API";
                self.ledger.remark_whole(node, Remark::left_out(words));
                continue;
            }
            let (stage, throttles) = (node.get("Stage").map(|stage| stage.id), node.get("Throttle"));
            let throttles = throttles.map(|throttles| throttles.id);
            if let Some(api) = node.get("ApiId") {
                self.ledger.taken_whole(api);
            }
            let Some(stage) = stage.and_then(|stage| self.text_of(stage)) else {
                self.ledger.error(self.tree.at(element), "a stage of ApiStages without Stage");
                continue;
            };
            let throttles = throttles.map(|throttles| self.method_throttles(throttles)).unwrap_or_default();
            stages.insert(stage, Value::Object(throttles));
        }
        match stages.values().all(|throttles| throttles == &json!({})) {
            true => stages.into_iter().map(|(stage, _)| Value::from(stage)).collect(),
            false => Value::Object(stages),
        }
    }

    /// `/orders/GET` → `GET /orders`
    fn method_throttles(&mut self, map: NodeId) -> Map<String, Value> {
        self.ledger.taken(self.tree.at(map));
        let mut throttles = Map::new();
        for Member { key, node, .. } in self.written(map) {
            let (path, method) = key.rsplit_once('/').unwrap_or(("", &key));
            let path = if path.is_empty() { "/" } else { path };
            let resolved = self.resolved(node);
            throttles.insert(format!("{method} {path}"), self.limits(resolved, &THROTTLE));
        }
        throttles
    }

    fn elements_of(&mut self, list: NodeId, name: &str) -> Vec<NodeId> {
        let node = self.tree.at(list);
        self.ledger.taken(node);
        let Some(elements) = node.elements() else {
            self.ledger.error(node, format!("got {} for {name}, expected a list", node.noun()));
            return Vec::new();
        };
        elements.map(|element: Located<'_>| element.id).collect()
    }
}

/// The name of a plan as an id: `Gold plan` → `Gold-plan`.
pub(super) fn id_of(name: &str) -> String {
    let of_id = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
    name.trim().chars().map(of_id).take(128).collect()
}
