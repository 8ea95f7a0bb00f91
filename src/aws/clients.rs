//! The clients of all services, made when they are first asked for: who calls none pays for none.
//!
//! One is kept for each service, region and credentials.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    ServiceClient,
    assumed_roles::{AssumedRoles, RoleArn, RoleError},
    service::{Service, ServiceAddress},
};
use crate::{clock::Clock, environment::Aws};

/// The clients. Clones share them.
#[derive(Clone, Debug)]
pub struct ServiceClients(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    aws: Aws,
    clock: Clock,
    /// Those with the gateway's own credentials.
    own: Mutex<HashMap<ServiceAddress, ServiceClient>>,
    roles: AssumedRoles,
}

/// The credentials that an integration's calls are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallCredentials {
    /// Those of the gateway's function.
    Own,
    Role(RoleArn),
}

impl ServiceClients {
    /// No client yet.
    pub fn new(aws: &Aws, clock: Clock) -> Self {
        let roles = AssumedRoles::default();
        Self(Arc::new(Shared { aws: aws.clone(), clock, own: Mutex::default(), roles }))
    }

    /// The client of a service.
    ///
    /// # Errors
    ///
    /// The role cannot be assumed.
    pub async fn client(
        &self,
        address: &ServiceAddress,
        credentials: &CallCredentials,
    ) -> Result<ServiceClient, RoleError> {
        let role = match credentials {
            CallCredentials::Own => return Ok(self.own(address)),
            CallCredentials::Role(role) => role,
        };
        let sts = || self.own(&ServiceAddress::of(Service::Sts));
        // Boxed: few calls need a role.
        let session = Box::pin(self.0.roles.session(role, sts, &self.0.clock)).await?;
        Ok(session.client(address, || self.own(address)))
    }

    /// The settings that they are made with.
    pub fn aws(&self) -> &Aws {
        &self.0.aws
    }

    fn own(&self, address: &ServiceAddress) -> ServiceClient {
        let mut own = self.0.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = own.get(address) {
            return client.clone();
        }
        let client = ServiceClient::at(address, &self.0.aws);
        own.insert(address.clone(), client.clone());
        client
    }
}
