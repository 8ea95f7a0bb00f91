//! A request that is put to the cache, and what came of it.

use std::time::Duration;

use super::{
    CacheKey, CachePolicy, CacheStatus, Entry, InvalidatePermission, StageCache, Variants, mode_rules::Reuse,
    place::Refill,
};
use crate::{context::Context, error::GatewayError, message::Response};

/// A request on a route whose answers are kept.
#[derive(Clone, Copy, Debug)]
pub struct CacheRequest<'a> {
    pub policy: &'a CachePolicy,
    pub stage: &'a StageCache,
    pub context: Context<'a>,
    pub permission: InvalidatePermission,
    /// How long the target may take.
    pub limit: Duration,
}

/// What came of asking.
#[derive(Debug)]
pub struct CacheOutcome {
    pub outcome: Result<Response, GatewayError>,
    /// `None`: the route keeps no answers to such requests, or the client wants none that is not kept.
    pub status: Option<CacheStatus>,
    /// The table gave no answer.
    pub is_degraded: bool,
    /// The answer was stale, and it falls to the caller of this function to get a new one.
    pub refill: Option<Refill>,
}

impl CacheRequest<'_> {
    pub(super) fn evaluate(&self, entry: &Entry, now_ms: u64) -> Reuse {
        self.policy.rules().evaluate(&self.context.request.headers, entry, now_ms)
    }

    /// The key of this request's answer among those of a URI.
    pub(super) fn key_in(&self, variants: &Variants, uri: &CacheKey) -> CacheKey {
        variants.key(uri, self.context.request, self.policy.caller(&self.context))
    }
}

impl CacheOutcome {
    pub(super) fn of(outcome: Result<Response, GatewayError>, status: Option<CacheStatus>) -> Self {
        Self { outcome, status, is_degraded: false, refill: None }
    }
}
