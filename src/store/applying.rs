//! An apply of an API file to a stage: the mark in the stage item, the writes of route items while it stands, and its end.
//!
//! Each write of items is a transaction that checks the mark. So a tool that was slow, or whose apply another one took
//! over, changes nothing any more.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    ConditionalWrite, StageRow, Store,
    configuration::attributes,
    pointers::{has_changed, pointer_conditions},
    values::{to_attribute, to_attributes},
};
use crate::{
    aws::{
        call::{Attempts, CallError, CallPolicy},
        dynamodb::{
            AttributeValue::{self, M, N, S},
            Attributes,
            operations::{
                Condition, ConditionCheck, DeleteItem, PutItem, TransactItem, TransactWriteItems, UpdateItem,
            },
        },
    },
    error::StoreError,
};

/// The attribute of the mark.
pub const APPLYING: &str = "applying";

/// The mark of an apply in a stage item. While it stands, only its apply publishes the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyMark {
    pub id: String,
    pub by: String,
    /// When it began, in seconds since 1970.
    pub at: u64,
}

/// A write of a route item, or of a stage's `$api`.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteWrite {
    Put(Map<String, Value>),
    /// By its route key.
    Delete(String),
}

/// The fields of the stage item that act together with the new deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageFields {
    pub set: Map<String, Value>,
    pub removed: Vec<String>,
}

/// The end of an apply: its mark goes, and the stage's fields become those of the file.
#[derive(Clone, Copy, Debug)]
pub struct ApplyEnd<'a> {
    pub mark: &'a ApplyMark,
    pub fields: &'a StageFields,
}

/// DynamoDB takes 100 items and 4 MB in a transaction; one of the items is the check of the mark.
const MOST_WRITES: usize = 99;
const MOST_BYTES: usize = 3 << 20;

/// A transaction of a hundred items takes longer than a read, and nobody waits for an answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

/// The pauses before a transaction is made again that was throttled, or met another one.
const PAUSES_MS: [u64; 9] = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800];

const BEGINNING: &str = "beginning to apply";
const WRITING: &str = "writing the items of a stage";
const REMOVING: &str = "removing the stage";

impl ApplyMark {
    /// The mark that stands in a stage item. One that somebody has spoilt is one all the same.
    pub fn of(item: &Map<String, Value>) -> Option<Self> {
        let mark = item.get(APPLYING)?;
        let text = |name: &str| mark.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = mark.get("at").and_then(Value::as_u64).unwrap_or_default();
        Some(Self { id: text("id"), by: text("by"), at })
    }

    /// Says if a stage item holds nothing but a mark: the stage is to be, and is not there yet.
    pub fn is_alone_in(item: &Map<String, Value>) -> bool {
        item.contains_key(APPLYING) && item.keys().all(|name| name == APPLYING || name == "stage")
    }

    fn attribute(&self) -> AttributeValue {
        let Self { id, by, at } = self;
        M(attributes([("id", S(id.clone())), ("by", S(by.clone())), ("at", N(at.to_string()))]))
    }
}

impl RouteWrite {
    fn bytes(&self) -> usize {
        match self {
            Self::Put(item) => Value::from(item.clone()).to_string().len(),
            Self::Delete(route_key) => route_key.len(),
        }
    }

    /// Parts of `writes` that each fit one transaction.
    pub fn batches(writes: &[Self]) -> Vec<&[Self]> {
        let (mut batches, mut begin, mut bytes) = (Vec::new(), 0, 0);
        for (index, write) in writes.iter().enumerate() {
            let own = write.bytes();
            if index > begin && (index - begin >= MOST_WRITES || bytes + own > MOST_BYTES) {
                batches.push(&writes[begin..index]);
                (begin, bytes) = (index, 0);
            }
            bytes += own;
        }
        if begin < writes.len() {
            batches.push(&writes[begin..]);
        }
        batches
    }
}

