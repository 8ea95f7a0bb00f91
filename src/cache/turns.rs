//! The keys that this process is filling: of many requests that miss in one process, one asks the table for the lock.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::CacheKey;

/// The keys whose lock this process has, or asks for.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: Mutex<HashSet<CacheKey>>,
}

/// The turn of one request at a key; dropped, it is another one's.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    key: CacheKey,
}

impl Turns {
    /// `None`: another request of this process has it.
    pub fn take(self: &Arc<Self>, key: &CacheKey) -> Option<Turn> {
        let is_free = self.taken().insert(key.clone());
        is_free.then(|| Turn { turns: Arc::clone(self), key: key.clone() })
    }

    fn taken(&self) -> MutexGuard<'_, HashSet<CacheKey>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.taken().remove(&self.key);
    }
}
