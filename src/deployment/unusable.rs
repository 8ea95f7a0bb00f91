//! The reasons why a pointer's deployment cannot be served, in words.

use super::snapshot::Unreadable;
use crate::{
    error::{InvalidConfiguration, ItemId, Problem},
    item::brief,
};

/// The reason why a pointer is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There is nothing under this id.
    Unknown,
    /// Parts are missing, or are others than were published.
    NotWhole,
    /// Another version of the gateway has stored it, in this format.
    UnknownFormat(u8),
    /// It was published for another stage.
    OfStage(String),
    /// It cannot be resolved with the variables that the stage has.
    Unresolved(Vec<Problem>),
}

/// The place of a pointer in a stage item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointing {
    /// What the stage serves.
    Stage,
    Canary,
}

impl Unusable {
    /// Says if the deployment that was published is gone, for this version of the gateway.
    pub fn is_lost(&self) -> bool {
        match self {
            // What another version has stored, this one stores again as it can read it.
            Self::Unknown | Self::NotWhole | Self::UnknownFormat(_) => true,
            Self::OfStage(_) | Self::Unresolved(_) => false,
        }
    }

    /// The reason in words, of the deployment `id`.
    pub fn words(&self, id: &str) -> String {
        let id = brief(&id.into());
        match self {
            Self::Unknown => format!("there is no deployment {id}"),
            Self::NotWhole => format!("what is stored of deployment {id} is not whole"),
            Self::UnknownFormat(format) => {
                format!("deployment {id} is in format {format}, which this version cannot read")
            }
            Self::OfStage(other) => format!("deployment {id} is of stage {other}"),
            Self::Unresolved(problems) => InvalidConfiguration(problems.clone()).to_string(),
        }
    }

    /// The problems of `id` as what the item of `stage` points to.
    pub fn problems(&self, table: &str, stage: &str, id: &str, pointing: Pointing) -> Vec<Problem> {
        let expected = match self {
            Self::Unknown => "the id of a deployment; there is none of this id".to_owned(),
            Self::NotWhole => "a deployment that is whole; what is stored of this one is not".to_owned(),
            Self::UnknownFormat(format) => {
                format!(
                    "a deployment that this version of the gateway can read; this one is in format {format}"
                )
            }
            Self::OfStage(other) => format!("a deployment of this stage; this one is of stage {other}"),
            Self::Unresolved(problems) => return problems.clone(),
        };
        let item = ItemId { table, key: &format!("stage={stage}") };
        let field = match pointing {
            Pointing::Stage => "deploymentId",
            Pointing::Canary => "canarySettings.deploymentId",
        };
        vec![Problem::new(item, field, &brief(&id.into()), &expected)]
    }
}

impl From<Unreadable> for Unusable {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::NotWhole => Self::NotWhole,
            Unreadable::UnknownFormat(format) => Self::UnknownFormat(format),
        }
    }
}
