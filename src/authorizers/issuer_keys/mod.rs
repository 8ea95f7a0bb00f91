//! The keys of issuers: fetched when a token needs them, and kept.
//!
//! Whatever comes in, one issuer is asked by one request at a time, and a token with a key that nobody knows has it asked
//! at most once in ten seconds.

mod fetch;
mod jwks_source;
mod known_keys;

#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use tracing::warn;

pub use self::jwks_source::JwksSource;
use self::{
    fetch::{FetchError, fetch},
    jwks_source::SourceKey,
    known_keys::{KnownKeys, Need, PAUSE_WITHOUT_KEYS},
};
use super::jwt::KeySet;
use crate::{
    error::{GatewayError, chain},
    ttl_cache::Generations,
};

/// The keys of the issuers that an instance has met.
#[derive(Debug)]
pub struct IssuerKeys {
    issuers: Mutex<Generations<Arc<SourceKey>, Arc<Issuer>>>,
    call_limit: Duration,
}

/// An issuer gives no keys, and there are no old ones that could do.
#[derive(Debug, thiserror::Error)]
#[error("the issuer's keys cannot be had")]
pub struct KeysUnavailable {
    /// The time until the issuer is asked again.
    pub retry_after: Duration,
    /// `None`: the request that asked the issuer was given up.
    #[source]
    cause: Option<Arc<FetchError>>,
}

impl KeysUnavailable {
    /// The Lambda's own time was over before.
    pub const LATE: Self = Self { retry_after: PAUSE_WITHOUT_KEYS, cause: None };
}

#[derive(Debug, Default)]
struct Issuer {
    known: Mutex<KnownKeys>,
    /// Held by the request that asks the issuer.
    fetching: tokio::sync::Mutex<()>,
}

/// An authorizer may name so many user pools.
const MOST_ISSUERS: usize = 1_000;
/// For each of the two calls, answer included.
const CALL_LIMIT: Duration = Duration::from_millis(1_500);

impl Default for IssuerKeys {
    fn default() -> Self {
        Self::with_call_limit(CALL_LIMIT)
    }
}

impl IssuerKeys {
    fn with_call_limit(call_limit: Duration) -> Self {
        Self { issuers: Mutex::new(Generations::new(MOST_ISSUERS)), call_limit }
    }

    /// The keys to verify a token with whose `kid` is `key_id`. They may lack that key: an unknown `kid` has the issuer asked
    /// at most once in ten seconds.
    ///
    /// # Errors
    ///
    /// The issuer gives no keys, and did not within a day; or it gives none now, and the known ones lack `key_id`.
    pub async fn keys(
        &self,
        source: &JwksSource,
        key_id: Option<&str>,
        now: SystemTime,
    ) -> Result<Arc<KeySet>, KeysUnavailable> {
        let issuer = self.issuer(source.key());
        let (need, fetches) = {
            let known = issuer.known();
            (known.need(key_id, now), known.fetches())
        };
        let _fetching = match need {
            Need::Nothing(keys) => return Ok(keys),
            Need::Newer(keys) => match issuer.fetching.try_lock() {
                Ok(fetching) => fetching,
                // Somebody else waits for newer ones; these will do.
                Err(_) => return Ok(keys),
            },
            Need::Keys => issuer.fetching.lock().await,
        };
        if issuer.begin_fetch(fetches, now) {
            // Boxed: a call is kilobytes, and hardly any request makes one.
            let fetched = Box::pin(fetch(source, self.call_limit)).await;
            issuer.end_fetch(fetched, now);
        }
        issuer.usable(key_id, now)
    }

    /// True while the issuer gives no keys and the known ones, if there are any, are old.
    pub fn are_old(&self, source: &JwksSource, now: SystemTime) -> bool {
        let issuer = self.issuer(source.key());
        let known = issuer.known();
        known.failure().is_some() && !known.has_fresh_keys(now)
    }

    fn issuer(&self, key: &Arc<SourceKey>) -> Arc<Issuer> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(issuers.get_or_default(key))
    }
}

impl Issuer {
    fn known(&self) -> MutexGuard<'_, KnownKeys> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if it is too early for a fetch, or if another one has ended since `fetches` was read: a request that had to
    /// wait takes that one's outcome.
    fn begin_fetch(&self, fetches: u64, now: SystemTime) -> bool {
        let mut known = self.known();
        known.fetches() == fetches && known.begin_fetch(now)
    }

    fn end_fetch(&self, fetched: Result<KeySet, FetchError>, now: SystemTime) {
        let mut known = self.known();
        if let Err(error) = &fetched
            && known.usable(now).is_some()
        {
            warn!(metric = "Degraded", cause = chain(error), "an issuer's keys stay the old ones");
        }
        known.end_fetch(fetched, now);
    }

    fn usable(&self, key_id: Option<&str>, now: SystemTime) -> Result<Arc<KeySet>, KeysUnavailable> {
        let known = self.known();
        let unavailable =
            || KeysUnavailable { retry_after: known.next_fetch_in(now), cause: known.failure() };
        let keys = known.usable(now).ok_or_else(unavailable)?;
        // A new key may be the issuer's own: that is not known while it is away.
        let lacks_key = key_id.is_some_and(|id| !keys.has_key(id));
        if lacks_key && known.failure().is_some() { Err(unavailable()) } else { Ok(keys) }
    }
}

impl From<KeysUnavailable> for GatewayError {
    fn from(error: KeysUnavailable) -> Self {
        Self::KeysUnavailable { retry_after: error.retry_after, source: error.into() }
    }
}
