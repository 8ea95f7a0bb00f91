//! A request on a route whose responses are cached, and what came of it.

use std::time::Duration;

use super::{
    CacheKey, CachePolicy, CacheStatus, Entry, InvalidatePermission, StageCache, Variants,
    mode_rules::{RequestDirective, Reuse},
    tee::read_out,
};
use crate::{compression::Compression, context::Context, error::GatewayError, message::Response};

/// A request that is put to the cache.
#[derive(Clone, Copy, Debug)]
pub struct CacheRequest<'a> {
    pub policy: &'a CachePolicy,
    pub stage: &'a StageCache,
    pub context: Context<'a>,
    pub permission: InvalidatePermission,
    /// The time that the target may take.
    pub limit: Duration,
    /// Answers that get smaller by it are stored packed.
    pub compression: Option<Compression>,
}

/// A response that is not yet its client's own, and the cache's part in it.
#[derive(Debug)]
pub struct CacheOutcome {
    pub response: Result<Response, GatewayError>,
    pub status: CacheStatus,
    /// The table gave no answer.
    pub is_degraded: bool,
}

impl CacheRequest<'_> {
    /// The part of a stored response that the request asks for.
    pub fn part_of(&self, response: Response) -> Response {
        self.policy.rules().part_of(self.context.request, response)
    }

    /// The key of the URI.
    pub(super) fn key(&self) -> CacheKey {
        self.policy.key(&self.context, self.stage)
    }

    /// The key of this request's response among those of a URI.
    pub(super) fn variant_key(&self, variants: &Variants, uri: &CacheKey) -> CacheKey {
        variants.key(uri, self.context.request, self.policy.caller(&self.context).as_deref())
    }

    pub(super) fn directive(&self) -> RequestDirective {
        self.policy.rules().directive(&self.context.request.headers, self.permission)
    }

    pub(super) fn evaluate(&self, entry: &Entry, now_ms: u64) -> Reuse {
        self.policy.rules().evaluate(&self.context.request.headers, entry, now_ms)
    }
}

impl CacheOutcome {
    pub fn new(response: Result<Response, GatewayError>, status: CacheStatus) -> Self {
        Self { response, status, is_degraded: false }
    }

    /// Reads the body of a response that no client reads.
    pub async fn read_out(self) {
        if let Ok(response) = self.response {
            read_out(response.into_body()).await;
        }
    }
}
