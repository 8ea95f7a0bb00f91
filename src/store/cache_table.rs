//! The cache's table in the operator's hands: looked into, and emptied.

use std::collections::HashSet;

use super::{
    Store,
    batch_deletion::MOST_DELETIONS,
    cache::{LOCK, items_of_key, read_items},
    configuration::attributes,
};
use crate::{
    aws::dynamodb::{
        AttributeValue::{N, S},
        Attributes,
        operations::{Condition, ReturnValues, Scan, Selection, UpdateItem},
    },
    cache::{CacheKey, Found, MOST_GENERATION},
    error::StoreError,
};

/// Entries that are to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntries {
    /// The number of entries; each is one item or more.
    pub count: usize,
    pub items: Vec<ItemKey>,
}

/// The key of an item of the cache's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemKey {
    cache_key: String,
    part: String,
}

/// The result of raising a stage's `cacheGeneration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationRaise {
    /// The keys of entries of before are not looked for any more.
    To(u64),
    /// There is no item of this stage.
    NoStage,
    /// The item has no generation that can be raised, or the last one.
    NoGeneration,
}

const READING: &str = "reading the cache";

impl CacheEntries {
    /// DynamoDB's most for one BatchWriteItem.
    pub const BATCH: usize = MOST_DELETIONS;
}

impl ItemKey {
    fn of(mut item: Attributes) -> Option<Self> {
        match (item.remove("cacheKey"), item.remove("part")) {
            (Some(S(cache_key)), Some(N(part))) => Some(Self { cache_key, part }),
            _ => None,
        }
    }

    fn key(&self) -> Attributes {
        attributes([("cacheKey", S(self.cache_key.clone())), ("part", N(self.part.clone()))])
    }
}

impl Store {
    /// Reads the items of a key: a read unit for each 4 KB.
    pub async fn cached(&self, key: &CacheKey) -> Result<Found, StoreError> {
        let items = self.client.all(items_of_key(&self.tables.cache, key, Some(true))).await;
        items.map(read_items).map_err(|error| StoreError::new(READING, error))
    }

    /// The entries of a stage's route, with their locks: a read unit for each 4 KB of the whole table.
    pub async fn entries_of_route(&self, stage: &str, route_key: &str) -> Result<CacheEntries, StoreError> {
        let selection = Selection {
            consistent_read: Some(true),
            filter_expression: Some(
                "begins_with(cacheKey, :stage) AND (routeKey = :route OR part = :lock)".into(),
            ),
            expression_attribute_values: attributes([
                (":stage", S(CacheKey::prefix(stage))),
                (":route", S(route_key.to_owned())),
                (":lock", N(LOCK.to_owned())),
            ]),
            projection_expression: Some("cacheKey, part".into()),
            ..Selection::default()
        };
        let scan = Scan { table_name: (&self.tables.cache).into(), selection };
        let found = self.client.all(scan).await.map_err(|error| StoreError::new(READING, error))?;
        let mut items: Vec<ItemKey> = found.into_iter().filter_map(ItemKey::of).collect();
        // A lock does not say whose it is; the entry beside it does.
        let is_entry = |item: &&ItemKey| item.part != LOCK;
        let names: HashSet<String> =
            items.iter().filter(is_entry).map(|item| item.cache_key.clone()).collect();
        items.retain(|item| names.contains(&item.cache_key));
        Ok(CacheEntries { count: names.len(), items })
    }

    /// The entry of a key, with its lock.
    pub async fn entries_of_key(&self, key: &CacheKey) -> Result<CacheEntries, StoreError> {
        let found = self.client.all(items_of_key(&self.tables.cache, key, Some(true))).await;
        let found = found.map_err(|error| StoreError::new(READING, error))?;
        let items: Vec<ItemKey> = found.into_iter().filter_map(ItemKey::of).collect();
        Ok(CacheEntries { count: usize::from(items.iter().any(|item| item.part != LOCK)), items })
    }

    /// Deletes at most [`CacheEntries::BATCH`] items: a write unit for each KB of them.
    pub async fn delete_cached(&self, items: &[ItemKey]) -> Result<(), StoreError> {
        const OPERATION: &str = "emptying the cache";
        self.delete_batch(OPERATION, &self.tables.cache, items.iter().map(ItemKey::key).collect()).await
    }

    /// Raises a stage's `cacheGeneration` by one: one write unit a KB of the item.
    pub async fn raise_cache_generation(&self, stage: &str) -> Result<GenerationRaise, StoreError> {
        const OPERATION: &str = "raising the stage's cacheGeneration";
        let condition = Condition {
            condition_expression: Some(
                "attribute_exists(#stage) AND (attribute_not_exists(cacheGeneration) \
                 OR cacheGeneration BETWEEN :zero AND :last)"
                    .into(),
            ),
            expression_attribute_names: [("#stage".into(), "stage".into())].into(),
            expression_attribute_values: attributes([
                (":zero", N("0".to_owned())),
                (":one", N("1".to_owned())),
                (":last", N((MOST_GENERATION - 1).to_string())),
            ]),
            ..Condition::default()
        };
        let update = UpdateItem {
            table_name: &self.tables.stages,
            key: attributes([("stage", S(stage.to_owned()))]),
            update_expression: Some(
                "SET cacheGeneration = if_not_exists(cacheGeneration, :zero) + :one".into(),
            ),
            condition,
            return_values: Some(ReturnValues::UpdatedNew),
        };
        match self.client.call(&update).await {
            Ok(output) => {
                let raised =
                    output.attributes.as_ref().and_then(|item| item.get("cacheGeneration")?.number());
                Ok(raised.map_or(GenerationRaise::NoGeneration, GenerationRaise::To))
            }
            Err(error) if error.is_failed_condition() => Ok(if self.stage(stage).await?.is_some() {
                GenerationRaise::NoGeneration
            } else {
                GenerationRaise::NoStage
            }),
            Err(error) => Err(StoreError::new(OPERATION, error)),
        }
    }
}
