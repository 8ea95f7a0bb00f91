//! The outcome of loading an API.

use super::items::Change;
use crate::error::Problem;

/// Says what is served now.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    pub changes: Vec<Change>,
    /// Stages whose items are in the tables and are not served: what only the tables know speaks against them.
    pub refused: Vec<StageProblems>,
    /// What will not work, and what to do.
    pub notes: Vec<String>,
}

/// The problems of a stage.
#[derive(Clone, Debug)]
pub struct StageProblems {
    pub stage: String,
    pub problems: Vec<Problem>,
}
