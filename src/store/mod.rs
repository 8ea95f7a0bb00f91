//! The state that all instances share: DynamoDB.

mod api_keys;
mod applying;
mod batch_deletion;
mod cache;
pub mod cache_contents;
mod cache_table;
mod canaries;
mod canary_counts;
mod configuration;
mod counter_outcomes;
mod counter_request;
mod counter_updates;
mod daily_usage;
mod deployments;
mod history;
mod locations;
mod pointers;
mod request_time;
mod route_writes;
mod stored_deployments;
pub mod values;

use std::{sync::Arc, time::Duration};

pub use self::{
    api_keys::KeyCreation,
    applying::{ApplyEnd, ApplyMark, StageFields},
    cache_table::{CacheEntries, GenerationRaise, ItemKey},
    canaries::Promotion,
    configuration::StageRow,
    deployments::{Consistency, StoredSnapshot},
    history::{HistoryRecord, MoveKind, MoveOrigin, PointerMove},
    pointers::{AutoDeploy, ConditionalWrite, LastGood, Pointer, Record, TargetState},
    route_writes::RouteWrite,
    stored_deployments::{StoredDeployment, StoredDeployments},
};
use crate::{
    aws::{
        ServiceClient,
        call::{Attempts, CallPolicy},
        dynamodb::DynamoDb,
    },
    circuit_breaker::CircuitBreaker,
    environment::{DeploymentMemory, FunctionUrlAuthType, Tables},
    wait::within,
};

/// Reads what the operator wrote, and keeps what the gateway writes.
#[derive(Clone, Debug)]
pub struct Store {
    client: DynamoDb,
    /// For reads that a client waits for.
    quick: DynamoDb,
    /// The same, and never tries again: for writes that would count twice.
    counters: DynamoDb,
    /// For reads of entries of the cache, which may be a megabyte.
    entries: DynamoDb,
    /// The time for which a client waits for a response of the store.
    pub client_waits: Duration,
    /// The time for which a read of an entry is waited for: all pages of it, and a second try.
    entry_within: Duration,
    breakers: Arc<Breakers>,
    pub tables: Tables,
    /// The memory that deployments may take of the instances that share the store.
    pub deployment_memory: Option<DeploymentMemory>,
    /// The `AuthType` of their function URL; `None` where it is not known, as on an operator's machine.
    pub function_url_auth_type: Option<FunctionUrlAuthType>,
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
    pub fn new(client: ServiceClient, tables: Tables) -> Self {
        Self::waiting(REQUEST_TIME_TIMEOUT, client, tables)
    }

    /// A store that gives a call that a client waits for `at_most` this time: tests share a machine.
    pub fn waiting(at_most: Duration, client: ServiceClient, tables: Tables) -> Self {
        let entry_within = at_most * MOST_OF_AN_ENTRY;
        let twice = |attempt| CallPolicy {
            attempts: Attempts::Twice,
            attempt_timeout: Some(attempt),
            head_timeout: None,
        };
        let quick = twice(at_most);
        let with = |policy| DynamoDb::new(client.clone(), policy);
        Self {
            client: with(twice(ATTEMPT_TIMEOUT)),
            quick: with(quick),
            counters: with(CallPolicy { attempts: Attempts::Once, ..quick }),
            entries: with(CallPolicy { head_timeout: Some(at_most), ..twice(entry_within) }),
            client_waits: at_most,
            entry_within,
            breakers: Arc::default(),
            tables,
            deployment_memory: None,
            function_url_auth_type: None,
        }
    }

    /// The output of `work`; `None`: it takes longer than a client waits for the store.
    pub async fn while_a_client_waits<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        within(self.client_waits, work).await
    }
}
