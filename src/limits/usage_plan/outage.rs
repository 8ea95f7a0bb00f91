//! What an instance does by itself while the store is away: a bucket of its own, and what is left of the quota.

use std::time::Duration;

use super::{
    Limits, OnStoreError,
    lease::{Charge, LeasePool, Paid, Unit},
    pause,
    refusal::{Reason, Refusal},
};
use crate::limits::throttle::{Bucket, Taken, Throttle};

/// After so many failures in a row the store is away, and asked once a second.
const FAILURES: u32 = 2;
const PROBE_MS: u64 = 1000;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    failures: u32,
    probe_at_ms: u64,
    /// Kept from one outage to the next, so that a store that comes and goes does not fill it.
    local: Bucket,
}

impl Outage {
    pub fn fail(&mut self, now_ms: u64) {
        self.failures = self.failures.saturating_add(1);
        self.probe_at_ms = now_ms.saturating_add(PROBE_MS);
    }

    /// The store has answered.
    pub fn end(&mut self) {
        self.failures = 0;
    }

    pub fn has_begun(&self) -> bool {
        self.failures > 0
    }

    pub fn lasts(&self) -> bool {
        self.failures >= FAILURES
    }

    /// Whether the store is not to be asked now. Says no to one caller a second.
    pub fn is_silent(&mut self, now_ms: u64) -> bool {
        let is_silent = self.lasts() && pause::lasts(self.probe_at_ms, now_ms);
        if self.lasts() && !is_silent {
            self.probe_at_ms = now_ms.saturating_add(PROBE_MS);
        }
        is_silent
    }

    /// `throttle`: this instance's part of the plan's.
    pub fn admit(
        &mut self,
        limits: &Limits,
        throttle: Option<&Throttle>,
        charge: Option<Charge>,
        holdings: &mut LeasePool,
        now_ms: u64,
    ) -> Result<Unit, Refusal> {
        if let Some(throttle) = throttle
            && let Taken::RetryAfter(retry_after) = self.local.take(throttle, now_ms, 1)
        {
            return Err(Refusal::alone(Reason::Throttled, retry_after));
        }
        let paid = charge.filter(|charge| holdings.spend_stock(*charge));
        if charge.is_some() && paid.is_none() && limits.on_store_error == OnStoreError::Refuse {
            if let Some(throttle) = throttle {
                self.give_back(throttle);
            }
            let wait_ms = self.probe_at_ms.saturating_sub(now_ms).max(1);
            return Err(Refusal::alone(Reason::Unavailable, Duration::from_millis(wait_ms)));
        }
        Ok(Unit { paid: Paid::Local { bucket: throttle.is_some(), charge: paid } })
    }

    pub fn give_back(&mut self, throttle: &Throttle) {
        self.local.give_back(throttle, 1);
    }
}
