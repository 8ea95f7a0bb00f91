//! The fleet's counts of a canary's answers: an item of the counters' table for each minute, with two numbers for each slot
//! of ten seconds.

use std::time::SystemTime;

use serde_json::{Map, Value};
use tracing::warn;

use super::{Store, configuration::attributes, counter_outcomes::surely_not_done, values::PlainItem};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{
            AttributeValue::{N, S},
            operations::{
                Condition, DeleteItem, FoundItem, GetItem, Names, ReturnValues, UpdateItem, Written,
            },
        },
    },
    canary::{AddedAnswers, AnswerCounts, SLOT_SECONDS, Slot},
    clock::milliseconds,
    error::{StoreError, chain},
};

/// The counts of a minute are kept for so long: nobody reads them later.
const KEPT_SECONDS: u64 = 600;

const READING: &str = "reading the canary's counts";
const FORGETTING: &str = "forgetting the canary's counts";

impl Store {
    /// Adds answers to a slot, and gives the fleet's answers of the last minute.
    pub(super) async fn count_answers(
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
            deleted.map_err(|error| StoreError::new(FORGETTING, error))?;
        }
        Ok(())
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
