//! API keys: who calls, found by the hash of the key's value.
//!
//! One answer for every kind of bad key; which kind it was, only the log says. A key that was seen good is one for
//! an hour when the store is away, and nobody else is.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{ApiKey, KeyHash, KeyValue, NotAKey};
use crate::{
    error::{GatewayError, InvalidConfiguration, StoreError},
    limits::usage_plan::UsagePlan,
    ttl_cache::{Remembered, TtlCache, Ttls},
};

/// Whether a route asks for an API key, and where it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyUse {
    NotRequired,
    Required(KeySource),
}

/// `apiKeySource` of `$api`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// `x-api-key`.
    #[default]
    Header,
    /// What the route's authorizer says.
    Authorizer,
}

/// The shared state that knows keys and plans.
pub trait KeyStore: Send + Sync + 'static {
    /// What the item of a key says; `None` if there is none.
    fn api_key(&self, hash: KeyHash, now: SystemTime) -> impl Future<Output = Read<ApiKey>> + Send;

    /// What the item of a plan says; `None` if there is none.
    fn usage_plan(&self, id: &str, now: SystemTime) -> impl Future<Output = Read<UsagePlan>> + Send;
}

/// What comes of reading one item.
pub type Read<T> = Result<Option<Known<T>>, StoreError>;

/// An item that is there: what it says, or why it says nothing.
pub type Known<T> = Result<Arc<T>, Arc<InvalidConfiguration>>;

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    pub key: Arc<ApiKey>,
    pub plan: Arc<UsagePlan>,
    /// Known from earlier, since the store gives no answer.
    pub is_degraded: bool,
}

/// Why nobody may call with a key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("no key")]
    Missing,
    #[error("no key: {0}")]
    NotAKey(#[from] NotAKey),
    #[error("unknown key")]
    Unknown,
    #[error("key {0} is disabled")]
    Disabled(String),
    #[error("key {0} has expired")]
    Expired(String),
    #[error("key {0} is not for this stage")]
    OtherStages(String),
    #[error("key {0} has no usage plan")]
    NoPlan(String),
    #[error("usage plan {0} does not exist")]
    UnknownPlan(String),
    #[error("usage plan {0} does not cover this stage")]
    NotCovered(String),
}

impl From<BadKey> for GatewayError {
    fn from(bad: BadKey) -> Self {
        Self::InvalidApiKey(bad.to_string())
    }
}

/// Why a request has no caller.
#[derive(Debug)]
pub struct Unauthenticated {
    pub error: GatewayError,
    /// Whose key it is, where that is known all the same.
    pub key_id: Option<String>,
}

impl<E: Into<GatewayError>> From<E> for Unauthenticated {
    fn from(error: E) -> Self {
        Self { error: error.into(), key_id: None }
    }
}

/// Keys and plans as they were read a moment ago.
#[derive(Debug)]
pub struct ApiKeys<S> {
    store: S,
    keys: TtlCache<KeyHash, Known<ApiKey>>,
    plans: TtlCache<Arc<str>, Known<UsagePlan>>,
}

/// So many keys are remembered, good or bad: about 2 MB.
const KEYS: usize = 4_096;
const PLANS: usize = 512;
/// Unknown keys and plans are asked for again after this long.
const ABSENT_FOR: Duration = Duration::from_secs(10);
const WITHOUT_STORE: Duration = Duration::from_secs(3600);

impl<S: KeyStore> ApiKeys<S> {
    /// `fresh_for` is how long an edit of a key or a plan may take to act.
    pub fn new(store: S, fresh_for: Duration) -> Self {
        let spans =
            Ttls { found: fresh_for, absent: ABSENT_FOR.min(fresh_for), without_store: WITHOUT_STORE };
        Self { store, keys: TtlCache::new(KEYS, spans), plans: TtlCache::new(PLANS, spans) }
    }

    /// Who sends this value as the key to a stage.
    ///
    /// # Errors
    ///
    /// [`GatewayError::InvalidApiKey`]; or nobody can tell, since the store or an item is broken.
    pub async fn authenticate(
        self: &Arc<Self>,
        value: Option<&[u8]>,
        stage: &str,
        now: SystemTime,
    ) -> Result<Caller, Unauthenticated> {
        let value = KeyValue::parse(value.ok_or(BadKey::Missing)?).map_err(BadKey::from)?;
        let (key, from) = self.key(value.hash(), now).await?;
        let key = key.ok_or(BadKey::Unknown)?.map_err(GatewayError::BrokenKeyItem)?;
        let key_id = || Some(key.id.clone());
        let caller = self.caller(Arc::clone(&key), from, stage, now).await;
        caller.map_err(|error| Unauthenticated { error, key_id: key_id() })
    }

