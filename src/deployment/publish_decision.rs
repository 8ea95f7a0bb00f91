//! The decision of a publisher, candidate from what was read of a stage, without asking anybody.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Snapshot,
    candidate::{Candidate, PackedDeployment},
    footprint::Footprint,
    last_good,
    publication::PublishPurpose,
    stage_state::StageState,
};
use crate::{
    error::{InvalidConfiguration, ItemId, Problem},
    item::{Findings, Parsed},
    stages::StageSettings,
    store::{ApplyMark, AutoDeploy, LastGood, PointerMove, StageRow, Store},
};

/// As much as fits a stage item that is read every few seconds.
const MAX_MESSAGE_BYTES: usize = 2_000;

/// The outcome of publishing a stage.
#[derive(Debug, PartialEq, Eq)]
pub enum PublishOutcome {
    /// The stage serves this deployment, and did not before.
    Published { deployment_id: String, routes: usize, footprint: Footprint, warnings: Vec<Problem> },
    /// The stage serves exactly these items already.
    Unchanged { deployment_id: String, footprint: Footprint, warnings: Vec<Problem> },
    /// The same, but what was stored of the deployment was not whole, and is again.
    Restored { deployment_id: String, footprint: Footprint, warnings: Vec<Problem> },
    /// Nothing is served that was not before: everything that is wrong.
    Invalid { problems: Vec<Problem>, warnings: Vec<Problem> },
    /// The stage has `autoDeploy: false`, or no items at all; or its items are half written by an apply.
    LeftAlone,
    /// An operator asks, and an apply to the stage has not ended.
    Applying(ApplyMark),
}

pub type Items = Map<String, Value>;

/// The changes that a publisher is to make.
#[derive(Debug)]
pub struct PublishDecision {
    pub outcome: PublishOutcome,
    pub snapshot: Option<Arc<Snapshot>>,
    pub update: Option<StageUpdate>,
}

/// The change of the stage item, and of the record beside it.
#[derive(Debug, PartialEq)]
pub struct StageUpdate {
    pub deployment_id: Option<String>,
    /// `None`: the stage serves that deployment already.
    pub moved: Option<PointerMove>,
    pub auto_deploy: AutoDeploy,
    pub status: &'static str,
    pub message: String,
    pub last_good: Option<LastGood>,
}

impl StageUpdate {
    /// A change of the status alone.
    fn of_status(status: &'static str, message: String) -> Self {
        Self {
            deployment_id: None,
            moved: None,
            auto_deploy: AutoDeploy::Keep,
            status,
            message,
            last_good: None,
        }
    }
}

const LEFT_ALONE: PublishDecision =
    PublishDecision { outcome: PublishOutcome::LeftAlone, snapshot: None, update: None };

pub fn decide(
    store: &Store,
    stage: &str,
    purpose: PublishPurpose<'_>,
    state: &StageState,
) -> PublishDecision {
    let tables = &store.tables;
    let Parsed { value: settings, mut warnings } = state.settings.clone();
    let mut problems = settings.map_or_else(|invalid| invalid.0, |_| Vec::new());
    problems.extend(state.claim.conflicts.iter().map(|conflict| conflict.problem(&tables.stages, stage)));
    problems.extend(state.pointer.problems.iter().cloned());
    let Some(candidate) = &state.candidate else {
        return status(state, None, Findings { problems, warnings });
    };

    warnings.extend(candidate.warnings.iter().cloned());
    let packed = match &candidate.deployment {
        Ok(packed) if problems.is_empty() => packed,
        Ok(_) => return invalid(state, Findings { problems, warnings }),
        Err(InvalidConfiguration(of_routes)) => {
            // The pointer's deployment may be made of the same items.
            let new = of_routes.iter().filter(|problem| !state.pointer.problems.contains(problem));
            problems.extend(new.cloned());
            return invalid(state, Findings { problems, warnings });
        }
    };
    let routes = ItemId { table: &tables.routes, key: &format!("stage={stage}") };
    match candidate.check_memory(routes, store.deployment_memory) {
        Ok(()) => match purpose {
            PublishPurpose::Status => status(state, Some(candidate), Findings { problems, warnings }),
            PublishPurpose::Publish(_) | PublishPurpose::Check => {
                valid(state, purpose, candidate.footprint, packed, warnings)
            }
        },
        Err(problem) => invalid(state, Findings { problems: vec![*problem], warnings }),
    }
}

