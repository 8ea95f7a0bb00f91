//! One instance's part in the counters that all instances share: hard quotas and honest rates, at almost no writes.
//!
//! All instances share one item per counter ([`Counter`]). One conditional [`CounterWrite`] takes a lease of
//! several requests from its bucket and its quota; the instance admits them by itself ([`LeasedCounter`]).
//! All below [`Counters`] is arithmetic: time comes in, decisions and writes come out, and [`Counters`] talks to the
//! store. The same code runs in `simulation`, against crashes, freezes and lost replies.
//!
//! ```text
//! Counters ─ LeasedCounter ── decide, and observe the outcome of a write
//!              ├ lease_pool         units granted and not yet spent
//!              ├ counter_snapshot   the item as it was last seen
//!              ├ demand             the size of the next lease
//!              ├ next_write         the write that takes it, as data (counter)
//!              ├ limit_refusal      remembered, so that a flood of a refused key costs nothing
//!              └ outage             what is decided while the store is away
//! ```
//!
//! Invariant: an admission spends a unit that was granted in its window, and grants never pass the limit.

mod counter;
mod counter_snapshot;
mod demand;
mod lease_pool;
mod leased_counter;
mod limit_refusal;
mod next_write;
mod observe;
mod outage;
mod rate_limit_status;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::{StreamExt, stream};
use tokio::sync::OwnedMutexGuard;

pub use self::{
    counter::{Counter, CounterWrite, NewWindow, QuotaForm, RateForm, Spent, WriteForm, WriteOutcome},
    lease_pool::{Charge, Unit},
    leased_counter::{Decision, LeasedCounter},
    limit_refusal::{LimitRefusal, RefusalReason, nothing_allowed},
    rate_limit_status::{LimitStatus, RateLimitStatus},
};
use super::rule::Rule;
use crate::{
    background::BackgroundWork,
    clock::{Clock, milliseconds},
    ttl_cache::Generations,
    wait::within,
};

/// The shared state that counts.
pub trait CounterStore: Send + Sync + 'static {
    /// Does a write to the item `counter`, once.
    fn write(
        &self,
        counter: &str,
        write: &CounterWrite,
        now: SystemTime,
    ) -> impl Future<Output = WriteOutcome> + Send;
}

/// One instance's part in all counters.
#[derive(Debug)]
pub struct Counters<S> {
    store: S,
    clock: Clock,
    counters: Mutex<CounterGenerations>,
    /// Writes in the background.
    renewals: BackgroundWork,
    /// Instances with different seeds do not ask in step. It is asked for each counter when that is first used, and not
    /// before: what is drawn at the start is the same in all instances that are restored from one snapshot.
    seed: fn() -> u64,
}

/// The counters that are remembered. Those with a quota are apart: what is left of their leases is lost with them, and a
/// flood of callers, who each have a throttle, must not cost it.
#[derive(Debug)]
struct CounterGenerations {
    quotas: Generations<Arc<str>, SharedCounter>,
    throttles: Generations<Arc<str>, SharedCounter>,
}

/// A counter for many requests at a time.
#[derive(Debug)]
struct SharedCounter {
    leased: LeasedCounter,
    /// Held by the request that asks the store. Those that come meanwhile are admitted from its lease, most likely: a burst
    /// of requests costs a few writes, and not one each.
    turn: Turn,
}

type Turn = Arc<tokio::sync::Mutex<()>>;

/// The last write to a counter, which returns unused quota units.
struct LastWrite {
    counter: Arc<str>,
    write: CounterWrite,
}

/// So many counters of each kind are remembered; leases of others are lost.
const COUNTERS: usize = 4_096;
/// Nobody waits longer for another request's write than for one of its own.
const TURN_PATIENCE: Duration = Duration::from_millis(200);
/// So many writes at a time when the process ends: each has a connection of its own.
const RETURNS_AT_A_TIME: usize = 32;

impl<S: CounterStore> Counters<S> {
    pub fn new(store: S, clock: Clock, seed: fn() -> u64) -> Self {
        let quotas = Generations::new(COUNTERS);
        let counters = Mutex::new(CounterGenerations { quotas, throttles: Generations::new(COUNTERS) });
        Self { store, clock, counters, renewals: BackgroundWork::default(), seed }
    }

