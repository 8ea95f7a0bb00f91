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
pub struct Spans {
    /// What was found is read again after this long; `zero`: every time.
    pub found: Duration,
    /// What was not there is asked for again after this long.
    pub absent: Duration,
    /// What was found still counts for this long while the store gives no answer.
    pub without_store: Duration,
}

/// Values by key; `None` is a key of which the store has nothing.
#[derive(Debug)]
pub struct Recall<K, V> {
    spans: Spans,
    entries: Mutex<Generations<K, Entry<V>>>,
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
    value: Option<V>,
    read_at: SystemTime,
    /// Somebody was told to read it again.
    renewing: bool,
}

/// Of the time that something is fresh, the tenths after which it is read again beside a request.
const RENEW_AFTER_TENTHS: u32 = 8;

impl<K: Eq + Hash + Clone, V: Clone> Recall<K, V> {
    /// Remembers `capacity` keys at least and twice as many at most, the last used ones.
    pub fn new(capacity: usize, spans: Spans) -> Self {
        Self { spans, entries: Mutex::new(Generations::new(capacity)) }
    }

    /// What counts at `now`. Tells one caller only to [`Remembered::Renew`].
    pub fn get(&self, key: &K, now: SystemTime) -> Remembered<V> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = entries.get(key) else { return Remembered::Nothing };
        // A clock that was set back makes nothing older.
        let age = now.duration_since(entry.read_at).unwrap_or_default();
        match &entry.value {
            None if age < self.spans.absent => Remembered::Fresh(None),
            None => Remembered::Nothing,
            Some(value) if age < self.spans.found => {
                let due = age >= self.spans.found * RENEW_AFTER_TENTHS / 10 && !entry.renewing;
                let value = Some(value.clone());
                entry.renewing |= due;
                if due { Remembered::Renew(value) } else { Remembered::Fresh(value) }
            }
            Some(value) if age < self.spans.without_store => Remembered::Stale(value.clone()),
            Some(_) => Remembered::Nothing,
        }
    }

    /// Takes down what the store said at `read_at`.
    pub fn put(&self, key: K, value: Option<V>, read_at: SystemTime) {
        let entry = Entry { value, read_at, renewing: false };
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).insert(key, entry);
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

    pub fn insert(&mut self, key: K, value: V) {
        self.old.remove(&key);
        if self.young.len() >= self.capacity && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    /// All entries, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.young.iter_mut().chain(self.old.iter_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPANS: Spans = Spans {
        found: Duration::from_secs(60),
        absent: Duration::from_secs(10),
        without_store: Duration::from_secs(3600),
    };

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_found_ages() {
        let recall = Recall::new(10, SPANS);
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
        let recall = Recall::<_, u8>::new(10, SPANS);
        recall.put("key", None, at(100));
        let seen = [100, 109, 110].map(|second| recall.get(&"key", at(second)));
        assert_eq!(seen, [Remembered::Fresh(None), Remembered::Fresh(None), Remembered::Nothing]);
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
}
