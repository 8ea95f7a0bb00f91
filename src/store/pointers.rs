//! The deployment that a stage serves: the pointer in its item, which an operator may overwrite, and the record of the
//! last good one in the deployments' table. Both move in one transaction.

use serde_json::{Map, Value};

use super::{
    ApplyEnd, PointerMove, StageRow, Store,
    configuration::{Written, attributes},
    values::{PlainItem, to_attributes},
};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{
            AttributeValue::{Bool, M, N, S},
            Attributes, CancellationReason,
            operations::{
                Condition, ConditionCheck, FoundItem, GetItem, PutItem, TransactItem, TransactWriteItems,
                UpdateItem,
            },
        },
    },
    error::StoreError,
};

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
    /// What its history tells of it; `None`: the stage served this deployment before.
    pub moved: Option<&'a PointerMove>,
    pub target: TargetState,
    pub auto_deploy: AutoDeploy,
    /// `OK` or `INVALID`.
    pub status: &'a str,
    pub message: &'a str,
    pub record: Record<'a>,
    /// The apply that ends with it.
    pub apply: Option<ApplyEnd<'a>>,
}

/// Says if somebody may delete the deployment that a stage is pointed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// It was written a moment ago, or is served already.
    InUse,
    /// It was found: the pointer moves only if it is still there.
    Found,
}

/// The change of a stage's `autoDeploy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoDeploy {
    Keep,
    On,
    Off,
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
pub(super) const STAGE: &str = "stage#";
const MOVING: &str = "moving the stage's pointer";
const RECORDING: &str = "recording what is served";

impl Store {
    /// Points a stage at a deployment and says how it went, unless the item has changed since `read`.
    /// A stage without an item gets one. A move that has no record in the stage's history does not happen.
    pub async fn point(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        pointer: &Pointer<'_>,
    ) -> Result<ConditionalWrite, StoreError> {
        let mut update = self.pointing(stage, read, pointer);
        if let Some(end) = &pointer.apply {
            end.add_to(&mut update, MOVING)?;
        }
        let mut writes = vec![TransactItem::Update(update)];
        match pointer.record {
            Record::Keep => {}
            Record::Write(last_good) => writes.push(self.record(stage, Some(last_good), MOVING)?),
            Record::Forget => writes.push(self.record(stage, None, MOVING)?),
        }
        if let Some(moved) = pointer.moved {
            writes.push(self.recording(stage, moved).await?);
            if pointer.target == TargetState::Found {
                writes.push(self.is_stored(&moved.deployment_id));
            }
        }
        self.transact(MOVING, writes).await
    }

    /// Records the last good deployment, if the stage item points to it.
    pub async fn record_last_good(
        &self,
        stage: &str,
        last_good: &LastGood,
    ) -> Result<ConditionalWrite, StoreError> {
        let check = TransactItem::ConditionCheck(ConditionCheck {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            condition: Condition {
                condition_expression: Some("deploymentId = :id".into()),
                expression_attribute_values: attributes([(":id", S(last_good.deployment_id.clone()))]),
                ..Condition::default()
            },
        });
        self.transact(RECORDING, vec![check, self.record(stage, Some(last_good), RECORDING)?]).await
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

    fn pointing(&self, stage: &str, read: Option<&StageRow>, pointer: &Pointer<'_>) -> UpdateItem<'_> {
        let revision = read.and_then(|row| row.revision);
        let mut values = attributes([
            (":next", N((revision.unwrap_or(0) + 1).to_string())),
            (":status", S(pointer.status.to_owned())),
            (":message", S(pointer.message.to_owned())),
        ]);
        let mut set =
            "SET revision = :next, lastDeploymentStatus = :status, lastDeploymentMessage = :message"
                .to_owned();
        if let Some(id) = pointer.deployment_id {
            set.push_str(", deploymentId = :id");
            values.insert(":id".to_owned(), S(id.to_owned()));
        }
        let auto_deploy = match pointer.auto_deploy {
            AutoDeploy::Keep => None,
            AutoDeploy::On => Some(true),
            AutoDeploy::Off => Some(false),
        };
        if let Some(auto_deploy) = auto_deploy {
            set.push_str(", autoDeploy = :auto");
            values.insert(":auto".to_owned(), Bool(auto_deploy));
        }
        let (expression, as_read) = pointer_conditions(read);
        values.extend(as_read);
        UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some(set.into()),
            condition: Condition {
                condition_expression: Some(expression.into()),
                expression_attribute_names: [("#stage".into(), "stage".into())].into(),
                expression_attribute_values: values,
                ..Condition::default()
            },
            return_values: None,
        }
    }

    pub(super) fn record(
        &self,
        stage: &str,
        last_good: Option<&LastGood>,
        operation: &'static str,
    ) -> Result<TransactItem<'_>, StoreError> {
        let mut item = attributes([
            ("deploymentId", S(format!("{STAGE}{stage}"))),
            ("part", N("0".to_owned())),
            ("stage", S(stage.to_owned())),
        ]);
        if let Some(LastGood { deployment_id, item: served }) = last_good {
            let served = to_attributes(served).map_err(|error| StoreError::new(operation, error))?;
            item.extend(attributes([("served", S(deployment_id.clone())), ("item", M(served))]));
        }
        let condition = Condition::default();
        Ok(TransactItem::Put(PutItem { table_name: &self.tables.deployments, item, condition }))
    }

    /// Writes all or nothing.
    pub(super) async fn transact(
        &self,
        operation: &'static str,
        writes: Vec<TransactItem<'_>>,
    ) -> Result<ConditionalWrite, StoreError> {
        let writes = TransactWriteItems::new(writes);
        match self.client.call(&writes).await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if has_changed(&error) => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new(operation, error)),
        }
    }

    pub(super) async fn deployments_item(
        &self,
        operation: &'static str,
        key: &str,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        let get = GetItem {
            table_name: &self.tables.deployments,
            key: attributes([("deploymentId", S(key.to_owned())), ("part", N("0".to_owned()))]),
            consistent_read: Some(true),
        };
        let found: Result<FoundItem<PlainItem>, _> = self.client.call_for(&get).await;
        let found = found.map_err(|error| StoreError::new(operation, error))?;
        Ok(found.item.map(|item| item.0))
    }
}

/// The condition that a stage item is as it was read, and its values; `#stage` is the key.
pub(super) fn pointer_conditions(read: Option<&StageRow>) -> (String, Attributes) {
    let expression = if read.is_some() { "attribute_exists(#stage)" } else { "attribute_not_exists(#stage)" };
    let (mut expression, mut values) = (expression.to_owned(), Attributes::new());
    // An operator who points the stage elsewhere by hand does not raise the revision.
    let written = read.map(|row| &row.written);
    let seen = written.into_iter().flat_map(|Written { revision, deployment_id, .. }| {
        [("revision", ":revision", revision), ("deploymentId", ":pointer", deployment_id)]
    });
    for (name, value, was) in seen {
        match was {
            None => expression.push_str(&format!(" AND attribute_not_exists({name})")),
            Some(was) => {
                expression.push_str(&format!(" AND {name} = {value}"));
                values.insert(value.to_owned(), was.clone());
            }
        }
    }
    (expression, values)
}

/// True of a transaction that was refused because what it is about is not as it was read.
pub(super) fn has_changed(error: &CallError) -> bool {
    // A conflict with another transaction on the item is an edit too.
    error.cancellation_reasons().is_some_and(|reasons| {
        let codes = ["ConditionalCheckFailed", "TransactionConflict"];
        reasons.iter().filter_map(CancellationReason::code).all(|code| codes.contains(&code))
    })
}
