//! The difference of two APIs, item by item and field by field, as the gateway reads them.
//!
//! What is written otherwise and read the same is no difference: a number in quotes where a number is read, a lone text for
//! a list. What the gateway writes into items never counts. Secrets are told as changed, without their values.

mod as_read;
mod field_difference;
mod item_name;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub use self::{
    as_read::{as_read, is_state, without_state},
    field_difference::FieldDifference,
    item_name::{ItemName, StageItem},
    secrets::without_secrets,
};
use super::{export::StoredItems, schema::ItemKind};
use crate::deployment::API;

type Item = Map<String, Value>;

/// The difference of two APIs, in the order of the items' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub items: Vec<ItemDifference>,
}

/// An item that is in one of two APIs only, or otherwise in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemDifference {
    pub name: ItemName,
    pub change: Change,
    /// In the order of their paths; none of an item that is removed.
    pub fields: Vec<FieldDifference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Changed,
    Removed,
}

impl ItemDifference {
    /// Says if it is in this field of the item, or within.
    pub fn is_about(&self, field: &str) -> bool {
        self.fields.iter().any(|differs| {
            let rest = differs.path.strip_prefix(field);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The fields that are gone, of those that are no part of another one; of an item that is gone, none.
    pub fn removed_fields(&self) -> Vec<&str> {
        let is_gone = |field: &&FieldDifference| field.after.is_none() && field.before.is_some();
        let names =
            self.fields.iter().filter(is_gone).map(|field| field.path.split('.').next().unwrap_or_default());
        names.collect()
    }
}

impl Difference {
    /// The changes that make `after` of `before`.
    pub fn between(before: &StoredItems, after: &StoredItems) -> Self {
        let (before, after) = (by_name(before), by_name(after));
        let names: BTreeSet<&ItemName> = before.keys().chain(after.keys()).collect();
        let items = names.into_iter().filter_map(|name| of_item(name, before.get(name), after.get(name)));
        Self { items: items.collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The number of items with this change.
    pub fn count(&self, change: Change) -> usize {
        self.items.iter().filter(|item| item.change == change).count()
    }
}

/// The items by their names. A stage without an item, and one without `$api`, have empty ones.
fn by_name(items: &StoredItems) -> BTreeMap<ItemName, Item> {
    let text = |item: &Item, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut named = BTreeMap::new();
    for (stage, routes) in &items.routes {
        let of_stage = |part| ItemName::OfStage { stage: stage.clone(), part };
        let item = items.stages.iter().find(|item| text(item, "stage").as_ref() == Some(stage));
        named.insert(of_stage(StageItem::Settings), item.cloned().unwrap_or_default());
        for route in routes {
            match text(route, "routeKey") {
                Some(key) if key == API => drop(named.insert(of_stage(StageItem::Api), route.clone())),
                Some(key) => drop(named.insert(of_stage(StageItem::Route(key)), route.clone())),
                None => {}
            }
        }
    }
    for plan in &items.usage_plans {
        named.extend(text(plan, "usagePlanId").map(|id| (ItemName::UsagePlan(id), plan.clone())));
    }
    for key in &items.api_keys {
        named.extend(text(key, "id").map(|id| (ItemName::ApiKey(id), key.clone())));
    }
    named
}

fn of_item(name: &ItemName, before: Option<&Item>, after: Option<&Item>) -> Option<ItemDifference> {
    let change = match (before, after) {
        (None, Some(_)) => Change::Added,
        (Some(_), None) => Change::Removed,
        (Some(before), Some(after)) if before == after => return None,
        (Some(_), Some(_)) => Change::Changed,
        (None, None) => return None,
    };
    let kind = name.kind();
    let (before, after) = (before.cloned().unwrap_or_default(), after.cloned().unwrap_or_default());
    let (before, after) = match change {
        // Of one item nothing is compared.
        Change::Added | Change::Removed => (without_state(kind, &before), without_state(kind, &after)),
        Change::Changed => (as_read(kind, &before), as_read(kind, &after)),
    };
    let fields = match change {
        Change::Removed => Vec::new(),
        Change::Added | Change::Changed => field_difference::of_maps(&before, &after),
    };
    let is_api = kind == ItemKind::Api;
    // Without a field, an item of what routes share is as if it were not there.
    let is_none = match change {
        Change::Added => is_api && after.is_empty(),
        Change::Removed => is_api && before.is_empty(),
        Change::Changed => fields.is_empty(),
    };
    (!is_none).then(|| ItemDifference { name: name.clone(), change, fields })
}
