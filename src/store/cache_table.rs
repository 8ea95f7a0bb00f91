//! The cache's table in the operator's hands: looked into, and emptied.

use aws_sdk_dynamodb::types::{AttributeValue::N, AttributeValue::S, ReturnValue};

use super::{Store, cache::found, configuration::is_failed_condition};
use crate::{
    error::StoreError,
    policies::cache::{CacheKey, Found, MOST_GENERATION},
};

/// What came of raising a stage's `cacheGeneration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// No entry of before has a key that is asked for any more.
    To(u64),
    /// There is no item of this stage.
    NoStage,
    /// What the item says is no generation, or is the last one.
    NoGeneration,
}

impl Store {
    /// What the table has of a key at this moment: a read unit for each 4 KB.
    pub async fn cached(&self, key: &CacheKey) -> Result<Found, StoreError> {
        let query = self.client.query().table_name(&self.tables.cache).consistent_read(true);
        let query = query
            .key_condition_expression("cacheKey = :key")
            .expression_attribute_values(":key", S(key.to_string()));
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        items.map(found).map_err(|error| StoreError::new("reading the cache", error))
    }

    /// Raises a stage's `cacheGeneration` by one: one write unit a KB of the item.
    pub async fn raise_cache_generation(&self, stage: &str) -> Result<Raised, StoreError> {
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
                Ok(raised.map_or(Raised::NoGeneration, Raised::To))
            }
            Err(error) if is_failed_condition(&error) => {
                Ok(if self.stage(stage).await?.is_some() { Raised::NoGeneration } else { Raised::NoStage })
            }
            Err(error) => Err(StoreError::new(OPERATION, error)),
        }
    }
}
