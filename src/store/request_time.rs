//! What is asked of the store while a client waits: briefly, and not of one that keeps failing.

use std::{sync::Arc, time::SystemTime};

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::get_item::GetItemError,
};
use tracing::{error, warn};

use super::Store;
use crate::{
    authorizers::{ApiKey, KeyHash, KeyStore, Read},
    error::{InvalidConfiguration, Problem, StoreError, chain},
    policies::usage_plan::{CounterStore, Outcome, UsagePlan, Write},
};

impl KeyStore for Store {
    async fn api_key(&self, hash: KeyHash, now: SystemTime) -> Read<ApiKey> {
        let item = self.guarded("reading the API key", now, self.api_key_item(&hash)).await?;
        Ok(item.map(|item| known(ApiKey::parse(&self.tables.api_keys, &item))))
    }

    async fn usage_plan(&self, id: &str, now: SystemTime) -> Read<UsagePlan> {
        let item = self.guarded("reading the usage plan", now, self.usage_plan_item(id)).await?;
        Ok(item.map(|item| known(UsagePlan::parse(&self.tables.usage_plans, &item))))
    }
}

impl CounterStore for Store {
    async fn write(&self, counter: &str, write: &Write, now: SystemTime) -> Outcome {
        if !self.breaker.allows(now) {
            return Outcome::NotSent;
        }
        // After a thaw a kept connection may be dead; its own task notices, if it gets its turn before us.
        tokio::task::yield_now().await;
        let (outcome, failure) = self.write_counter(counter, write).await;
        self.breaker
            .saw(&failure.as_ref().filter(|failure| !is_badly_asked(*failure)).map_or(Ok(()), Err), now);
        if let Some(failure) = failure {
            warn!(metric = "Degraded", cause = chain(&failure), "a counter could not be written");
        }
        outcome
    }
}

impl Store {
    async fn guarded<T>(
        &self,
        operation: &'static str,
        now: SystemTime,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if !self.breaker.allows(now) {
            return Err(StoreError::new(operation, "the store kept failing; it is asked again soon"));
        }
        let outcome = read.await;
        let failure = outcome.as_ref().err().filter(|error| {
            !error.source.downcast_ref::<SdkError<GetItemError>>().is_some_and(is_badly_asked)
        });
        self.breaker.saw(&failure.map_or(Ok(()), Err), now);
        if let Err(error) = &outcome {
            warn!(metric = "Degraded", cause = chain(error), "an API key or its plan could not be read");
        }
        outcome
    }
}

/// Whether DynamoDB works and will not take the question: a plan's id is free text, so one item may be unaskable,
/// and its keys must not end the calls for all others.
fn is_badly_asked(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ValidationException")
}

/// What an item says, or why it says nothing; the latter is told to the operator here, once for every reading.
fn known<T>(
    parsed: Result<(T, Vec<Problem>), InvalidConfiguration>,
) -> Result<Arc<T>, Arc<InvalidConfiguration>> {
    match parsed {
        Ok((value, _)) => Ok(Arc::new(value)),
        Err(invalid) => {
            error!(metric = "ConfigurationInvalid", stage = "-", problems = %invalid, "an item is invalid; its keys are refused");
            Err(Arc::new(invalid))
        }
    }
}
