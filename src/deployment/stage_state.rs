//! The state of a stage, as a publisher read it before it decides.

use super::{base_path_claims::BasePathClaim, candidate::Candidate};
use crate::{
    error::Problem,
    item::{Parsed, StageVariables},
    stages::StageSettings,
    store::{ApplyMark, LastGood, StageRow},
};

/// The state of a stage, as a publisher read it.
#[derive(Debug)]
pub struct StageState {
    pub row: Option<StageRow>,
    /// The settings in the stage item; of a stage without one, those that its item would have.
    pub settings: Parsed<StageSettings>,
    /// As far as they can be read.
    pub stage_variables: StageVariables,
    /// `None`: the route items are not to be looked at.
    pub candidate: Option<Candidate>,
    pub last_good: Option<LastGood>,
    pub claim: BasePathClaim,
    pub pointer: PointerCheck,
}

/// The problems of the pointer, if it was checked.
#[derive(Debug, Default)]
pub struct PointerCheck {
    pub problems: Vec<Problem>,
    pub target: PointerTarget,
}

/// Says if the deployment that was published is still stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PointerTarget {
    #[default]
    Whole,
    Lost,
}

impl StageState {
    /// The deployment that the stage serves, or would if nothing were wrong: where the item names none, the last one. A
    /// stage that was removed serves none.
    pub fn served(&self) -> Option<&str> {
        let row = self.row.as_ref()?;
        let last_good = self.last_good.as_ref().map(|last_good| last_good.deployment_id.as_str());
        row.deployment_id.as_deref().or(last_good)
    }

    /// Says if nothing is left of the deployment `id`, and no other one was last good.
    pub fn is_lost(&self, id: &str) -> bool {
        let is_last_good = |last_good: &LastGood| last_good.deployment_id == id;
        self.pointer.target == PointerTarget::Lost && self.last_good.as_ref().is_none_or(is_last_good)
    }

    /// The apply that has not ended.
    pub fn applying(&self) -> Option<ApplyMark> {
        ApplyMark::of(&self.row.as_ref()?.item)
    }

    pub fn auto_deploys(&self) -> bool {
        self.settings.value.as_ref().map_or(true, |settings| settings.auto_deploy)
    }
}
