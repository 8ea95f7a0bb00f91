//! The entry of a request in the cache's table, found as the gateway finds it.

use std::sync::Arc;

use tollgate::{
    cache::{CacheKey, Entry, Found, Lock, Stored, UncacheableAnswer, Variants},
    error::StoreError,
    gateway::ExplainedLookup,
    message::Request,
    store::Store,
};

use crate::time_arg;

/// The entry of a request, and the lock beside it.
pub struct InspectedEntry {
    pub now_ms: u64,
    /// Set if several answers stand for the key of the lookup.
    pub variant: Option<Variant>,
    pub entry: Option<Arc<Entry>>,
    /// Of the entry, as stored.
    pub bytes: usize,
    /// Held, or over.
    lock: Option<Lock>,
}

/// This request's answer among those of its URI.
pub struct Variant {
    pub variants: Variants,
    pub key: CacheKey,
}

impl InspectedEntry {
    /// # Errors
    ///
    /// The table cannot be read.
    pub async fn find(
        store: &Store,
        lookup: &ExplainedLookup,
        request: &Request,
    ) -> Result<Self, StoreError> {
        let now_ms = time_arg::now_ms();
        let found = store.cached(&lookup.key).await?;
        let variants = match found.stored(&lookup.key) {
            Some(Stored::Variants(variants)) => variants,
            Some(Stored::Answer(entry)) => return Ok(Self::of(Some(entry), &found, now_ms)),
            None => return Ok(Self::of(None, &found, now_ms)),
        };
        let key = variants.key(&lookup.key, request, lookup.caller.as_deref());
        let found = store.cached(&key).await?;
        let entry = match found.stored(&key) {
            Some(Stored::Answer(entry)) if variants.counts(&entry) => Some(entry),
            Some(Stored::Answer(_) | Stored::Variants(_)) | None => None,
        };
        let variants = Arc::unwrap_or_clone(variants);
        Ok(Self { variant: Some(Variant { variants, key }), ..Self::of(entry, &found, now_ms) })
    }

    fn of(entry: Option<Arc<Entry>>, found: &Found, now_ms: u64) -> Self {
        let bytes = found.bytes.as_ref().map_or(0, |bytes| bytes.len());
        Self { now_ms, variant: None, entry, bytes, lock: found.lock }
    }

    pub fn held_lock(&self) -> Option<Lock> {
        self.lock.filter(|lock| lock.is_held(self.now_ms))
    }

    /// The last answer, if it is known and was not stored.
    pub fn uncacheable(&self) -> Option<UncacheableAnswer> {
        let is_fresh = self.entry.as_ref().is_some_and(|entry| entry.is_fresh(self.now_ms));
        self.lock.filter(|_| !is_fresh)?.uncacheable()
    }

    /// True where the key of the variant is that of one client.
    pub fn depends_on_the_address(&self) -> bool {
        let names = self.variant.iter().flat_map(|variant| variant.variants.names());
        names.into_iter().any(|name| name == "x-forwarded-for")
    }
}
