//! The step of a route whose answers are kept: from the cache, or from its integration through the cache.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::warn;

use super::{Gateway, Way, caught};
use crate::{
    access_log::AccessLog,
    authorizers::ApiKey,
    cache::{CachePolicy, CacheRequest, InvalidatePermission, Refill, StageCache},
    context::Context,
    deployment::{Route, Served, ServedStage},
    error::{GatewayError, chain},
    limits::usage_plan::Permit,
    message::{Request, Response},
};

/// A new answer that is still to be got, in the place of a stale one that was given.
#[derive(Debug)]
pub(super) struct PendingRefill {
    request: Request,
    served: Arc<Served>,
    key: Option<Arc<ApiKey>>,
    permit: Permit,
    refill: Refill,
}

/// A route whose answers are kept, on its stage, and what both say of caching.
#[derive(Clone, Copy)]
pub(super) struct CachedRoute<'a> {
    stage: ServedStage<'a>,
    route: &'a Route,
    pub policy: &'a CachePolicy,
    settings: &'a StageCache,
}

impl<'a> CachedRoute<'a> {
    /// `None`: the route's answers are not kept, or it is not clear what the stage says of that.
    pub fn of(stage: ServedStage<'a>, route: &'a Route) -> Option<Self> {
        let (policy, settings) = route.cache.as_ref().zip(stage.settings.cache.as_ref())?;
        Some(Self { stage, route, policy, settings })
    }

    /// What a request that has come this way asks of the cache.
    pub fn asked<'b>(self, way: &'b Way<'_>, request: &'b Request) -> CacheRequest<'b>
    where
        'a: 'b,
    {
        CacheRequest {
            policy: self.policy,
            stage: self.settings,
            context: way.context(request, self.stage),
            permission: invalidate_permission(way.key.as_deref()),
            limit: self.route.integration.limit(request),
        }
    }
}

/// Callers without a key have no permission.
fn invalidate_permission(key: Option<&ApiKey>) -> InvalidatePermission {
    if key.is_some_and(|key| key.may_invalidate_cache) {
        InvalidatePermission::Granted
    } else {
        InvalidatePermission::Missing
    }
}

impl Gateway {
    pub(super) async fn cached<'a>(
        &self,
        (request, served): (&'a Request, &'a Arc<Served>),
        cached: CachedRoute<'a>,
        way: &Way<'a>,
        permit: Permit,
        log: &mut AccessLog,
    ) -> Result<Response, GatewayError> {
        let asked = cached.asked(way, request);
        let shared_log = Mutex::new(&mut *log);
        let call = async |forwarded: &Context<'_>| {
            let called_at = self.clock.now();
            let answer = cached.route.integration.invoke(&permit, forwarded, &self.clients).await;
            shared_log.lock().unwrap_or_else(PoisonError::into_inner).integration(called_at, &answer);
            answer
        };
        let finish = |answer| cached.route.integration.finish(&asked.context, answer);
        let answered = self.responses.answer(&asked, call, finish).await;
        if let Some(status) = answered.status {
            log.cache(status.name());
        }
        if answered.is_degraded {
            log.degraded("cache");
        }
        if let Some(refill) = answered.refill {
            let (served, key) = (Arc::clone(served), way.key.clone());
            let pending = PendingRefill { request: request.clone(), served, key, permit, refill };
            self.refills.lock().unwrap_or_else(PoisonError::into_inner).push(pending);
        }
        answered.outcome
    }

    /// Does what answers have left to do, when the last of them has gone out: Lambda freezes the process soon.
    pub async fn drain(&self) {
        let pending = mem::take(&mut *self.refills.lock().unwrap_or_else(PoisonError::into_inner));
        for refill in pending {
            if let Err(error) = caught(self.refill(refill)).await {
                warn!(cause = chain(&error), "a stale answer could not be replaced");
            }
        }
        tokio::join!(self.counters.drain(), self.responses.drain());
    }

    async fn refill(&self, pending: PendingRefill) -> Result<(), GatewayError> {
        let PendingRefill { request, served, key, permit, refill } = pending;
        // Some of its time is over.
        let request = Request { received_at: self.clock.now(), ..request };
        let stage = served.find(&request.origin.domain_name, &request.path)?;
        let matched = stage.deployment.find(&request.method, stage.path)?;
        let route = matched.route;
        let Some(cached) = CachedRoute::of(stage, route) else { return Ok(()) };
        let way = Way { key, ..Way::to(matched) };
        let asked = cached.asked(&way, &request);
        let call =
            async |forwarded: &Context<'_>| route.integration.invoke(&permit, forwarded, &self.clients).await;
        self.responses.refill(&asked, refill, call).await;
        Ok(())
    }
}
