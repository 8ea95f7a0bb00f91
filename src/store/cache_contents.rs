//! The entries of a stage in the cache's table, counted for the operator.

use std::{collections::BTreeMap, pin::pin};

use futures_util::StreamExt;

use super::{Store, cache::LOCK, configuration::attributes};
use crate::{
    aws::dynamodb::{
        AttributeValue::{self, B, S},
        Attributes,
        operations::{Scan, Selection},
    },
    cache::CacheKey,
    error::StoreError,
};

/// The entries of a stage by the keys of their routes, and its locks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheContents {
    pub routes: BTreeMap<String, RouteContents>,
    pub locks: Locks,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteContents {
    /// Fresh, or still good for who may have a stale response.
    pub usable: EntryTotals,
    /// Of no use any more; DynamoDB deletes them some time.
    pub expired: EntryTotals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryTotals {
    pub entries: u64,
    /// Compressed.
    pub bytes: u64,
}

/// Locks of those who fill entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Others wait, or know that nobody fills the entry.
    pub held: u64,
    pub ended: u64,
}

impl Store {
    /// Counts what the cache's table has of a stage; half a read unit for each 4 KB of the whole table.
    pub async fn cache_contents(&self, stage: &str, now_ms: u64) -> Result<CacheContents, StoreError> {
        let selection = Selection {
            filter_expression: Some("begins_with(cacheKey, :stage)".into()),
            expression_attribute_values: attributes([(":stage", S(CacheKey::prefix(stage)))]),
            projection_expression: Some("part, #bytes, routeKey, expiresAt, lockedUntil".into()),
            expression_attribute_names: [("#bytes".into(), "bytes".into())].into(),
            ..Selection::default()
        };
        let scan = Scan { table_name: (&self.tables.cache).into(), selection };
        let mut pages = pin!(self.client.pages(scan));
        let mut contents = CacheContents::default();
        while let Some(page) = pages.next().await {
            let page: Vec<Attributes> = page.map_err(|error| StoreError::new("reading the cache", error))?;
            page.iter().for_each(|item| contents.add(item, now_ms));
        }
        Ok(contents)
    }
}

impl CacheContents {
    fn add(&mut self, item: &Attributes, now_ms: u64) {
        let number = |name| item.get(name).and_then(AttributeValue::number::<u64>);
        let part = item.get("part").and_then(AttributeValue::as_n);
        if part == Some(LOCK) {
            let is_held = number("lockedUntil") > Some(now_ms);
            *(if is_held { &mut self.locks.held } else { &mut self.locks.ended }) += 1;
        } else if let (Some(S(route_key)), Some(B(bytes))) = (item.get("routeKey"), item.get("bytes")) {
            let is_expired =
                number("expiresAt").is_none_or(|seconds| seconds.saturating_mul(1_000) <= now_ms);
            let route = self.routes.entry(route_key.clone()).or_default();
            let amount = if is_expired { &mut route.expired } else { &mut route.usable };
            amount.entries += u64::from(part == Some("0"));
            amount.bytes += bytes.0.len() as u64;
        }
    }

    /// Adds up all routes.
    pub fn total(&self) -> RouteContents {
        let mut total = RouteContents::default();
        for route in self.routes.values() {
            total.usable.add(route.usable);
            total.expired.add(route.expired);
        }
        total
    }
}

impl EntryTotals {
    fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.bytes += other.bytes;
    }
}
