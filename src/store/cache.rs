//! The cache's table: an entry in parts, and beside them, as part -1, the lock of who fills it.
//!
//! The cache is never worth an error: what fails here is a miss, and a metric.

use std::{collections::BTreeMap, error::Error, time::SystemTime};

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::AttributeValue::{self, B, Bool, N, S},
};
use bytes::Bytes;
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::{Store, request_time::is_throttled, values::Attributes, wait::within};
use crate::{
    cache::{
        CacheKey, CacheStore, Found, Lock, LockState, MOST_SKEW_MS, StoredEntry, Taken, UncacheableReason,
        Written,
    },
    clock::milliseconds,
    error::chain,
};

/// Well under DynamoDB's 400 KB an item.
const PART_BYTES: usize = 350_000;
pub(super) const LOCK: &str = "-1";
/// The time for which a lock's item outlives the lock; then DynamoDB deletes it.
const LOCK_ITEM_SECONDS: u64 = 3_600;
/// As `attribute_type` has it. What is none, or not there, compares with nothing: the item could never be replaced.
const NUMBER: &str = "N";
/// The reason why the response was not stored, of a lock that says so.
const REASON: &str = "reason";

impl CacheStore for Store {
    /// Half a read unit for each 4 KB, and at least that.
    async fn find(&self, key: &CacheKey, now: SystemTime) -> Option<Found> {
        let query = self.entries.query().table_name(&self.tables.cache);
        let query = query
            .key_condition_expression("cacheKey = :key")
            .expression_attribute_values(":key", S(key.to_string()));
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>();
        match within(self.entry_within, self.call("reading", now, items)).await {
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
        let checksum = Blob::new(Sha256::digest(&bytes).as_slice());
        let put = |number: usize| {
            let start = number * PART_BYTES;
            let part = bytes.slice(start..(start + PART_BYTES).min(bytes.len()));
            // Nobody waits for it any more, and a part is long.
            let put = self.client.put_item().table_name(&self.tables.cache);
            put.item("cacheKey", S(key.to_string()))
                .item("part", N(number.to_string()))
                .item("parts", N(parts.to_string()))
                .item("checksum", B(checksum.clone()))
                .item("bytes", B(Blob::new(part)))
                .item("routeKey", S(route_key.to_owned()))
                .item("storedAt", N(stored_at_ms.to_string()))
                .item("expiresAt", N((milliseconds(keep_until) / 1_000 + 1).to_string()))
                .condition_expression(IS_NEWEST)
                .expression_attribute_values(":number", S(NUMBER.to_owned()))
                .expression_attribute_values(":storedAt", N(stored_at_ms.to_string()))
                .expression_attribute_values(":future", N((milliseconds(now) + MOST_SKEW_MS).to_string()))
                .send()
        };
        match self.call("writing", now, try_join_all((0..parts).map(put))).await {
            CallOutcome::Done(_) => Written::Written,
            CallOutcome::ConditionFailed => Written::Outdated,
            CallOutcome::NoAnswer => Written::Unknown,
        }
    }

    /// One write unit, also where somebody else has it.
    async fn lock(&self, key: &CacheKey, lock: Lock, now: SystemTime) -> Taken {
        const IS_FREE: &str =
            "NOT attribute_type(lockedUntil, :number) OR lockedUntil <= :now OR lockedUntil > :end";
        let now_ms = milliseconds(now);
        // Tried once: a repeated one would find its own lock, and wait for itself.
        let put = self.counters.put_item().table_name(&self.tables.cache);
        let put = put
            .set_item(Some(lock_item(key, lock)))
            .condition_expression(IS_FREE)
            .expression_attribute_values(":number", S(NUMBER.to_owned()))
            .expression_attribute_values(":now", N(now_ms.to_string()))
            .expression_attribute_values(":end", N(Lock::end(now_ms).to_string()));
        match self.call("locking", now, put.send()).await {
            CallOutcome::Done(_) => Taken::Taken,
            CallOutcome::ConditionFailed => Taken::Busy,
            CallOutcome::NoAnswer => Taken::Unknown,
        }
    }

    /// One write unit.
    async fn unlock(&self, key: &CacheKey, lock: Lock, next: Option<Lock>, now: SystemTime) {
        const IS_MINE: &str = "lockedUntil = :mine";
        let mine = N(lock.until_ms.to_string());
        // A lock that is not ours any more is left as it is.
        match next {
            Some(next) => {
                let put = self.quick.put_item().table_name(&self.tables.cache);
                let put = put.set_item(Some(lock_item(key, next))).condition_expression(IS_MINE);
                self.call("unlocking", now, put.expression_attribute_values(":mine", mine).send()).await;
            }
            None => {
                let delete = self.quick.delete_item().table_name(&self.tables.cache);
                let delete = delete.key("cacheKey", S(key.to_string())).key("part", N(LOCK.to_owned()));
                let delete = delete.condition_expression(IS_MINE).expression_attribute_values(":mine", mine);
                self.call("unlocking", now, delete.send()).await;
            }
        }
    }
}

/// The result of a call to the cache's table.
enum CallOutcome<T> {
    Done(T),
    ConditionFailed,
    NoAnswer,
}

impl Store {
    async fn call<T, E: ProvideErrorMetadata + Error + 'static>(
        &self,
        operation: &'static str,
        now: SystemTime,
        request: impl Future<Output = Result<T, E>>,
    ) -> CallOutcome<T> {
        let breaker = &self.breakers.cache;
        if !breaker.allows(milliseconds(now)) {
            return CallOutcome::NoAnswer;
        }
        // After a thaw a kept connection may be dead; its own task notices, if it gets its turn before us.
        tokio::task::yield_now().await;
        let outcome = match request.await {
            Ok(output) => CallOutcome::Done(output),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                CallOutcome::ConditionFailed
            }
            Err(error) => {
                warn!(
                    metric = "Degraded",
                    operation,
                    cause = chain(&error),
                    "the cache's table gave no answer"
                );
                // Too many requests for one entry: the others are served.
                if !is_throttled(&error) {
                    breaker.failed(milliseconds(now));
                }
                return CallOutcome::NoAnswer;
            }
        };
        breaker.answered();
        outcome
    }
}

