//! Stages and routes in their tables.

use std::{collections::BTreeSet, pin::pin};

use futures_util::{Stream, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Store, values::PlainItem};
use crate::{
    aws::dynamodb::{
        AttributeValue::{self, S},
        Attributes,
        operations::{FoundItem, GetItem, Query, Scan, Selection},
        read,
    },
    error::StoreError,
};

/// A stage item, as it was when a publisher read it.
#[derive(Debug)]
pub struct StageRow {
    pub item: Map<String, Value>,
    pub revision: Option<u64>,
    /// `None` also where it is empty: the console leaves an empty text where an attribute was cleared.
    pub deployment_id: Option<String>,
    /// Revision, pointer and mark as they are written, whatever their types: a pointer moves only from what was read.
    pub(super) written: Written,
}

/// The attributes of a stage item that a pointer moves from, and the mark of an apply.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    pub revision: Option<AttributeValue>,
    pub deployment_id: Option<AttributeValue>,
    pub applying: Option<AttributeValue>,
}

const READING_A_STAGE: &str = "reading the stage";
const READING_STAGES: &str = "reading the stages";
const READING_ROUTES: &str = "reading the routes";

impl Store {
    /// All stage items, eventually consistent: one read unit up to 8 KB of them.
    pub async fn stages(&self) -> Result<Vec<Map<String, Value>>, StoreError> {
        let scan = Scan { table_name: (&self.tables.stages).into(), ..Scan::default() };
        let stages = self.client.all(scan).await;
        stages.map(plain).map_err(|error| StoreError::new(READING_STAGES, error))
    }

    /// One stage item, consistent, for a publisher.
    pub async fn stage(&self, stage: &str) -> Result<Option<StageRow>, StoreError> {
        let get = GetItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            consistent_read: Some(true),
        };
        let failed = |error| StoreError::new(READING_A_STAGE, error);
        let json = self.client.call_unread(&get).await.map_err(failed)?;
        let (found, written) = (read::<FoundItem<PlainItem>>(&json), read::<FoundItem<Written>>(&json));
        let found = found.map_err(failed)?.item.zip(written.map_err(failed)?.item);
        let Some((PlainItem(item), written)) = found else { return Ok(None) };
        let deployment_id = item.get("deploymentId").and_then(Value::as_str).filter(|id| !id.is_empty());
        let deployment_id = deployment_id.map(str::to_owned);
        let revision = item.get("revision").and_then(Value::as_u64);
        Ok(Some(StageRow { item, revision, deployment_id, written }))
    }

    /// Every stage that has an item or a route, in alphabetical order. Reads the whole routes table.
    pub async fn stage_names(&self) -> Result<BTreeSet<String>, StoreError> {
        let named = |item: &Map<String, Value>| item.get("stage").and_then(Value::as_str).map(str::to_owned);
        let mut names: BTreeSet<String> = self.stages().await?.iter().filter_map(named).collect();
        let only_the_stage = Selection {
            projection_expression: Some("#stage".into()),
            expression_attribute_names: [("#stage".into(), "stage".into())].into(),
            ..Selection::default()
        };
        let scan = Scan { table_name: (&self.tables.routes).into(), selection: only_the_stage };
        let mut pages = pin!(self.client.pages(scan));
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new(READING_ROUTES, error))?;
            names.extend(plain(page).iter().filter_map(named));
        }
        Ok(names)
    }

    /// All route items of a stage and its `$api` item, consistent, in the order of their keys.
    pub async fn routes(&self, stage: &str) -> Result<Vec<Map<String, Value>>, StoreError> {
        self.route_pages(stage).try_concat().await
    }

    /// The same page by page, as DynamoDB gives them: the next page is read when it is asked for.
    pub fn route_pages(
        &self,
        stage: &str,
    ) -> impl Stream<Item = Result<Vec<Map<String, Value>>, StoreError>> + Send + use<> {
        let query = Query {
            table_name: self.tables.routes.clone().into(),
            key_condition_expression: "#stage = :stage".into(),
            selection: Selection {
                consistent_read: Some(true),
                expression_attribute_names: [("#stage".into(), "stage".into())].into(),
                expression_attribute_values: attributes([(":stage", S(stage.to_owned()))]),
                ..Selection::default()
            },
            ..Query::default()
        };
        let pages = self.client.pages(query);
        pages.map(|page| page.map(plain).map_err(|error| StoreError::new(READING_ROUTES, error)))
    }
}

/// Attributes by their names.
pub(super) fn attributes<const N: usize>(named: [(&str, AttributeValue); N]) -> Attributes {
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Items as JSON objects.
pub(super) fn plain(items: Vec<PlainItem>) -> Vec<Map<String, Value>> {
    items.into_iter().map(|item| item.0).collect()
}
