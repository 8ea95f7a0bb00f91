//! Level 1: entries in this instance's memory.

use std::time::{Duration, SystemTime};

use quick_cache::{OptionsBuilder, Weighter, sync::Cache};

use super::{CacheKey, Stored};

/// Entries up to a number of bytes, those that are asked for most.
#[derive(Debug)]
pub(super) struct Memory {
    /// `None`: it has no room at all.
    entries: Option<Cache<CacheKey, MemoryEntry, ByBytes>>,
    /// The time for which an entry counts without a look into the table: another instance may have replaced it.
    trusted_for: Duration,
}

/// A value that this instance has seen.
#[derive(Debug)]
pub(super) struct Remembered {
    pub stored: Stored,
    /// It counts without a look into the table.
    pub is_trusted: bool,
}

#[derive(Clone, Debug)]
struct MemoryEntry {
    stored: Stored,
    seen_at: SystemTime,
}

#[derive(Clone, Debug)]
struct ByBytes;

impl Weighter<CacheKey, MemoryEntry> for ByBytes {
    fn weight(&self, _: &CacheKey, remembered: &MemoryEntry) -> u64 {
        remembered.stored.weight()
    }
}

/// The size that is reckoned with before any entry was seen; it only sizes the cache's tables.
const USUAL_ENTRY_BYTES: u64 = 4 * 1_024;

impl Memory {
    pub fn new(bytes: u64, trusted_for: Duration) -> Self {
        let entries = usize::try_from(bytes / USUAL_ENTRY_BYTES).unwrap_or(usize::MAX).max(16);
        // One shard: events come one at a time, and an entry may take all of the room.
        let options = OptionsBuilder::new()
            .estimated_items_capacity(entries)
            .weight_capacity(bytes)
            .shards(1)
            .build()
            .expect("all that is needed is given");
        let cache = || Cache::with_options(options, ByBytes, Default::default(), Default::default());
        Self { entries: (bytes > 0).then(cache), trusted_for }
    }

    pub fn get(&self, key: &CacheKey, now: SystemTime) -> Option<Remembered> {
        let MemoryEntry { stored, seen_at } = self.entries.as_ref()?.get(key)?;
        // A clock that was set back proves nothing.
        let is_trusted = now.duration_since(seen_at).is_ok_and(|age| age < self.trusted_for);
        Some(Remembered { stored, is_trusted })
    }

    pub fn put(&self, key: CacheKey, stored: Stored, seen_at: SystemTime) {
        if let Some(entries) = &self.entries {
            entries.insert(key, MemoryEntry { stored, seen_at });
        }
    }

    pub fn remove(&self, key: &CacheKey) {
        if let Some(entries) = &self.entries {
            entries.remove(key);
        }
    }
}
