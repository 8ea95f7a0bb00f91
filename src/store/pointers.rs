//! The deployment that a stage serves: the pointer in its item, which an operator may overwrite, and the record of the
//! last good one in the deployments' table. Both move in one transaction.
//!
//! Also in the deployments' table: the owner of each location, a base path on a host.

use aws_sdk_dynamodb::{
    error::{BuildError, SdkError},
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{
        AttributeValue::{self, N, S},
        ConditionCheck, Put, TransactWriteItem, Update,
    },
};
use serde_json::{Map, Value};

use super::{
    StageRow, Store,
    configuration::plain,
    values::{Attributes, to_attributes},
};
use crate::error::StoreError;

/// The last good deployment of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct LastGood {
    pub deployment_id: String,
    /// The stage item as it was then, in part: where the stage is, its variables, its limit.
    pub item: Map<String, Value>,
}

/// A publisher's change of a stage item, and of the record beside it.
#[derive(Debug)]
pub struct Pointer<'a> {
    /// `None`: the stage keeps what it serves.
    pub deployment_id: Option<&'a str>,
    /// `OK` or `INVALID`.
    pub status: &'a str,
    pub message: &'a str,
    pub record: Record<'a>,
}

/// The change of the record of the last good deployment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Record<'a> {
    Keep,
    Write(&'a LastGood),
    /// The stage was removed, and begins anew.
    Forget,
}

/// The outcome of a write that must change nothing but what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionalWrite {
    Done,
    /// Somebody has edited or deleted it meanwhile; nothing is written.
    ChangedMeanwhile,
}

/// Beside the deployments, under keys that are no deployment's id.
const STAGE: &str = "stage#";
const LOCATION: &str = "place#";
const MOVING: &str = "moving the stage's pointer";
const RECORDING: &str = "recording what is served";

impl Store {
    /// Points a stage at a deployment and says how it went, unless the item has changed since `read`.
    /// A stage without an item gets one.
    pub async fn point(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        pointer: &Pointer<'_>,
    ) -> Result<ConditionalWrite, StoreError> {
        let update = self.pointing(stage, read, pointer);
        let update = update.map_err(|error| StoreError::new(MOVING, error))?;
        let record = match pointer.record {
            Record::Keep => None,
            Record::Write(last_good) => Some(self.record(stage, Some(last_good), MOVING)?),
            Record::Forget => Some(self.record(stage, None, MOVING)?),
        };
        let update = TransactWriteItem::builder().update(update).build();
        self.transact(MOVING, [Some(update), record]).await
    }

    /// Records the last good deployment, if the stage item points to it.
    pub async fn record_last_good(
        &self,
        stage: &str,
        last_good: &LastGood,
    ) -> Result<ConditionalWrite, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.tables.stages)
            .key("stage", S(stage.to_owned()))
            .condition_expression("deploymentId = :id")
            .expression_attribute_values(":id", S(last_good.deployment_id.clone()));
        let check = check.build().map_err(|error| StoreError::new(RECORDING, error))?;
        let check = TransactWriteItem::builder().condition_check(check).build();
        self.transact(RECORDING, [Some(check), Some(self.record(stage, Some(last_good), RECORDING)?)]).await
    }

    /// The last good deployment of a stage, consistent; `None`: there never was one.
    pub async fn last_good(&self, stage: &str) -> Result<Option<LastGood>, StoreError> {
        const OPERATION: &str = "reading what was last good";
        let item = self.deployments_item(OPERATION, &format!("{STAGE}{stage}")).await?;
        Ok(item.and_then(|mut item| {
            let deployment_id = item.get("served")?.as_str()?.to_owned();
            let Value::Object(item) = item.remove("item")? else { return None };
            Some(LastGood { deployment_id, item })
        }))
    }

    /// The stage that was the first to be published at a location (`api.example.com/v1`, `*/v1`), consistent.
    pub async fn location_owner(&self, location: &str) -> Result<Option<String>, StoreError> {
        let item =
            self.deployments_item("reading whose a place is", &format!("{LOCATION}{location}")).await?;
        Ok(item.and_then(|item| Some(item.get("stage")?.as_str()?.to_owned())))
    }

    /// Gives a location to a stage, if it is still nobody's but `former`'s.
    pub async fn claim_location(
        &self,
        location: &str,
        stage: &str,
        former: Option<&str>,
    ) -> Result<ConditionalWrite, StoreError> {
        let put = self.client.put_item().table_name(&self.tables.deployments);
        let mut put = put
            .item("deploymentId", S(format!("{LOCATION}{location}")))
            .item("part", N("0".to_owned()))
            .item("stage", S(stage.to_owned()))
            .expression_attribute_names("#stage", "stage")
            .expression_attribute_values(":stage", S(stage.to_owned()));
        let mut condition = "attribute_not_exists(deploymentId) OR #stage = :stage".to_owned();
        if let Some(former) = former {
            condition.push_str(" OR #stage = :former");
            put = put.expression_attribute_values(":former", S(former.to_owned()));
        }
        match put.condition_expression(condition).send().await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if error.as_service_error().is_some_and(is_taken) => {
                Ok(ConditionalWrite::ChangedMeanwhile)
            }
            Err(error) => Err(StoreError::new("taking a place", error)),
        }
    }

    fn pointing(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        pointer: &Pointer<'_>,
    ) -> Result<Update, BuildError> {
        let revision = read.and_then(|row| row.revision);
        let mut update = Update::builder()
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
        update.update_expression(set).condition_expression(condition).build()
    }

    fn record(
        &self,
        stage: &str,
        last_good: Option<&LastGood>,
        operation: &'static str,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut put = Put::builder()
            .table_name(&self.tables.deployments)
            .item("deploymentId", S(format!("{STAGE}{stage}")))
            .item("part", N("0".to_owned()))
            .item("stage", S(stage.to_owned()));
        if let Some(LastGood { deployment_id, item }) = last_good {
            let item: Attributes = to_attributes(item).map_err(|error| StoreError::new(operation, error))?;
            put = put.item("served", S(deployment_id.clone())).item("item", AttributeValue::M(item));
        }
        let put = put.build().map_err(|error| StoreError::new(operation, error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    async fn transact(
        &self,
        operation: &'static str,
        writes: [Option<TransactWriteItem>; 2],
    ) -> Result<ConditionalWrite, StoreError> {
        let writes = writes.into_iter().flatten().collect();
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if is_failed_condition(&error) => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new(operation, error)),
        }
    }

    async fn deployments_item(
        &self,
        operation: &'static str,
        key: &str,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        let read = self.client.get_item().table_name(&self.tables.deployments).consistent_read(true);
        let read = read.key("deploymentId", S(key.to_owned())).key("part", N("0".to_owned()));
        let output = read.send().await.map_err(|error| StoreError::new(operation, error))?;
        Ok(plain(operation, output.item.map(|item| vec![item]))?.pop())
    }
}

fn is_taken(error: &PutItemError) -> bool {
    error.is_conditional_check_failed_exception()
}

pub(super) fn is_failed_condition<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
    else {
        return false;
    };
    let codes = || cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    // A conflict with another transaction on the item is an edit too.
    codes().all(|code| ["None", "ConditionalCheckFailed", "TransactionConflict"].contains(&code))
}
