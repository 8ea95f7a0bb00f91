//! A plan: the difference of a file and the tables, proved to be valid, and the work that makes one of the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    merged_items::{MergedItems, item_of, merged_items, text},
    stage_plan::{StageChange, StagePlan, StageWork, fields, planned, writes},
    table_items::read_items,
};
use crate::{
    api_file::{
        difference::{Change, Difference, ItemName, StageItem},
        export::StoredItems,
        item_size::too_large,
        references::KeyReferences,
    },
    authorizers::ApiKey,
    deployment::{API, UnfinishedApply, check_planned},
    error::{ItemId, Problem, StoreError},
    item::Findings,
    store::{ApplyMark, Store},
};

type Item = Map<String, Value>;

/// The part of the tables that is applied to, and what becomes of items that the file does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyScope {
    /// `None`: all, and usage plans and keys too.
    pub stages: Option<BTreeSet<String>>,
    pub removal: Removal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    Leave,
    Prune,
}

/// A plan that is valid.
#[derive(Debug)]
pub struct Plan {
    pub scope: ApplyScope,
    pub desired: StoredItems,
    /// The tables when it was made.
    pub base: StoredItems,
    /// All that an apply changes.
    pub difference: Difference,
    /// Items that the file does not have, and that stay.
    pub left: Vec<ItemName>,
    /// By their names.
    pub stages: Vec<StagePlan>,
    pub warnings: Vec<Problem>,
    /// Applies to these stages that have not ended: this one takes their place.
    pub unfinished: Vec<UnfinishedApply>,
    /// Usage plans that are new or changed.
    pub usage_plans: Vec<Item>,
    pub removed_usage_plans: Vec<String>,
    pub api_keys: Vec<KeyChange>,
}

/// The fields of a key that change.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyChange {
    pub key_hash: String,
    pub fields: Item,
}

/// The outcome of planning.
#[derive(Debug)]
pub enum Planning {
    Valid(Box<Plan>),
    /// The tables would hold items with problems: all of these.
    Invalid(Vec<Problem>),
}

impl ApplyScope {
    /// The items of a file that are in the scope.
    fn of(&self, mut items: StoredItems) -> StoredItems {
        if let Some(stages) = &self.stages {
            items.stages.retain(|item| stages.contains(text(item, "stage")));
            items.routes.retain(|stage, _| stages.contains(stage));
            items.usage_plans.clear();
            items.api_keys.clear();
        }
        items
    }
}

impl Plan {
    /// Reads the tables, and plans to make them what `desired` says.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn make(
        store: &Store,
        desired: StoredItems,
        scope: ApplyScope,
    ) -> Result<Planning, StoreError> {
        let desired = scope.of(desired);
        let base = read_items(store, scope.stages.as_ref()).await?;
        let MergedItems { items: target, left } = merged_items(&base, &desired, scope.removal);
        let difference = Difference::between(&base, &target);
        let mut findings = Findings::default();
        check_keys_and_plans(store, &base, &target, &desired, &mut findings);
        check_sizes(store, &difference, &target, &mut findings);
        let mut stages = Vec::new();
        for stage in desired.routes.keys().chain(base.routes.keys()).collect::<BTreeSet<_>>() {
            if desired.routes.contains_key(stage) || !target.routes.contains_key(stage) {
                stages.extend(stage_plan(store, stage, &base, &target, &difference, &mut findings).await?);
            }
        }
        let Findings { mut problems, warnings } = findings;
        if !problems.is_empty() {
            problems.sort();
            return Ok(Planning::Invalid(problems));
        }
        let mut plan = Self {
            unfinished: stages.iter().filter_map(unfinished).collect(),
            scope,
            desired,
            base,
            left,
            stages,
            warnings,
            usage_plans: Vec::new(),
            removed_usage_plans: Vec::new(),
            api_keys: Vec::new(),
            difference: Difference::default(),
        };
        plan.add_keys_and_plans(&target, &difference);
        plan.difference = difference;
        Ok(Planning::Valid(Box::new(plan)))
    }

    /// Says if there is nothing to do: the tables hold what the file says, and it is served.
    pub fn is_empty(&self) -> bool {
        let is_idle = |stage: &StagePlan| matches!(stage.work, StageWork::Nothing(_));
        self.stages.iter().all(is_idle) && !self.changes_keys_or_plans()
    }

    /// Says if usage plans or keys change, which are no stage's own.
    pub fn changes_keys_or_plans(&self) -> bool {
        !(self.usage_plans.is_empty() && self.removed_usage_plans.is_empty() && self.api_keys.is_empty())
    }

    /// The number of items that are written.
    pub fn write_count(&self) -> usize {
        let of_stages: usize = self.stages.iter().map(|stage| stage.work.writes().len()).sum();
        of_stages + self.usage_plans.len() + self.removed_usage_plans.len() + self.api_keys.len()
    }

    fn add_keys_and_plans(&mut self, target: &StoredItems, difference: &Difference) {
        for item in &difference.items {
            match (&item.name, item.change) {
                (ItemName::UsagePlan(id), Change::Removed) => self.removed_usage_plans.push(id.clone()),
                (ItemName::UsagePlan(id), Change::Added | Change::Changed) => {
                    self.usage_plans.extend(item_of(&target.usage_plans, "usagePlanId", id).cloned());
                }
                (ItemName::ApiKey(id), _) => {
                    let key = |items: &StoredItems| item_of(&items.api_keys, "id", id).cloned();
                    let (base, target) =
                        (key(&self.base).unwrap_or_default(), key(target).unwrap_or_default());
                    let fields = target.iter().filter(|(name, value)| base.get(*name) != Some(value));
                    self.api_keys.push(KeyChange {
                        key_hash: text(&base, "keyHash").to_owned(),
                        fields: fields.map(|(name, value)| (name.clone(), value.clone())).collect(),
                    });
                }
                (ItemName::OfStage { .. }, _) => {}
            }
        }
    }
}