    /// Returns the caller who has this key, if the key may be used for the stage.
    async fn caller(
        self: &Arc<Self>,
        key: Arc<ApiKey>,
        key_from: Source,
        stage: &str,
        now: SystemTime,
    ) -> Result<Caller, GatewayError> {
        let plan_id = usable(&key, stage, now)?;
        let (plan, plan_from) = self.plan(plan_id, key_from, now).await?;
        let plan = plan.ok_or_else(|| BadKey::UnknownPlan(plan_id.to_owned()))?;
        let plan = plan.map_err(GatewayError::BrokenKeyItem)?;
        if !plan.covers(stage) {
            return Err(BadKey::NotCovered(plan_id.to_owned()).into());
        }
        let is_degraded = [key_from, plan_from].contains(&Source::Earlier);
        Ok(Caller { key, plan, is_degraded })
    }

    async fn key(self: &Arc<Self>, hash: KeyHash, now: SystemTime) -> Found<ApiKey> {
        match self.keys.get(&hash, now) {
            Remembered::Fresh(known) => Ok((known, Source::Store)),
            Remembered::Renew(known) => {
                let keys = Arc::clone(self);
                tokio::spawn(async move { keys.read_key(hash, now).await });
                Ok((known, Source::Store))
            }
            Remembered::Stale(known) => Ok(found_or(self.read_key(hash, now).await, known)),
            Remembered::Nothing => Ok((self.read_key(hash, now).await?, Source::Store)),
        }
    }

    // Boxed: a future of the SDK is kilobytes, and hardly any request needs it.
    async fn read_key(&self, hash: KeyHash, now: SystemTime) -> Read<ApiKey> {
        let known = Box::pin(self.store.api_key(hash, now)).await?;
        self.keys.put(hash, known.clone(), now);
        Ok(known)
    }

    async fn plan(self: &Arc<Self>, id: &str, key_from: Source, now: SystemTime) -> Found<UsagePlan> {
        let id: Arc<str> = id.into();
        match self.plans.get(&id, now) {
            Remembered::Fresh(known) => Ok((known, Source::Store)),
            Remembered::Renew(known) => {
                let keys = Arc::clone(self);
                tokio::spawn(async move { keys.read_plan(id, now).await });
                Ok((known, Source::Store))
            }
            // The store has just given no answer: a client waits for that once.
            Remembered::Stale(known) if key_from == Source::Earlier => Ok((Some(known), Source::Earlier)),
            Remembered::Stale(known) => Ok(found_or(self.read_plan(id, now).await, known)),
            Remembered::Nothing => Ok((self.read_plan(id, now).await?, Source::Store)),
        }
    }

    async fn read_plan(&self, id: Arc<str>, now: SystemTime) -> Read<UsagePlan> {
        let known = Box::pin(self.store.usage_plan(&id, now)).await?;
        self.plans.put(id, known.clone(), now);
        Ok(known)
    }
}

type Found<T> = Result<(Option<Known<T>>, Source), StoreError>;

/// What an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The store, within the time that an edit may take.
    Store,
    /// What it said within the hour, since it is away.
    Earlier,
}

fn found_or<T>(read: Read<T>, earlier: Known<T>) -> (Option<Known<T>>, Source) {
    match read {
        Ok(known) => (known, Source::Store),
        Err(_) => (Some(earlier), Source::Earlier),
    }
}

/// The plan of a key that may be used for a stage.
fn usable<'a>(key: &'a ApiKey, stage: &str, now: SystemTime) -> Result<&'a str, BadKey> {
    let now_seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let id = || key.id.clone();
    if !key.enabled {
        return Err(BadKey::Disabled(id()));
    }
    if key.is_expired(now_seconds) {
        return Err(BadKey::Expired(id()));
    }
    if key.stages.as_ref().is_some_and(|stages| !stages.iter().any(|listed| listed == stage)) {
        return Err(BadKey::OtherStages(id()));
    }
    key.usage_plan_id.as_deref().ok_or_else(|| BadKey::NoPlan(id()))
}
