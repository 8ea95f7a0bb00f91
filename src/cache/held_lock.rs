//! A lock that this instance has taken, and releases whatever happens.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{CacheKey, CacheStore, Lock, Responses};

/// A lock that this instance has taken. Dropped, it is released in the background.
#[derive(Debug)]
pub(super) struct HeldLock<S: CacheStore> {
    responses: Arc<Responses<S>>,
    key: CacheKey,
    /// `None`: it is not to be released any more.
    lock: Option<Lock>,
    /// Stands in its place afterwards.
    next: Option<Lock>,
}

impl<S: CacheStore> HeldLock<S> {
    pub fn new(responses: &Arc<Responses<S>>, key: CacheKey, lock: Lock) -> Self {
        Self { responses: Arc::clone(responses), key, lock: Some(lock), next: None }
    }

    pub fn until_ms(&self) -> u64 {
        self.lock.map_or(0, |lock| lock.until_ms)
    }

    /// Leaves it to run out.
    pub fn leave(mut self) {
        self.lock = None;
    }

    /// Puts `next` in its place, in the background.
    pub fn replace(mut self, next: Lock) {
        self.next = Some(next);
    }

    /// Releases it before this returns.
    pub async fn release(mut self) {
        if let Some(lock) = self.lock.take() {
            let now = self.responses.clock.now();
            self.responses.levels.store.unlock(&self.key, lock, self.next, now).await;
        }
    }
}

impl<S: CacheStore> Drop for HeldLock<S> {
    fn drop(&mut self) {
        let Some(lock) = self.lock.take() else { return };
        // Without a runtime the process is ending, and the lock runs out by itself.
        if Handle::try_current().is_err() {
            return;
        }
        let (responses, key, next) = (Arc::clone(&self.responses), self.key.clone(), self.next);
        self.responses.background.spawn(async move {
            let now = responses.clock.now();
            responses.levels.store.unlock(&key, lock, next, now).await;
        });
    }
}
