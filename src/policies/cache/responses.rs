//! All answers that are kept, and what is still being written of them.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::task::JoinSet;

use super::{CacheStore, levels::Levels};
use crate::clock::Clock;

/// All answers that are kept.
#[derive(Debug)]
pub struct Responses<S> {
    pub(super) levels: Levels<S>,
    pub(super) clock: Clock,
    /// What is written beside requests.
    writes: Mutex<JoinSet<()>>,
}

impl<S: CacheStore> Responses<S> {
    /// `memory_bytes` is what entries in memory may take, `trusted_for` how long one counts without a look into
    /// the table.
    pub fn new(store: S, clock: Clock, memory_bytes: u64, trusted_for: Duration) -> Self {
        Self { levels: Levels::new(store, memory_bytes, trusted_for), clock, writes: Mutex::default() }
    }

    /// Waits for what is being written.
    pub async fn settle(&self) {
        let mut writes = mem::take(&mut *self.writes.lock().unwrap_or_else(PoisonError::into_inner));
        while writes.join_next().await.is_some() {}
    }

    /// At the same time as the answer goes out. What Lambda's freezing interrupts is a miss more.
    pub(super) fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        while writes.try_join_next().is_some() {}
        writes.spawn(work);
    }
}
