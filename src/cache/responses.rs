//! All answers that are kept, and what is still being written of them.

use std::time::Duration;

use super::{CacheStore, levels::Levels};
use crate::{background::BackgroundWork, clock::Clock};

/// All answers that are kept.
#[derive(Debug)]
pub struct Responses<S> {
    pub(super) levels: Levels<S>,
    pub(super) clock: Clock,
    /// What is written beside requests.
    background: BackgroundWork,
}

impl<S: CacheStore> Responses<S> {
    /// `memory_bytes` is what entries in memory may take, `trusted_for` how long one counts without a look into
    /// the table.
    pub fn new(store: S, clock: Clock, memory_bytes: u64, trusted_for: Duration) -> Self {
        Self {
            levels: Levels::new(store, memory_bytes, trusted_for),
            clock,
            background: BackgroundWork::default(),
        }
    }

    /// Waits for what is being written.
    pub async fn drain(&self) {
        self.background.drain().await;
    }

    /// At the same time as the answer goes out. What Lambda's freezing interrupts is a miss more.
    pub(super) fn spawn_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.background.spawn(work);
    }
}