/// Reads all items of a key.
pub(super) fn read_items(items: Vec<Attributes>) -> Found {
    let (mut parts, mut lock) = (BTreeMap::new(), None);
    for mut item in items {
        if number(&item, "part") == Some(LOCK) {
            lock = read_lock(&item);
        } else if let Some(part) = read_part(&mut item) {
            parts.insert(part.number, part);
        }
    }
    Found { bytes: whole(parts), lock }
}

struct EntryPart {
    number: usize,
    /// The number of parts of the whole entry.
    parts: usize,
    checksum: Blob,
    bytes: Blob,
}

fn read_part(item: &mut Attributes) -> Option<EntryPart> {
    let part_number = number(item, "part")?.parse().ok()?;
    let parts = number(item, "parts")?.parse().ok()?;
    let mut blob = |name| match item.remove(name) {
        Some(B(blob)) => Some(blob),
        _ => None,
    };
    Some(EntryPart { number: part_number, parts, checksum: blob("checksum")?, bytes: blob("bytes")? })
}

/// Joins the bytes of all parts, if they are those of one entry: two fills at once may leave parts of both.
fn whole(mut parts: BTreeMap<usize, EntryPart>) -> Option<Bytes> {
    let first = parts.remove(&0)?;
    let mut bytes = first.bytes.into_inner();
    for number in 1..first.parts {
        bytes.extend_from_slice(parts.remove(&number)?.bytes.as_ref());
    }
    (Sha256::digest(&bytes).as_slice() == first.checksum.as_ref()).then(|| bytes.into())
}

fn lock_item(key: &CacheKey, lock: Lock) -> Attributes {
    let known_uncacheable = match lock.state {
        LockState::Filling => None,
        LockState::KnownUncacheable(reason) => Some(reason),
    };
    let mut item = Attributes::from([
        ("cacheKey".to_owned(), S(key.to_string())),
        ("part".to_owned(), N(LOCK.to_owned())),
        ("lockedUntil".to_owned(), N(lock.until_ms.to_string())),
        ("isInVain".to_owned(), Bool(known_uncacheable.is_some())),
        ("expiresAt".to_owned(), N((lock.until_ms / 1_000 + LOCK_ITEM_SECONDS).to_string())),
    ]);
    item.extend(known_uncacheable.flatten().map(|reason| (REASON.to_owned(), S(reason.name()))));
    item
}

fn read_lock(item: &Attributes) -> Option<Lock> {
    let state = match item.get("isInVain") {
        // Older versions give no reason.
        Some(Bool(true)) => LockState::KnownUncacheable(
            item.get(REASON).and_then(|value| UncacheableReason::of_name(value.as_s().ok()?)),
        ),
        _ => LockState::Filling,
    };
    Some(Lock { until_ms: number(item, "lockedUntil")?.parse().ok()?, state })
}

/// A number as DynamoDB writes it.
pub(super) fn number<'a>(item: &'a Attributes, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| AttributeValue::as_n(value).ok()).map(String::as_str)
}
