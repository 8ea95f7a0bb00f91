//! The state that all instances share: DynamoDB.

mod api_keys;
mod cache;
pub mod cache_contents;
mod cache_table;
mod configuration;
mod counter_updates;
mod daily_usage;
mod deployments;
mod pointers;
mod request_time;
pub mod values;
mod wait;

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{SharedAsyncSleep, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_types::SdkConfig;

use self::wait::{Wait, within};
pub use self::{
    api_keys::KeyCreation,
    cache_table::{CacheEntries, GenerationRaise, ItemKey},
    configuration::StageRow,
    deployments::{Consistency, StoredSnapshot},
    pointers::{ConditionalWrite, LastGood, Pointer, Record},
};
use crate::{
    circuit_breaker::CircuitBreaker,
    environment::{Aws, DeploymentMemory, Tables},
};

/// Reads what the operator wrote, and keeps what the gateway writes.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    /// For reads that a client waits for.
    quick: Client,
    /// The same, and never tries again: for writes that would count twice.
    counters: Client,
    /// For reads of entries of the cache, which may be a megabyte.
    entries: Client,
    /// The time for which a client waits for a response of the store.
    pub client_waits: Duration,
    /// The time for which a read of an entry is waited for: all pages of it, and a second try.
    entry_within: Duration,
    breakers: Arc<Breakers>,
    pub tables: Tables,
    /// The memory that deployments may take of the instances that share the store.
    pub deployment_memory: Option<DeploymentMemory>,
}

/// One for each table that requests wait for: DynamoDB throttles them one by one.
#[derive(Debug, Default)]
struct Breakers {
    api_keys: CircuitBreaker,
    usage_plans: CircuitBreaker,
    counters: CircuitBreaker,
    cache: CircuitBreaker,
}

/// Configuration is read at the start and in the background, where no client waits for it: it may take a moment.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// A call that a client waits for must not take long.
const REQUEST_TIME_TIMEOUT: Duration = Duration::from_millis(200);

/// A whole entry may take so many times that: a hit of 900 KB takes 6 ms of a whole processor, and an instance of 128 MB
/// has a fourteenth of one.
const MOST_OF_AN_ENTRY: u32 = 5;

impl Store {
    pub fn new(client: Client, tables: Tables) -> Self {
        Self::waiting(REQUEST_TIME_TIMEOUT, client, tables)
    }

    /// A store that gives a call that a client waits for `at_most` this time: tests share a machine.
    pub fn waiting(at_most: Duration, client: Client, tables: Tables) -> Self {
        let within = TimeoutConfig::builder().operation_attempt_timeout(at_most).build();
        let quick = client.config().to_builder().timeout_config(within);
        let counters = quick.clone().retry_config(RetryConfig::disabled());
        let entry_within = at_most * MOST_OF_AN_ENTRY;
        // Settings that are not named here are as before.
        let head_within =
            TimeoutConfig::builder().read_timeout(at_most).operation_attempt_timeout(entry_within).build();
        let entries = quick.clone().timeout_config(head_within);
        Self {
            client,
            quick: Client::from_conf(quick.build()),
            counters: Client::from_conf(counters.build()),
            entries: Client::from_conf(entries.build()),
            client_waits: at_most,
            entry_within,
            breakers: Arc::default(),
            tables,
            deployment_memory: None,
        }
    }

    /// The output of `work`; `None`: it takes longer than a client waits for the store.
    pub async fn while_a_client_waits<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        within(self.client_waits, work).await
    }
}

/// A DynamoDB client that tries once more what is idempotent.
pub fn dynamodb_client(sdk: &SdkConfig, aws: &Aws) -> Client {
    let config = aws_sdk_dynamodb::config::Builder::from(sdk)
        .retry_config(
            RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(50)),
        )
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
        .sleep_impl(SharedAsyncSleep::new(Wait));
    let config = match &aws.dynamodb_endpoint {
        Some(endpoint) => config.endpoint_url(endpoint),
        None => config,
    };
    Client::from_conf(config.build())
}
