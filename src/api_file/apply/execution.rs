//! Doing what a plan says: usage plans and keys, then stage after stage, then what goes.
//!
//! A stage serves what it did until its last write. Whoever is stopped before leaves a mark that tells of it, and the next
//! apply ends it.

use serde_json::{Map, Value};

use super::{
    outcome::{Applied, Progress, StageResult, Stop},
    plan::{KeyChange, Plan},
    stage_plan::{CanaryChange, StageChange, StagePlan, StageWork},
    staleness::Staleness,
};
use crate::{
    api_file::export::StoredItems,
    clock::milliseconds,
    deployment::{self, ApplyOutcome, Origin, Publication, finish_apply, finish_canary_apply, is_as_read},
    digest::hex,
    error::StoreError,
    random::random_bytes,
    store::{ApplyMark, ConditionalWrite, RouteWrite, StageRow, Store},
};

type Item = Map<String, Value>;

/// An apply under way.
struct Apply<'a> {
    store: &'a Store,
    mark: ApplyMark,
    origin: Origin<'a>,
}

/// Does what `plan` says.
///
/// # Errors
///
/// The store failed. Stages that were not told of serve what they did.
pub async fn apply(
    store: &Store,
    plan: &Plan,
    origin: Origin<'_>,
    told: &mut dyn FnMut(Progress<'_>),
) -> Result<Applied, StoreError> {
    let at = milliseconds(origin.at) / 1_000;
    let canary = plan.stages.iter().find_map(|stage| stage.work.canary_percent());
    let mark = ApplyMark { id: hex(&random_bytes::<8>()), by: origin.by.to_owned(), at, canary };
    let apply = Apply { store, mark, origin };

    for item in &plan.usage_plans {
        store.put_usage_plan(item).await?;
        told(Progress::Written(1));
    }
    for KeyChange { key_hash, fields } in &plan.api_keys {
        // A key that was deleted meanwhile stays so.
        store.set_api_key_fields(key_hash, fields).await?;
        told(Progress::Written(1));
    }
    let mut applied = Applied { stages: Vec::new(), stopped: None };
    // What is new is served before what is old goes.
    let (removed, others): (Vec<_>, Vec<_>) =
        plan.stages.iter().partition(|stage| matches!(stage.work, StageWork::Remove { .. }));
    for stage in others.into_iter().chain(removed) {
        match apply.stage(stage, told).await? {
            Ok(result) => {
                told(Progress::Ended(&result));
                applied.stages.push(result);
            }
            Err(stop) => {
                applied.stopped = Some(stop);
                return Ok(applied);
            }
        }
    }
    for id in &plan.removed_usage_plans {
        store.delete_usage_plan(id).await?;
        told(Progress::Written(1));
    }
    Ok(applied)
}

impl Apply<'_> {
    async fn stage(
        &self,
        plan: &StagePlan,
        told: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Result<StageResult, Stop>, StoreError> {
        let Self { store, mark, .. } = self;
        let StagePlan { stage, served, work, .. } = plan;
        let writes = match work {
            StageWork::Nothing(_) => {
                return Ok(Ok(StageResult::Unchanged {
                    stage: stage.clone(),
                    deployment_id: served.clone(),
                }));
            }
            StageWork::Publish(_) | StageWork::Canary(_) | StageWork::Remove { .. } => work.writes(),
        };
        if let Err(stop) = self.begin(plan).await? {
            return Ok(Err(stop));
        }
        for batch in RouteWrite::batches(writes) {
            match store.write_routes(stage, mark, batch).await? {
                ConditionalWrite::Done => told(Progress::Written(batch.len())),
                ConditionalWrite::ChangedMeanwhile => return taken_over(store, stage).await.map(Err),
            }
        }
        match work {
            StageWork::Publish(change) | StageWork::Nothing(change) => {
                let StageChange { planned, fields, .. } = &**change;
                let outcome = finish_apply(store, planned, fields, mark, self.origin).await?;
                self.ended(plan, change, outcome).await
            }
            StageWork::Canary(canary) => {
                let CanaryChange { change, settings, .. } = &**canary;
                let outcome =
                    finish_canary_apply(store, &change.planned, settings, mark, self.origin).await?;
                self.ended(plan, change, outcome).await
            }
            StageWork::Remove { .. } => self.remove(plan).await,
        }
    }

    /// Marks the stage, if it is as it was planned; else leaves it as it was.
    async fn begin(&self, plan: &StagePlan) -> Result<Result<(), Stop>, StoreError> {
        let Self { store, mark, origin } = self;
        let StagePlan { stage, base_item, base_routes, .. } = plan;
        let row = store.stage(stage).await?;
        if !Self::is_planned(row.as_ref(), base_item.as_ref()) {
            return stale(store, plan).await.map(Err);
        }
        let former = row.as_ref().and_then(|row| ApplyMark::of(&row.item));
        // A write whose answer was lost is tried again, and then finds its own mark.
        if store.begin_apply(stage, row.as_ref(), mark).await? == ConditionalWrite::ChangedMeanwhile
            && self.marked(stage).await?.is_none()
        {
            return stale(store, plan).await.map(Err);
        }
        if store.routes(stage).await? == *base_routes {
            return Ok(Ok(()));
        }
        let stop = stale(store, plan).await?;
        if let Some(row) = self.marked(stage).await? {
            store.abandon_apply(stage, &row, former.as_ref()).await?;
            // The edit that came meanwhile was left alone.
            let publication = Publication::of_edit(origin.at);
            deployment::publish(store, stage, publication).await?;
        }
        Ok(Err(stop))
    }

    /// Says if nobody has edited the stage item since it was read, moved its pointer or begun another apply.
    fn is_planned(row: Option<&StageRow>, base: Option<&Item>) -> bool {
        match (row, base) {
            (None, None) => true,
            (Some(row), Some(base)) => {
                is_as_read(&row.item, Some(base)) && ApplyMark::of(&row.item) == ApplyMark::of(base)
            }
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    /// The stage with the mark of this apply.
    async fn marked(&self, stage: &str) -> Result<Option<StageRow>, StoreError> {
        let row = self.store.stage(stage).await?;
        Ok(row.filter(|row| ApplyMark::of(&row.item).as_ref() == Some(&self.mark)))
    }

    /// The result of a stage whose items are written.
    async fn ended(
        &self,
        plan: &StagePlan,
        StageChange { planned, deployment, .. }: &StageChange,
        outcome: ApplyOutcome,
    ) -> Result<Result<StageResult, Stop>, StoreError> {
        let Self { store, .. } = self;
        let (stage, routes) = (plan.stage.clone(), deployment.routes);
        Ok(match outcome {
            ApplyOutcome::Served { deployment_id } => {
                Ok(StageResult::Served { stage, deployment_id, former: plan.served.clone(), routes })
            }
            ApplyOutcome::Canary { deployment_id, percent } => {
                Ok(StageResult::Canary { stage, deployment_id, percent })
            }
            ApplyOutcome::Held { deployment_id } => Ok(StageResult::Held { stage, deployment_id }),
            ApplyOutcome::ItemsChanged => {
                let planned = of_stage(&stage, None, planned.routes.clone());
                let now = of_stage(&stage, None, store.routes(&stage).await?);
                Err(Stop::ItemsChanged { staleness: Staleness::between(&planned, &now), stage })
            }
            ApplyOutcome::StageChanged => Err(taken_over(store, &stage).await?),
            ApplyOutcome::Invalid(problems) => Err(Stop::Invalid { stage, problems }),
        })
    }

    async fn remove(&self, plan: &StagePlan) -> Result<Result<StageResult, Stop>, StoreError> {
        let Self { store, .. } = self;
        let StagePlan { stage, served, .. } = plan;
        let Some(row) = self.marked(stage).await? else { return taken_over(store, stage).await.map(Err) };
        let left = store.routes(stage).await?;
        if !left.is_empty() {
            let (planned, now) = (of_stage(stage, None, Vec::new()), of_stage(stage, None, left));
            let staleness = Staleness::between(&planned, &now);
            return Ok(Err(Stop::ItemsChanged { stage: stage.clone(), staleness }));
        }
        // So does a deletion whose answer was lost find nothing.
        if store.remove_marked(stage, &row).await? == ConditionalWrite::ChangedMeanwhile
            && store.stage(stage).await?.is_some()
        {
            return taken_over(store, stage).await.map(Err);
        }
        Ok(Ok(StageResult::Removed { stage: stage.clone(), former: served.clone() }))
    }
}

async fn stale(store: &Store, plan: &StagePlan) -> Result<Stop, StoreError> {
    let StagePlan { stage, base_item, base_routes, .. } = plan;
    let base = of_stage(stage, base_item.clone(), base_routes.clone());
    let item = store.stage(stage).await?.map(|row| row.item);
    let now = of_stage(stage, item, store.routes(stage).await?);
    Ok(Stop::Stale { stage: stage.clone(), staleness: Staleness::between(&base, &now) })
}

async fn taken_over(store: &Store, stage: &str) -> Result<Stop, StoreError> {
    let by = store.stage(stage).await?.and_then(|row| ApplyMark::of(&row.item));
    Ok(Stop::TakenOver { stage: stage.to_owned(), by })
}

fn of_stage(stage: &str, item: Option<Item>, routes: Vec<Item>) -> StoredItems {
    StoredItems {
        stages: item.into_iter().collect(),
        routes: [(stage.to_owned(), routes)].into(),
        ..StoredItems::default()
    }
}
