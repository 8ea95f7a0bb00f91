//! What has changed in the tables since a plan was made.

use super::merged_items::{item_of, text};
use crate::{
    api_file::{difference::Difference, export::StoredItems},
    deployment::UnfinishedApply,
    store::ApplyMark,
};

/// What has changed since a plan was made; by default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staleness {
    pub difference: Difference,
    pub moved: Vec<MovedPointer>,
    /// Applies that began since.
    pub applies: Vec<UnfinishedApply>,
}

/// A stage that serves another deployment than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedPointer {
    pub stage: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Staleness {
    pub fn between(base: &StoredItems, now: &StoredItems) -> Self {
        let mut staleness = Self { difference: Difference::between(base, now), ..Self::default() };
        for item in &now.stages {
            let stage = text(item, "stage").to_owned();
            let before = item_of(&base.stages, "stage", &stage);
            let pointer = |item: &str| Some(item.to_owned()).filter(|id| !id.is_empty());
            let from = before.and_then(|item| pointer(text(item, "deploymentId")));
            let to = pointer(text(item, "deploymentId"));
            let mark = ApplyMark::of(item);
            if let Some(mark) = mark.filter(|mark| before.and_then(ApplyMark::of).as_ref() != Some(mark)) {
                staleness.applies.push(UnfinishedApply { stage: stage.clone(), mark });
            }
            if from != to {
                staleness.moved.push(MovedPointer { stage, from, to });
            }
        }
        staleness
    }

    /// Says if nothing has changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
