//! The counters of a key's days, read for the operator.

use std::collections::BTreeMap;

use serde_json::Value;
use tracing::warn;

use super::{Store, configuration::attributes, counter_outcomes::surely_not_done, values::PlainItem};
use crate::{
    aws::dynamodb::{
        AttributeValue::{N, S},
        operations::{BatchGetItem, Condition, FoundItems, Keys, Names, UpdateItem},
    },
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
        let mut names = Names::new();
        let mut values = attributes([(":expiresAt", N(by_day::expires_at(day).to_string()))]);
        let mut sums = Vec::new();
        for (stage, counts) in stages {
            for (counted, number) in counts.each().into_iter().filter(|(_, number)| *number > 0) {
                let (name, value) = (format!("#n{}", sums.len()), format!(":n{}", sums.len()));
                sums.push(format!("{name} {value}"));
                names.insert(name.into(), counted.attribute(stage).into());
                values.insert(value, N(number.to_string()));
            }
        }
        let update = UpdateItem {
            table_name: &self.tables.counters,
            key: attributes([("counter", S(by_day::counter(key_id, day)))]),
            update_expression: Some(format!("SET expiresAt = :expiresAt ADD {}", sums.join(", ")).into()),
            condition: Condition {
                expression_attribute_names: names,
                expression_attribute_values: values,
                ..Condition::default()
            },
            return_values: None,
        };
        // Tried once: a repeated one would count twice.
        let Err(error) = self.counters.call(&update).await else { return UsageWrite::Done };
        warn!(metric = "Degraded", cause = chain(&error), "the usage of a key could not be added");
        if surely_not_done(&error) { UsageWrite::NotSent } else { UsageWrite::Done }
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
        let keys = names.iter().map(|name| attributes([("counter", S((*name).clone()))])).collect();
        let mut left = [(self.tables.counters.clone(), Keys { keys })].into();
        let mut items = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let found = self.client.call_for(&BatchGetItem { request_items: left }).await;
            let FoundItems { responses, unprocessed_keys } =
                found.map_err(|error| StoreError::new(OPERATION, error))?;
            items.extend(responses.into_values().flatten().map(|PlainItem(item)| item));
            if unprocessed_keys.is_empty() {
                return Ok(items);
            }
            left = unprocessed_keys;
        }
        Err(StoreError::new(OPERATION, "DynamoDB leaves out a part every time: it is throttling"))
    }
}
