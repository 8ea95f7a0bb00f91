//! Requests that an instance decides by itself while the store is away: from a bucket of its own, and from what is
//! left of the quota.

use std::time::Duration;

use super::{
    lease_pool::{Charge, LeasePool, Paid, Unit},
    limit_refusal::{LimitRefusal, RefusalReason},
};
use crate::{
    circuit_breaker::CircuitBreaker,
    limits::{
        rule::OnStoreError,
        throttle::{Bucket, Taken, Throttle},
    },
};

/// A request waits for the store twice, and then is decided here; the breaker opens with the next one's failure.
const MOST_FAILURES_OF_A_REQUEST: u32 = 2;

#[derive(Debug, Default)]
pub(super) struct Outage {
    pub breaker: CircuitBreaker,
    /// Kept from one outage to the next, so that a store that comes and goes does not fill it.
    local: Bucket,
}

/// The limits of a request without the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalLimits {
    /// This instance's part of the plan's.
    pub throttle: Option<Throttle>,
    /// `None`: there is no quota.
    pub charge: Option<Charge>,
    pub on_store_error: OnStoreError,
}

impl Outage {
    /// True if the last write came to nothing.
    pub fn has_begun(&self) -> bool {
        self.breaker.failures() > 0
    }

    /// True if a request whose write came to nothing may send another one.
    pub fn allows_retry(&self) -> bool {
        self.breaker.failures() < MOST_FAILURES_OF_A_REQUEST
    }

    pub fn admit(
        &mut self,
        limits: &LocalLimits,
        leases: &mut LeasePool,
        now_ms: u64,
    ) -> Result<Unit, LimitRefusal> {
        let LocalLimits { throttle, charge, on_store_error } = limits;
        if let Some(throttle) = throttle
            && let Taken::RetryAfter(retry_after) = self.local.take(throttle, now_ms, 1)
        {
            return Err(LimitRefusal::without_store(RefusalReason::Throttled, retry_after));
        }
        let paid = charge.filter(|charge| leases.spend_spare(*charge));
        if charge.is_some() && paid.is_none() && *on_store_error == OnStoreError::Refuse {
            if let Some(throttle) = throttle {
                self.put_back(throttle);
            }
            let wait = Duration::from_millis(self.breaker.probe_in_ms(now_ms).max(1));
            return Err(LimitRefusal::without_store(RefusalReason::Unavailable, wait));
        }
        Ok(Unit { paid: Paid::Local { from_bucket: throttle.is_some(), charge: paid } })
    }

    /// Gives a token back that a request took and did not use.
    pub fn put_back(&mut self, throttle: &Throttle) {
        self.local.give_back(throttle, 1);
    }
}
