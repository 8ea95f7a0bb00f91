//! The names of items, as people know them.

use std::fmt;

use crate::api_file::schema::ItemKind;

/// The name of an item. In order, all of a stage stands together, and usage plans and keys follow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemName {
    OfStage { stage: String, part: StageItem },
    UsagePlan(String),
    ApiKey(String),
}

/// An item of a stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageItem {
    Settings,
    Api,
    /// By its route key.
    Route(String),
}

impl ItemName {
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::OfStage { part: StageItem::Settings, .. } => ItemKind::Stage,
            Self::OfStage { part: StageItem::Api, .. } => ItemKind::Api,
            Self::OfStage { part: StageItem::Route(_), .. } => ItemKind::Route,
            Self::UsagePlan(_) => ItemKind::UsagePlan,
            Self::ApiKey(_) => ItemKind::ApiKey,
        }
    }

    /// The stage that it is of.
    pub fn stage(&self) -> Option<&str> {
        match self {
            Self::OfStage { stage, .. } => Some(stage),
            Self::UsagePlan(_) | Self::ApiKey(_) => None,
        }
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfStage { stage, part: StageItem::Settings } => write!(f, "stage {stage}"),
            Self::OfStage { stage, part: StageItem::Api } => write!(f, "stage {stage}, api"),
            Self::OfStage { stage, part: StageItem::Route(key) } => write!(f, "stage {stage}, {key}"),
            Self::UsagePlan(id) => write!(f, "usage plan {id}"),
            Self::ApiKey(id) => write!(f, "API key {id}"),
        }
    }
}
