//! The writes of a stage's route items while an apply to it is under way, many in a transaction.
//!
//! Each transaction checks the mark in the stage item.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{ApplyMark, ConditionalWrite, Store, configuration::attributes, values::to_attributes};
use crate::{
    aws::{
        call::{Attempts, CallError, CallPolicy},
        dynamodb::{
            AttributeValue::S,
            operations::{Condition, ConditionCheck, DeleteItem, PutItem, TransactItem, TransactWriteItems},
        },
    },
    error::StoreError,
};

/// A write of a route item, or of a stage's `$api`.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteWrite {
    Put(Map<String, Value>),
    /// By its route key.
    Delete(String),
}

/// DynamoDB takes 100 items and 4 MB in a transaction; one of the items is the check of the mark.
const MOST_WRITES: usize = 99;
const MOST_BYTES: usize = 3 << 20;

/// A transaction of a hundred items takes longer than a read, and nobody waits for an answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

/// The pauses before a transaction is made again that was throttled, or met another one.
const PAUSES_MS: [u64; 9] = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800];

const WRITING: &str = "writing the items of a stage";

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

impl Store {
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
                let item = to_attributes(item).map_err(|error| StoreError::new(WRITING, error))?;
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
    of_items || error.is_throttled()
}
