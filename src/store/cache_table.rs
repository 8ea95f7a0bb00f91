//! The cache's table in the operator's hands: looked into, and emptied.

use std::{collections::HashSet, time::Duration};

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{
        AttributeValue::{N, S},
        DeleteRequest, ReturnValue, WriteRequest,
    },
};

use super::{
    Store,
    cache::{LOCK, read_items},
    configuration::is_failed_condition,
    values::Attributes,
};
use crate::{
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

/// The pauses before DynamoDB is asked again for the part of a batch that it left out.
const PAUSES_MS: [u64; 8] = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400];

impl CacheEntries {
    /// DynamoDB's most for one BatchWriteItem.
    pub const BATCH: usize = 25;
}

impl ItemKey {
    fn of(mut item: Attributes) -> Option<Self> {
        match (item.remove("cacheKey"), item.remove("part")) {
            (Some(S(cache_key)), Some(N(part))) => Some(Self { cache_key, part }),
            _ => None,
        }
    }
}

impl Store {
    /// Reads the items of a key: a read unit for each 4 KB.
    pub async fn cached(&self, key: &CacheKey) -> Result<Found, StoreError> {
        self.items_of_key(key).await.map(read_items)
    }

    async fn items_of_key(&self, key: &CacheKey) -> Result<Vec<Attributes>, StoreError> {
        let query = self.client.query().table_name(&self.tables.cache).consistent_read(true);
        let query = query
            .key_condition_expression("cacheKey = :key")
            .expression_attribute_values(":key", S(key.to_string()));
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        items.map_err(|error| StoreError::new(READING, error))
    }

    /// The entries of a stage's route, with their locks: a read unit for each 4 KB of the whole table.
    pub async fn entries_of_route(&self, stage: &str, route_key: &str) -> Result<CacheEntries, StoreError> {
        let scan = self.client.scan().table_name(&self.tables.cache).consistent_read(true);
        let scan = scan
            .filter_expression("begins_with(cacheKey, :stage) AND (routeKey = :route OR part = :lock)")
            .expression_attribute_values(":stage", S(CacheKey::prefix(stage)))
            .expression_attribute_values(":route", S(route_key.to_owned()))
            .expression_attribute_values(":lock", N(LOCK.to_owned()))
            .projection_expression("cacheKey, part");
        let mut found = scan.into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = found.next().await {
            items.extend(ItemKey::of(item.map_err(|error| StoreError::new(READING, error))?));
        }
        // A lock does not say whose it is; the entry beside it does.
        let is_entry = |item: &&ItemKey| item.part != LOCK;
        let names: HashSet<String> =
            items.iter().filter(is_entry).map(|item| item.cache_key.clone()).collect();
        items.retain(|item| names.contains(&item.cache_key));
        Ok(CacheEntries { count: names.len(), items })
    }

    /// The entry of a key, with its lock.
    pub async fn entries_of_key(&self, key: &CacheKey) -> Result<CacheEntries, StoreError> {
        let found = self.items_of_key(key).await?;
        let items: Vec<ItemKey> = found.into_iter().filter_map(ItemKey::of).collect();
        Ok(CacheEntries { count: usize::from(items.iter().any(|item| item.part != LOCK)), items })
    }

    /// Deletes at most [`CacheEntries::BATCH`] items: a write unit for each KB of them.
    pub async fn delete_cached(&self, items: &[ItemKey]) -> Result<(), StoreError> {
        const OPERATION: &str = "emptying the cache";
        let deletes = items.iter().map(|item| {
            let delete = DeleteRequest::builder()
                .key("cacheKey", S(item.cache_key.clone()))
                .key("part", N(item.part.clone()))
                .build()?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        });
        let deletes: Result<Vec<_>, BuildError> = deletes.collect();
        let deletes = deletes.map_err(|error| StoreError::new(OPERATION, error))?;
        let mut left = Some([(self.tables.cache.clone(), deletes)].into());
        for pause in PAUSES_MS {
            let output = self.client.batch_write_item().set_request_items(left.take()).send().await;
            let output = output.map_err(|error| StoreError::new(OPERATION, error))?;
            left = output.unprocessed_items.filter(|items| !items.is_empty());
            if left.is_none() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Err(StoreError::new(OPERATION, "DynamoDB leaves out a part every time: it is throttling"))
    }

    /// Raises a stage's `cacheGeneration` by one: one write unit a KB of the item.
    pub async fn raise_cache_generation(&self, stage: &str) -> Result<GenerationRaise, StoreError> {
        const OPERATION: &str = "raising the stage's cacheGeneration";
        let update = self.client.update_item().table_name(&self.tables.stages);
        let update = update
            .key("stage", S(stage.to_owned()))
            .update_expression("SET cacheGeneration = if_not_exists(cacheGeneration, :zero) + :one")
            .condition_expression(
                "attribute_exists(#stage) AND (attribute_not_exists(cacheGeneration) \
                 OR cacheGeneration BETWEEN :zero AND :last)",
            )
            .expression_attribute_names("#stage", "stage")
            .expression_attribute_values(":zero", N("0".to_owned()))
            .expression_attribute_values(":one", N("1".to_owned()))
            .expression_attribute_values(":last", N((MOST_GENERATION - 1).to_string()))
            .return_values(ReturnValue::UpdatedNew);
        match update.send().await {
            Ok(output) => {
                let raised =
                    output.attributes.and_then(|item| item.get("cacheGeneration")?.as_n().ok()?.parse().ok());
                Ok(raised.map_or(GenerationRaise::NoGeneration, GenerationRaise::To))
            }
            Err(error) if is_failed_condition(&error) => Ok(if self.stage(stage).await?.is_some() {
                GenerationRaise::NoGeneration
            } else {
                GenerationRaise::NoStage
            }),
            Err(error) => Err(StoreError::new(OPERATION, error)),
        }
    }
}