impl ApplyEnd<'_> {
    /// Adds the end of the apply to the write that moves the stage's pointer.
    pub(super) fn add_to(
        &self,
        update: &mut UpdateItem<'_>,
        operation: &'static str,
    ) -> Result<(), StoreError> {
        let Self { mark, fields: StageFields { set, removed } } = self;
        let condition = &mut update.condition;
        let mut expression = update.update_expression.take().unwrap_or_default().into_owned();
        for (index, (name, value)) in set.iter().enumerate() {
            expression.push_str(&format!(", #set{index} = :set{index}"));
            condition.expression_attribute_names.insert(format!("#set{index}").into(), name.clone().into());
            let value = to_attribute(value).map_err(|error| StoreError::new(operation, error))?;
            condition.expression_attribute_values.insert(format!(":set{index}"), value);
        }
        expression.push_str(" REMOVE applying");
        for (index, name) in removed.iter().enumerate() {
            expression.push_str(&format!(", #removed{index}"));
            let placeholder = format!("#removed{index}");
            condition.expression_attribute_names.insert(placeholder.into(), name.clone().into());
        }
        update.update_expression = Some(expression.into());
        let checked = condition.condition_expression.take().unwrap_or_default();
        condition.condition_expression = Some(format!("{checked} AND applying = :applying").into());
        condition.expression_attribute_values.insert(":applying".to_owned(), mark.attribute());
        Ok(())
    }
}

impl Store {
    /// Marks a stage item, unless it has changed since `read`: the mark of an apply that has not ended goes. A stage without
    /// an item gets one with the mark alone.
    pub async fn begin_apply(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        mark: &ApplyMark,
    ) -> Result<ConditionalWrite, StoreError> {
        self.set_mark(stage, read, Some(mark)).await
    }

    /// Takes the mark of an apply that has changed nothing away again, or sets the one that stood there before; `read` is
    /// the stage as the apply left it. An item that holds nothing else goes.
    pub async fn abandon_apply(
        &self,
        stage: &str,
        read: &StageRow,
        former: Option<&ApplyMark>,
    ) -> Result<ConditionalWrite, StoreError> {
        if former.is_none() && ApplyMark::is_alone_in(&read.item) {
            return self.remove_marked(stage, read).await;
        }
        self.set_mark(stage, Some(read), former).await
    }

