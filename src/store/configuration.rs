//! Stages, routes and deployments in their tables.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    primitives::Blob,
    types::AttributeValue::{self, B, N, S},
};
use serde_json::{Map, Value};

use super::{
    Store,
    values::{Attributes, to_json_map},
};
use crate::error::StoreError;

/// Deployments are kept in parts, well under DynamoDB's 400 KB an item.
const PART_BYTES: usize = 350_000;

/// A stage item, as it was when a publisher read it.
#[derive(Debug)]
pub struct StageRow {
    pub item: Map<String, Value>,
    pub revision: Option<u64>,
    pub deployment_id: Option<String>,
    /// Revision and pointer as they are written, whatever their types: a pointer moves only from what was read.
    written: [Option<AttributeValue>; 2],
}

/// What a publisher writes into a stage item.
#[derive(Debug)]
pub struct Pointer<'a> {
    /// `None`: the stage keeps what it serves.
    pub deployment_id: Option<&'a str>,
    /// `OK` or `INVALID`.
    pub status: &'a str,
    pub message: &'a str,
}

/// Whether the stage item was still as the publisher had read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Moved,
    ChangedMeanwhile,
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
        let deployment_id = item.get("deploymentId").and_then(Value::as_str).map(str::to_owned);
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
        let query = self.client.query().table_name(&self.tables.routes).consistent_read(true);
        let query = query
            .key_condition_expression("#stage = :stage")
            .expression_attribute_names("#stage", "stage")
            .expression_attribute_values(":stage", S(stage.to_owned()));
        let mut pages = query.into_paginator().send();
        let mut routes = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new("reading the routes", error))?;
            routes.extend(plain("reading the routes", page.items)?);
        }
        Ok(routes)
    }

    /// The bytes of a deployment; `None` if there is no such deployment.
    pub async fn snapshot(&self, deployment_id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let query = self.client.query().table_name(&self.tables.deployments);
        let query = query
            .key_condition_expression("deploymentId = :id")
            .expression_attribute_values(":id", S(deployment_id.to_owned()));
        let mut pages = query.into_paginator().send();
        let mut snapshot = None;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new("reading the deployment", error))?;
            for mut part in page.items.unwrap_or_default() {
                if let Some(B(bytes)) = part.remove("snapshot") {
                    snapshot.get_or_insert_with(Vec::new).extend(bytes.into_inner());
                }
            }
        }
        Ok(snapshot)
    }

    /// Keeps a deployment. Its id says what is in it, so writing it twice changes nothing.
    pub async fn keep_snapshot(
        &self,
        deployment_id: &str,
        stage: &str,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        for (part, bytes) in bytes.chunks(PART_BYTES).enumerate() {
            let put = self.client.put_item().table_name(&self.tables.deployments);
            let put = put
                .item("deploymentId", S(deployment_id.to_owned()))
                .item("part", N(part.to_string()))
                .item("stage", S(stage.to_owned()))
                .item("snapshot", B(Blob::new(bytes)));
            put.send().await.map_err(|error| StoreError::new("keeping the deployment", error))?;
        }
        Ok(())
    }

    /// Points a stage at a deployment and says how it went, unless the item has changed since `read`.
    /// A stage without an item gets one.
    pub async fn point(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        pointer: &Pointer<'_>,
    ) -> Result<Moved, StoreError> {
        let revision = read.and_then(|row| row.revision);
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.stages)
            .key("stage", S(stage.to_owned()))
            .expression_attribute_values(":next", N((revision.unwrap_or(0) + 1).to_string()))
            .expression_attribute_values(":status", S(pointer.status.to_owned()))
            .expression_attribute_values(":message", S(pointer.message.to_owned()));
        let mut set =
            "SET revision = :next, lastDeploymentStatus = :status, lastDeploymentMessage = :message"
                .to_owned();
        if let Some(id) = pointer.deployment_id {
            set.push_str(", deploymentId = :id");
            update = update.expression_attribute_values(":id", S(id.to_owned()));
        }
        update = update.expression_attribute_names("#stage", "stage");
        let mut condition =
            if read.is_some() { "attribute_exists(#stage)" } else { "attribute_not_exists(#stage)" }
                .to_owned();
        // An operator who points the stage elsewhere by hand does not raise the revision.
        let names = [("revision", ":revision"), ("deploymentId", ":pointer")];
        for ((name, value), was) in read.into_iter().flat_map(|row| names.into_iter().zip(&row.written)) {
            match was {
                None => condition.push_str(&format!(" AND attribute_not_exists({name})")),
                Some(was) => {
                    condition.push_str(&format!(" AND {name} = {value}"));
                    update = update.expression_attribute_values(value, was.clone());
                }
            }
        }
        match update.update_expression(set).condition_expression(condition).send().await {
            Ok(_) => Ok(Moved::Moved),
            Err(error) if is_failed_condition(&error) => Ok(Moved::ChangedMeanwhile),
            Err(error) => Err(StoreError::new("moving the stage's pointer", error)),
        }
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
