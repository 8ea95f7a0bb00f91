//! The reads and writes that a client waits for: brief, and not of a table that keeps failing.

use std::{sync::Arc, time::SystemTime};

use tracing::{error, warn};

use super::{Store, counter_outcomes::WrittenCounter};
use crate::{
    authorizers::{ApiKey, ItemRead, ItemStore, KeyHash, SharedItem},
    aws::call::CallError,
    circuit_breaker::CircuitBreaker,
    clock::milliseconds,
    error::{StoreError, chain},
    item::Parsed,
    limits::{
        counters::{CounterStore, CounterWrite, WriteOutcome},
        usage_plan::UsagePlan,
    },
};

impl ItemStore<ApiKey> for Store {
    async fn read(&self, hash: &KeyHash, now: SystemTime) -> ItemRead<ApiKey> {
        let read = self.api_key_item(hash);
        let item = guarded("reading the API key", &self.breakers.api_keys, now, read).await?;
        Ok(item.map(|item| shared(ApiKey::parse(&self.tables.api_keys, &item))))
    }
}

impl ItemStore<UsagePlan> for Store {
    async fn read(&self, id: &Arc<str>, now: SystemTime) -> ItemRead<UsagePlan> {
        let read = self.usage_plan_item(id);
        let item = guarded("reading the usage plan", &self.breakers.usage_plans, now, read).await?;
        Ok(item.map(|item| shared(UsagePlan::parse(&self.tables.usage_plans, &item))))
    }
}

impl CounterStore for Store {
    async fn write(&self, counter: &str, write: &CounterWrite, now: SystemTime) -> WriteOutcome {
        let (breaker, now_ms) = (&self.breakers.counters, milliseconds(now));
        if !breaker.allows(now_ms) {
            return WriteOutcome::NotSent;
        }
        let WrittenCounter { outcome, failure } = self.write_counter(counter, write).await;
        // Too much is mostly one item, which takes 1,000 writes a second: the busy key bears it by itself.
        let of_table = failure.as_ref().filter(|error| !is_validation_error(error) && !error.is_throttled());
        match of_table {
            Some(_) => breaker.failed(now_ms),
            None => breaker.answered(),
        }
        let cause = match (&outcome, &failure) {
            (_, Some(failure)) => chain(failure),
            (WriteOutcome::Unknown | WriteOutcome::NotSent, None) => {
                "the answer does not say what was written".to_owned()
            }
            (WriteOutcome::Done(_) | WriteOutcome::Refused(_), None) => return outcome,
        };
        warn!(metric = "Degraded", cause, "a counter could not be written");
        outcome
    }
}

async fn guarded<T>(
    operation: &'static str,
    breaker: &CircuitBreaker,
    now: SystemTime,
    read: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let now_ms = milliseconds(now);
    if !breaker.allows(now_ms) {
        return Err(StoreError::new(operation, "the store kept failing; it is asked again soon"));
    }
    let outcome = read.await;
    match &outcome {
        Ok(_) => breaker.answered(),
        Err(error) => {
            breaker.failed(now_ms);
            warn!(metric = "Degraded", cause = chain(error), "an API key or its plan could not be read");
        }
    }
    outcome
}

/// True if DynamoDB works and will not do the write: somebody may have written into a counter's item, and that must
/// not end the writes of all others.
fn is_validation_error(error: &CallError) -> bool {
    error.code() == Some("ValidationException")
}

/// The value of an item, or its problems; those are told to the operator here, once for every reading.
fn shared<T>(parsed: Parsed<T>) -> SharedItem<T> {
    match parsed.value {
        Ok(value) => Ok(Arc::new(value)),
        Err(invalid) => {
            error!(metric = "ConfigurationInvalid", stage = "-", problems = %invalid, "an item is invalid; its keys are refused");
            Err(Arc::new(invalid))
        }
    }
}
