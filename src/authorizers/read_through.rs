//! Reads items of the operator's that requests need, and remembers them for a while.
//!
//! An item is read again once an edit of it may have had its time to act. While the store gives no response, an item
//! that was found within the hour still counts.

use std::{
    fmt::Debug,
    hash::Hash,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    error::{InvalidConfiguration, StoreError},
    ttl_cache::{TtlCache, TtlLookup, Ttls},
};

/// An item that the store finds by one key.
pub trait StoredItem: Debug + Send + Sync + 'static {
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
}

/// The shared state that knows such items.
pub trait ItemStore<T: StoredItem>: Send + Sync + 'static {
    /// Reads the item with this key; `None` if there is none.
    fn read(&self, key: &T::Key, now: SystemTime) -> impl Future<Output = ItemRead<T>> + Send;
}

/// The result of reading one item.
pub type ItemRead<T> = Result<Option<SharedItem<T>>, StoreError>;

/// An item that is there: its value, or its problems.
pub type SharedItem<T> = Result<Arc<T>, Arc<InvalidConfiguration>>;

/// An item, as far as anybody can tell now.
#[derive(Debug)]
pub struct ItemNow<T> {
    /// `None` if there is none.
    pub item: Option<SharedItem<T>>,
    pub read_from: ReadFrom,
}

/// The origin of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFrom {
    /// The store, within the time that an edit may take to act.
    Store,
    /// Memory, from within the hour, since the store gives no response.
    Memory,
}

/// Items as they were read a moment ago.
#[derive(Debug)]
pub struct ReadThrough<S, T: StoredItem> {
    store: S,
    remembered: TtlCache<T::Key, SharedItem<T>>,
}

/// Absent items are asked for again after so long.
const ABSENT_FOR: Duration = Duration::from_secs(10);
const WITHOUT_STORE: Duration = Duration::from_secs(3600);

impl<S: ItemStore<T>, T: StoredItem> ReadThrough<S, T> {
    /// Remembers `capacity` items at least. An edit of one acts after `fresh_for` at most.
    pub fn new(store: S, capacity: usize, fresh_for: Duration) -> Self {
        let ttls = Ttls { found: fresh_for, absent: ABSENT_FOR.min(fresh_for), without_store: WITHOUT_STORE };
        Self { store, remembered: TtlCache::new(capacity, ttls) }
    }

    /// Finds an item. `last_read_from` is the origin of the item that the same request has read before: a client
    /// waits only once for a store that gives no response.
    ///
    /// # Errors
    ///
    /// The store gives no response, and the item is not remembered.
    pub async fn get(
        self: &Arc<Self>,
        key: T::Key,
        last_read_from: ReadFrom,
        now: SystemTime,
    ) -> Result<ItemNow<T>, StoreError> {
        let of_store = |item| ItemNow { item, read_from: ReadFrom::Store };
        let of_memory = |item| ItemNow { item: Some(item), read_from: ReadFrom::Memory };
        match self.remembered.get(&key, now) {
            TtlLookup::Fresh(item) => Ok(of_store(item)),
            TtlLookup::Renew(item) => {
                let items = Arc::clone(self);
                tokio::spawn(async move { items.read(key, now).await });
                Ok(of_store(item))
            }
            TtlLookup::Stale(item) => match last_read_from {
                ReadFrom::Memory => Ok(of_memory(item)),
                ReadFrom::Store => Ok(self.read(key, now).await.map_or_else(|_| of_memory(item), of_store)),
            },
            TtlLookup::Nothing => self.read(key, now).await.map(of_store),
        }
    }

    async fn read(&self, key: T::Key, now: SystemTime) -> ItemRead<T> {
        // Boxed: a future of the SDK is kilobytes, and hardly any request needs it.
        let item = Box::pin(self.store.read(&key, now)).await?;
        self.remembered.put(key, item.clone(), now);
        Ok(item)
    }
}
