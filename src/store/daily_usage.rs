//! The counters of a key's days, read for the operator.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    AttributeValue::{N, S},
    KeysAndAttributes,
};
use serde_json::Value;
use tracing::warn;

use super::{Store, configuration::plain, counter_updates::surely_not_sent};
use crate::{
    calendar::Day,
    error::{StoreError, chain},
    limits::usage::{
        UsageStore, UsageWrite,
        by_day::{self, UsageByStage},
    },
};

/// DynamoDB's, for one BatchGetItem.
const MOST_KEYS: usize = 100;

/// The rest of a batch that DynamoDB left out is asked for so often.
const MOST_ROUNDS: usize = 10;

impl UsageStore for Store {
    async fn add_usage(&self, key_id: &str, day: Day, stages: &UsageByStage) -> UsageWrite {
        let mut update = self
            .counters
            .update_item()
            .table_name(&self.tables.counters)
            .key("counter", S(by_day::counter(key_id, day)))
            .expression_attribute_values(":expiresAt", N(by_day::expires_at(day).to_string()));
        let mut sums = Vec::new();
        for (stage, counts) in stages {
            for (counted, number) in counts.each().into_iter().filter(|(_, number)| *number > 0) {
                let (name, value) = (format!("#n{}", sums.len()), format!(":n{}", sums.len()));
                sums.push(format!("{name} {value}"));
                update = update
                    .expression_attribute_names(name, counted.attribute(stage))
                    .expression_attribute_values(value, N(number.to_string()));
            }
        }
        let update = update.update_expression(format!("SET expiresAt = :expiresAt ADD {}", sums.join(", ")));
        let Err(error) = update.send().await else { return UsageWrite::Done };
        warn!(metric = "Degraded", cause = chain(&error), "the usage of a key could not be added");
        if surely_not_sent(&error) { UsageWrite::NotSent } else { UsageWrite::Done }
    }
}

impl Store {
    /// The usage of a key on each of these days; a day without any is left out.
    pub async fn usage(
        &self,
        key_id: &str,
        days: &[Day],
        now_seconds: u64,
    ) -> Result<BTreeMap<Day, UsageByStage>, StoreError> {
        let counters: BTreeMap<String, Day> =
            days.iter().map(|day| (by_day::counter(key_id, *day), *day)).collect();
        let names: Vec<_> = counters.keys().collect();
        let mut usage = BTreeMap::new();
        for names in names.chunks(MOST_KEYS) {
            for item in self.counter_items(names).await? {
                let day = item.get("counter").and_then(Value::as_str).and_then(|name| counters.get(name));
                let stages = by_day::read(&item, now_seconds);
                if let Some(day) = day
                    && !stages.is_empty()
                {
                    usage.insert(*day, stages);
                }
            }
        }
        Ok(usage)
    }

    async fn counter_items(
        &self,
        names: &[&String],
    ) -> Result<Vec<serde_json::Map<String, Value>>, StoreError> {
        const OPERATION: &str = "reading the usage";
        let keys = names.iter().map(|name| [("counter".to_owned(), S((*name).clone()))].into());
        let batch = KeysAndAttributes::builder().set_keys(Some(keys.collect()));
        let batch = batch.build().map_err(|error| StoreError::new(OPERATION, error))?;
        let mut left = Some([(self.tables.counters.clone(), batch)].into());
        let mut items = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let output = self.client.batch_get_item().set_request_items(left.take()).send().await;
            let output = output.map_err(|error| StoreError::new(OPERATION, error))?;
            for found in output.responses.unwrap_or_default().into_values() {
                items.extend(plain(OPERATION, Some(found))?);
            }
            left = output.unprocessed_keys.filter(|keys| !keys.is_empty());
            if left.is_none() {
                return Ok(items);
            }
        }
        Err(StoreError::new(OPERATION, "DynamoDB leaves out a part every time: it is throttling"))
    }
}
