//! Stages and routes in their tables.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::AttributeValue::{self, S},
};
use futures_util::{Stream, TryStreamExt, stream};
use serde_json::{Map, Value};

use super::{
    Store,
    values::{Attributes, to_json_map},
};
use crate::error::StoreError;

/// A stage item, as it was when a publisher read it.
#[derive(Debug)]
pub struct StageRow {
    pub item: Map<String, Value>,
    pub revision: Option<u64>,
    /// `None` also where it is empty: the console leaves an empty text where an attribute was cleared.
    pub deployment_id: Option<String>,
    /// Revision and pointer as they are written, whatever their types: a pointer moves only from what was read.
    pub(super) written: [Option<AttributeValue>; 2],
}

impl Store {
    /// All stage items, eventually consistent: one read unit up to 8 KB of them.
    pub async fn stages(&self) -> Result<Vec<Map<String, Value>>, StoreError> {
        let mut pages = self.client.scan().table_name(&self.tables.stages).into_paginator().send();
        let mut stages = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new("reading the stages", error))?;
            stages.extend(plain("reading the stages", page.items)?);
        }
        Ok(stages)
    }

    /// One stage item, consistent, for a publisher.
    pub async fn stage(&self, stage: &str) -> Result<Option<StageRow>, StoreError> {
        let read = self.client.get_item().table_name(&self.tables.stages).consistent_read(true);
        let output = read.key("stage", S(stage.to_owned())).send().await;
        let Some(item) = output.map_err(|error| StoreError::new("reading the stage", error))?.item else {
            return Ok(None);
        };
        let written = ["revision", "deploymentId"].map(|name| item.get(name).cloned());
        let item = to_json_map(item).map_err(|error| StoreError::new("reading the stage", error))?;
        let deployment_id = item.get("deploymentId").and_then(Value::as_str).filter(|id| !id.is_empty());
        let deployment_id = deployment_id.map(str::to_owned);
        let revision = item.get("revision").and_then(Value::as_u64);
        Ok(Some(StageRow { item, revision, deployment_id, written }))
    }

    /// Every stage that has an item or a route, in alphabetical order. Reads the whole routes table.
    pub async fn stage_names(&self) -> Result<BTreeSet<String>, StoreError> {
        let named = |item: &Map<String, Value>| item.get("stage").and_then(Value::as_str).map(str::to_owned);
        let mut names: BTreeSet<String> = self.stages().await?.iter().filter_map(named).collect();
        let scan = self.client.scan().table_name(&self.tables.routes);
        let scan = scan.projection_expression("#stage").expression_attribute_names("#stage", "stage");
        let mut pages = scan.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new("reading the routes", error))?;
            names.extend(plain("reading the routes", page.items)?.iter().filter_map(named));
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
        let query = self.client.query().table_name(&self.tables.routes).consistent_read(true);
        let query = query
            .key_condition_expression("#stage = :stage")
            .expression_attribute_names("#stage", "stage")
            .expression_attribute_values(":stage", S(stage.to_owned()));
        stream::unfold(query.into_paginator().send(), async |mut pages| {
            let page = pages.next().await?.map_err(|error| StoreError::new("reading the routes", error));
            Some((page.and_then(|page| plain("reading the routes", page.items)), pages))
        })
    }
}

pub(super) fn is_failed_condition<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

/// Items as JSON objects.
pub(super) fn plain(
    operation: &'static str,
    items: Option<Vec<Attributes>>,
) -> Result<Vec<Map<String, Value>>, StoreError> {
    let plain = items.unwrap_or_default().into_iter().map(to_json_map);
    plain.collect::<Result<_, _>>().map_err(|error| StoreError::new(operation, error))
}
