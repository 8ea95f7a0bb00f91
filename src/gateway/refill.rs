//! The step after a stale response has gone out: a new one is fetched in its place.

use std::{
    mem,
    sync::{Arc, PoisonError},
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tracing::warn;

use super::{
    Gateway, caught,
    locate::{Location, locate},
    request_state::RequestState,
};
use crate::{
    authorizers::KeyOwner,
    aws::request_id::EndpointRequestId,
    cache::Refill,
    caller::Principal,
    context::StageVersion,
    deployment::Served,
    error::{GatewayError, chain},
    limits::usage_plan::Permit,
    message::Request,
    store::Store,
};

/// A new response that is still to be fetched, in the place of a stale one that was given.
#[derive(Debug)]
pub(super) struct PendingRefill {
    request: Request,
    served: Arc<Served>,
    version: StageVersion,
    principal: Option<Arc<Principal>>,
    key_owner: Option<KeyOwner>,
    permit: Permit,
    refill: Refill<Store>,
}

impl Gateway {
    /// Leaves it to [`Gateway::drain`] to fetch a new response in the place of a stale one.
    pub(super) fn refill_later(&self, state: &RequestState<'_>, permit: Permit, refill: Refill<Store>) {
        let pending = PendingRefill {
            request: state.location.request().clone(),
            served: Arc::clone(state.served),
            version: state.location.stage.version,
            principal: state.location.principal.clone(),
            key_owner: state.location.key_owner.clone(),
            permit,
            refill,
        };
        self.refills.lock().unwrap_or_else(PoisonError::into_inner).push(pending);
    }

    /// Does what responses have left to do, when the last of them has gone out: Lambda freezes the process soon.
    pub async fn drain(&self) {
        self.send_refills().await;
        tokio::join!(self.counters.drain(), self.responses.drain(), self.send_shadows());
        self.settle_canaries().await;
    }

    /// Does what only starts when a response has gone out. Where nothing freezes the process, the rest needs no drain.
    pub async fn follow_up(&self) {
        tokio::join!(self.send_refills(), self.send_shadows());
        self.settle_canaries().await;
    }

    /// All at once: with many requests at a time, some of them are others'.
    async fn send_refills(&self) {
        let pending = mem::take(&mut *self.refills.lock().unwrap_or_else(PoisonError::into_inner));
        let mut refills: FuturesUnordered<_> =
            pending.into_iter().map(|refill| caught(self.refill(refill))).collect();
        while let Some(refilled) = refills.next().await {
            if let Err(error) = refilled {
                warn!(cause = chain(&error), "a stale answer could not be replaced");
            }
        }
    }

    async fn settle_canaries(&self) {
        if self.canaries.is_due() {
            // Boxed: it is rare.
            Box::pin(self.canaries.settle(self.clock.now())).await;
        }
    }

    /// Calls the integration for nobody but the cache.
    async fn refill(&self, pending: PendingRefill) -> Result<(), GatewayError> {
        let PendingRefill { request, served, version, principal, key_owner, permit, refill } = pending;
        // Some of its time is over.
        let request = Request { received_at: self.clock.now(), ..request };
        let host = &request.origin.domain_name;
        let located = locate(&served, host, &request.method, &request.path)?.of_version(version);
        let matched = located.route()?;
        let route = matched.route;
        let routed = Location::routed(&request, located.stage, matched);
        let location = Location { principal, key_owner, ..routed };
        let Some(cache_request) = location.cache_request() else { return Ok(()) };
        let fill = refill.begin(cache_request);
        // No request's line has it: this one's has been written.
        let request_id = &mut EndpointRequestId::default();
        let response = route.integration.invoke(&permit, &fill.context(), &self.clients, request_id).await;
        fill.store(response).read_out().await;
        Ok(())
    }
}
