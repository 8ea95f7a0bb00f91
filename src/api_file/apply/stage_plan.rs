//! What an apply does to one stage.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::merged_items::{item_of, text};
use crate::{
    api_file::{
        difference::{Change, Difference, ItemName, StageItem, is_state},
        export::StoredItems,
        schema::ItemKind,
    },
    canary::{CanaryRollback, Percent},
    deployment::{API, PlannedDeployment, PlannedStage},
    store::{RouteWrite, StageFields},
};

type Item = Map<String, Value>;

/// What an apply does to a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StagePlan {
    pub stage: String,
    /// The deployment that the stage item points to.
    pub served: Option<String>,
    /// The stage as it was read.
    pub base_item: Option<Item>,
    pub base_routes: Vec<Item>,
    pub work: StageWork,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StageWork {
    /// The items are those of the file, and they are served.
    Nothing(Box<StageChange>),
    Publish(Box<StageChange>),
    /// The items are written, and served to the share of a canary.
    Canary(Box<CanaryChange>),
    /// The stage goes, with all of its items.
    Remove {
        writes: Vec<RouteWrite>,
    },
}

/// The items and fields that change, and the deployment that they make.
#[derive(Clone, Debug, PartialEq)]
pub struct StageChange {
    pub planned: PlannedStage,
    pub deployment: PlannedDeployment,
    pub fields: StageFields,
    pub writes: Vec<RouteWrite>,
}

/// The items that change, and the canary that their deployment becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct CanaryChange {
    pub change: StageChange,
    /// `canarySettings` as the stage item will have them.
    pub settings: Item,
    pub percent: Percent,
    /// The deployment of the canary that it takes the place of.
    pub replaced: Option<String>,
    /// The canary of before was switched off.
    pub switched_off: Option<CanaryRollback>,
}

impl StageWork {
    /// The share of requests that the stage's canary is to get.
    pub fn canary_percent(&self) -> Option<Percent> {
        match self {
            Self::Canary(canary) => Some(canary.percent),
            Self::Nothing(_) | Self::Publish(_) | Self::Remove { .. } => None,
        }
    }

    pub fn writes(&self) -> &[RouteWrite] {
        match self {
            Self::Nothing(_) => &[],
            Self::Publish(change) => &change.writes,
            Self::Canary(canary) => &canary.change.writes,
            Self::Remove { writes } => writes,
        }
    }
}

/// The stage as `items` have it, for a publisher.
pub fn planned(items: &StoredItems, stage: &str, base: Option<Item>) -> PlannedStage {
    let mut item = item_of(&items.stages, "stage", stage).cloned().unwrap_or_default();
    item.retain(|name, _| name == "stage" || !is_state(ItemKind::Stage, name));
    item.insert("stage".to_owned(), stage.into());
    PlannedStage {
        stage: stage.to_owned(),
        base,
        item,
        routes: items.routes.get(stage).cloned().unwrap_or_default(),
    }
}

/// The writes of route items that the difference asks for.
pub fn writes(difference: &Difference, stage: &str, planned: &[Item]) -> Vec<RouteWrite> {
    let planned: BTreeMap<&str, &Item> = planned.iter().map(|item| (text(item, "routeKey"), item)).collect();
    let written = difference.items.iter().filter_map(|item| {
        let ItemName::OfStage { stage: of, part } = &item.name else { return None };
        let key = match part {
            StageItem::Settings => return None,
            StageItem::Api => API,
            StageItem::Route(key) => key,
        };
        if of != stage {
            return None;
        }
        match item.change {
            Change::Removed => Some(RouteWrite::Delete(key.to_owned())),
            Change::Added | Change::Changed => Some(RouteWrite::Put((*planned.get(key)?).clone())),
        }
    });
    written.collect()
}

/// The fields of the stage item that change.
pub fn fields(base: Option<&Item>, planned: &Item) -> StageFields {
    let none = Item::new();
    let base = base.unwrap_or(&none);
    let is_own = |name: &&String| !is_state(ItemKind::Stage, name);
    let set = planned.iter().filter(|(name, value)| is_own(name) && base.get(*name) != Some(value));
    let removed = base.keys().filter(is_own).filter(|name| !planned.contains_key(*name));
    StageFields {
        set: set.map(|(name, value)| (name.clone(), value.clone())).collect(),
        removed: removed.cloned().collect(),
    }
}
