//! The canary of a stage: a second deployment, which serves a share of the stage's requests.
//!
//! A request's version is chosen before its route is looked for, so that all guards are those of one deployment.

mod caller;
mod percent;
mod recent_answers;
mod rollback;
mod settings;
mod watch;

pub use self::{
    percent::Percent,
    recent_answers::{AnswerCounts, RecentAnswers, SLOT_SECONDS, Slot},
    rollback::{CanaryRollback, RollbackRule},
    settings::{CanarySettings, StickyBy},
    watch::{AddedAnswers, CanaryStore, CanaryWatch, RollbackWrite},
};
