//! The answers of canaries, counted for the whole fleet, and the switch that turns one off that fails too often.
//!
//! Counts are added to the store beside requests, once in a few seconds; what the store gives back is the fleet's. An
//! instance without the store goes by its own counts alone: it never acts on what it does not know.

use std::{
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use http::StatusCode;
use tracing::{error, warn};

use super::{AnswerCounts, CanaryRollback, CanarySettings, RecentAnswers, RollbackRule, Slot};
use crate::{
    clock::milliseconds,
    error::{StoreError, chain},
};

/// The state of canaries that all instances share.
pub trait CanaryStore: Send + Sync + 'static {
    /// Adds answers to a slot of a stage's canary, once, and gives the fleet's answers of the last minute.
    fn add_answers(
        &self,
        stage: &str,
        deployment_id: &str,
        slot: Slot,
        counts: AnswerCounts,
        now: SystemTime,
    ) -> impl Future<Output = AddedAnswers> + Send;

    /// Writes into the stage item that its canary is off, if it is this deployment, and is not off yet.
    fn roll_back(
        &self,
        stage: &str,
        deployment_id: &str,
        rollback: &CanaryRollback,
    ) -> impl Future<Output = Result<RollbackWrite, StoreError>> + Send;
}

/// The outcome of adding answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedAnswers {
    /// The fleet's answers of the last minute.
    Recent(AnswerCounts),
    /// It certainly did not happen.
    NotSent,
    /// It may have happened, and what the fleet has counted is not known.
    Unknown,
}

/// The outcome of switching a canary off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollbackWrite {
    Done,
    /// Another instance was quicker, or the stage has another canary, or none.
    ChangedMeanwhile,
}

/// The canaries that this instance serves.
#[derive(Debug)]
pub struct CanaryWatch<S> {
    store: S,
    canaries: Mutex<Vec<WatchedCanary>>,
    is_due: AtomicBool,
}

/// The canary of one stage.
#[derive(Debug)]
struct WatchedCanary {
    stage: String,
    deployment_id: String,
    rule: Option<RollbackRule>,
    /// This instance's own answers.
    own: RecentAnswers,
    /// Those among them that the store has not got yet.
    pending: RecentAnswers,
    /// When the store was last written to; milliseconds since 1970.
    written_ms: u64,
    /// When the store last left open what it has counted.
    unknown_ms: Option<u64>,
    stopped_ms: Option<u64>,
}

/// Answers on their way to the store.
struct DueAnswers {
    stage: String,
    deployment_id: String,
    rule: Option<RollbackRule>,
    slot: Slot,
    counts: AnswerCounts,
    own: AnswerCounts,
    own_judgement: OwnJudgement,
}

/// Says when an instance goes by its own answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnJudgement {
    /// Also beside the fleet's, which may lack some of them.
    Always,
    WithoutTheStore,
}

const WRITE_EVERY_MS: u64 = 5_000;
/// Of many answers the store is told sooner, but not more often than this.
const LEAST_PAUSE_MS: u64 = 1_000;
const MANY_ANSWERS: u64 = 50;
/// By then every look at the stages shows that a canary is off, and no answer counts any more.
const MINUTE_MS: u64 = 60_000;

impl<S: CanaryStore> CanaryWatch<S> {
    pub fn new(store: S) -> Self {
        Self { store, canaries: Mutex::default(), is_due: AtomicBool::new(false) }
    }

    /// Says if this instance has seen that the canary is off, and may not have read it from the stage item yet.
    pub fn is_stopped(&self, stage: &str, deployment_id: &str, now: SystemTime) -> bool {
        let canaries = self.canaries();
        let canary = canaries.iter().find(|canary| canary.is_of(stage, deployment_id));
        canary.is_some_and(|canary| canary.is_stopped(milliseconds(now)))
    }

    /// Counts an answer of a stage's canary.
    pub fn count(&self, stage: &str, settings: &CanarySettings, status: StatusCode, now: SystemTime) {
        let now_ms = milliseconds(now);
        let mut canaries = self.canaries();
        let index = canaries.iter().position(|canary| canary.stage == stage).unwrap_or_else(|| {
            canaries.push(WatchedCanary::new(stage, settings));
            canaries.len() - 1
        });
        let canary = &mut canaries[index];
        if canary.deployment_id != settings.deployment_id {
            *canary = WatchedCanary::new(stage, settings);
        }
        canary.rule = settings.rollback_rule;
        canary.own.add(Slot::at(now_ms), AnswerCounts::of(status));
        canary.pending.add(Slot::at(now_ms), AnswerCounts::of(status));
        if canary.is_due(now_ms) {
            self.is_due.store(true, Ordering::Relaxed);
        }
    }

    /// Says if there is something to [settle](Self::settle).
    pub fn is_due(&self) -> bool {
        self.is_due.load(Ordering::Relaxed)
    }

    /// Tells the store what was counted, and switches canaries off that fail too often: after an answer.
    pub async fn settle(&self, now: SystemTime) {
        self.is_due.store(false, Ordering::Relaxed);
        let now_ms = milliseconds(now);
        for due in self.take(now_ms, |canary| canary.is_due(now_ms)) {
            self.settle_one(&due, now).await;
        }
    }

