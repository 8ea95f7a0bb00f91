//! The items as an apply will leave them: those of the file, and of the tables what the file does not name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::plan::Removal;
use crate::{
    api_file::{
        difference::{ItemName, StageItem, as_read, is_state},
        export::StoredItems,
        schema::ItemKind,
    },
    deployment::API,
};

type Item = Map<String, Value>;

/// The items as an apply will leave them.
#[derive(Debug, Default)]
pub struct MergedItems {
    pub items: StoredItems,
    /// Items of the tables that the file does not have, and that stay: they are not to be removed.
    pub left: Vec<ItemName>,
}

/// Puts the items of a file over those of the tables.
pub fn merged_items(base: &StoredItems, desired: &StoredItems, removal: Removal) -> MergedItems {
    let mut merged = MergedItems::default();
    for (stage, routes) in &base.routes {
        let item = item_of(&base.stages, "stage", stage);
        // A file without stages is not about stages.
        match (desired.routes.get(stage), removal) {
            (Some(of_file), _) => {
                let routes = merged.routes(stage, routes, of_file, removal);
                merged.items.routes.insert(stage.clone(), routes);
                let of_file = item_of(&desired.stages, "stage", stage);
                merged.items.stages.push(merged_stage(stage, item, of_file));
            }
            (None, Removal::Prune) if !desired.routes.is_empty() => {}
            (None, Removal::Prune | Removal::Leave) => {
                merged.items.routes.insert(stage.clone(), routes.clone());
                merged.items.stages.extend(item.cloned());
                if !desired.routes.is_empty() {
                    let part = StageItem::Settings;
                    merged.left.push(ItemName::OfStage { stage: stage.clone(), part });
                }
            }
        }
    }
    for (stage, routes) in desired.routes.iter().filter(|(stage, _)| !base.routes.contains_key(*stage)) {
        let routes = merged.routes(stage, &[], routes, removal);
        merged.items.routes.insert(stage.clone(), routes);
        let of_file = item_of(&desired.stages, "stage", stage);
        merged.items.stages.push(merged_stage(stage, None, of_file));
    }
    merged.usage_plans(base, desired, removal);
    merged.items.api_keys = base.api_keys.iter().map(|key| merged_key(key, desired)).collect();
    merged.left.sort();
    merged
}

impl MergedItems {
    /// The route items of a stage, in the order of their keys.
    fn routes(&mut self, stage: &str, base: &[Item], desired: &[Item], removal: Removal) -> Vec<Item> {
        let mut routes: BTreeMap<&str, Item> = BTreeMap::new();
        let stored: BTreeMap<&str, &Item> = base.iter().map(|item| (key(item), item)).collect();
        for item in desired {
            let key = key(item);
            let kind = if key == API { ItemKind::Api } else { ItemKind::Route };
            routes.insert(key, kept_or(kind, stored.get(key).copied(), item));
        }
        for (key, item) in stored {
            if routes.contains_key(key) {
                continue;
            }
            // Without a field it says nothing, and the file has none.
            let is_empty = key == API && as_read(ItemKind::Api, item).is_empty();
            match removal {
                Removal::Prune if !is_empty => {}
                Removal::Prune => drop(routes.insert(key, item.clone())),
                Removal::Leave => {
                    let part = if key == API { StageItem::Api } else { StageItem::Route(key.to_owned()) };
                    self.left.push(ItemName::OfStage { stage: stage.to_owned(), part });
                    routes.insert(key, item.clone());
                }
            }
        }
        routes.into_values().collect()
    }

    fn usage_plans(&mut self, base: &StoredItems, desired: &StoredItems, removal: Removal) {
        const ID: &str = "usagePlanId";
        let id = |item: &Item| text(item, ID).to_owned();
        for item in &base.usage_plans {
            match item_of(&desired.usage_plans, ID, &id(item)) {
                Some(of_file) => {
                    self.items.usage_plans.push(kept_or(ItemKind::UsagePlan, Some(item), of_file))
                }
                // A file without plans is not about plans.
                None if removal == Removal::Prune && !desired.usage_plans.is_empty() => {}
                None => {
                    if !desired.usage_plans.is_empty() {
                        self.left.push(ItemName::UsagePlan(id(item)));
                    }
                    self.items.usage_plans.push(item.clone());
                }
            }
        }
        let is_new = |item: &&Item| item_of(&base.usage_plans, ID, &id(item)).is_none();
        self.items.usage_plans.extend(desired.usage_plans.iter().filter(is_new).cloned());
    }
}

/// The stored item if it is read as that of the file is.
fn kept_or(kind: ItemKind, stored: Option<&Item>, of_file: &Item) -> Item {
    match stored.filter(|stored| *stored == of_file || as_read(kind, stored) == as_read(kind, of_file)) {
        Some(stored) => stored.clone(),
        None => of_file.clone(),
    }
}

/// The stage item: state as it is stored, and the fields of the file. A field stays as it is written where the file's is read
/// the same.
fn merged_stage(stage: &str, stored: Option<&Item>, of_file: Option<&Item>) -> Item {
    let none = Item::new();
    let (stored, of_file) = (stored.unwrap_or(&none), of_file.unwrap_or(&none));
    let (read, read_of_file) = (as_read(ItemKind::Stage, stored), as_read(ItemKind::Stage, of_file));
    let mut merged = Item::from_iter([("stage".to_owned(), Value::from(stage))]);
    for (name, value) in stored.iter().filter(|(name, _)| is_state(ItemKind::Stage, name)) {
        merged.insert(name.clone(), value.clone());
    }
    for (name, value) in of_file.iter().filter(|(name, _)| !is_state(ItemKind::Stage, name)) {
        let is_same = read.get(name) == read_of_file.get(name);
        let value = stored.get(name).filter(|_| is_same).unwrap_or(value);
        merged.insert(name.clone(), value.clone());
    }
    // A generation never goes back: what was emptied since would be answered again.
    let generation = |item: &Item| item.get(GENERATION).and_then(Value::as_u64);
    if let Some(current) = stored.get(GENERATION)
        && generation(&read_of_file).is_none_or(|new| generation(&read).is_some_and(|current| new < current))
    {
        merged.insert(GENERATION.to_owned(), current.clone());
    }
    merged
}

const GENERATION: &str = "cacheGeneration";

/// A key with the fields that the file has; others stay as they are.
fn merged_key(stored: &Item, desired: &StoredItems) -> Item {
    let mut merged = stored.clone();
    let Some(of_file) = item_of(&desired.api_keys, "id", text(stored, "id")) else { return merged };
    let (read, read_of_file) = (as_read(ItemKind::ApiKey, stored), as_read(ItemKind::ApiKey, of_file));
    for (name, value) in of_file.iter().filter(|(name, _)| read.get(*name) != read_of_file.get(*name)) {
        if !is_state(ItemKind::ApiKey, name) {
            merged.insert(name.clone(), value.clone());
        }
    }
    merged
}

pub fn item_of<'a>(items: &'a [Item], key: &str, name: &str) -> Option<&'a Item> {
    items.iter().find(|item| text(item, key) == name)
}

fn key(item: &Item) -> &str {
    text(item, "routeKey")
}

pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}
