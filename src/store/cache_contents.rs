//! The entries of a stage in the cache's table, counted for the operator.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue::{B, S};

use super::{
    Store,
    cache::{LOCK, number},
    values::Attributes,
};
use crate::{cache::CacheKey, error::StoreError};

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
        let scan = self.client.scan().table_name(&self.tables.cache);
        let scan = scan
            .filter_expression("begins_with(cacheKey, :stage)")
            .expression_attribute_values(":stage", S(CacheKey::prefix(stage)))
            .projection_expression("part, #bytes, routeKey, expiresAt, lockedUntil")
            .expression_attribute_names("#bytes", "bytes");
        let mut pages = scan.into_paginator().send();
        let mut contents = CacheContents::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::new("reading the cache", error))?;
            page.items.unwrap_or_default().iter().for_each(|item| contents.add(item, now_ms));
        }
        Ok(contents)
    }
}

impl CacheContents {
    fn add(&mut self, item: &Attributes, now_ms: u64) {
        let part = number(item, "part");
        if part == Some(LOCK) {
            let is_held = number(item, "lockedUntil").and_then(|until| until.parse().ok()) > Some(now_ms);
            *(if is_held { &mut self.locks.held } else { &mut self.locks.ended }) += 1;
        } else if let (Some(S(route_key)), Some(B(bytes))) = (item.get("routeKey"), item.get("bytes")) {
            let expires_at = number(item, "expiresAt").and_then(|seconds| seconds.parse::<u64>().ok());
            let is_expired = expires_at.is_none_or(|seconds| seconds.saturating_mul(1_000) <= now_ms);
            let route = self.routes.entry(route_key.clone()).or_default();
            let amount = if is_expired { &mut route.expired } else { &mut route.usable };
            amount.entries += u64::from(part == Some("0"));
            amount.bytes += bytes.as_ref().len() as u64;
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