fn valid(
    state: &StageState,
    purpose: PublishPurpose<'_>,
    footprint: Footprint,
    packed: &PackedDeployment,
    warnings: Vec<Problem>,
) -> PublishDecision {
    let row = state.row.as_ref();
    let PackedDeployment { routes, snapshot } = packed;
    let (routes, id) = (*routes, &snapshot.id);
    let held = purpose.is_edit() && row.is_some_and(is_held);
    let counted_routes = counted(routes, "route");
    let mut message = if held {
        format!("{counted_routes} in deployment {id}; canarySettings hold the stage where it is")
    } else {
        counted_routes
    };
    list(&mut message, "warning: ", &warnings);
    let last_good = LastGood {
        deployment_id: id.clone(),
        item: state.settings.value.as_ref().map_or_else(|_| Items::new(), |settings| recorded(row, settings)),
    };
    let is_pointed = row.and_then(|row| row.deployment_id.as_ref()) == Some(id);
    let auto_deploy = match purpose.auto_deploy() {
        AutoDeploy::On if state.auto_deploys() => AutoDeploy::Keep,
        other => other,
    };
    let is_settled = held
        || (is_pointed && state.last_good.as_ref() == Some(&last_good) && auto_deploy == AutoDeploy::Keep);
    let update = if held {
        StageUpdate::of_status("OK", message)
    } else {
        StageUpdate {
            deployment_id: Some(id.clone()),
            moved: purpose.moved(id, routes).filter(|_| state.served() != Some(id)),
            auto_deploy,
            last_good: Some(last_good),
            ..StageUpdate::of_status("OK", message)
        }
    };
    let update = (!is_settled || !says(row, &update)).then_some(update);
    let deployment_id = id.clone();
    let outcome = if state.served() == Some(id) {
        PublishOutcome::Unchanged { deployment_id, footprint, warnings }
    } else {
        PublishOutcome::Published { deployment_id, routes, footprint, warnings }
    };
    PublishDecision { outcome, snapshot: Some(Arc::clone(snapshot)), update }
}

/// Says if a canary holds a stage where it is when its items are edited.
pub fn is_held(row: &StageRow) -> bool {
    let has_canary = row.item.get("canarySettings").is_some_and(|settings| !settings.is_null());
    has_canary && row.deployment_id.is_some()
}

fn recorded(row: Option<&StageRow>, settings: &StageSettings) -> Items {
    match row {
        Some(row) => last_good::of_item(&row.item),
        None => Items::from_iter([("stage".to_owned(), settings.name.clone().into())]),
    }
}

fn invalid(state: &StageState, findings: Findings) -> PublishDecision {
    let Findings { problems, warnings } = findings;
    let row = state.row.as_ref();
    let consequence = match state.served() {
        Some(id) if state.is_lost(id) => {
            "what was served is lost, and instances that start serve nothing until tollgate deploy stores the items"
        }
        Some(_) => "the last valid deployment stays",
        None => "nothing is served yet",
    };
    let mut message = format!("{}; {consequence}", counted(problems.len(), "problem"));
    list(&mut message, "", &problems);
    list(&mut message, "warning: ", &warnings);
    let update = StageUpdate::of_status("INVALID", message);
    // Without an item, the settings are of the name alone: no stage can be called so.
    let can_be = row.is_some() || state.settings.value.is_ok();
    let update = (can_be && !says(row, &update)).then_some(update);
    PublishDecision { outcome: PublishOutcome::Invalid { problems, warnings }, snapshot: None, update }
}

/// Decides on the stage's status. `candidate` is the deployment of its route items, if they go live by themselves.
fn status(state: &StageState, candidate: Option<&Candidate>, findings: Findings) -> PublishDecision {
    if !findings.problems.is_empty() {
        return invalid(state, findings);
    }
    let warnings = findings.warnings;
    let (Some(row), Some(served)) = (&state.row, state.served()) else { return LEFT_ALONE };
    // Where the item names none, the one that is served was meant, and from now on it is named.
    let deployment_id = (row.deployment_id.is_none() && !state.auto_deploys()).then(|| served.to_owned());
    let packed = candidate.and_then(|candidate| candidate.deployment.as_ref().ok());
    let mut message = match packed {
        Some(packed) if packed.snapshot.id == served => counted(packed.routes, "route"),
        Some(_) | None => format!("serves deployment {served}"),
    };
    list(&mut message, "warning: ", &warnings);
    let update = StageUpdate { deployment_id, ..StageUpdate::of_status("OK", message) };
    let footprint = candidate.map(|candidate| candidate.footprint).unwrap_or_default();
    let outcome = PublishOutcome::Unchanged { deployment_id: served.to_owned(), footprint, warnings };
    let update = (update.deployment_id.is_some() || !says(Some(row), &update)).then_some(update);
    PublishDecision { outcome, snapshot: None, update }
}

/// Says if status and message of `update` stand in the stage item already.
fn says(row: Option<&StageRow>, update: &StageUpdate) -> bool {
    let text = |name: &str| row.and_then(|row| row.item.get(name)?.as_str());
    text("lastDeploymentStatus") == Some(update.status)
        && text("lastDeploymentMessage") == Some(&update.message)
}

/// Appends each problem on a line of its own, as far as a stage item should grow.
fn list(message: &mut String, prefix: &str, problems: &[Problem]) {
    for (index, problem) in problems.iter().enumerate() {
        let line = format!("\n{prefix}{problem}");
        if message.len() + line.len() > MAX_MESSAGE_BYTES {
            message.push_str(&format!("\n… and {} more", problems.len() - index));
            return;
        }
        message.push_str(&line);
    }
}

/// `1 route`, `2 routes`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
