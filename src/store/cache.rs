//! The cache's table: an entry in parts, and beside them, as part -1, the lock of who fills it.
//!
//! The cache is never worth an error: what fails here is a miss, and a metric.

use std::{collections::BTreeMap, pin::pin, time::SystemTime};

use bytes::Bytes;
use futures_util::future::try_join_all;
use serde::Deserialize;
use tracing::warn;

use super::{Store, configuration::attributes};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{
            AttributeValue::{self, B, Bool, N, S},
            Attributes, Binary,
            operations::{Condition, DeleteItem, PutItem, Query, Selection},
        },
    },
    cache::{
        CacheKey, CacheStore, Found, Lock, LockOutcome, LockState, MOST_SKEW_MS, StoredEntry,
        UncacheableReason, Written,
    },
    clock::milliseconds,
    digest::Sha256,
    error::chain,
    wait::within,
};

/// Well under DynamoDB's 400 KB an item.
const PART_BYTES: usize = 350_000;
pub(super) const LOCK: &str = "-1";
/// The time for which a lock's item outlives the lock; then DynamoDB deletes it.
const LOCK_ITEM_SECONDS: u64 = 3_600;
/// As `attribute_type` has it. What is none, or not there, compares with nothing: the item could never be replaced.
const NUMBER: &str = "N";

impl CacheStore for Store {
    /// Half a read unit for each 4 KB, and at least that.
    async fn find(&self, key: &CacheKey, now: SystemTime) -> Option<Found> {
        let items = self.entries.all(items_of_key(&self.tables.cache, key, None));
        let outcome = pin!(self.call("reading", now, items));
        match within(self.entry_within, outcome).await {
            Some(CallOutcome::Done(items)) => Some(read_items(items)),
            Some(CallOutcome::ConditionFailed | CallOutcome::NoAnswer) => None,
            None => {
                warn!(metric = "Degraded", operation = "reading", "the cache's table was not done in time");
                self.breakers.cache.failed(milliseconds(now));
                None
            }
        }
    }

    /// One write unit a KB.
    async fn put(&self, key: &CacheKey, stored: StoredEntry<'_>, now: SystemTime) -> Written {
        // A slow answer may come after a change has made it worthless. One from the future has a wrong clock.
        const IS_NEWEST: &str =
            "NOT attribute_type(storedAt, :number) OR storedAt <= :storedAt OR storedAt > :future";
        let StoredEntry { route_key, bytes, stored_at_ms, keep_until } = stored;
        let parts = bytes.len().div_ceil(PART_BYTES);
        let checksum = Bytes::copy_from_slice(&Sha256::of(&bytes));
        let put = |number: usize| {
            let start = number * PART_BYTES;
            let part = bytes.slice(start..(start + PART_BYTES).min(bytes.len()));
            let item = attributes([
                ("cacheKey", S(key.to_string())),
                ("part", N(number.to_string())),
                ("parts", N(parts.to_string())),
                ("checksum", B(Binary(checksum.clone()))),
                ("bytes", B(Binary(part))),
                ("routeKey", S(route_key.to_owned())),
                ("storedAt", N(stored_at_ms.to_string())),
                ("expiresAt", N((milliseconds(keep_until) / 1_000 + 1).to_string())),
            ]);
            let values = attributes([
                (":number", S(NUMBER.to_owned())),
                (":storedAt", N(stored_at_ms.to_string())),
                (":future", N((milliseconds(now) + MOST_SKEW_MS).to_string())),
            ]);
            let condition = condition(IS_NEWEST, values);
            let put = PutItem { table_name: &self.tables.cache, item, condition };
            // Nobody waits for it any more, and a part is long.
            async move { self.client.call(&put).await }
        };
        match self.call("writing", now, try_join_all((0..parts).map(put))).await {
            CallOutcome::Done(_) => Written::Written,
            CallOutcome::ConditionFailed => Written::Outdated,
            CallOutcome::NoAnswer => Written::Unknown,
        }
    }

    /// One write unit, also where somebody else has it.
    async fn lock(&self, key: &CacheKey, lock: Lock, now: SystemTime) -> LockOutcome {
        const IS_FREE: &str =
            "NOT attribute_type(lockedUntil, :number) OR lockedUntil <= :now OR lockedUntil > :end";
        let now_ms = milliseconds(now);
        // Tried once: a repeated one would find its own lock, and wait for itself.
        let values = attributes([
            (":number", S(NUMBER.to_owned())),
            (":now", N(now_ms.to_string())),
            (":end", N(Lock::end(now_ms).to_string())),
        ]);
        let put = PutItem {
            table_name: &self.tables.cache,
            item: lock_item(key, lock),
            condition: condition(IS_FREE, values),
        };
        match self.call("locking", now, self.counters.call(&put)).await {
            CallOutcome::Done(_) => LockOutcome::Taken,
            CallOutcome::ConditionFailed => LockOutcome::Busy,
            CallOutcome::NoAnswer => LockOutcome::Unknown,
        }
    }

