//! Canaries in their tables: the fleet's counts of their answers among the counters, and the settings in the stage item.

use std::time::SystemTime;

use serde_json::{Map, Value};
use tracing::warn;

use super::{
    ConditionalWrite, LastGood, StageRow, Store,
    configuration::attributes,
    counter_outcomes::surely_not_done,
    pointers::as_read,
    values::{NumberOutOfRange, PlainItem, to_attributes},
};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{
            AttributeValue::{M, N, S},
            Attributes,
            operations::{
                Condition, DeleteItem, FoundItem, GetItem, Names, ReturnValues, TransactItem, UpdateItem,
                Written,
            },
        },
    },
    canary::{AddedAnswers, AnswerCounts, CanaryRollback, CanaryStore, RollbackWrite, SLOT_SECONDS, Slot},
    clock::milliseconds,
    error::{StoreError, chain},
    item::StageVariables,
};

/// The counts of a minute are kept for so long: nobody reads them later.
const KEPT_SECONDS: u64 = 600;

const STARTING: &str = "starting the canary";
const PROMOTING: &str = "promoting the canary";
const ABORTING: &str = "aborting the canary";
const ROLLING_BACK: &str = "switching the canary off";
const READING: &str = "reading the canary's counts";

/// The stage as it is when its canary has taken its place.
#[derive(Debug)]
pub struct Promotion<'a> {
    pub deployment_id: &'a str,
    pub stage_variables: &'a StageVariables,
    /// Of the stage item, and why.
    pub message: &'a str,
    pub last_good: &'a LastGood,
}

impl CanaryStore for Store {
    async fn add_answers(
        &self,
        stage: &str,
        deployment_id: &str,
        slot: Slot,
        counts: AnswerCounts,
        now: SystemTime,
    ) -> AddedAnswers {
        let (breaker, now_ms) = (&self.breakers.counters, milliseconds(now));
        if !breaker.allows(now_ms) {
            return AddedAnswers::NotSent;
        }
        let update = self.adding(&counter(stage, deployment_id, slot.minute()), slot, counts);
        // Tried once: a repeated one would count twice.
        let written = self.counters.call_for::<Written<PlainItem>>(&update).await;
        let outcome = match written {
            Ok(Written { attributes }) => {
                let this_minute = attributes.map(|item| item.0).unwrap_or_default();
                let last_minute = self.minute(stage, deployment_id, slot.minute() - 1).await;
                last_minute.map(|last_minute| AddedAnswers::Recent(recent(&this_minute, &last_minute, slot)))
            }
            Err(error) => Err(error),
        };
        match &outcome {
            // Too much is mostly this one item.
            Err(error) if !error.is_throttled() => breaker.failed(now_ms),
            Ok(_) | Err(_) => breaker.answered(),
        }
        outcome.unwrap_or_else(|error| {
            warn!(
                metric = "Degraded",
                stage,
                cause = chain(&error),
                "a canary's answers could not be counted"
            );
            if surely_not_done(&error) { AddedAnswers::NotSent } else { AddedAnswers::Unknown }
        })
    }

    async fn roll_back(
        &self,
        stage: &str,
        deployment_id: &str,
        rollback: &CanaryRollback,
    ) -> Result<RollbackWrite, StoreError> {
        let item = attributes_of(&rollback.to_item(deployment_id), ROLLING_BACK)?;
        let condition = "canarySettings.deploymentId = :id \
             AND (attribute_not_exists(canaryRollback) OR canaryRollback.deploymentId <> :id)";
        let update = UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some("SET canaryRollback = :rollback".into()),
            condition: Condition {
                condition_expression: Some(condition.into()),
                expression_attribute_values: attributes([
                    (":id", S(deployment_id.to_owned())),
                    (":rollback", M(item)),
                ]),
                ..Condition::default()
            },
            return_values: None,
        };
        Ok(match self.update_stage(&update, ROLLING_BACK).await? {
            ConditionalWrite::Done => RollbackWrite::Done,
            ConditionalWrite::ChangedMeanwhile => RollbackWrite::ChangedMeanwhile,
        })
    }
}

