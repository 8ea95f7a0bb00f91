//! The outcome of an apply: stage by stage, and why it was stopped.

use super::staleness::Staleness;
use crate::{canary::Percent, error::Problem, store::ApplyMark};

/// Tells how far an apply is.
#[derive(Debug)]
pub enum Progress<'a> {
    /// So many items more are written.
    Written(usize),
    Ended(&'a StageResult),
}

/// The outcome of an apply.
#[derive(Debug)]
pub struct Applied {
    pub stages: Vec<StageResult>,
    /// The reason why the rest was not done.
    pub stopped: Option<Stop>,
}

/// The outcome of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageResult {
    Unchanged {
        stage: String,
        deployment_id: Option<String>,
    },
    Served {
        stage: String,
        deployment_id: String,
        former: Option<String>,
        routes: usize,
    },
    /// `canarySettings` hold the stage: the deployment is stored, and the fields of the stage item are not changed.
    Held {
        stage: String,
        deployment_id: String,
    },
    /// It is the stage's canary; all other requests are served as before.
    Canary {
        stage: String,
        deployment_id: String,
        percent: Percent,
    },
    Removed {
        stage: String,
        former: Option<String>,
    },
}

/// The reason why an apply was stopped at a stage. That stage serves what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The stage is not as it was planned; nothing of it is written.
    Stale {
        stage: String,
        staleness: Staleness,
    },
    /// Others have written its items meanwhile.
    ItemsChanged {
        stage: String,
        staleness: Staleness,
    },
    /// The stage item has changed: this apply's mark is gone, or the pointer was moved.
    TakenOver {
        stage: String,
        by: Option<ApplyMark>,
    },
    Invalid {
        stage: String,
        problems: Vec<Problem>,
    },
}
