//! The settings that all AWS clients of the process share: region, credentials from the environment, connections.
//!
//! Nothing is asked for at the start: no profile, no metadata service, no certificate store.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
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