impl Store {
    /// The fleet's answers of the last minute.
    pub async fn canary_answers(
        &self,
        stage: &str,
        deployment_id: &str,
        now_ms: u64,
    ) -> Result<AnswerCounts, StoreError> {
        let slot = Slot::at(now_ms);
        let failed = |error| StoreError::new(READING, error);
        let this_minute = self.minute(stage, deployment_id, slot.minute()).await.map_err(failed)?;
        let last_minute = self.minute(stage, deployment_id, slot.minute() - 1).await.map_err(failed)?;
        Ok(recent(&this_minute, &last_minute, slot))
    }

    /// Forgets the answers of the last minute, which a canary that starts again is not to be judged by.
    pub async fn forget_canary_answers(
        &self,
        stage: &str,
        deployment_id: &str,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        let minute = Slot::at(now_ms).minute();
        for minute in [minute - 1, minute] {
            let delete = DeleteItem {
                table_name: &self.tables.counters,
                key: attributes([("counter", S(counter(stage, deployment_id, minute)))]),
                condition: Condition::default(),
            };
            let deleted = self.client.call(&delete).await;
            deleted.map_err(|error| StoreError::new(STARTING, error))?;
        }
        Ok(())
    }

    /// Writes `canarySettings` into a stage item, which is on from then, unless the item has changed since `read`.
    pub async fn start_canary(
        &self,
        stage: &str,
        read: &StageRow,
        settings: &Map<String, Value>,
    ) -> Result<ConditionalWrite, StoreError> {
        let mut values = attributes([(":canary", M(attributes_of(settings, STARTING)?))]);
        let mut condition = as_read(Some(read), &mut values);
        if !read.item.contains_key("canaryRollback") {
            // An instance may have switched the canary off meanwhile.
            condition.push_str(" AND attribute_not_exists(canaryRollback)");
        }
        let change = "SET canarySettings = :canary, revision = :next REMOVE canaryRollback";
        let update = self.changing(stage, read, change, condition, values);
        self.update_stage(&update, STARTING).await
    }

    /// Points a stage at its canary's deployment, and ends the canary, unless the item has changed since `read`.
    pub async fn promote_canary(
        &self,
        stage: &str,
        read: &StageRow,
        promotion: &Promotion<'_>,
    ) -> Result<ConditionalWrite, StoreError> {
        let Promotion { deployment_id, stage_variables, message, last_good } = promotion;
        let variables = stage_variables.iter().map(|(name, value)| (name.clone(), S(value.clone())));
        let mut values = attributes([
            (":canary", S((*deployment_id).to_owned())),
            (":variables", M(variables.collect())),
            (":status", S("OK".to_owned())),
            (":message", S((*message).to_owned())),
        ]);
        let mut condition = as_read(Some(read), &mut values);
        condition
            .push_str(" AND canarySettings.deploymentId = :canary AND attribute_not_exists(canaryRollback)");
        let change = "SET deploymentId = :canary, stageVariables = :variables, revision = :next, \
             lastDeploymentStatus = :status, lastDeploymentMessage = :message \
             REMOVE canarySettings, canaryRollback";
        let update = TransactItem::Update(self.changing(stage, read, change, condition, values));
        let record = self.record(stage, Some(last_good), PROMOTING)?;
        self.transact(PROMOTING, [Some(update), Some(record)]).await
    }

    /// Ends the canary of a stage, unless the item has changed since `read`.
    pub async fn abort_canary(&self, stage: &str, read: &StageRow) -> Result<ConditionalWrite, StoreError> {
        let mut values = Attributes::new();
        let condition = as_read(Some(read), &mut values);
        let change = "SET revision = :next REMOVE canarySettings, canaryRollback";
        let update = self.changing(stage, read, change, condition, values);
        self.update_stage(&update, ABORTING).await
    }

