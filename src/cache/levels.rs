//! Both levels as one: the memory of this instance in front of the table that all instances share.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use super::{CacheKey, Entry, Lock, Stored, Variants, memory::Memory, mode_rules::Reuse, status::Forward};

/// Level 2: the table that all instances share.
pub trait CacheStore: Send + Sync + 'static {
    /// Reads the value and the lock of a key; `None` if the table gives no answer.
    fn find(&self, key: &CacheKey, now: SystemTime) -> impl Future<Output = Option<Found>> + Send;

    /// Stores an entry, unless there is a newer one.
    fn put(
        &self,
        key: &CacheKey,
        stored: StoredEntry<'_>,
        now: SystemTime,
    ) -> impl Future<Output = Written> + Send;

    /// Makes the caller the one who fills, until `lock.until_ms`, unless another one is at `now`.
    fn lock(&self, key: &CacheKey, lock: Lock, now: SystemTime) -> impl Future<Output = LockOutcome> + Send;

    /// Puts `next` in the place of a lock that the caller has, or nothing.
    fn unlock(
        &self,
        key: &CacheKey,
        lock: Lock,
        next: Option<Lock>,
        now: SystemTime,
    ) -> impl Future<Output = ()> + Send;
}

/// An entry for the table.
#[derive(Debug)]
pub struct StoredEntry<'a> {
    /// The name of its route.
    pub route_key: &'a str,
    pub bytes: Bytes,
    /// Milliseconds since 1970.
    pub stored_at_ms: u64,
    pub keep_until: SystemTime,
}

/// The value and the lock of a key, as the table has them.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The bytes of an entry, all parts of it.
    pub bytes: Option<Bytes>,
    /// Held by the one who fills the entry now, or left by one who could not.
    pub lock: Option<Lock>,
}

impl Found {
    /// Reads what was found, if it is whole and of this very key.
    pub fn stored(&self, key: &CacheKey) -> Option<Stored> {
        self.bytes.as_ref().and_then(|bytes| Stored::decode(key, bytes))
    }
}

/// The outcome of storing an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Written,
    /// The table has a newer one.
    Outdated,
    /// The table gives no answer.
    Unknown,
}

/// The outcome of trying to be the one who fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockOutcome {
    Taken,
    /// Somebody else is.
    Busy,
    /// The table gives no answer.
    Unknown,
}

/// The value and the lock of a key, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Fresh or not.
    pub stored: Option<Stored>,
    pub lock: Option<Lock>,
    /// The table gave no answer.
    pub is_degraded: bool,
}

/// The place of the response to a request, with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct CacheSlot {
    /// The key of the response itself.
    pub key: CacheKey,
    /// The list of what tells the responses of the URI apart, where there may be several.
    pub variants: Option<Arc<Variants>>,
    /// Fresh or not.
    pub entry: Option<Arc<Entry>>,
    pub lock: Option<Lock>,
    /// The table gave no answer.
    pub is_degraded: bool,
}

impl CacheSlot {
    /// A slot of which nothing is known, since nobody has looked.
    pub fn unknown(key: CacheKey) -> Self {
        Self { key, variants: None, entry: None, lock: None, is_degraded: false }
    }

    /// Says why the target must be asked, where the entry's worth was `reuse`.
    pub fn why(&self, reuse: Option<Reuse>) -> Forward {
        match reuse {
            Some(Reuse::MustRevalidate) => Forward::Request,
            Some(Reuse::Fresh | Reuse::Stale | Reuse::Expired) => Forward::Stale,
            None if self.variants.as_ref().is_some_and(|variants| !variants.names().is_empty()) => {
                Forward::VaryMiss
            }
            None => Forward::UriMiss,
        }
    }
}

/// The memory in front of the table.
#[derive(Debug)]
pub(super) struct Levels<S> {
    memory: Memory,
    pub store: S,
}

impl<S: CacheStore> Levels<S> {
    pub fn new(store: S, memory_bytes: u64, trusted_for: Duration) -> Self {
        Self { memory: Memory::new(memory_bytes, trusted_for), store }
    }

    /// Returns what this instance remembers well enough to use it without a look into the table; fresh or not.
    pub fn remembered(&self, key: &CacheKey, now: SystemTime) -> Option<Stored> {
        let remembered = self.memory.get(key, now)?;
        remembered.is_trusted.then_some(remembered.stored)
    }

    /// Returns what this instance has last seen at a key; the table may have another value by now.
    pub fn last_seen(&self, key: &CacheKey, now: SystemTime) -> Option<Stored> {
        self.memory.get(key, now).map(|remembered| remembered.stored)
    }

    /// Reads the table, or the memory where the table gives no answer.
    pub async fn look_up(&self, key: &CacheKey, now: SystemTime) -> Known {
        let Some(found) = self.store.find(key, now).await else { return self.without_table(key, now) };
        let stored = found.stored(key);
        match &stored {
            Some(stored) => self.memory.put(key.clone(), stored.clone(), now),
            None => self.memory.remove(key),
        }
        Known { stored, lock: found.lock, is_degraded: false }
    }

    /// Reads the memory alone, where the table gives no answer.
    pub fn without_table(&self, key: &CacheKey, now: SystemTime) -> Known {
        Known { stored: self.last_seen(key, now), lock: None, is_degraded: true }
    }

    /// Stores in memory only.
    pub fn remember(&self, key: CacheKey, stored: Stored, now: SystemTime) {
        self.memory.put(key, stored, now);
    }

    /// Stores in both. The outcome is the table's.
    pub async fn put(&self, key: &CacheKey, route_key: &str, stored: Stored, now: SystemTime) -> Written {
        let entry = StoredEntry {
            route_key,
            bytes: stored.encode(key).into(),
            stored_at_ms: stored.stored_at_ms(),
            keep_until: SystemTime::UNIX_EPOCH + Duration::from_millis(stored.keep_until_ms()),
        };
        self.memory.put(key.clone(), stored, now);
        let written = self.store.put(key, entry, now).await;
        if written == Written::Outdated {
            self.memory.remove(key);
        }
        written
    }
}
