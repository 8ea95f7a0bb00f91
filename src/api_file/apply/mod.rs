//! Applying an API file to the tables: what would change, and the change itself.
//!
//! Each stage changes as one, or not at all: what is served moves once all of its items are written. See
//! `docs/edits.md`.

mod canary_plan;
mod execution;
mod merged_items;
mod outcome;
mod plan;
mod plan_file;
mod stage_plan;
mod staleness;
mod table_items;

pub use self::{
    canary_plan::NoCanary,
    execution::apply,
    outcome::{Applied, Progress, StageResult, Stop},
    plan::{ApplyScope, Plan, Planning, Removal},
    plan_file::{PlanFile, PlanFileError},
    stage_plan::{CanaryChange, StageChange, StagePlan, StageWork},
    staleness::{MovedPointer, Staleness},
    table_items::read_items,
};
