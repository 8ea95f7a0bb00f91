//! What the cache's table has for a request at this time_arg, found as the gateway finds it.

use tollgate::{
    cache::{CacheKey, Entry, Found, Lock, UncacheableReason, Variants},
    error::StoreError,
    gateway::ExplainedLookup,
    message::Request,
    store::Store,
};

use crate::time_arg;

pub struct Kept {
    pub now_ms: u64,
    /// Where several answers stand for the key of the lookup.
    pub variant: Option<Variant>,
    pub entry: Option<Entry>,
    /// Of the entry, compressed.
    pub bytes: usize,
    /// Held, or over.
    lock: Option<Lock>,
}

/// This request's answer among those of its URI.
pub struct Variant {
    pub variants: Variants,
    pub key: CacheKey,
}

/// An answer that did not become the entry.
pub struct Unkept {
    pub at_ms: u64,
    /// `None`: that is not known.
    pub why: Option<UncacheableReason>,
}

impl Kept {
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
        let entry = found.entry(&lookup.key);
        let Some(variants) = entry.as_ref().and_then(Variants::of) else {
            return Ok(Self::of(entry, &found, now_ms));
        };
        let key = variants.key(&lookup.key, request, lookup.caller.as_deref());
        let found = store.cached(&key).await?;
        let entry = found.entry(&key).filter(|entry| variants.counts(entry));
        Ok(Self { variant: Some(Variant { variants, key }), ..Self::of(entry, &found, now_ms) })
    }

    fn of(entry: Option<Entry>, found: &Found, now_ms: u64) -> Self {
        let bytes = found.bytes.as_ref().map_or(0, |bytes| bytes.len());
        Self { now_ms, variant: None, entry, bytes, lock: found.lock }
    }

    pub fn held_lock(&self) -> Option<Lock> {
        self.lock.filter(|lock| lock.is_held(self.now_ms))
    }

    /// The last answer, if it is known and was not kept.
    pub fn unkept(&self) -> Option<Unkept> {
        let is_fresh = self.entry.as_ref().is_some_and(|entry| entry.is_fresh(self.now_ms));
        let (at_ms, why) = self.lock.filter(|_| !is_fresh)?.not_kept()?;
        Some(Unkept { at_ms, why })
    }

    /// Whether the key of the variant is that of one client.
    pub fn depends_on_the_address(&self) -> bool {
        let names = self.variant.iter().flat_map(|variant| variant.variants.names());
        names.into_iter().any(|name| name == "x-forwarded-for")
    }
}
