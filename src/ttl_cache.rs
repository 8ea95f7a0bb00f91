//! A memory of the store's responses, found or absent: bounded, and good for longer when the store is away.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// The times for which an answer of the store counts.
#[derive(Clone, Copy, Debug)]
pub struct Ttls {
    /// A value that was found is read again after so long; zero: every time.
    pub found: Duration,
    /// A value that was not there is asked for again after so long.
    pub absent: Duration,
    /// A value that was found still counts for so long while the store gives no response.
    pub without_store: Duration,
}

/// Values by key; `None` is a key of which the store has nothing.
#[derive(Debug)]
pub struct TtlCache<K, V> {
    ttls: Ttls,
    values: Mutex<CachedValues<K, V>>,
}

/// The two kinds apart, so that a flood of unknown keys drives out only unknown keys.
#[derive(Debug)]
struct CachedValues<K, V> {
    found: Generations<K, FoundValue<V>>,
    /// The time at which the store had nothing of a key.
    absent: Generations<K, SystemTime>,
}

/// A key's value, as far as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TtlLookup<V> {
    /// As good as read now.
    Fresh(Option<V>),
    /// As good as read now, and due to be read again while the request goes on.
    Renew(Option<V>),
    /// Good only if the store gives no response.
    Stale(V),
    Nothing,
}

#[derive(Clone, Debug)]
struct FoundValue<V> {
    value: V,
    read_at: SystemTime,
    /// True once a caller was told to read it again.
    is_renewing: bool,
}

/// A value is read again, while requests go on, after so many tenths of the time that it is fresh.
const RENEW_AFTER_TENTHS: u32 = 8;

impl<K: Eq + Hash + Clone, V: Clone> TtlCache<K, V> {
    /// Remembers `capacity` keys at least and twice as many at most, the last used ones; and as many absent ones.
    pub fn new(capacity: usize, ttls: Ttls) -> Self {
        let values = CachedValues { found: Generations::new(capacity), absent: Generations::new(capacity) };
        Self { ttls, values: Mutex::new(values) }
    }

    /// Returns the value that counts at `now`. Tells one caller only to [`TtlLookup::Renew`].
    pub fn get(&self, key: &K, now: SystemTime) -> TtlLookup<V> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        // The age of a value from before the clock was set back is unknown; this way it is not fresh for ever.
        let age = |read_at: SystemTime| now.duration_since(read_at).unwrap_or_else(|ahead| ahead.duration());
        let Some(entry) = values.found.get(key) else {
            let is_absent = values.absent.get(key).is_some_and(|read_at| age(*read_at) < self.ttls.absent);
            return if is_absent { TtlLookup::Fresh(None) } else { TtlLookup::Nothing };
        };
        let age = age(entry.read_at);
        if age < self.ttls.found {
            let due = age >= self.ttls.found / 10 * RENEW_AFTER_TENTHS && !entry.is_renewing;
            let value = Some(entry.value.clone());
            entry.is_renewing |= due;
            return if due { TtlLookup::Renew(value) } else { TtlLookup::Fresh(value) };
        }
        if age < self.ttls.without_store { TtlLookup::Stale(entry.value.clone()) } else { TtlLookup::Nothing }
    }

    /// Remembers the store's response of `read_at`.
    pub fn put(&self, key: K, value: Option<V>, read_at: SystemTime) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = value {
            values.absent.remove(&key);
            values.found.insert(key, FoundValue { value, read_at, is_renewing: false });
        } else {
            values.found.remove(&key);
            values.absent.insert(key, read_at);
        }
    }
}

/// A map that forgets entries that were not used for long: when the younger half is full, the older one goes.
#[derive(Debug)]
pub struct Generations<K, V> {
    capacity: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash + Clone, V> Generations<K, V> {
    /// Holds `capacity` entries at least and twice as many at most.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), young: HashMap::new(), old: HashMap::new() }
    }

    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.insert(key, value);
        }
        self.young.get_mut(key)
    }

    pub fn get_or_default(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        if self.get(key).is_none() {
            self.insert(key.clone(), V::default());
        }
        self.young.get_mut(key).expect("what is read or inserted is young")
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.old.remove(&key);
        if self.young.len() >= self.capacity && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    /// All entries, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.young.iter_mut().chain(self.old.iter_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTLS: Ttls = Ttls {
        found: Duration::from_secs(60),
        absent: Duration::from_secs(10),
        without_store: Duration::from_secs(3600),
    };

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_found_value_is_fresh_then_renewed_by_one_caller_then_stale_then_forgotten() {
        let cache = TtlCache::new(10, TTLS);
        cache.put("key", Some(7), at(100));
        let seen: Vec<_> =
            [90, 147, 148, 149, 159, 160, 3_699, 3_700].map(|second| cache.get(&"key", at(second))).into();
        use TtlLookup::{Fresh, Nothing, Renew, Stale};
        assert_eq!(
            seen,
            [
                Fresh(Some(7)),
                Fresh(Some(7)),
                Renew(Some(7)),
                Fresh(Some(7)),
                Fresh(Some(7)),
                Stale(7),
                Stale(7),
                Nothing
            ]
        );
    }

    #[test]
    fn an_absent_value_is_asked_for_again_after_its_own_shorter_ttl() {
        let cache = TtlCache::<_, u8>::new(10, TTLS);
        cache.put("key", None, at(100));
        let seen = [100, 109, 110].map(|second| cache.get(&"key", at(second)));
        assert_eq!(seen, [TtlLookup::Fresh(None), TtlLookup::Fresh(None), TtlLookup::Nothing]);
    }

    #[test]
    fn a_value_that_was_read_before_the_clock_was_set_back_ages_too() {
        let cache = TtlCache::new(10, TTLS);
        cache.put("found", Some(7), at(10_000));
        cache.put("absent", None, at(10_000));
        use TtlLookup::{Fresh, Nothing, Stale};
        let found = [9_999, 9_953, 9_940, 6_401, 6_400].map(|second| cache.get(&"found", at(second)));
        assert_eq!(found, [Fresh(Some(7)), Fresh(Some(7)), Stale(7), Stale(7), Nothing]);
        let absent = [9_999, 9_991, 9_990].map(|second| cache.get(&"absent", at(second)));
        assert_eq!(absent, [Fresh(None), Fresh(None), Nothing]);
    }

    #[test]
    fn a_flood_of_keys_leaves_the_used_ones_and_stays_bounded() {
        let mut entries = Generations::new(100);
        entries.insert(0, ());
        for key in 1..10_000 {
            entries.insert(key, ());
            assert!(entries.get(&0).is_some(), "{key}");
            assert!(entries.young.len() + entries.old.len() <= 200);
        }
    }

    #[test]
    fn a_flood_of_unknown_keys_drives_out_only_unknown_keys() {
        let cache = TtlCache::new(10, TTLS);
        cache.put(0, Some("good"), at(100));
        for key in 1..1_000 {
            cache.put(key, None, at(100));
        }
        assert_eq!(cache.get(&0, at(100)), TtlLookup::Fresh(Some("good")));
        assert_eq!(
            [1, 999].map(|key| cache.get(&key, at(100))),
            [TtlLookup::Nothing, TtlLookup::Fresh(None)]
        );
        cache.put(0, None, at(101));
        assert_eq!(cache.get(&0, at(101)), TtlLookup::Fresh(None), "a key that was deleted");
        cache.put(0, Some("again"), at(102));
        assert_eq!(cache.get(&0, at(102)), TtlLookup::Fresh(Some("again")));
    }
}
