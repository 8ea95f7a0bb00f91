//! API keys: their owners, found by the hash of a key's value.
//!
//! One response for every kind of bad key; only the log says which kind it was. A key that was seen good is one for
//! an hour when the store is away, and no other key is.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    ApiKey, KeyHash, KeyValue, NotAKey,
    read_through::{ItemNow, ItemStore, ReadFrom, ReadThrough, StoredItem},
};
use crate::{caller::KeySource, error::GatewayError, limits::usage_plan::UsagePlan};

/// A route's demand for an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApiKeyUse {
    NotRequired,
    Required(KeySource),
}

/// The owner of the key that a request came with.
#[derive(Clone, Debug)]
pub struct KeyOwner {
    pub key: Arc<ApiKey>,
    pub plan: Arc<UsagePlan>,
    /// True if it is known from memory only, since the store gives no response.
    pub is_degraded: bool,
}

/// The fault of a key that nobody may call with.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("no key")]
    Missing,
    #[error("malformed key: {0}")]
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

/// A request whose key has no owner that may call.
#[derive(Debug)]
pub struct Unauthenticated {
    pub error: GatewayError,
    /// The id of the key, where it is known all the same.
    pub key_id: Option<String>,
}

impl<E: Into<GatewayError>> From<E> for Unauthenticated {
    fn from(error: E) -> Self {
        Self { error: error.into(), key_id: None }
    }
}

/// The owners of keys that an instance knows.
#[derive(Debug)]
pub struct ApiKeys<S> {
    keys: Arc<ReadThrough<S, ApiKey>>,
    plans: Arc<ReadThrough<S, UsagePlan>>,
}

impl StoredItem for ApiKey {
    type Key = KeyHash;
}

impl StoredItem for UsagePlan {
    type Key = Arc<str>;
}

/// So many keys are remembered, good or bad: about 2 MB.
const KEYS: usize = 4_096;
const PLANS: usize = 512;

impl<S: ItemStore<ApiKey> + ItemStore<UsagePlan> + Clone> ApiKeys<S> {
    /// An edit of a key or a plan acts after `fresh_for` at most.
    pub fn new(store: S, fresh_for: Duration) -> Self {
        Self {
            keys: Arc::new(ReadThrough::new(store.clone(), KEYS, fresh_for)),
            plans: Arc::new(ReadThrough::new(store, PLANS, fresh_for)),
        }
    }

    /// Finds the owner of the key that has this value, for a stage.
    ///
    /// # Errors
    ///
    /// [`GatewayError::InvalidApiKey`]; or nobody can tell, since the store or an item is broken.
    pub async fn authenticate(
        &self,
        value: Option<&[u8]>,
        stage: &str,
        now: SystemTime,
    ) -> Result<KeyOwner, Unauthenticated> {
        let value = KeyValue::parse(value.ok_or(BadKey::Missing)?).map_err(BadKey::from)?;
        let ItemNow { item, read_from } = self.keys.get(value.hash(), ReadFrom::Store, now).await?;
        let key = item.ok_or(BadKey::Unknown)?.map_err(GatewayError::BrokenKeyItem)?;
        let key_id = || Some(key.id.clone());
        let owner = self.owner(Arc::clone(&key), read_from, stage, now).await;
        owner.map_err(|error| Unauthenticated { error, key_id: key_id() })
    }

    /// Finds the owner of a key whose item is known, for a stage.
    ///
    /// # Errors
    ///
    /// Those of [`ApiKeys::authenticate`].
    pub async fn owner_of(
        &self,
        key: Arc<ApiKey>,
        stage: &str,
        now: SystemTime,
    ) -> Result<KeyOwner, GatewayError> {
        self.owner(key, ReadFrom::Store, stage, now).await
    }

    /// Returns the owner of this key, if the key may be used for the stage.
    async fn owner(
        &self,
        key: Arc<ApiKey>,
        key_from: ReadFrom,
        stage: &str,
        now: SystemTime,
    ) -> Result<KeyOwner, GatewayError> {
        let plan_id = usable(&key, stage, now)?;
        let ItemNow { item, read_from: plan_from } = self.plans.get(plan_id.into(), key_from, now).await?;
        let plan = item.ok_or_else(|| BadKey::UnknownPlan(plan_id.to_owned()))?;
        let plan = plan.map_err(GatewayError::BrokenKeyItem)?;
        if !plan.covers(stage) {
            return Err(BadKey::NotCovered(plan_id.to_owned()).into());
        }
        let is_degraded = [key_from, plan_from].contains(&ReadFrom::Memory);
        Ok(KeyOwner { key, plan, is_degraded })
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