fn unfinished(stage: &StagePlan) -> Option<UnfinishedApply> {
    let mark = ApplyMark::of(stage.base_item.as_ref()?)?;
    Some(UnfinishedApply { stage: stage.stage.clone(), mark })
}

/// `None`: there are problems, which are among the findings.
async fn stage_plan(
    store: &Store,
    stage: &str,
    base: &StoredItems,
    target: &StoredItems,
    difference: &Difference,
    findings: &mut Findings,
) -> Result<Option<StagePlan>, StoreError> {
    let base_item = item_of(&base.stages, "stage", stage).cloned();
    let base_routes = base.routes.get(stage).cloned().unwrap_or_default();
    let text_of_item =
        |name: &str| base_item.as_ref().map(|item| text(item, name)).filter(|text| !text.is_empty());
    let served = text_of_item("deploymentId").map(str::to_owned);
    let planned = planned(target, stage, base_item.clone());
    let writes = writes(difference, stage, &planned.routes);
    let plan = |base_item, work| StagePlan {
        stage: stage.to_owned(),
        served: served.clone(),
        base_item,
        base_routes,
        work,
    };
    if !target.routes.contains_key(stage) {
        return Ok(Some(plan(base_item, StageWork::Remove { writes })));
    }
    let deployment = match check_planned(store, &planned).await? {
        Ok(deployment) => deployment,
        Err(Findings { problems, warnings }) => {
            findings.problems.extend(problems);
            findings.warnings.extend(warnings);
            return Ok(None);
        }
    };
    findings.warnings.extend(deployment.warnings.iter().cloned());
    let fields = fields(base_item.as_ref(), &planned.item);
    let has = |name: &str| base_item.as_ref().is_some_and(|item| item.contains_key(name));
    let is_served = served.as_ref() == Some(&deployment.id) || has("canarySettings");
    let is_different = difference.items.iter().any(|item| item.name.stage() == Some(stage));
    let is_to_be_published = is_different || !is_served || has("applying");
    let change = Box::new(StageChange { planned, deployment, fields, writes });
    let work = if is_to_be_published { StageWork::Publish(change) } else { StageWork::Nothing(change) };
    Ok(Some(plan(base_item, work)))
}

/// Checks that DynamoDB takes the items that are new or changed.
fn check_sizes(store: &Store, difference: &Difference, target: &StoredItems, findings: &mut Findings) {
    let tables = &store.tables;
    for written in difference.items.iter().filter(|item| item.change != Change::Removed) {
        let (table, key, item) = match &written.name {
            ItemName::OfStage { stage, part: StageItem::Settings } => {
                (&tables.stages, format!("stage={stage}"), item_of(&target.stages, "stage", stage))
            }
            ItemName::OfStage { stage, part } => {
                let route_key = match part {
                    StageItem::Route(key) => key,
                    StageItem::Api | StageItem::Settings => API,
                };
                let routes = target.routes.get(stage).map(Vec::as_slice).unwrap_or_default();
                let key = format!("stage={stage} routeKey={route_key}");
                (&tables.routes, key, item_of(routes, "routeKey", route_key))
            }
            ItemName::UsagePlan(id) => {
                let item = item_of(&target.usage_plans, "usagePlanId", id);
                (&tables.usage_plans, format!("usagePlanId={id}"), item)
            }
            ItemName::ApiKey(id) => {
                (&tables.api_keys, format!("id={id}"), item_of(&target.api_keys, "id", id))
            }
        };
        findings.problems.extend(item.and_then(|item| too_large(ItemId { table, key: &key }, item)));
    }
}

/// Checks the keys of the file as they would be, and those whose plan goes.
fn check_keys_and_plans(
    store: &Store,
    base: &StoredItems,
    target: &StoredItems,
    desired: &StoredItems,
    findings: &mut Findings,
) {
    let [keys_table, plans_table] = [&store.tables.api_keys, &store.tables.usage_plans].map(String::as_str);
    let stages = target.routes.keys().cloned().collect();
    let references =
        KeyReferences::new([keys_table, plans_table], &stages, &target.api_keys, &target.usage_plans);
    let plans = |items: &StoredItems| -> BTreeMap<String, ()> {
        items.usage_plans.iter().map(|plan| (text(plan, "usagePlanId").to_owned(), ())).collect()
    };
    let (had, has) = (plans(base), plans(target));
    for key in &target.api_keys {
        let is_of_file = item_of(&desired.api_keys, "id", text(key, "id")).is_some();
        let plan = text(key, "usagePlanId");
        if is_of_file || (had.contains_key(plan) && !has.contains_key(plan)) {
            references.check(key, findings);
        }
    }
    for key in &desired.api_keys {
        let id = text(key, "id");
        if item_of(&base.api_keys, "id", id).is_none() {
            let item = ItemId { table: keys_table, key: &ApiKey::key_of(key) };
            let expected = "the id of a key that exists (tollgate keys create makes one)";
            findings.problems.push(Problem::new(item, "id", &format!("{id:?}, which no key has"), expected));
        }
    }
}
