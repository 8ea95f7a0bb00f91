//! The problems and warnings that publishing finds in a stage's items.

use tollgate::{deployment::PublishOutcome, error::Problem};

use crate::harness::TestGateway;

pub struct Notes {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Notes {
    /// Publishes the stage `v1`.
    pub async fn of_publishing(world: &TestGateway) -> Self {
        match world.publish("v1").await {
            PublishOutcome::Invalid { problems, warnings } => Self { problems, warnings },
            PublishOutcome::Published { warnings, .. }
            | PublishOutcome::Unchanged { warnings, .. }
            | PublishOutcome::Restored { warnings, .. } => Self { problems: Vec::new(), warnings },
            // Switched off by a field, which so was read.
            PublishOutcome::LeftAlone | PublishOutcome::Applying(_) => {
                Self { problems: Vec::new(), warnings: Vec::new() }
            }
        }
    }
}
