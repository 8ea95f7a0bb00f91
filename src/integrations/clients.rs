//! The clients by which integrations call: connections that all routes share.

use std::time::Duration;

use super::http::HttpTargets;
use crate::aws::{
    self, ServiceClient,
    call::{Attempts, CallPolicy},
    clients::ServiceClients,
};

/// The connections that all routes share.
#[derive(Clone, Debug)]
pub struct Clients {
    pub lambda: ServiceClient,
    pub dynamodb: aws::dynamodb::DynamoDb,
    pub http: HttpTargets,
    /// Of all other services.
    pub services: ServiceClients,
}

/// What `DYNAMODB` routes call, on the connections of `client`. Each attempt has two seconds; how many there are says
/// the operation.
pub fn dynamodb_client(client: ServiceClient) -> aws::dynamodb::DynamoDb {
    const POLICY: CallPolicy = CallPolicy {
        attempts: Attempts::Twice,
        attempt_timeout: Some(Duration::from_secs(2)),
        head_timeout: None,
    };
    aws::dynamodb::DynamoDb::new(client, POLICY)
}
