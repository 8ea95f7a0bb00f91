//! Connections to servers that items name, made only where the guard allows.
//!
//! The guard sits in the resolver that the connector itself uses, so that the address which was checked is
//! the address that is connected to: a name that resolves differently a moment later gets nothing.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    vec,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::{
    Error,
    connect::{
        HttpConnector,
        dns::{GaiResolver, Name},
    },
};
use tower_service::Service;

use super::{PoolingClient, address_guard::AddressGuard, pooling_client};
use crate::message::BoxError;

/// The HTTP client of one deployment: its guard, and the connections that were made under it.
///
/// Clones share both. Two deployments never share connections, so that none outlives the guard it was made
/// under. The default allows public addresses only.
#[derive(Clone, Debug, Default)]
pub struct GuardedClient(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    guard: AddressGuard,
    /// Made for the first request: an API that calls no such server does not pay for TLS roots.
    pool: OnceLock<PoolingClient<GuardedResolver, Full<Bytes>>>,
}

/// A request that got no response.
#[derive(Debug, thiserror::Error)]
pub enum GuardedSendError {
    /// There is no connection: the address is not allowed, or nobody answers there.
    #[error("no connection")]
    Unreachable(#[source] BoxError),
    #[error("no HTTP response")]
    NotHttp,
    #[error("the connection broke off")]
    BrokeOff(#[source] BoxError),
}

impl GuardedClient {
    /// Takes `allowPrivateIntegrations` of `$api`. Fails with every entry that is no CIDR range.
    pub fn new(allow_private_integrations: &[String]) -> Result<Self, Vec<String>> {
        let guard = AddressGuard::parse(allow_private_integrations)?;
        Ok(Self(Arc::new(Inner { guard, pool: OnceLock::new() })))
    }

    /// A client of the listed addresses only, with connections of its own.
    pub fn of_listed_addresses(&self) -> Self {
        Self(Arc::new(Inner { guard: self.0.guard.of_listed_addresses(), pool: OnceLock::new() }))
    }

    pub fn guard(&self) -> &AddressGuard {
        &self.0.guard
    }

    /// True if a URI may name `host`: a name, or an address that the guard lets through.
    pub fn allows_host(&self, host: &str) -> bool {
        self.0.guard.allows_host(host)
    }

    /// Sends a request with an absolute URI; follows no redirect.
    ///
    /// Sent again only if it met a kept connection that was found closed before a byte was written, so a
    /// target never gets one request twice.
    ///
    /// # Errors
    ///
    /// There is no connection, it breaks off, or the response is none.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, GuardedSendError> {
        // The connector takes an address in the URI as it is, without asking the resolver.
        if !request.uri().host().is_some_and(|host| self.allows_host(host)) {
            return Err(GuardedSendError::Unreachable("the target's address is not allowed".into()));
        }
        let pool = self.0.pool.get_or_init(|| {
            let resolver = GuardedResolver { guard: self.0.guard.clone(), inner: GaiResolver::new() };
            pooling_client(HttpConnector::new_with_resolver(resolver))
        });
        pool.request(request).await.map_err(failure)
    }
}

fn failure(error: Error) -> GuardedSendError {
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    if error.is_connect() {
        GuardedSendError::Unreachable(error.into())
    } else if cause.is_some_and(hyper::Error::is_parse) {
        GuardedSendError::NotHttp
    } else {
        GuardedSendError::BrokeOff(error.into())
    }
}

/// Resolves names, and forgets every address that is not allowed.
#[derive(Clone, Debug)]
pub struct GuardedResolver {
    guard: AddressGuard,
    inner: GaiResolver,
}

impl Service<Name> for GuardedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.guard.clone();
        let resolved = self.inner.call(name.clone());
        Box::pin(async move {
            let allowed: Vec<_> = resolved.await?.filter(|address| guard.allows(address.ip())).collect();
            if allowed.is_empty() {
                let words = format!("{name} has no address that is allowed");
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
            }
            Ok(allowed.into_iter())
        })
    }
}
