//! The state that all instances share: DynamoDB.

mod api_keys;
mod configuration;
mod usage;
pub mod values;

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_types::SdkConfig;

pub use self::{
    api_keys::{Kept, Rotated},
    configuration::{Moved, Pointer, StageRow},
};
use crate::environment::{Aws, Tables};

/// Reads what the operator wrote, and keeps what the gateway writes.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    pub tables: Tables,
}

/// Configuration is read at the start and beside requests, never in their way: it may take a moment.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

impl Store {
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }
}

/// A DynamoDB client that tries once more what is idempotent.
pub fn dynamodb_client(sdk: &SdkConfig, aws: &Aws) -> Client {
    let config = aws_sdk_dynamodb::config::Builder::from(sdk)
        .retry_config(
            RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(50)),
        )
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build());
    let config = match &aws.dynamodb_endpoint {
        Some(endpoint) => config.endpoint_url(endpoint),
        None => config,
    };
    Client::from_conf(config.build())
}
