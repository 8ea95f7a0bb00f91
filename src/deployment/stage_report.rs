//! A stage for its operator: what it serves, and what has become of its items. Nothing is published.

use serde_json::{Map, Value};

use super::{
    PublishOutcome, load,
    pointer::{self, Unusable},
    publish::check,
    served::{Follows, Loaded},
};
use crate::{
    error::{Problem, StoreError},
    stages::{PartialSettings, StageSettings},
    store::{ApplyMark, MoveOrigin, Store},
};

/// A stage as its operator wants to know it.
#[derive(Debug, PartialEq)]
pub struct StageReport {
    pub stage: String,
    /// `None`: its item does not say it clearly.
    pub location: Option<StageLocation>,
    /// `None`: nothing, so that it answers 503.
    pub served: Option<ServedDeployment>,
    pub items: ItemsState,
    pub auto_deploy: AutoDeploySetting,
    /// What the gateway has written into the stage item about its last attempt.
    pub last_status: Option<LastStatus>,
    /// As it stands in the stage item.
    pub canary_settings: Option<Value>,
    /// The apply of an API file that has begun and not ended.
    pub unfinished_apply: Option<ApplyMark>,
}

/// Where a stage is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLocation {
    /// Empty for the root.
    pub base_path: String,
    /// None: any that no other stage claims.
    pub hosts: Vec<String>,
}

/// The deployment that instances serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedDeployment {
    pub id: String,
    pub routes: usize,
    pub origin: ServedOrigin,
    /// When and by whom it became what is served; `None`: no record tells.
    pub since: Option<MoveOrigin>,
}

/// Why it is that deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServedOrigin {
    /// The stage item points to it.
    Pointer,
    /// What the item says is no good, and this one was last good.
    LastGood,
}

/// How the items in the tables are to what is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemsState {
    Served,
    /// They are valid, and others than those that are served.
    NotServed,
    Invalid(Vec<Problem>),
}

/// Says if an edit goes live by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoDeploySetting {
    On,
    Off,
}

/// `OK` or `INVALID`, and the message beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastStatus {
    pub status: String,
    pub message: String,
}

/// Reports on a stage; `None`: there is no such stage.
///
/// # Errors
///
/// The store failed.
pub async fn stage_report(store: &Store, stage: &str) -> Result<Option<StageReport>, StoreError> {
    let Some(outcome) = check(store, stage).await? else { return Ok(None) };
    let item = store.stage(stage).await?.map(|row| row.item).unwrap_or_default();
    let settings = StageSettings::parse_partially(&store.tables.stages, &item);
    let (settings, mut served) = match settings {
        Some(PartialSettings::Complete(settings)) => {
            let served = served(load::without_publishing(store, &settings).await?);
            (Some(settings), served)
        }
        // What it points to is not clear; what was last good is served.
        Some(PartialSettings::LikelyLocation(settings)) => {
            let settings = StageSettings { deployment_id: None, ..settings };
            (None, served(load::without_publishing(store, &settings).await?))
        }
        None => (None, None),
    };
    if let Some(served) = &mut served {
        let last = store.history(stage, 1).await?.into_iter().next();
        // A pointer that was moved by hand has no record.
        served.since = last.filter(|last| last.deployment_id == served.id).map(|last| last.origin);
    }
    let auto_deploy = match settings.as_ref().is_none_or(|settings| settings.auto_deploy) {
        true => AutoDeploySetting::On,
        false => AutoDeploySetting::Off,
    };
    Ok(Some(StageReport {
        stage: stage.to_owned(),
        location: settings
            .map(|settings| StageLocation { base_path: settings.base_path, hosts: settings.hosts }),
        served,
        items: items_state(outcome),
        auto_deploy,
        last_status: last_status(&item),
        canary_settings: item.get("canarySettings").cloned(),
        unfinished_apply: ApplyMark::of(&item),
    }))
}

/// The format of a deployment that this version cannot read; `None`: it can, or there is none of this id.
///
/// # Errors
///
/// The store failed.
pub async fn unknown_format(store: &Store, deployment_id: &str) -> Result<Option<u8>, StoreError> {
    Ok(match pointer::published(store, deployment_id).await? {
        Err(Unusable::UnknownFormat(format)) => Some(format),
        Err(Unusable::Unknown | Unusable::NotWhole | Unusable::OfStage(_) | Unusable::Unresolved(_))
        | Ok(_) => None,
    })
}

fn served(loaded: Loaded) -> Option<ServedDeployment> {
    let resolved = loaded.resolved?;
    let origin = match loaded.follows {
        Follows::Item => ServedOrigin::Pointer,
        Follows::LastGood => ServedOrigin::LastGood,
    };
    let routes = resolved.deployment.as_ref().map_or(0, |deployment| deployment.route_count());
    Some(ServedDeployment { id: resolved.id().to_owned(), routes, origin, since: None })
}

fn items_state(outcome: PublishOutcome) -> ItemsState {
    match outcome {
        PublishOutcome::Published { .. } | PublishOutcome::Applying(_) => ItemsState::NotServed,
        PublishOutcome::Unchanged { .. } | PublishOutcome::Restored { .. } | PublishOutcome::LeftAlone => {
            ItemsState::Served
        }
        PublishOutcome::Invalid { problems, .. } => ItemsState::Invalid(problems),
    }
}

fn last_status(item: &Map<String, Value>) -> Option<LastStatus> {
    let text = |name| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let status = text("lastDeploymentStatus").filter(|status| !status.is_empty())?;
    Some(LastStatus { status, message: text("lastDeploymentMessage").unwrap_or_default() })
}
