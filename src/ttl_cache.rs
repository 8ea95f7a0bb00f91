//! What was read from the store a moment ago: found or absent, bounded, and good for longer when the store is away.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// How long an answer of the store counts.
#[derive(Clone, Copy, Debug)]
pub struct Ttls {
    /// What was found is read again after this long; `zero`: every time.
    pub found: Duration,
    /// What was not there is asked for again after this long.
    pub absent: Duration,
    /// What was found still counts for this long while the store gives no answer.
    pub without_store: Duration,
}

/// Values by key; `None` is a key of which the store has nothing.
#[derive(Debug)]
pub struct TtlCache<K, V> {
    spans: Ttls,
    known: Mutex<Known<K, V>>,
}

/// Apart, so that a flood of keys that nobody knows drives out only its like.
#[derive(Debug)]
struct Known<K, V> {
    found: Generations<K, Entry<V>>,
    /// When the store had nothing of a key.
    absent: Generations<K, SystemTime>,
}

/// What is remembered of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered<V> {
    /// As good as read now.
    Fresh(Option<V>),
    /// As good as read now; the time to read it again, beside the request's work, has come.
    Renew(Option<V>),
    /// Good only if the store gives no answer.
    Stale(V),
    Nothing,
}

#[derive(Clone, Debug)]
struct Entry<V> {
    value: V,
    read_at: SystemTime,
    /// Somebody was told to read it again.
    renewing: bool,
}

/// Of the time that something is fresh, the tenths after which it is read again beside a request.
const RENEW_AFTER_TENTHS: u32 = 8;

impl<K: Eq + Hash + Clone, V: Clone> TtlCache<K, V> {
    /// Remembers `capacity` keys at least and twice as many at most, the last used ones; and as many absent ones.
    pub fn new(capacity: usize, spans: Ttls) -> Self {
        let known = Known { found: Generations::new(capacity), absent: Generations::new(capacity) };
        Self { spans, known: Mutex::new(known) }
    }

    /// What counts at `now`. Tells one caller only to [`Remembered::Renew`].
    pub fn get(&self, key: &K, now: SystemTime) -> Remembered<V> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Of what was read under a clock that was set back, only this can be said: it is not fresh for ever.
        let age = |read_at: SystemTime| now.duration_since(read_at).unwrap_or_else(|ahead| ahead.duration());
        let Some(entry) = known.found.get(key) else {
            let is_absent = known.absent.get(key).is_some_and(|read_at| age(*read_at) < self.spans.absent);
            return if is_absent { Remembered::Fresh(None) } else { Remembered::Nothing };
        };
        let age = age(entry.read_at);
        if age < self.spans.found {
            let due = age >= self.spans.found / 10 * RENEW_AFTER_TENTHS && !entry.renewing;
            let value = Some(entry.value.clone());
            entry.renewing |= due;
            return if due { Remembered::Renew(value) } else { Remembered::Fresh(value) };
        }
        if age < self.spans.without_store {
            Remembered::Stale(entry.value.clone())
        } else {
            Remembered::Nothing
        }
    }

    /// Takes down what the store said at `read_at`.
    pub fn put(&self, key: K, value: Option<V>, read_at: SystemTime) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = value {
            known.absent.remove(&key);
            known.found.insert(key, Entry { value, read_at, renewing: false });
        } else {
            known.found.remove(&key);
            known.absent.insert(key, read_at);
        }
    }
}

/// A map that forgets what was not used for long: when the younger half is full, the older one goes.
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

    const SPANS: Ttls = Ttls {
        found: Duration::from_secs(60),
        absent: Duration::from_secs(10),
        without_store: Duration::from_secs(3600),
    };

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_found_ages() {
        let recall = TtlCache::new(10, SPANS);
        recall.put("key", Some(7), at(100));
        let seen: Vec<_> =
            [90, 147, 148, 149, 159, 160, 3_699, 3_700].map(|second| recall.get(&"key", at(second))).into();
        use Remembered::{Fresh, Nothing, Renew, Stale};
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
    fn what_was_absent_is_asked_for_again_soon() {
        let recall = TtlCache::<_, u8>::new(10, SPANS);
        recall.put("key", None, at(100));
        let seen = [100, 109, 110].map(|second| recall.get(&"key", at(second)));
        assert_eq!(seen, [Remembered::Fresh(None), Remembered::Fresh(None), Remembered::Nothing]);
    }

    #[test]
    fn what_was_read_under_a_clock_that_was_set_back_ages_too() {
        let recall = TtlCache::new(10, SPANS);
        recall.put("found", Some(7), at(10_000));
        recall.put("absent", None, at(10_000));
        use Remembered::{Fresh, Nothing, Stale};
        let found = [9_999, 9_953, 9_940, 6_401, 6_400].map(|second| recall.get(&"found", at(second)));
        assert_eq!(found, [Fresh(Some(7)), Fresh(Some(7)), Stale(7), Stale(7), Nothing]);
        let absent = [9_999, 9_991, 9_990].map(|second| recall.get(&"absent", at(second)));
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
    fn keys_that_nobody_knows_drive_out_only_their_like() {
        let recall = TtlCache::new(10, SPANS);
        recall.put(0, Some("good"), at(100));
        for key in 1..1_000 {
            recall.put(key, None, at(100));
        }
        assert_eq!(recall.get(&0, at(100)), Remembered::Fresh(Some("good")));
        assert_eq!(
            [1, 999].map(|key| recall.get(&key, at(100))),
            [Remembered::Nothing, Remembered::Fresh(None)]
        );
        recall.put(0, None, at(101));
        assert_eq!(recall.get(&0, at(101)), Remembered::Fresh(None), "a key that was deleted");
        recall.put(0, Some("again"), at(102));
        assert_eq!(recall.get(&0, at(102)), Remembered::Fresh(Some("again")));
    }
}