    /// Deletes the item of a stage that is marked, unless it has changed since `read`.
    pub async fn remove_marked(&self, stage: &str, read: &StageRow) -> Result<ConditionalWrite, StoreError> {
        let delete = DeleteItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            condition: as_read(Some(read)),
        };
        written(REMOVING, self.client.call(&delete).await.map(drop))
    }

    async fn set_mark(
        &self,
        stage: &str,
        read: Option<&StageRow>,
        mark: Option<&ApplyMark>,
    ) -> Result<ConditionalWrite, StoreError> {
        let mut condition = as_read(read);
        let values = &mut condition.expression_attribute_values;
        let mut expression = match mark {
            Some(mark) => {
                values.insert(":mark".to_owned(), mark.attribute());
                "SET applying = :mark".to_owned()
            }
            None => "REMOVE applying".to_owned(),
        };
        // A publisher that has read the item before does not move its pointer any more. An item that is new has nothing to
        // move from.
        if let Some(row) = read.filter(|row| !ApplyMark::is_alone_in(&row.item)) {
            values.insert(":next".to_owned(), N((row.revision.unwrap_or(0) + 1).to_string()));
            expression = match mark {
                Some(_) => format!("{expression}, revision = :next"),
                None => format!("SET revision = :next {expression}"),
            };
        }
        let update = UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some(expression.into()),
            condition,
            return_values: None,
        };
        written(BEGINNING, self.client.call(&update).await.map(drop))
    }

    /// Writes one of [`RouteWrite::batches`] while the mark stands: all of it, or nothing.
    pub async fn write_routes(
        &self,
        stage: &str,
        mark: &ApplyMark,
        writes: &[RouteWrite],
    ) -> Result<ConditionalWrite, StoreError> {
        let check = TransactItem::ConditionCheck(ConditionCheck {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            condition: Condition {
                condition_expression: Some("applying = :mark".into()),
                expression_attribute_values: attributes([(":mark", mark.attribute())]),
                ..Condition::default()
            },
        });
        let mut items = vec![check];
        for write in writes {
            items.push(self.route_write(stage, write)?);
        }
        self.transact_patiently(items).await
    }

    fn route_write(&self, stage: &str, write: &RouteWrite) -> Result<TransactItem<'_>, StoreError> {
        let (table_name, condition) = (self.tables.routes.as_str(), Condition::default());
        Ok(match write {
            RouteWrite::Put(item) => {
                let item: Attributes =
                    to_attributes(item).map_err(|error| StoreError::new(WRITING, error))?;
                TransactItem::Put(PutItem { table_name, item, condition })
            }
            RouteWrite::Delete(route_key) => {
                let key = attributes([("stage", S(stage.to_owned())), ("routeKey", S(route_key.clone()))]);
                TransactItem::Delete(DeleteItem { table_name, key, condition })
            }
        })
    }

    async fn transact_patiently(
        &self,
        transact_items: Vec<TransactItem<'_>>,
    ) -> Result<ConditionalWrite, StoreError> {
        let client = self.client.with_policy(CallPolicy {
            attempts: Attempts::Twice,
            attempt_timeout: Some(ATTEMPT_TIMEOUT),
            head_timeout: None,
        });
        let mut writes = TransactWriteItems::new(transact_items);
        for pause in PAUSES_MS {
            match client.call(&writes).await {
                Ok(_) => return Ok(ConditionalWrite::Done),
                Err(error) if is_mark_gone(&error) => return Ok(ConditionalWrite::ChangedMeanwhile),
                Err(error) if !is_contended(&error) => return Err(StoreError::new(WRITING, error)),
                Err(_) => tokio::time::sleep(Duration::from_millis(pause)).await,
            }
            // With the token of a transaction that was canceled, DynamoDB would answer as before.
            writes = TransactWriteItems::new(writes.transact_items);
        }
        Err(StoreError::new(WRITING, "DynamoDB refuses it every time: it is throttling"))
    }
}

fn written(operation: &'static str, outcome: Result<(), CallError>) -> Result<ConditionalWrite, StoreError> {
    match outcome {
        Ok(()) => Ok(ConditionalWrite::Done),
        Err(error) if error.is_failed_condition() => Ok(ConditionalWrite::ChangedMeanwhile),
        Err(error) => Err(StoreError::new(operation, error)),
    }
}

/// The stage item is as it was read: revision, pointer and mark.
fn as_read(read: Option<&StageRow>) -> Condition<'static> {
    let (mut expression, mut values) = pointer_conditions(read);
    match read.map(|row| &row.written.applying) {
        Some(Some(mark)) => {
            expression.push_str(" AND applying = :was");
            values.insert(":was".to_owned(), mark.clone());
        }
        Some(None) => expression.push_str(" AND attribute_not_exists(applying)"),
        None => {}
    }
    Condition {
        condition_expression: Some(expression.into()),
        expression_attribute_names: [("#stage".into(), "stage".into())].into(),
        expression_attribute_values: values,
        ..Condition::default()
    }
}

/// The check of the mark stands first in its transaction.
fn is_mark_gone(error: &CallError) -> bool {
    let reasons = error.cancellation_reasons();
    let first = reasons.as_ref().and_then(|reasons| reasons.first()?.code());
    first == Some("ConditionalCheckFailed")
}

/// Says if the same transaction may work a moment later.
fn is_contended(error: &CallError) -> bool {
    const CODES: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    let of_items = error.cancellation_reasons().is_some_and(|reasons| {
        let mut codes = reasons.iter().filter_map(|reason| reason.code()).peekable();
        codes.peek().is_some() && codes.all(|code| CODES.contains(&code))
    });
    of_items || error.is_throttled() || has_changed_without_reason(error)
}

/// A transaction that was canceled without a word on why.
fn has_changed_without_reason(error: &CallError) -> bool {
    error.cancellation_reasons().is_some_and(|reasons| reasons.is_empty()) && has_changed(error)
}
