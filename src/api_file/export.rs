//! The items of the tables → an API file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    layout::{self, Refused},
    loader::INCLUDE,
    yaml,
    yaml_text::write_member,
};
use crate::{
    authorizers::{ApiKey, KeyValue},
    deployment::{API, DeploymentItems},
    limits::usage_plan::UsagePlan,
};

type Item = Map<String, Value>;

/// The items of an API, as the tables hold them.
#[derive(Debug, Default)]
pub struct StoredItems {
    pub stages: Vec<Item>,
    /// By their stages; each stage is there, with an item or without.
    pub routes: BTreeMap<String, Vec<Item>>,
    pub usage_plans: Vec<Item>,
    pub api_keys: Vec<Item>,
}

impl StoredItems {
    /// The items that a deployment was made of, without those of its stage.
    pub fn of_deployment(DeploymentItems { stage, items }: DeploymentItems) -> Self {
        Self { routes: BTreeMap::from([(stage, items)]), ..Self::default() }
    }
}

/// An API file, and what could not be put into it.
#[derive(Debug)]
pub struct Export {
    pub text: String,
    /// The same as JSON, which is YAML too.
    pub json: Value,
    /// The items and fields that are not in the file, each with the reason.
    pub left_out: Vec<String>,
}

/// The items without what their names say, and without what stands in no file.
#[derive(Debug)]
pub struct Exported {
    pub stages: BTreeMap<String, ExportedStage>,
    pub plans: BTreeMap<String, Item>,
    pub keys: BTreeMap<String, Item>,
    pub left_out: Vec<String>,
}

/// A stage without what its names say.
#[derive(Debug)]
pub struct ExportedStage {
    pub settings: Item,
    pub api: Option<Item>,
    pub routes: Vec<(String, Item)>,
}

impl Exported {
    pub fn of(items: &StoredItems) -> Self {
        let mut exporter = Exporter::default();
        let stages = items.routes.iter().map(|(name, routes)| {
            let is_it = |item: &&Item| item.get("stage").and_then(Value::as_str) == Some(name);
            (name.clone(), exporter.stage(name, items.stages.iter().find(is_it), routes))
        });
        let stages = stages.collect();
        let plans = exporter.named(&items.usage_plans, "usagePlanId", layout::OF_PLANS, UsagePlan::key_of);
        let keys: Vec<Item> =
            items.api_keys.iter().filter(|item| exporter.holds_no_value(item)).cloned().collect();
        let keys = exporter.named(&keys, "id", layout::OF_KEYS, ApiKey::key_of);
        Self { stages, plans, keys, left_out: exporter.left_out }
    }

    /// The same with what their names say.
    pub fn to_stored(&self) -> StoredItems {
        let named = |item: &Item, names: &[(&str, &str)]| {
            let mut item = item.clone();
            item.extend(names.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
            item
        };
        let mut items = StoredItems::default();
        for (name, ExportedStage { settings, api, routes }) in &self.stages {
            items.stages.push(named(settings, &[("stage", name)]));
            let api = api.iter().map(|api| (API, api));
            let of_stage = api.chain(routes.iter().map(|(key, route)| (key.as_str(), route)));
            let of_stage = of_stage.map(|(key, item)| named(item, &[("stage", name), ("routeKey", key)]));
            items.routes.insert(name.clone(), of_stage.collect());
        }
        items.usage_plans = self.plans.iter().map(|(id, plan)| named(plan, &[("usagePlanId", id)])).collect();
        items.api_keys = self.keys.iter().map(|(id, key)| named(key, &[("id", id)])).collect();
        items
    }
}

/// Writes an API file with all of the items, in an order that depends on nothing else.
pub fn export(items: &StoredItems) -> Export {
    let Exported { stages, plans, keys, left_out } = Exported::of(items);
    let mut text = "tollgate: 1\n".to_owned();
    if !stages.is_empty() {
        text.push_str("\nstages:\n");
    }
    for (index, (name, stage)) in stages.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        write_stage(&mut text, name, stage);
    }
    for (section, items) in [("usagePlans", plans), ("apiKeys", keys)] {
        if !items.is_empty() {
            text.push_str(&format!("\n{section}:\n"));
            items.iter().for_each(|(name, item)| write_member(&mut text, 2, name, &item.clone().into()));
        }
    }
    let json = yaml::read(&text, 0, &mut Vec::new()).map(|root| root.to_json()).unwrap_or_default();
    Export { text, json, left_out }
}

