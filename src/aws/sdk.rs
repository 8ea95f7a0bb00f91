//! The settings that all AWS clients of the process share: region, credentials from the environment, connections.
//!
//! Nothing is asked for at the start: no profile, no metadata service, no certificate store.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
        timeout::TimeoutConfig,
    },
};
use aws_types::SdkConfig;

use crate::{environment::Aws, http_client::sdk::sdk_http_client};

/// The settings that a service's own are added to.
pub fn sdk_config(aws: &Aws) -> SdkConfig {
    let token = aws.session_token.as_ref().map(|token| token.0.clone());
    let secret = aws.secret_access_key.0.clone();
    let credentials = Credentials::new(aws.access_key_id.clone(), secret, token, None, "environment");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(sdk_http_client())
        .build()
}

/// Transitional, for `integrations/dynamodb`: a DynamoDB client that tries once more what is idempotent.
pub fn sdk_dynamodb_client(sdk: &SdkConfig, aws: &Aws) -> Client {
    let config = aws_sdk_dynamodb::config::Builder::from(sdk)
        .retry_config(
            RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(50)),
        )
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build());
    let config = match &aws.dynamodb_endpoint {
        Some(endpoint) => config.endpoint_url(endpoint),
        None => config,
    };
    Client::from_conf(config.build())
}