    /// Takes one request's unit; asks the store only if no lease is left.
    ///
    /// # Errors
    ///
    /// The rule has no unit left, as far as this instance can tell.
    pub async fn take(self: &Arc<Self>, rule: &Rule, now: SystemTime) -> Result<Unit, LimitRefusal> {
        let now_ms = milliseconds(now);
        let (decision, turn) = self.with_shared(rule, |counter| {
            let decision = counter.leased.arrive(&rule.limits, now_ms);
            let asks_in_turn = decision.is_none() && counter.leased.asks_in_turn(&rule.limits);
            (decision, asks_in_turn.then(|| Arc::clone(&counter.turn)))
        });
        let _turn = match turn {
            // Boxed: hardly any request needs it.
            Some(turn) => Box::pin(taken(turn)).await,
            None => None,
        };
        let mut decision = match decision {
            Some(decision) => decision,
            None => {
                self.with(rule, |counter| counter.decide_later(&rule.limits, milliseconds(self.clock.now())))
            }
        };
        loop {
            let write = match decision {
                Decision::Admit(unit) => return Ok(unit),
                Decision::AdmitAndRenew(unit, write) => {
                    self.renew(rule, write);
                    return Ok(unit);
                }
                Decision::Refuse(refusal) => return Err(refusal),
                Decision::Ask(write) => write,
            };
            // Boxed: a future of the SDK is kilobytes, and hardly any request needs it.
            let outcome = Box::pin(self.store.write(&rule.counter, &write, self.clock.now())).await;
            let now_ms = milliseconds(self.clock.now());
            decision = self.with(rule, |counter| counter.answered(&rule.limits, &write, outcome, now_ms));
        }
    }

    /// Gives back the unit of a request that was refused after all.
    pub fn put_back(&self, rule: &Rule, unit: Unit) {
        self.with(rule, |counter| counter.put_back(&rule.limits, unit));
    }

    /// Returns the rest that a rule leaves now: at the request's own time a bucket that was written to since would seem a token
    /// emptier.
    pub fn rate_limit_status(&self, rule: &Rule) -> RateLimitStatus {
        let now_ms = milliseconds(self.clock.now());
        self.with(rule, |counter| counter.rate_limit_status(&rule.limits, now_ms))
    }

    /// Waits for renewals that are on their way: a renewal that a freeze interrupts is a lease that nobody uses.
    pub async fn drain(&self) {
        self.renewals.drain().await;
    }

    /// Returns the unused units of quotas, each at most once. Then nothing is admitted any more.
    pub async fn return_unused(&self) {
        // A renewal that is on its way would come after all was returned.
        self.drain().await;
        let last_writes = stream::iter(self.terminate());
        last_writes.for_each_concurrent(RETURNS_AT_A_TIME, |last| self.write_last(last)).await;
    }

    fn terminate(&self) -> Vec<LastWrite> {
        let now_ms = milliseconds(self.clock.now());
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let last_write = |(key, counter): (&Arc<str>, &mut SharedCounter)| {
            Some(LastWrite { counter: Arc::clone(key), write: counter.leased.terminate(now_ms)? })
        };
        let CounterGenerations { quotas, throttles } = &mut *counters;
        quotas.iter_mut().chain(throttles.iter_mut()).filter_map(last_write).collect()
    }

    async fn write_last(&self, LastWrite { counter, write }: LastWrite) {
        let mut next = Some(write);
        while let Some(write) = next {
            let outcome = self.store.write(&counter, &write, self.clock.now()).await;
            next = LeasedCounter::returned(&write, outcome, milliseconds(self.clock.now()));
        }
    }

    /// Renews a lease in the background. If Lambda freezes the process meanwhile, the response is taken with
    /// the next request, and counts for no longer than it was meant to.
    fn renew(self: &Arc<Self>, rule: &Rule, write: CounterWrite) {
        let (counters, rule) = (Arc::clone(self), rule.clone());
        self.renewals.spawn(async move {
            let outcome = counters.store.write(&rule.counter, &write, counters.clock.now()).await;
            let now_ms = milliseconds(counters.clock.now());
            counters.with(&rule, |counter| counter.renewed(&rule.limits, &write, outcome, now_ms));
        });
    }

    fn with<T>(&self, rule: &Rule, act: impl FnOnce(&mut LeasedCounter) -> T) -> T {
        self.with_shared(rule, |counter| act(&mut counter.leased))
    }

    fn with_shared<T>(&self, rule: &Rule, act: impl FnOnce(&mut SharedCounter) -> T) -> T {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let CounterGenerations { quotas, throttles } = &mut *counters;
        let counters = if rule.limits.quota.is_some() { quotas } else { throttles };
        if let Some(counter) = counters.get(&rule.counter) {
            return act(counter);
        }
        let mut counter = SharedCounter { leased: LeasedCounter::new((self.seed)()), turn: Turn::default() };
        let done = act(&mut counter);
        counters.insert(Arc::clone(&rule.counter), counter);
        done
    }
}

/// A turn, once those before have had theirs; `None`: it takes too long.
async fn taken(turn: Turn) -> Option<OwnedMutexGuard<()>> {
    match Arc::clone(&turn).try_lock_owned() {
        Ok(guard) => Some(guard),
        Err(_) => within(TURN_PATIENCE, turn.lock_owned()).await,
    }
}
