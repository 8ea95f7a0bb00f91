//! The counters that this instance takes part in, and the store that they are in.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use futures_util::{StreamExt, stream};

use super::{
    Accuracy, Admission, Decision, Limits, OnStoreError, Outcome, RateLimitStatus, Refusal, Unit, Write,
};
use crate::{
    background::BackgroundWork,
    clock::{Clock, milliseconds},
    limits::throttle::Throttle,
    ttl_cache::Generations,
};

/// The shared state that counts.
pub trait CounterStore: Send + Sync + 'static {
    /// Does a write to the item `counter`, once.
    fn write(&self, counter: &str, write: &Write, now: SystemTime) -> impl Future<Output = Outcome> + Send;
}

/// One instance's part in all counters.
#[derive(Debug)]
pub struct Counters<S> {
    store: S,
    clock: Clock,
    admissions: Mutex<Generations<Arc<str>, Admission>>,
    /// Writes beside requests.
    renewals: BackgroundWork,
    /// Instances with different seeds do not ask in step.
    seed: u64,
}

/// What limits a request, and where it is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The key of the counter's item.
    pub counter: Arc<str>,
    pub limits: Limits,
}

impl Rule {
    /// What limits all callers together.
    pub fn throttle(counter: String, throttle: Throttle) -> Self {
        let limits = Limits {
            throttle: Some(throttle),
            quota: None,
            accuracy: Accuracy::Lease,
            on_store_error: OnStoreError::Refuse,
        };
        Self { counter: counter.into(), limits }
    }

    /// Whether its throttle lets nothing pass.
    pub fn stops(&self) -> bool {
        self.limits.throttle.is_some_and(|throttle| throttle.stops())
    }
}

/// So many keys are counted without a write each; what is held of others is lost.
const COUNTERS: usize = 4_096;
/// So many writes at a time when the process ends: each has a connection of its own.
const RETURNS_AT_A_TIME: usize = 32;

impl<S: CounterStore> Counters<S> {
    pub fn new(store: S, clock: Clock, seed: u64) -> Self {
        let admissions = Mutex::new(Generations::new(COUNTERS));
        Self { store, clock, admissions, renewals: BackgroundWork::default(), seed }
    }

    /// Takes one request's unit, by asking the store only if nothing is held.
    ///
    /// # Errors
    ///
    /// There is none.
    pub async fn take(self: &Arc<Self>, rule: &Rule, now: SystemTime) -> Result<Unit, Refusal> {
        let now_ms = milliseconds(now);
        let mut decision = self.with(rule, |admission| admission.decide(&rule.limits, now_ms));
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
            decision = self.with(rule, |admission| admission.answered(&rule.limits, &write, outcome, now_ms));
        }
    }

    /// Gives back what a request took that was refused after all.
    pub fn put_back(&self, rule: &Rule, unit: Unit) {
        self.with(rule, |admission| admission.put_back(&rule.limits, unit));
    }

    /// Where a key stands with its plan, now: at the request's own time a bucket that was written to since would
    /// seem a token emptier.
    pub fn standing(&self, rule: &Rule) -> RateLimitStatus {
        let now_ms = milliseconds(self.clock.now());
        self.with(rule, |admission| admission.standing(&rule.limits, now_ms))
    }

    /// Waits for renewals that are on their way: what a freeze interrupts is a lease that nobody uses.
    pub async fn drain(&self) {
        self.renewals.drain().await;
    }

    /// Returns what is left of quotas, each at most once. Then nothing is admitted any more.
    pub async fn return_unused(&self) {
        // What is on its way would come after all was returned.
        self.drain().await;
        let held = self.terminate();
        let returns = stream::iter(held);
        returns
            .for_each_concurrent(RETURNS_AT_A_TIME, |(counter, write)| self.give_back(counter, write))
            .await;
    }

    fn terminate(&self) -> Vec<(Arc<str>, Write)> {
        let now_ms = milliseconds(self.clock.now());
        let mut admissions = self.admissions.lock().unwrap_or_else(PoisonError::into_inner);
        let all = admissions.iter_mut();
        all.filter_map(|(counter, admission)| Some((Arc::clone(counter), admission.terminate(now_ms)?)))
            .collect()
    }

    async fn give_back(&self, counter: Arc<str>, write: Write) {
        let mut next = Some(write);
        while let Some(write) = next {
            let outcome = self.store.write(&counter, &write, self.clock.now()).await;
            next = Admission::returned(&write, outcome, milliseconds(self.clock.now()));
        }
    }

    /// Renews a lease beside the request's work. If Lambda freezes the process meanwhile, the answer is taken with
    /// the next request, and counts for no longer than it was meant to.
    fn renew(self: &Arc<Self>, rule: &Rule, write: Write) {
        let (counters, rule) = (Arc::clone(self), rule.clone());
        self.renewals.spawn(async move {
            let outcome = counters.store.write(&rule.counter, &write, counters.clock.now()).await;
            let now_ms = milliseconds(counters.clock.now());
            counters.with(&rule, |admission| admission.renewed(&rule.limits, &write, outcome, now_ms));
        });
    }

    fn with<T>(&self, rule: &Rule, act: impl FnOnce(&mut Admission) -> T) -> T {
        let mut admissions = self.admissions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(admission) = admissions.get(&rule.counter) {
            return act(admission);
        }
        let mut admission = Admission::new(self.seed);
        let done = act(&mut admission);
        admissions.insert(Arc::clone(&rule.counter), admission);
        done
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::{
        super::{Period, Quota, simulation::store},
        *,
    };

    impl CounterStore for Arc<Mutex<store::Store>> {
        async fn write(&self, _counter: &str, write: &Write, _now: SystemTime) -> Outcome {
            tokio::task::yield_now().await;
            match self.lock().unwrap().execute(write, Some(Period::Day)) {
                Ok(counter) => Outcome::Done(counter),
                Err(old) => Outcome::Refused(old),
            }
        }
    }

    #[tokio::test]
    async fn a_lease_that_is_on_its_way_when_the_process_ends_goes_back_too() {
        let store = Arc::new(Mutex::<store::Store>::default());
        let clock = Clock::Manual(Arc::new(AtomicU64::new(1_719_792_000_000)));
        let now = clock.now();
        let counters = Arc::new(Counters::new(Arc::clone(&store), clock, 1));
        let limits = Limits {
            throttle: None,
            quota: Some(Quota { limit: 1_000, period: Period::Day, offset: 0 }),
            accuracy: Accuracy::Lease,
            on_store_error: OnStoreError::Refuse,
        };
        let rule = Rule { counter: "key#k1#gold".into(), limits };
        let mut taken = 0;
        // Until a lease is about to be renewed beside a request.
        while counters.renewals.is_empty() {
            assert!(taken < 1_000);
            counters.take(&rule, now).await.unwrap();
            taken += 1;
        }
        counters.return_unused().await;
        let used = store.lock().unwrap().used.values().copied().last();
        assert_eq!(used, Some(taken));
    }
}
