//! What is asked of the store while a client waits: briefly, and not of a table that keeps failing.

use std::{sync::Arc, time::SystemTime};

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use tracing::{error, warn};

use super::{Store, breaker::Breaker};
use crate::{
    authorizers::{ApiKey, KeyHash, KeyStore, Read},
    error::{InvalidConfiguration, StoreError, chain},
    item::Parsed,
    limits::usage_plan::{CounterStore, Outcome, UsagePlan, Write},
};

/// The codes of "too much" (Amazon DynamoDB Developer Guide, "Error handling").
const THROTTLING: [&str; 3] =
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"];

impl KeyStore for Store {
    async fn api_key(&self, hash: KeyHash, now: SystemTime) -> Read<ApiKey> {
        let read = self.api_key_item(&hash);
        let item = guarded("reading the API key", &self.breakers.api_keys, now, read).await?;
        Ok(item.map(|item| known(ApiKey::parse(&self.tables.api_keys, &item))))
    }

    async fn usage_plan(&self, id: &str, now: SystemTime) -> Read<UsagePlan> {
        let read = self.usage_plan_item(id);
        let item = guarded("reading the usage plan", &self.breakers.usage_plans, now, read).await?;
        Ok(item.map(|item| known(UsagePlan::parse(&self.tables.usage_plans, &item))))
    }
}

impl CounterStore for Store {
    async fn write(&self, counter: &str, write: &Write, now: SystemTime) -> Outcome {
        let breaker = &self.breakers.counters;
        if !breaker.allows(now) {
            return Outcome::NotSent;
        }
        // After a thaw a kept connection may be dead; its own task notices, if it gets its turn before us.
        tokio::task::yield_now().await;
        let (outcome, failure) = self.write_counter(counter, write).await;
        let of_table = failure.as_ref().filter(|error| !is_badly_asked(*error) && !is_throttled(*error));
        match of_table {
            Some(_) => breaker.failed(now),
            None => breaker.answered(),
        }
        let cause = match (&outcome, &failure) {
            (_, Some(failure)) => chain(failure),
            (Outcome::Unknown | Outcome::NotSent, None) => {
                "the answer does not say what was written".to_owned()
            }
            (Outcome::Done(_) | Outcome::Refused(_), None) => return outcome,
        };
        warn!(metric = "Degraded", cause, "a counter could not be written");
        outcome
    }
}

async fn guarded<T>(
    operation: &'static str,
    breaker: &Breaker,
    now: SystemTime,
    read: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    if !breaker.allows(now) {
        return Err(StoreError::new(operation, "the store kept failing; it is asked again soon"));
    }
    let outcome = read.await;
    match &outcome {
        Ok(_) => breaker.answered(),
        Err(error) => {
            breaker.failed(now);
            warn!(metric = "Degraded", cause = chain(error), "an API key or its plan could not be read");
        }
    }
    outcome
}

/// Whether DynamoDB works and will not do the write: somebody may have written into a counter's item, and that must
/// not end the writes of all others.
fn is_badly_asked(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ValidationException")
}

/// Whether DynamoDB is asked too much. Of writes that is mostly one item, which takes 1,000 a second: the busy key
/// bears it by itself.
pub(super) fn is_throttled(error: &impl ProvideErrorMetadata) -> bool {
    error.code().is_some_and(|code| THROTTLING.contains(&code))
}

/// What an item says, or why it says nothing; the latter is told to the operator here, once for every reading.
fn known<T>(parsed: Parsed<T>) -> Result<Arc<T>, Arc<InvalidConfiguration>> {
    match parsed.value {
        Ok(value) => Ok(Arc::new(value)),
        Err(invalid) => {
            error!(metric = "ConfigurationInvalid", stage = "-", problems = %invalid, "an item is invalid; its keys are refused");
            Err(Arc::new(invalid))
        }
    }
}
