//! The fields of route and stage items that count for caching in both modes.

use std::time::Duration;

use crate::{context::Context, item::Fields};

/// API Gateway's most.
pub(super) const MOST_TTL_SECONDS: u64 = 3_600;
/// A day: a stale answer is better than none, but not for ever.
const MOST_STALE_SECONDS: u64 = 86_400;
/// The most that a DynamoDB number and a JSON number both say exactly.
pub const MOST_GENERATION: u64 = (1 << 53) - 1;

/// The settings of a route that both modes have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CommonSettings {
    /// `cacheShared`: one caller's answer may go to another.
    pub is_shared: bool,
    pub stale_times: StaleTimes,
}

/// The time for which an expired answer is still given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StaleTimes {
    /// While a new answer is fetched.
    pub while_revalidate: Duration,
    /// If the target fails.
    pub if_error: Duration,
}

/// The caching of all routes of a stage; it counts at once and without a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageCache {
    pub(super) ttl: Option<Duration>,
    /// Part of every key: a new one empties the stage's cache.
    pub generation: u64,
}

/// `cachingEnabled` of a route: warnings of what is lost count only where it is `true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caching {
    Enabled,
    Disabled,
}

impl CommonSettings {
    pub fn parse(fields: &Fields<'_>) -> Self {
        Self {
            is_shared: fields.boolean("cacheShared").unwrap_or(false),
            stale_times: StaleTimes {
                while_revalidate: seconds(fields, "staleWhileRevalidate", MOST_STALE_SECONDS)
                    .unwrap_or_default(),
                if_error: seconds(fields, "staleIfError", MOST_STALE_SECONDS).unwrap_or_default(),
            },
        }
    }

    /// The caller whose alone the answer is; `None` where it is for all.
    pub fn caller<'a>(&self, context: &Context<'a>) -> Option<&'a str> {
        context.api_key_id.filter(|_| !self.is_shared)
    }
}

impl StaleTimes {
    pub fn longest(self) -> Duration {
        self.while_revalidate.max(self.if_error)
    }
}

impl StageCache {
    /// Reads what a stage item says of caching; `None`: it is not clear, and any guess might bring back what was
    /// purged, or store it for too long.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let ttl = seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS);
        let generation = fields.integer("cacheGeneration", 0..=MOST_GENERATION);
        let is_clear = |name, is_read| is_read || fields.value(name).is_none();
        (is_clear("cacheTtlInSeconds", ttl.is_some()) && is_clear("cacheGeneration", generation.is_some()))
            .then(|| Self { ttl, generation: generation.unwrap_or(0) })
    }
}

pub(super) fn seconds<'a>(fields: &Fields<'a>, name: &'a str, most: u64) -> Option<Duration> {
    fields.integer(name, 0..=most).map(Duration::from_secs)
}
