//! All cached responses, and what is still being written of them.

use std::{sync::Arc, time::Duration};

use super::{CacheRequest, CacheStore, Stored, Variants, levels::Levels, turns::Turns};
use crate::{
    background::BackgroundWork,
    clock::{Clock, milliseconds, ms},
};

/// Longer than any response takes that was asked for before.
const FORGOTTEN_FOR: Duration = Duration::from_secs(3_600);

/// The cache of one instance: [`Responses::lookup`] gives a hit or a [`Fill`](super::Fill), which stores a response.
#[derive(Debug)]
pub struct Responses<S> {
    pub(super) levels: Levels<S>,
    pub(super) clock: Clock,
    pub(super) turns: Arc<Turns>,
    /// Writes to the table, at the same time as responses go out. What Lambda's freezing interrupts is a miss more.
    pub(super) background: BackgroundWork,
}

impl<S: CacheStore> Responses<S> {
    /// `memory_bytes` is what entries in memory may take, `trusted_for` how long one counts without a look into
    /// the table.
    pub fn new(store: S, clock: Clock, memory_bytes: u64, trusted_for: Duration) -> Self {
        Self {
            levels: Levels::new(store, memory_bytes, trusted_for),
            clock,
            turns: Arc::default(),
            background: BackgroundWork::default(),
        }
    }

    /// Waits for what is being written.
    pub async fn drain(&self) {
        self.background.drain().await;
    }

    /// Forgets all responses of the URI that is asked for: it has changed.
    pub fn forget(self: &Arc<Self>, request: &CacheRequest<'_>) {
        let key = request.key();
        let route_key = request.context.route_key.to_owned();
        let now = self.clock.now();
        let now_ms = milliseconds(now);
        // What was asked for in this very millisecond may be from before, too.
        let list = Stored::from(Variants::since(now_ms + 1, now_ms + ms(FORGOTTEN_FOR)));
        let responses = Arc::clone(self);
        self.levels.remember(key.clone(), list.clone(), now);
        self.background.spawn(async move {
            responses.levels.put(&key, &route_key, list, now).await;
        });
    }
}