    /// A change of a stage item that was read, with the next revision as `:next`.
    fn changing<'a>(
        &'a self,
        stage: &str,
        read: &StageRow,
        change: &'a str,
        condition: String,
        mut values: Attributes,
    ) -> UpdateItem<'a> {
        values.insert(":next".to_owned(), N((read.revision.unwrap_or(0) + 1).to_string()));
        UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some(change.into()),
            condition: Condition {
                condition_expression: Some(condition.into()),
                expression_attribute_names: [("#stage".into(), "stage".into())].into(),
                expression_attribute_values: values,
                ..Condition::default()
            },
            return_values: None,
        }
    }

    async fn update_stage(
        &self,
        update: &UpdateItem<'_>,
        operation: &'static str,
    ) -> Result<ConditionalWrite, StoreError> {
        match self.client.call(update).await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if error.is_failed_condition() => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new(operation, error)),
        }
    }

    fn adding<'a>(&'a self, counter: &str, slot: Slot, counts: AnswerCounts) -> UpdateItem<'a> {
        let expires_at = (slot.0 * SLOT_SECONDS + KEPT_SECONDS).to_string();
        UpdateItem {
            table_name: &self.tables.counters,
            key: attributes([("counter", S(counter.to_owned()))]),
            update_expression: Some(
                "SET expiresAt = :expiresAt ADD #answers :answers, #errors :errors".into(),
            ),
            condition: Condition {
                expression_attribute_names: Names::from([
                    ("#answers".into(), answers_in(slot.place()).into()),
                    ("#errors".into(), errors_in(slot.place()).into()),
                ]),
                expression_attribute_values: attributes([
                    (":expiresAt", N(expires_at)),
                    (":answers", N(counts.answers.to_string())),
                    (":errors", N(counts.errors.to_string())),
                ]),
                ..Condition::default()
            },
            return_values: Some(ReturnValues::AllNew),
        }
    }

    /// The counts of a minute, eventually consistent.
    async fn minute(
        &self,
        stage: &str,
        deployment_id: &str,
        minute: u64,
    ) -> Result<Map<String, Value>, CallError> {
        let get = GetItem {
            table_name: &self.tables.counters,
            key: attributes([("counter", S(counter(stage, deployment_id, minute)))]),
            consistent_read: None,
        };
        let found: FoundItem<PlainItem> = self.quick.call_for(&get).await?;
        Ok(found.item.map(|item| item.0).unwrap_or_default())
    }
}

/// The key of the counts of a minute: `canary#v1#6f73…#28944480`.
fn counter(stage: &str, deployment_id: &str, minute: u64) -> String {
    format!("canary#{stage}#{deployment_id}#{minute}")
}

fn answers_in(place: usize) -> String {
    format!("answers{place}")
}

fn errors_in(place: usize) -> String {
    format!("errors{place}")
}

/// The sum of the six slots of which `now` is the last: those of its minute up to it, and of the minute before the others.
fn recent(this_minute: &Map<String, Value>, last_minute: &Map<String, Value>, now: Slot) -> AnswerCounts {
    let mut sum = AnswerCounts::default();
    for place in 0..usize::try_from(Slot::IN_A_MINUTE).expect("a minute has few slots") {
        let item = if place <= now.place() { this_minute } else { last_minute };
        let number = |name: String| item.get(&name).and_then(Value::as_u64).unwrap_or_default();
        sum += AnswerCounts { answers: number(answers_in(place)), errors: number(errors_in(place)) };
    }
    sum
}

fn attributes_of(map: &Map<String, Value>, operation: &'static str) -> Result<Attributes, StoreError> {
    to_attributes(map).map_err(|error: NumberOutOfRange| StoreError::new(operation, error))
}
