//! Publishing: a stage's items become a deployment, and the stage points to it.
//!
//! Three publish: the function that the stream of the routes table invokes, `tollgate deploy`, and an instance that finds
//! a stage without any deployment.
//!
//! An invalid set changes nothing that is served. Two publishers may race: the stage item is read before the
//! routes, and its pointer moves only if it is still as it was read.

use serde_json::{Map, Value};
use tracing::error;

use super::{
    base_path_claims::BasePathClaim,
    canary_load,
    candidate::Candidate,
    pointer::{self, Pointing},
    publication::{Publication, PublishPurpose, Trigger},
    publish_decision::{PublishDecision, PublishOutcome, StageUpdate, decide},
    stage_state::{PointerCheck, PointerTarget, StageState},
    storing::store_snapshot,
};
use crate::{
    error::{InvalidConfiguration, StoreError},
    item::StageVariables,
    stages::{PartialSettings, StageSettings},
    store::{ConditionalWrite, Pointer, Record, Store, TargetState},
};

/// Other publishers may be quicker so often.
pub(super) const ATTEMPTS: usize = 5;

/// Publishes `stage`.
///
/// # Errors
///
/// The store failed; nothing that is served has changed, and the caller may try again.
pub async fn publish(
    store: &Store,
    stage: &str,
    publication: Publication<'_>,
) -> Result<PublishOutcome, StoreError> {
    Ok(act(store, stage, PublishPurpose::Publish(publication)).await?.outcome)
}

/// Finds out how publishing `stage` would end, unless what it points to is no good. Changes nothing; `None`: there is
/// no such stage.
///
/// # Errors
///
/// The store failed.
pub async fn check(store: &Store, stage: &str) -> Result<Option<PublishOutcome>, StoreError> {
    let Some(state) = read_state(store, stage, PublishPurpose::Check).await? else { return Ok(None) };
    let outcome = decide(store, stage, PublishPurpose::Check, &state).outcome;
    Ok((outcome != PublishOutcome::LeftAlone).then_some(outcome))
}

/// Writes the stage's status and message into its item, as far as they do not stand there yet; where it names no
/// deployment and is not to get one by itself, it names the one that is served from now on.
///
/// # Errors
///
/// The store failed.
pub async fn write_status(store: &Store, stage: &str) -> Result<StatusWrite, StoreError> {
    Ok(act(store, stage, PublishPurpose::Status).await?.status_write)
}

/// Says if the stage item was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusWrite {
    Written,
    UpToDate,
}

/// The end of an attempt to publish.
struct Act {
    outcome: PublishOutcome,
    status_write: StatusWrite,
}

async fn act(store: &Store, stage: &str, purpose: PublishPurpose<'_>) -> Result<Act, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(mut state) = read_state(store, stage, purpose).await? else {
            return Ok(Act { outcome: PublishOutcome::LeftAlone, status_write: StatusWrite::UpToDate });
        };
        if purpose.is_request()
            && let Some(mark) = state.applying()
        {
            return Ok(Act { outcome: PublishOutcome::Applying(mark), status_write: StatusWrite::UpToDate });
        }
        let mut decision = decide(store, stage, purpose, &state);
        if matches!(decision.outcome, PublishOutcome::Invalid { .. }) && state.pointer.problems.is_empty() {
            // The pointer stays, so its problems are reported as well.
            state.pointer = check_pointer(store, stage, &state).await?;
            decision = decide(store, stage, purpose, &state);
        }
        let PublishDecision { outcome, snapshot, update } = decision;
        // Each step before the last one leaves what is served as it is, and is done again by whoever comes next.
        let (outcome, target) = match &snapshot {
            Some(snapshot) => store_snapshot(store, stage, snapshot, purpose, outcome).await?,
            None => (outcome, TargetState::InUse),
        };
        let Some(update) = update else { return Ok(Act { outcome, status_write: StatusWrite::UpToDate }) };
        if update.deployment_id.is_some()
            && state.claim.take(store, stage).await? == ConditionalWrite::ChangedMeanwhile
        {
            continue;
        }
        match store.point(stage, state.row.as_ref(), &pointer_of(&state, &update, target)).await? {
            ConditionalWrite::Done => return Ok(Act { outcome, status_write: StatusWrite::Written }),
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Err(StoreError::new("moving the stage's pointer", format!("others were quicker {ATTEMPTS} times")))
}

