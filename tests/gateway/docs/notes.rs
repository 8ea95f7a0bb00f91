//! What publishing says of a stage's items.

use tollgate::{deployment::Outcome, error::Problem};

use crate::harness::TestGateway;

pub struct Notes {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Notes {
    /// Publishes the stage `v1`.
    pub async fn of_publishing(world: &TestGateway) -> Self {
        match world.publish("v1").await {
            Outcome::Invalid { problems, warnings } => Self { problems, warnings },
            Outcome::Published { warnings, .. }
            | Outcome::Unchanged { warnings, .. }
            | Outcome::Restored { warnings, .. } => Self { problems: Vec::new(), warnings },
            // Switched off by a field, which so was read.
            Outcome::LeftAlone => Self { problems: Vec::new(), warnings: Vec::new() },
        }
    }
}
