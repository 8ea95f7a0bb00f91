//! The items of an API file, each with its place.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    difference::ItemName,
    export::StoredItems,
    node::{Entry, to_object},
    source::Span,
};
use crate::{decimal::canonical_numbers, deployment::StageItems};

/// Two stages are never at one place.
const NOT_INHERITED: &str = "basePath";

/// An API as a file has it.
#[derive(Debug, Default)]
pub struct ApiFile {
    /// All stages that the file names, those with problems too.
    pub stage_names: BTreeSet<String>,
    pub stages: Vec<FileStage>,
    pub usage_plans: Vec<FileItem>,
    /// Without values and hashes.
    pub api_keys: Vec<FileItem>,
    /// The stages as they are written, without what they extend.
    pub written: Vec<WrittenStage>,
    /// What `tollgate dev` runs, makes and prints.
    pub functions: Vec<FileItem>,
    pub tables: Vec<FileItem>,
    pub first_requests: Vec<FileItem>,
}

/// A stage and its routes.
#[derive(Clone, Debug)]
pub struct FileStage {
    /// The name with all that is written there.
    pub extent: Span,
    pub settings: FileItem,
    pub api: Option<FileItem>,
    pub routes: Vec<FileItem>,
}

/// An item of a table, without the attributes that its name says.
#[derive(Clone, Debug)]
pub struct FileItem {
    /// Of a stage `v1`, of a route `GET /orders`, …
    pub name: String,
    /// The place of the name.
    pub place: Span,
    pub fields: Vec<Entry>,
}

impl ApiFile {
    /// The items as the tables would hold them.
    pub fn to_stored(&self) -> StoredItems {
        let mut items = StoredItems::default();
        for FileStage { settings, api, routes, .. } in &self.stages {
            let name = settings.name.as_str();
            items.stages.push(stored(settings.to_item([("stage", name)])));
            let of_stage = api.iter().chain(routes);
            let of_stage =
                of_stage.map(|item| stored(item.to_item([("stage", name), ("routeKey", &item.name)])));
            items.routes.insert(name.to_owned(), of_stage.collect());
        }
        let plans = self.usage_plans.iter();
        items.usage_plans = plans.map(|plan| stored(plan.to_item([("usagePlanId", &plan.name)]))).collect();
        items.api_keys = self.api_keys.iter().map(|key| stored(key.to_item([("id", &key.name)]))).collect();
        items
    }
}

/// The item with its numbers as the table gives them back.
fn stored(item: Map<String, Value>) -> Map<String, Value> {
    item.into_iter().map(|(name, value)| (name, canonical_numbers(&value))).collect()
}

impl ApiFile {
    /// A stage, written out.
    pub fn stage(&self, name: &str) -> Option<&FileStage> {
        self.stages.iter().find(|stage| stage.settings.name == name)
    }

    /// The stages that a stage extends, the nearest first.
    pub fn bases_of(&self, stage: &str) -> Vec<&str> {
        let mut bases: Vec<&str> = Vec::new();
        let mut next = stage;
        while let Some((base, _)) = self
            .written
            .iter()
            .find(|written| written.name == next)
            .and_then(|written| written.extends.as_ref())
            && !bases.contains(&base.as_str())
        {
            bases.push(base);
            next = base;
        }
        bases
    }

    /// A usage plan, or what is known of a key.
    pub fn plan_or_key(&self, name: &ItemName) -> Option<&FileItem> {
        match name {
            ItemName::UsagePlan(id) => self.usage_plans.iter().find(|plan| plan.name == *id),
            ItemName::ApiKey(id) => self.api_keys.iter().find(|key| key.name == *id),
            ItemName::OfStage { .. } => None,
        }
    }
}

impl FileStage {
    /// The fields of the stage that one has which extends it.
    pub fn inherited_settings(&self) -> Vec<Entry> {
        self.settings.fields.iter().filter(|entry| entry.key != NOT_INHERITED).cloned().collect()
    }
}

impl WrittenStage {
    pub fn extends_stage(&self, name: &str) -> bool {
        self.extends.as_ref().is_some_and(|(base, _)| base == name)
    }
}

impl FileItem {
    /// The item as its table holds it, with the attributes that its name says.
    pub fn to_item<const N: usize>(&self, named: [(&str, &str); N]) -> Map<String, Value> {
        let mut item = to_object(&self.fields);
        item.extend(named.map(|(name, value)| (name.to_owned(), Value::from(value))));
        item
    }
}

impl FileStage {
    /// The items of the stage, of its routes and of what they share, as their tables hold them.
    pub fn to_items(&self) -> StageItems {
        let name = &self.settings.name;
        let items = self.api.iter().chain(&self.routes);
        let mut routes: Vec<_> =
            items.map(|item| item.to_item([("stage", name), ("routeKey", &item.name)])).collect();
        routes.sort_by(|a, b| a["routeKey"].as_str().cmp(&b["routeKey"].as_str()));
        StageItems { stage: self.settings.to_item([("stage", name)]), routes }
    }
}

/// A stage as it is written: what it extends is not in it.
#[derive(Debug)]
pub struct WrittenStage {
    pub name: String,
    pub place: Span,
    /// The name with all that follows.
    pub extent: Span,
    /// The other stage, and where it is named.
    pub extends: Option<(String, Span)>,
    pub settings: Vec<Entry>,
    pub api: StagePart<Entry>,
    pub routes: StagePart<WrittenRoute>,
}

/// `api` or `routes` of a stage.
#[derive(Debug)]
pub enum StagePart<T> {
    /// As in the stage that is extended.
    Absent,
    /// `null`: nothing of the stage that is extended.
    Removed,
    Given(Span, Vec<T>),
}

/// A route as it is written.
#[derive(Debug)]
pub struct WrittenRoute {
    pub item: FileItem,
    /// `null`: the stage that is extended has it, and this one has not.
    pub is_removed: bool,
}
