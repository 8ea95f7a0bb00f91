//! The keys of one issuer as they are known, and when it is asked again.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::fetch::FetchError;
use crate::authorizers::jwt::KeySet;

/// Keys count as new for so long.
const FRESH: Duration = Duration::from_secs(3_600);
/// They are used for a day more while the issuer gives no others.
const USABLE: Duration = Duration::from_secs(3_600 + 86_400);
/// The least time between two fetches.
const PAUSE: Duration = Duration::from_secs(10);
/// The same while there are no keys, and every request is refused.
pub(super) const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct KnownKeys {
    keys: Option<FetchedKeys>,
    last_begun: Option<SystemTime>,
    /// The number of fetches that have ended.
    fetches: u64,
    /// `None` if the last fetch brought keys, or has not ended.
    failure: Option<Arc<FetchError>>,
}

#[derive(Debug)]
struct FetchedKeys {
    keys: Arc<KeySet>,
    at: SystemTime,
}

/// The need for a fetch.
#[derive(Debug)]
pub(super) enum Need {
    Nothing(Arc<KeySet>),
    /// These will do if newer ones are not to be had at once.
    Newer(Arc<KeySet>),
    /// There are none, or not the one that is asked for.
    Keys,
}

impl KnownKeys {
    /// The need of a token with this `kid`.
    pub fn need(&self, key_id: Option<&str>, now: SystemTime) -> Need {
        let Some(known) = self.keys.as_ref().filter(|known| age(known.at, now) < USABLE) else {
            return Need::Keys;
        };
        if key_id.is_some_and(|id| !known.keys.has_key(id)) {
            return Need::Keys;
        }
        let keys = Arc::clone(&known.keys);
        if age(known.at, now) < FRESH { Need::Nothing(keys) } else { Need::Newer(keys) }
    }

    /// The keys that count, if only for want of newer ones.
    pub fn usable(&self, now: SystemTime) -> Option<Arc<KeySet>> {
        let known = self.keys.as_ref().filter(|known| age(known.at, now) < USABLE)?;
        Some(Arc::clone(&known.keys))
    }

    pub fn has_fresh_keys(&self, now: SystemTime) -> bool {
        self.keys.as_ref().is_some_and(|known| age(known.at, now) < FRESH)
    }

    /// Notes that a fetch begins; false if it is too early for one.
    pub fn begin_fetch(&mut self, now: SystemTime) -> bool {
        let is_due = self.next_fetch_in(now).is_zero();
        if is_due {
            self.last_begun = Some(now);
            self.failure = None;
        }
        is_due
    }

    pub fn end_fetch(&mut self, fetched: Result<KeySet, FetchError>, now: SystemTime) {
        self.fetches += 1;
        match fetched {
            Ok(keys) => self.keys = Some(FetchedKeys { keys: Arc::new(keys), at: now }),
            Err(error) => self.failure = Some(Arc::new(error)),
        }
    }

    pub fn next_fetch_in(&self, now: SystemTime) -> Duration {
        let pause = if self.usable(now).is_some() { PAUSE } else { PAUSE_WITHOUT_KEYS };
        self.last_begun.map_or(Duration::ZERO, |begun| pause.saturating_sub(age(begun, now)))
    }

    pub fn fetches(&self) -> u64 {
        self.fetches
    }

    pub fn failure(&self) -> Option<Arc<FetchError>> {
        self.failure.clone()
    }
}

/// A time to come, from before the clock was set back, counts as one that is as long ago: keys do not last for ever.
fn age(at: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(at).unwrap_or_else(|ahead| ahead.duration())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key_set() -> KeySet {
        let x = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
        let json = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"a"}}]}}"#);
        KeySet::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn keys_and_pauses_of_a_clock_that_was_set_back_end_too() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut known = KnownKeys::default();
        assert!(known.begin_fetch(at(1_000_000)));
        known.end_fetch(Ok(key_set()), at(1_000_000));
        assert!(!known.begin_fetch(at(999_991)));
        assert!(known.begin_fetch(at(999_990)));
        assert!(known.usable(at(1_000_000 - 89_999)).is_some());
        assert!(known.usable(at(1_000_000 - 90_000)).is_none());
    }

    proptest! {
        /// Whatever comes in and whatever the issuer says: with keys, two fetches are ten seconds apart, without any one;
        /// and no key counts for longer than an hour and a day.
        #[test]
        fn fetches_keep_their_distance(
            steps in proptest::collection::vec((0_u64..40_000, any::<bool>(), any::<bool>()), 1..200),
        ) {
            let mut now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
            let mut known = KnownKeys::default();
            let (mut begun, mut brought): (Option<SystemTime>, Option<SystemTime>) = (None, None);
            for (pause_ms, is_known, is_good) in steps {
                now += Duration::from_millis(if pause_ms > 39_900 { pause_ms * 1_000 } else { pause_ms / 8 });
                let has_keys = brought.is_some_and(|at| now.duration_since(at).unwrap() < USABLE);
                prop_assert_eq!(known.usable(now).is_some(), has_keys);
                let is_enough = matches!(known.need(is_known.then_some("a"), now), Need::Nothing(_));
                let is_fresh = brought.is_some_and(|at| now.duration_since(at).unwrap() < FRESH);
                prop_assert_eq!(is_enough, is_fresh);
                if known.begin_fetch(now) {
                    let least = if has_keys { PAUSE } else { PAUSE_WITHOUT_KEYS };
                    prop_assert!(begun.is_none_or(|begun| now.duration_since(begun).unwrap() >= least));
                    begun = Some(now);
                    if is_good {
                        known.end_fetch(Ok(key_set()), now);
                        brought = Some(now);
                    }
                } else {
                    prop_assert!(known.next_fetch_in(now) > Duration::ZERO);
                }
            }
        }
    }
}