    /// The process ends: tells the store all that it has not been told yet.
    pub async fn shut_down(&self, now: SystemTime) {
        let now_ms = milliseconds(now);
        for due in self.take(now_ms, |canary| canary.pending_answers(now_ms) > 0) {
            self.settle_one(&due, now).await;
        }
    }

    async fn settle_one(&self, due: &DueAnswers, now: SystemTime) {
        let DueAnswers { stage, deployment_id, rule, slot, counts, .. } = due;
        let now_ms = milliseconds(now);
        let judge = |recent| rule.and_then(|rule| rule.judge(recent, now_ms / 1_000));
        let added = self.store.add_answers(stage, deployment_id, *slot, *counts, now).await;
        let judged = match (added, due.own_judgement) {
            (AddedAnswers::Recent(recent), OwnJudgement::WithoutTheStore) => judge(recent),
            (AddedAnswers::Recent(recent), OwnJudgement::Always) => judge(recent).or_else(|| judge(due.own)),
            (AddedAnswers::NotSent, _) => {
                self.update(due, |canary| canary.pending.add(*slot, *counts));
                judge(due.own)
            }
            (AddedAnswers::Unknown, _) => {
                self.update(due, |canary| canary.unknown_ms = Some(now_ms));
                judge(due.own)
            }
        };
        let Some(rollback) = judged else { return };
        match self.store.roll_back(stage, deployment_id, &rollback).await {
            Ok(RollbackWrite::Done) => {
                let CanaryRollback { reason, .. } = &rollback;
                error!(
                    metric = "CanaryRolledBack",
                    stage,
                    deploymentId = deployment_id,
                    reason,
                    "the canary is off"
                );
            }
            Ok(RollbackWrite::ChangedMeanwhile) => {}
            Err(error) => {
                warn!(
                    metric = "Degraded",
                    stage,
                    cause = chain(&error),
                    "a canary could not be switched off"
                );
                return;
            }
        }
        self.update(due, |canary| {
            canary.stopped_ms = Some(now_ms);
            (canary.own, canary.pending) = Default::default();
        });
    }

    fn take(&self, now_ms: u64, is_due: impl Fn(&WatchedCanary) -> bool) -> Vec<DueAnswers> {
        let slot = Slot::at(now_ms);
        let mut canaries = self.canaries();
        let due = canaries.iter_mut().filter(|canary| is_due(canary));
        let due = due.map(|canary| {
            canary.written_ms = now_ms;
            DueAnswers {
                stage: canary.stage.clone(),
                deployment_id: canary.deployment_id.clone(),
                rule: canary.rule,
                slot,
                counts: mem::take(&mut canary.pending).sum(slot),
                own: canary.own.sum(slot),
                own_judgement: if within_a_minute(canary.unknown_ms, now_ms) {
                    OwnJudgement::Always
                } else {
                    OwnJudgement::WithoutTheStore
                },
            }
        });
        due.collect()
    }

    /// Changes what is known of a canary, unless another one has taken its place.
    fn update(&self, due: &DueAnswers, update: impl FnOnce(&mut WatchedCanary)) {
        let mut canaries = self.canaries();
        let canary = canaries.iter_mut().find(|canary| canary.is_of(&due.stage, &due.deployment_id));
        if let Some(canary) = canary {
            update(canary);
        }
    }

    fn canaries(&self) -> MutexGuard<'_, Vec<WatchedCanary>> {
        self.canaries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WatchedCanary {
    fn new(stage: &str, settings: &CanarySettings) -> Self {
        Self {
            stage: stage.to_owned(),
            deployment_id: settings.deployment_id.clone(),
            rule: None,
            own: RecentAnswers::default(),
            pending: RecentAnswers::default(),
            written_ms: 0,
            unknown_ms: None,
            stopped_ms: None,
        }
    }

    fn is_of(&self, stage: &str, deployment_id: &str) -> bool {
        self.stage == stage && self.deployment_id == deployment_id
    }

    fn is_stopped(&self, now_ms: u64) -> bool {
        within_a_minute(self.stopped_ms, now_ms)
    }

    fn pending_answers(&self, now_ms: u64) -> u64 {
        self.pending.sum(Slot::at(now_ms)).answers
    }

    /// Says if it is time to tell the store. The first answer is told at once: the instance may be frozen after it.
    fn is_due(&self, now_ms: u64) -> bool {
        let pending = self.pending_answers(now_ms);
        let pause_ms = if pending >= MANY_ANSWERS { LEAST_PAUSE_MS } else { WRITE_EVERY_MS };
        // Either way: a clock that was set back must not put it off.
        pending > 0 && now_ms.abs_diff(self.written_ms) >= pause_ms
    }
}

fn within_a_minute(since_ms: Option<u64>, now_ms: u64) -> bool {
    since_ms.is_some_and(|since_ms| now_ms.abs_diff(since_ms) < MINUTE_MS)
}
