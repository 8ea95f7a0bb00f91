//! A lock that this instance has taken, and releases whatever happens.

use std::{sync::Arc, time::SystemTime};

use tokio::{runtime::Handle, sync::oneshot};

use super::{CacheKey, CacheStore, Lock, LockOutcome, Responses, turns::Turn};

/// A lock that this instance has taken. Dropped, it is released in the background.
#[derive(Debug)]
pub(super) struct HeldLock<S: CacheStore> {
    responses: Arc<Responses<S>>,
    key: CacheKey,
    /// `None`: it is not to be released any more.
    lock: Option<Lock>,
    /// Stands in its place afterwards.
    next: Option<Lock>,
    /// Kept until the lock is released, so that nobody of this process asks for it in vain.
    turn: Option<Turn>,
}

/// The outcome of trying to take a lock.
#[derive(Debug)]
pub(super) struct LockAttempt<S: CacheStore> {
    pub taken: LockOutcome,
    /// Also where it is unknown if it was taken.
    pub held: Option<HeldLock<S>>,
}

impl<S: CacheStore> HeldLock<S> {
    /// Tries to take a lock. The write goes on when nobody waits for it any more, as it may reach the table all the
    /// same; a lock that comes of it is released at once.
    pub async fn take(
        responses: &Arc<Responses<S>>,
        key: &CacheKey,
        lock: Lock,
        now: SystemTime,
    ) -> LockAttempt<S> {
        let Some(turn) = responses.turns.take(key) else {
            return LockAttempt { taken: LockOutcome::Busy, held: None };
        };
        let (sender, attempt) = oneshot::channel();
        let (owner, key) = (Arc::clone(responses), key.clone());
        responses.background.spawn(async move {
            let taken = owner.levels.store.lock(&key, lock, now).await;
            let held = match taken {
                LockOutcome::Busy => None,
                LockOutcome::Taken | LockOutcome::Unknown => {
                    Some(Self { responses: owner, key, lock: Some(lock), next: None, turn: Some(turn) })
                }
            };
            drop(sender.send(LockAttempt { taken, held }));
        });
        attempt.await.unwrap_or(LockAttempt { taken: LockOutcome::Unknown, held: None })
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
        if let Some(lock) = self.lock {
            let now = self.responses.clock.now();
            self.responses.levels.store.unlock(&self.key, lock, self.next, now).await;
            self.lock = None;
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
        let turn = self.turn.take();
        self.responses.background.spawn(async move {
            let now = responses.clock.now();
            responses.levels.store.unlock(&key, lock, next, now).await;
            drop(turn);
        });
    }
}