pub(super) fn pointer_of<'a>(
    state: &'a StageState,
    update: &'a StageUpdate,
    target: TargetState,
) -> Pointer<'a> {
    let record = match &update.last_good {
        Some(last_good) => Record::Write(last_good),
        None if state.row.is_none() && state.last_good.is_some() => Record::Forget,
        None => Record::Keep,
    };
    let StageUpdate { deployment_id, moved, auto_deploy, status, message, .. } = update;
    Pointer {
        deployment_id: deployment_id.as_deref(),
        moved: moved.as_ref(),
        target,
        auto_deploy: *auto_deploy,
        status,
        message,
        record,
        apply: None,
    }
}

/// Reads all that a decision needs; `None`: the stage is left alone.
async fn read_state(
    store: &Store,
    stage: &str,
    purpose: PublishPurpose<'_>,
) -> Result<Option<StageState>, StoreError> {
    // The stage first: whoever edits a route after this read publishes after us, and we notice.
    let row = store.stage(stage).await?;
    let named = Map::from_iter([("stage".to_owned(), Value::from(stage))]);
    let item = row.as_ref().map_or(&named, |row| &row.item);
    let settings = StageSettings::parse(&store.tables.stages, item);
    let stage_variables = stage_variables(&store.tables.stages, Some(item));
    let mut state = StageState {
        row,
        settings,
        stage_variables,
        candidate: None,
        last_good: None,
        claim: BasePathClaim::default(),
        pointer: PointerCheck::default(),
    };
    // What an apply has half written is nobody's to publish, or to report on.
    let is_applying = state.applying().is_some();
    let waits = match purpose {
        PublishPurpose::Publish(Publication { trigger: Trigger::Edit, .. }) => {
            !state.auto_deploys() || is_applying
        }
        PublishPurpose::Status => state.row.is_none() || is_applying,
        PublishPurpose::Publish(Publication { trigger: Trigger::Request, .. }) | PublishPurpose::Check => {
            false
        }
    };
    if waits {
        return Ok(None);
    }
    if purpose != PublishPurpose::Status || state.auto_deploys() {
        state.candidate = Some(Candidate::read(store, stage, &state.stage_variables).await?);
    }
    if state.row.is_none() && state.candidate.as_ref().is_none_or(|candidate| !candidate.has_items) {
        return Ok(None);
    }
    state.last_good = store.last_good(stage).await?;
    if let Ok(settings) = &state.settings.value {
        state.claim = BasePathClaim::of(store, settings).await?;
    }
    state.pointer = match purpose {
        PublishPurpose::Publish(_) => PointerCheck::default(),
        PublishPurpose::Check | PublishPurpose::Status => check_pointer(store, stage, &state).await?,
    };
    Ok(Some(state))
}

/// The variables that a stage's routes are read with, whatever else is wrong with its item.
pub(super) fn stage_variables(table: &str, item: Option<&Map<String, Value>>) -> StageVariables {
    match item.and_then(|item| StageSettings::parse_partially(table, item)) {
        Some(PartialSettings::Complete(settings) | PartialSettings::LikelyLocation(settings)) => {
            settings.stage_variables
        }
        None => StageVariables::new(),
    }
}

/// Checks the deployments that the stage points to: its own, and its canary's.
async fn check_pointer(store: &Store, stage: &str, state: &StageState) -> Result<PointerCheck, StoreError> {
    let mut check = check_own_pointer(store, stage, state).await?;
    if let Ok(settings) = &state.settings.value
        && let Some(canary) = settings.active_canary()
        && let Err(problems) = canary_load::checked(store, stage, canary).await?
    {
        let new = problems.into_iter().filter(|problem| !check.problems.contains(problem));
        check.problems.extend(new.collect::<Vec<_>>());
    }
    Ok(check)
}

async fn check_own_pointer(
    store: &Store,
    stage: &str,
    state: &StageState,
) -> Result<PointerCheck, StoreError> {
    let names_none = state.row.as_ref().is_none_or(|row| row.deployment_id.is_none());
    let Some(id) = state.served().filter(|_| !names_none || !state.auto_deploys()) else {
        return Ok(PointerCheck::default());
    };
    let checked = match &state.settings.value {
        Ok(settings) => pointer::resolved(store, settings, id).await?.map(drop),
        // The problems of the stage's variables are reported already.
        Err(_) => pointer::published(store, id).await?.and_then(|whole| whole.check_stage(stage)),
    };
    Ok(match checked {
        Ok(()) => PointerCheck::default(),
        Err(why) => PointerCheck {
            problems: why.problems(&store.tables.stages, stage, id, Pointing::Stage),
            target: if why.is_lost() { PointerTarget::Lost } else { PointerTarget::Whole },
        },
    })
}

/// The log line that the metric `ConfigurationInvalid` is read from.
pub fn invalid_configuration(stage: &str, invalid: &InvalidConfiguration) {
    error!(metric = "ConfigurationInvalid", stage, problems = %invalid, "items are invalid; what was served stays");
}
