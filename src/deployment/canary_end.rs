//! The end of a canary: it takes the stage's place, or goes.
//!
//! Each is one write of the stage item, if that is still as it was read.

use serde_json::{Map, Value};

use super::{
    canary_item::{has_canary, keep_validation, others_were_quicker},
    canary_load,
    candidate::Candidate,
    last_good,
    publication::Origin,
    publish::{ATTEMPTS, stage_variables},
    rollback::{FormerAutoDeploy, served_by},
};
use crate::{
    canary::{CanaryRollback, CanarySettings},
    error::{InvalidConfiguration, Problem, StoreError},
    stages::StageSettings,
    store::{ApplyMark, AutoDeploy, ConditionalWrite, LastGood, MoveKind, PointerMove, Promotion, Store},
};

/// The outcome of promoting a canary.
#[derive(Debug)]
pub enum CanaryPromotion {
    Promoted {
        deployment_id: String,
        former: Option<String>,
        items: ItemsAfterCanary,
    },
    /// Nothing has changed: everything that is wrong.
    Invalid(Vec<Problem>),
    RolledBack(CanaryRollback),
    NoStage,
    NoCanary,
    /// Its variables may be changed at this moment.
    Applying(ApplyMark),
}

/// The outcome of ending a canary.
#[derive(Debug)]
pub enum CanaryAbort {
    /// The stage serves what it served, and what its items are is told.
    Aborted {
        served: Option<String>,
        items: ItemsAfterCanary,
    },
    NoStage,
    NoCanary,
}

/// Points a stage at its canary's deployment, with the canary's variables, and ends the canary. Where its items are others,
/// `autoDeploy` goes off in the same write, as when a canary is aborted.
///
/// # Errors
///
/// The store failed.
pub async fn promote_canary(
    store: &Store,
    stage: &str,
    origin: Origin<'_>,
) -> Result<CanaryPromotion, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(row) = store.stage(stage).await? else { return Ok(CanaryPromotion::NoStage) };
        if !has_canary(&row.item) {
            return Ok(CanaryPromotion::NoCanary);
        }
        if let Some(mark) = ApplyMark::of(&row.item) {
            return Ok(CanaryPromotion::Applying(mark));
        }
        let canary = match StageSettings::parse(&store.tables.stages, &row.item).value {
            Ok(StageSettings { canary: Some(canary), .. }) => canary,
            Ok(StageSettings { canary: None, .. }) => return Ok(CanaryPromotion::NoCanary),
            Err(InvalidConfiguration(problems)) => return Ok(CanaryPromotion::Invalid(problems)),
        };
        if let Some(rollback) = canary.rollback {
            return Ok(CanaryPromotion::RolledBack(rollback));
        }
        let resolved = match canary_load::checked(store, stage, &canary).await? {
            Ok(resolved) => resolved,
            Err(problems) => return Ok(CanaryPromotion::Invalid(problems)),
        };
        keep_validation(store, stage, &resolved).await?;
        let CanarySettings { deployment_id, stage_variables, .. } = *canary;
        let mut item = row.item.clone();
        let variables = stage_variables.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        item.insert("stageVariables".to_owned(), Value::Object(variables.collect()));
        let items = items_after_canary(store, stage, &item, Some(&deployment_id)).await?;
        let last_good = LastGood { deployment_id: deployment_id.clone(), item: last_good::of_item(&item) };
        let moved = PointerMove {
            deployment_id: deployment_id.clone(),
            routes: resolved.deployment.map_or(0, |deployment| deployment.route_count()),
            kind: MoveKind::Promote,
            origin: origin.into(),
        };
        let promotion = Promotion {
            moved: &moved,
            stage_variables: &stage_variables,
            message: &format!("serves deployment {deployment_id}"),
            last_good: &last_good,
            auto_deploy: items.auto_deploy(),
        };
        match store.promote_canary(stage, &row, &promotion).await? {
            ConditionalWrite::Done => {
                let former = row.deployment_id;
                return Ok(CanaryPromotion::Promoted { deployment_id, former, items });
            }
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Err(others_were_quicker())
}

/// The route items of a stage whose canary was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemsAfterCanary {
    /// They are what the stage serves.
    Served,
    /// They are not: the canary's edit stands in them, or another one. `autoDeploy`, as it was, is off from now on.
    Others(FormerAutoDeploy),
}

impl ItemsAfterCanary {
    /// What the write that ends the canary does to `autoDeploy`.
    fn auto_deploy(self) -> AutoDeploy {
        match self {
            Self::Others(FormerAutoDeploy::On) => AutoDeploy::Off,
            Self::Served | Self::Others(FormerAutoDeploy::Off) => AutoDeploy::Keep,
        }
    }
}

/// Ends the canary of a stage, which serves all requests with what it served. Where its items are others, `autoDeploy` goes
/// off in the same write: else the next edit of any route, or a late event of the stream, would serve all of them.
///
/// # Errors
///
/// The store failed.
pub async fn abort_canary(store: &Store, stage: &str) -> Result<CanaryAbort, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(row) = store.stage(stage).await? else { return Ok(CanaryAbort::NoStage) };
        if !has_canary(&row.item) {
            return Ok(CanaryAbort::NoCanary);
        }
        let served = served_by(store, stage, &row).await?;
        let items = items_after_canary(store, stage, &row.item, served.as_deref()).await?;
        match store.abort_canary(stage, &row, items.auto_deploy()).await? {
            ConditionalWrite::Done => return Ok(CanaryAbort::Aborted { served, items }),
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Err(others_were_quicker())
}

/// Compares the stored items with what a stage with this item will serve.
async fn items_after_canary(
    store: &Store,
    stage: &str,
    item: &Map<String, Value>,
    served: Option<&str>,
) -> Result<ItemsAfterCanary, StoreError> {
    let table = &store.tables.stages;
    let candidate = Candidate::read(store, stage, &stage_variables(table, Some(item))).await?;
    let is_served = candidate.deployment.is_ok_and(|packed| Some(&*packed.snapshot.id) == served);
    if is_served && ApplyMark::of(item).is_none() {
        return Ok(ItemsAfterCanary::Served);
    }
    // An item with problems deploys by itself as soon as it is mended.
    let auto_deploys = StageSettings::parse(table, item).value.map_or(true, |item| item.auto_deploy);
    Ok(ItemsAfterCanary::Others(if auto_deploys { FormerAutoDeploy::On } else { FormerAutoDeploy::Off }))
}
