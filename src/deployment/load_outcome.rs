//! The result of looking for a stage's deployment: loaded, or yet to be resolved.

use std::sync::Arc;

use super::{
    Snapshot,
    served::{Follows, LoadState, Loaded},
};
use crate::item::StageVariables;

/// The deployment that is to be served of a stage.
#[derive(Debug)]
pub enum LoadOutcome {
    Loaded(Loaded),
    /// Another deployment than this instance serves, or the same with other variables: to be resolved when the one that
    /// it serves is unloaded, so that the two are never in memory together.
    ToResolve(Arc<Snapshot>),
}

impl LoadOutcome {
    /// Takes over the deployment that this instance serves, where it is the same with the same variables: it need not be
    /// resolved again.
    pub fn keep(&mut self, stage_variables: &StageVariables, former: &Loaded) {
        let Some(kept) = &former.resolved else { return };
        match self {
            // A look that failed goes by what was served when it began; a later one has been adopted since.
            Self::Loaded(Loaded {
                resolved: Some(resolved),
                follows: Follows::LastGood,
                state: state @ (LoadState::NotLoaded | LoadState::Incomplete | LoadState::Unread),
                ..
            }) if resolved.id() != kept.id() => {
                *self = Self::Loaded(Loaded { state: *state, ..former.clone() });
            }
            Self::Loaded(Loaded { resolved: Some(resolved), .. })
                if resolved.deployment.is_none()
                    && resolved.id() == kept.id()
                    && resolved.stage_variables == kept.stage_variables =>
            {
                resolved.deployment.clone_from(&kept.deployment);
            }
            Self::ToResolve(snapshot)
                if snapshot.id == kept.id() && *stage_variables == *kept.stage_variables =>
            {
                *self = Self::Loaded(Loaded::of_item(kept.clone()));
            }
            Self::Loaded(_) | Self::ToResolve(_) => {}
        }
    }

    /// Says if the store answered all that it was asked for this stage.
    pub fn is_read(&self) -> bool {
        match self {
            Self::Loaded(loaded) => loaded.state != LoadState::Unread,
            Self::ToResolve(_) => true,
        }
    }

    pub fn unload(&mut self) {
        if let Self::Loaded(Loaded { resolved: Some(resolved), .. }) = self {
            resolved.deployment = None;
        }
    }
}