#[derive(Default)]
struct Exporter {
    left_out: Vec<String>,
}

/// Words of the file that a stage item has as attributes: they would mean something else there.
const WORDS_OF_THE_FILE: [&str; 3] = ["api", "routes", "extends"];

impl Exporter {
    fn stage(&mut self, name: &str, item: Option<&Item>, items: &[Item]) -> ExportedStage {
        let key = format!("stage={name}");
        let mut settings = self.fields(&key, item.cloned().unwrap_or_default(), layout::OF_STAGES);
        for word in WORDS_OF_THE_FILE {
            if settings.remove(word).is_some() {
                self.left_out.push(format!("[{key}] {word}: a word of the file"));
            }
        }
        let (mut api, mut routes) = (None, Vec::new());
        for item in items {
            let Some(route_key) = item.get("routeKey").and_then(Value::as_str) else { continue };
            let fields = self.fields(&format!("{key} routeKey={route_key}"), item.clone(), layout::OF_ROUTES);
            if route_key == API { api = Some(fields) } else { routes.push((route_key.to_owned(), fields)) }
        }
        ExportedStage { settings, api, routes }
    }

    /// The fields of an item that may stand in a file.
    fn fields(&mut self, key: &str, mut item: Item, refused: &Refused) -> Item {
        item.retain(|name, _| !refused.iter().any(|(refused, _)| refused == name));
        let includes = |value: &Value| value.as_object().is_some_and(|map| map.contains_key(INCLUDE));
        item.retain(|name, value| {
            let is_word = name == INCLUDE || includes(value);
            if is_word {
                self.left_out.push(format!("[{key}] {name}: {INCLUDE} in it would take in a file"));
            }
            !is_word
        });
        item
    }

    /// Items by their ids, in the order of these.
    fn named(
        &mut self,
        items: &[Item],
        id: &str,
        refused: &Refused,
        key_of: fn(&Item) -> String,
    ) -> BTreeMap<String, Item> {
        let mut named = BTreeMap::new();
        for item in items {
            let key = key_of(item);
            match item.get(id).and_then(Value::as_str) {
                None => self.left_out.push(format!("[{key}]: without {id}")),
                Some(name) if named.contains_key(name) => {
                    self.left_out.push(format!("[{key}]: another one has this {id}"));
                }
                Some(name) => drop(named.insert(name.to_owned(), self.fields(&key, item.clone(), refused))),
            }
        }
        named
    }

    /// Tells of a key in whose item its value may stand.
    fn holds_no_value(&mut self, item: &Item) -> bool {
        // An id that is the key's own value is told by the hash.
        let is_named_by_hash = item.contains_key("id") && ApiKey::key_of(item).starts_with("keyHash=");
        let holds_value = is_named_by_hash || KeyValue::stands_in(&Value::Object(item.clone()).to_string());
        if holds_value {
            self.left_out.push(format!("[{}]: a key's value may be in it", ApiKey::key_of(item)));
        }
        !holds_value
    }
}

fn write_stage(text: &mut String, name: &str, stage: &ExportedStage) {
    let ExportedStage { settings, api, routes } = stage;
    if settings.is_empty() && api.is_none() && routes.is_empty() {
        write_member(text, 2, name, &Value::Object(Item::new()));
        return;
    }
    let head = {
        let mut head = String::new();
        write_member(&mut head, 2, name, &Value::Null);
        head.trim_end().trim_end_matches(" null").to_owned()
    };
    text.push_str(&format!("{head}\n"));
    let mut names: Vec<_> = settings.iter().collect();
    names.sort_by_key(|(name, _)| (*name != "description", *name));
    names.into_iter().for_each(|(name, value)| write_member(text, 4, name, value));
    if let Some(api) = api {
        write_member(text, 4, "api", &Value::Object(api.clone()));
    }
    if !routes.is_empty() {
        text.push_str("    routes:\n");
        routes.iter().for_each(|(key, item)| write_member(text, 6, key, &Value::Object(item.clone())));
    }
}
