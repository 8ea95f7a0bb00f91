//! The history of a stage: a record of each move of its pointer, in the deployments' table under a key that is no
//! deployment's id.
//!
//! A record is written in the transaction that moves the pointer. Its place is later than that of every record before
//! it, whatever the clocks of those who move the pointer say.

use std::pin::pin;

use futures_util::StreamExt;
use serde_json::{Map, Value};

use super::{Store, configuration::attributes, values::PlainItem};
use crate::{
    aws::dynamodb::{
        AttributeValue::{N, S},
        operations::{Condition, Page, PutItem, Query, Selection, TransactItem},
    },
    error::StoreError,
};

/// A move of a stage's pointer that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointerMove {
    /// The deployment that is served from then on.
    pub deployment_id: String,
    pub routes: usize,
    pub kind: MoveKind,
    pub origin: MoveOrigin,
}

/// When, by whom and why something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveOrigin {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// `autoDeploy`, an ARN, `user@host`.
    pub by: String,
    /// Empty: nobody said anything.
    pub message: String,
}

/// The occasion of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveKind {
    /// `tollgate deploy`.
    Deploy,
    /// An edit of an item.
    AutoDeploy,
    /// `tollgate apply`.
    Apply,
    /// `tollgate rollback`.
    Rollback,
    /// `tollgate canary promote`.
    Promote,
}

/// A record as it was read. Another version of the gateway may have written it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRecord {
    pub deployment_id: String,
    /// `None`: it does not say.
    pub routes: Option<u64>,
    /// `AUTO_DEPLOY`.
    pub kind: String,
    pub origin: MoveOrigin,
}

const HISTORY: &str = "history#";
const READING: &str = "reading the stage's history";

impl MoveKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deploy => "DEPLOY",
            Self::AutoDeploy => "AUTO_DEPLOY",
            Self::Apply => "APPLY",
            Self::Rollback => "ROLLBACK",
            Self::Promote => "PROMOTE",
        }
    }
}

impl HistoryRecord {
    fn of(item: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
        let origin = MoveOrigin {
            at_ms: item.get("part")?.as_u64()?,
            by: text("by").unwrap_or_default(),
            message: text("message").unwrap_or_default(),
        };
        Some(Self {
            deployment_id: text("served")?,
            routes: item.get("routes").and_then(Value::as_u64),
            kind: text("kind").unwrap_or_default(),
            origin,
        })
    }
}

impl Store {
    /// The records of a stage, the newest first, consistent; at most `most` of them.
    pub async fn history(&self, stage: &str, most: usize) -> Result<Vec<HistoryRecord>, StoreError> {
        let mut pages = pin!(self.client.pages(self.newest_first(stage, most)));
        let mut records = Vec::new();
        while records.len() < most
            && let Some(page) = pages.next().await
        {
            let page: Vec<PlainItem> = page.map_err(|error| StoreError::new(READING, error))?;
            records.extend(page.iter().filter_map(|item| HistoryRecord::of(&item.0)));
        }
        records.truncate(most);
        Ok(records)
    }

    /// The write of a record, in a place behind all others of the stage: one read unit.
    pub(super) async fn recording(
        &self,
        stage: &str,
        moved: &PointerMove,
    ) -> Result<TransactItem<'_>, StoreError> {
        let newest: Page<PlainItem> = self
            .client
            .call_for(&self.newest_first(stage, 1))
            .await
            .map_err(|error| StoreError::new(READING, error))?;
        let newest = newest.items.first().and_then(|item| item.0.get("part")?.as_u64());
        let PointerMove { deployment_id, routes, kind, origin: MoveOrigin { at_ms, by, message } } = moved;
        let at_ms = newest.map_or(*at_ms, |newest| (newest + 1).max(*at_ms));
        let item = attributes([
            ("deploymentId", S(format!("{HISTORY}{stage}"))),
            ("part", N(at_ms.to_string())),
            ("stage", S(stage.to_owned())),
            ("served", S(deployment_id.clone())),
            ("routes", N(routes.to_string())),
            ("kind", S(kind.word().to_owned())),
            ("by", S(by.clone())),
            ("message", S(message.clone())),
        ]);
        let condition = Condition {
            condition_expression: Some("attribute_not_exists(deploymentId)".into()),
            ..Condition::default()
        };
        Ok(TransactItem::Put(PutItem { table_name: &self.tables.deployments, item, condition }))
    }

    fn newest_first(&self, stage: &str, limit: usize) -> Query<'static> {
        Query {
            table_name: self.tables.deployments.clone().into(),
            key_condition_expression: "deploymentId = :history".into(),
            scan_index_forward: Some(false),
            limit: Some(limit),
            selection: Selection {
                consistent_read: Some(true),
                expression_attribute_values: attributes([(":history", S(format!("{HISTORY}{stage}")))]),
                ..Selection::default()
            },
        }
    }
}
