//! The usage of each key, summed up here and added to the key's day in the store once in a while.
//!
//! For the operator's eyes, never for a decision: an instance that is killed takes up to a minute with it.

pub mod by_day;

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use futures_util::{StreamExt, stream};

use self::by_day::{Counted, UsageByStage};
use crate::{background::BackgroundWork, calendar::Day};

/// The shared state that sums up.
pub trait UsageStore: Send + Sync + 'static {
    /// Adds to a key's day, once.
    fn add_usage(
        &self,
        key_id: &str,
        day: Day,
        usage: &UsageByStage,
    ) -> impl Future<Output = UsageWrite> + Send;
}

/// The outcome of an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageWrite {
    /// Or perhaps, where no response came: it must not be done again.
    Done,
    /// It certainly did not happen.
    NotSent,
}

/// The usage that has not been added yet.
#[derive(Debug)]
pub struct Usage<S> {
    store: S,
    pending: Mutex<HashMap<KeyDay, UsageByStage>>,
    /// Seconds since 1970.
    written_at: AtomicU64,
    /// Writes in the background.
    writes: BackgroundWork,
}

/// One day of a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct KeyDay {
    key_id: String,
    day: Day,
}

const WRITE_EVERY_SECONDS: u64 = 60;
/// A process that ends has half a second; each write has a connection of its own.
const WRITES_AT_A_TIME: usize = 32;

impl<S: UsageStore> Usage<S> {
    pub fn new(store: S) -> Self {
        Self {
            store,
            pending: Mutex::default(),
            written_at: AtomicU64::new(0),
            writes: BackgroundWork::default(),
        }
    }

    /// Counts a request of a key; now and then writes the sums in the background.
    pub fn count(self: &Arc<Self>, key_id: &str, stage: &str, counted: Counted, now: SystemTime) {
        let now_seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let key_day = KeyDay { key_id: key_id.to_owned(), day: Day::of(now_seconds) };
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.entry(key_day).or_default().entry(stage.to_owned()).or_default().count(counted);
        drop(pending);
        let written_at = self.written_at.load(Ordering::Relaxed);
        if written_at == 0 {
            // The first request of an instance begins the minute.
            self.written_at.store(now_seconds, Ordering::Relaxed);
        } else if now_seconds.abs_diff(written_at) >= WRITE_EVERY_SECONDS {
            // Either way: a clock that was set back must not put it off.
            self.written_at.store(now_seconds, Ordering::Relaxed);
            let usage = Arc::clone(self);
            self.writes.spawn(async move { usage.write().await });
        }
    }

    /// The process ends: writes all that is pending, and waits for writes that are on their way.
    pub async fn shut_down(&self) {
        tokio::join!(self.write(), self.writes.drain());
        // The store may have refused some a moment ago.
        self.write().await;
    }

    /// Writes all that is pending, one item a key and day. Usage that the store does not take stays pending.
    async fn write(&self) {
        let pending = mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        let add = |(key_day, usage): (KeyDay, UsageByStage)| async move {
            if self.store.add_usage(&key_day.key_id, key_day.day, &usage).await == UsageWrite::NotSent {
                let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
                let stages = pending.entry(key_day).or_default();
                for (stage, counts) in usage {
                    stages.entry(stage).or_default().add(counts);
                }
            }
        };
        stream::iter(pending).for_each_concurrent(WRITES_AT_A_TIME, add).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::Notify;

    use super::*;

    /// A store whose writes take until they are let go.
    #[derive(Debug, Default)]
    struct Slow {
        may_end: Notify,
        served: AtomicU64,
    }

    impl UsageStore for Arc<Slow> {
        async fn add_usage(&self, _key_id: &str, _day: Day, usage: &UsageByStage) -> UsageWrite {
            self.may_end.notified().await;
            self.served.fetch_add(usage["v1"].served, Ordering::Relaxed);
            UsageWrite::Done
        }
    }

    fn count(usage: &Arc<Usage<Arc<Slow>>>, second: u64) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        usage.count("k1", "v1", Counted::Served, now);
    }

    #[tokio::test]
    async fn a_write_that_is_under_way_at_the_end_of_the_process_is_waited_for() {
        let store = Arc::new(Slow::default());
        let usage = Arc::new(Usage::new(Arc::clone(&store)));
        count(&usage, 100_000);
        count(&usage, 100_060);
        // The write begins.
        tokio::task::yield_now().await;
        tokio::join!(usage.shut_down(), async { store.may_end.notify_one() });
        assert_eq!(store.served.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_delays_no_write_of_usage() {
        let store = Arc::new(Slow::default());
        let usage = Arc::new(Usage::new(Arc::clone(&store)));
        count(&usage, 100_000);
        count(&usage, 99_941);
        assert_eq!(usage.pending.lock().unwrap().len(), 1);
        count(&usage, 99_940);
        // The write begins.
        tokio::task::yield_now().await;
        assert!(usage.pending.lock().unwrap().is_empty());
    }
}
