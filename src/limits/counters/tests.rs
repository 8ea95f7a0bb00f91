//! Counters with a store in memory: promises that no simulation needs.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;

use super::{simulation::counter_model::CounterModel, *};
use crate::limits::{
    quota::{Period, Quota},
    rule::{Accuracy, Limits, OnStoreError},
    throttle::Throttle,
};

impl CounterStore for Arc<Mutex<CounterModel>> {
    async fn write(&self, _counter: &str, write: &CounterWrite, _now: SystemTime) -> WriteOutcome {
        tokio::task::yield_now().await;
        match self.lock().unwrap().execute(write, Some(Period::Day)) {
            Ok(counter) => WriteOutcome::Done(counter),
            Err(old) => WriteOutcome::Refused(old),
        }
    }
}

#[tokio::test]
async fn a_renewal_that_is_under_way_at_the_end_of_the_process_is_returned_too() {
    let store = Arc::new(Mutex::<CounterModel>::default());
    let clock = Clock::Manual(Arc::new(AtomicU64::new(1_719_792_000_000)));
    let now = clock.now();
    let counters = Arc::new(Counters::new(Arc::clone(&store), clock, || 1));
    let limits = Limits {
        throttle: None,
        quota: Some(Quota { limit: 1_000, period: Period::Day, offset: 0 }),
        accuracy: Accuracy::Lease,
        on_store_error: OnStoreError::Refuse,
    };
    let rule = Rule { counter: "key#k1#gold".into(), limits };
    let mut taken = 0;
    // Until a lease is about to be renewed in the background.
    while counters.renewals.is_empty() {
        assert!(taken < 1_000);
        counters.take(&rule, now).await.unwrap();
        taken += 1;
    }
    counters.return_unused().await;
    let used = store.lock().unwrap().used.values().copied().last();
    assert_eq!(used, Some(taken));
}

/// Counts its writes.
#[derive(Default)]
struct CountingStore(Mutex<CounterModel>, AtomicU64);

impl CounterStore for Arc<CountingStore> {
    async fn write(&self, _counter: &str, write: &CounterWrite, _now: SystemTime) -> WriteOutcome {
        self.1.fetch_add(1, Ordering::Relaxed);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        match self.0.lock().unwrap().execute(write, Some(Period::Day)) {
            Ok(counter) => WriteOutcome::Done(counter),
            Err(old) => WriteOutcome::Refused(old),
        }
    }
}

#[tokio::test]
async fn sixty_four_requests_at_once_cost_a_few_writes_and_spend_what_the_quota_has() {
    for (limit, most_writes) in [(1_000, 8), (10, 12)] {
        let store = Arc::new(CountingStore::default());
        let clock = Clock::Manual(Arc::new(AtomicU64::new(1_719_792_000_000)));
        let now = clock.now();
        let counters = Arc::new(Counters::new(Arc::clone(&store), clock, || 1));
        let quota = Some(Quota { limit, period: Period::Day, offset: 0 });
        let (accuracy, on_store_error) = (Accuracy::Lease, OnStoreError::Refuse);
        let limits = Limits { throttle: None, quota, accuracy, on_store_error };
        let rule = Rule { counter: "key#k1#gold".into(), limits };
        let taken = join_all((0..64).map(|_| counters.take(&rule, now))).await;
        let admitted = taken.iter().filter(|taken| taken.is_ok()).count();
        let writes = store.1.load(Ordering::Relaxed);
        assert_eq!(admitted as u64, limit.min(64), "{limit}");
        assert!(writes <= most_writes, "{limit}: {writes} writes");
    }
}

#[tokio::test]
async fn a_flood_of_callers_costs_no_lease_of_a_quota() {
    let store = Arc::new(Mutex::<CounterModel>::default());
    let clock = Clock::Manual(Arc::new(AtomicU64::new(1_719_792_000_000)));
    let now = clock.now();
    let counters = Arc::new(Counters::new(Arc::clone(&store), clock, || 1));
    let throttle = Throttle::new(1.0, 1).unwrap();
    let quota = Quota { limit: 1_000, period: Period::Day, offset: 0 };
    let limits = Limits { throttle: None, quota: Some(quota), ..Limits::throttle(throttle) };
    let rule = Rule { counter: "key#k1#gold".into(), limits };
    counters.take(&rule, now).await.unwrap();
    for caller in 0..3 * COUNTERS {
        drop(counters.take(&Rule::throttle(format!("caller#{caller}"), throttle), now).await);
    }
    let mut remembered = counters.counters.lock().unwrap();
    assert!(remembered.quotas.get(&rule.counter).is_some());
    assert!(remembered.throttles.get(&Arc::from("caller#0")).is_none());
}

#[tokio::test]
async fn a_seed_is_drawn_when_a_counter_is_first_used_and_not_before() {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let store = Arc::new(Mutex::<CounterModel>::default());
    let clock = Clock::Manual(Arc::new(AtomicU64::new(1_719_792_000_000)));
    let now = clock.now();
    let counters = Arc::new(Counters::new(store, clock, || DRAWN.fetch_add(1, Ordering::Relaxed)));
    assert_eq!(DRAWN.load(Ordering::Relaxed), 0);
    for (counter, expected) in [("key#a", 1), ("key#a", 1), ("key#b", 2)] {
        let limits = Limits {
            throttle: None,
            quota: Some(Quota { limit: 1_000, period: Period::Day, offset: 0 }),
            accuracy: Accuracy::Lease,
            on_store_error: OnStoreError::Refuse,
        };
        counters.take(&Rule { counter: counter.into(), limits }, now).await.unwrap();
        assert_eq!(DRAWN.load(Ordering::Relaxed), expected);
    }
}