    /// One write unit.
    async fn unlock(&self, key: &CacheKey, lock: Lock, next: Option<Lock>, now: SystemTime) {
        const IS_MINE: &str = "lockedUntil = :mine";
        let table_name = &self.tables.cache;
        let condition = condition(IS_MINE, attributes([(":mine", N(lock.until_ms.to_string()))]));
        // A lock that is not ours any more is left as it is.
        match next {
            Some(next) => {
                let put = PutItem { table_name, item: lock_item(key, next), condition };
                self.call("unlocking", now, self.quick.call(&put)).await;
            }
            None => {
                let key = attributes([("cacheKey", S(key.to_string())), ("part", N(LOCK.to_owned()))]);
                let delete = DeleteItem { table_name, key, condition };
                self.call("unlocking", now, self.quick.call(&delete)).await;
            }
        }
    }
}

/// The items of a key: the parts of an entry, and the lock.
pub(super) fn items_of_key<'a>(table: &'a str, key: &CacheKey, consistent_read: Option<bool>) -> Query<'a> {
    Query {
        table_name: table.into(),
        key_condition_expression: "cacheKey = :key".into(),
        selection: Selection {
            consistent_read,
            expression_attribute_values: attributes([(":key", S(key.to_string()))]),
            ..Selection::default()
        },
        ..Query::default()
    }
}

fn condition(expression: &'static str, values: Attributes) -> Condition<'static> {
    Condition {
        condition_expression: Some(expression.into()),
        expression_attribute_values: values,
        ..Condition::default()
    }
}

/// The result of a call to the cache's table.
enum CallOutcome<T> {
    Done(T),
    ConditionFailed,
    NoAnswer,
}

impl Store {
    async fn call<T>(
        &self,
        operation: &'static str,
        now: SystemTime,
        request: impl Future<Output = Result<T, CallError>>,
    ) -> CallOutcome<T> {
        let breaker = &self.breakers.cache;
        if !breaker.allows(milliseconds(now)) {
            return CallOutcome::NoAnswer;
        }
        let outcome = match request.await {
            Ok(output) => CallOutcome::Done(output),
            Err(error) if error.is_failed_condition() => CallOutcome::ConditionFailed,
            Err(error) => {
                warn!(
                    metric = "Degraded",
                    operation,
                    cause = chain(&error),
                    "the cache's table gave no answer"
                );
                // Too many requests for one entry: the others are served.
                if !error.is_throttled() {
                    breaker.failed(milliseconds(now));
                }
                return CallOutcome::NoAnswer;
            }
        };
        breaker.answered();
        outcome
    }
}

/// An item of the cache's table, as far as it is read; each attribute is of whatever type somebody has made it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CacheItem {
    part: Option<AttributeValue>,
    parts: Option<AttributeValue>,
    checksum: Option<AttributeValue>,
    bytes: Option<AttributeValue>,
    locked_until: Option<AttributeValue>,
    is_in_vain: Option<AttributeValue>,
    reason: Option<AttributeValue>,
}

/// Reads all items of a key.
pub(super) fn read_items(items: Vec<CacheItem>) -> Found {
    let (mut parts, mut lock) = (BTreeMap::new(), None);
    for item in items {
        if item.part.as_ref().and_then(AttributeValue::as_n) == Some(LOCK) {
            lock = item.lock();
        } else if let Some(part) = item.entry_part() {
            parts.insert(part.number, part);
        }
    }
    Found { bytes: whole(parts), lock }
}

struct EntryPart {
    number: usize,
    /// The number of parts of the whole entry.
    parts: usize,
    checksum: Bytes,
    bytes: Bytes,
}

impl CacheItem {
    fn entry_part(self) -> Option<EntryPart> {
        let bytes = |value| match value {
            Some(B(Binary(bytes))) => Some(bytes),
            _ => None,
        };
        Some(EntryPart {
            number: self.part?.number()?,
            parts: self.parts?.number()?,
            checksum: bytes(self.checksum)?,
            bytes: bytes(self.bytes)?,
        })
    }

    fn lock(self) -> Option<Lock> {
        let state = match self.is_in_vain {
            // Older versions give no reason.
            Some(Bool(true)) => LockState::KnownUncacheable(
                self.reason.and_then(|reason| UncacheableReason::of_name(reason.as_s()?)),
            ),
            _ => LockState::Filling,
        };
        Some(Lock { until_ms: self.locked_until?.number()?, state })
    }
}

/// Joins the bytes of all parts, if they are those of one entry: two fills at once may leave parts of both.
fn whole(mut parts: BTreeMap<usize, EntryPart>) -> Option<Bytes> {
    let first = parts.remove(&0)?;
    let bytes = if first.parts > 1 {
        let mut bytes = Vec::from(first.bytes);
        for number in 1..first.parts {
            bytes.extend_from_slice(&parts.remove(&number)?.bytes);
        }
        bytes.into()
    } else {
        first.bytes
    };
    (Sha256::of(&bytes) == *first.checksum).then_some(bytes)
}

fn lock_item(key: &CacheKey, lock: Lock) -> Attributes {
    let known_uncacheable = match lock.state {
        LockState::Filling => None,
        LockState::KnownUncacheable(reason) => Some(reason),
    };
    let mut item = attributes([
        ("cacheKey", S(key.to_string())),
        ("part", N(LOCK.to_owned())),
        ("lockedUntil", N(lock.until_ms.to_string())),
        ("isInVain", Bool(known_uncacheable.is_some())),
        ("expiresAt", N((lock.until_ms / 1_000 + LOCK_ITEM_SECONDS).to_string())),
    ]);
    item.extend(known_uncacheable.flatten().map(|reason| ("reason".to_owned(), S(reason.name()))));
    item
}
