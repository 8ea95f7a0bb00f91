//! The one request of the counters' table: an update of one item under a condition, made of clauses.

use serde::{Serialize, Serializer};

use super::counter_outcomes::CounterItem;
use crate::aws::dynamodb::operations::{Operation, ReturnValues, Written};

/// An `UpdateItem` whose values are all numbers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateCounter<'a> {
    table_name: &'a str,
    key: CounterKey<'a>,
    update_expression: String,
    condition_expression: String,
    expression_attribute_names: CounterName,
    #[serde(serialize_with = "as_attributes")]
    expression_attribute_values: Vec<(&'static str, u128)>,
    return_values: ReturnValues,
    return_values_on_condition_check_failure: ReturnValues,
}

impl Operation for UpdateCounter<'_> {
    const NAME: &'static str = "UpdateItem";
    type Output = Written<CounterItem>;
}

#[derive(Serialize)]
struct CounterKey<'a> {
    counter: TextAttribute<'a>,
}

#[derive(Serialize)]
struct TextAttribute<'a> {
    #[serde(rename = "S")]
    text: &'a str,
}

/// Every form names `#counter`: DynamoDB refuses a name that no expression uses.
#[derive(Serialize)]
struct CounterName {
    #[serde(rename = "#counter")]
    counter: &'static str,
}

#[derive(Serialize)]
struct NumberAttribute {
    #[serde(rename = "N", serialize_with = "as_text")]
    number: u128,
}

/// Condition and change, each a text of clauses, with their values.
pub(super) struct CounterUpdate {
    condition: String,
    change: String,
    values: Vec<(&'static str, u128)>,
}

impl Default for CounterUpdate {
    /// Of no clause yet, with room for those of any write.
    fn default() -> Self {
        Self {
            condition: String::with_capacity(160),
            change: String::with_capacity(160),
            values: Vec::with_capacity(10),
        }
    }
}

impl CounterUpdate {
    pub fn value(mut self, name: &'static str, number: impl Into<u128>) -> Self {
        self.values.push((name, number.into()));
        self
    }

    pub fn condition(mut self, clause: &str) -> Self {
        if !self.condition.is_empty() {
            self.condition.push_str(" AND ");
        }
        self.condition.push_str(clause);
        self
    }

    pub fn change(mut self, clause: &str) -> Self {
        self.change.push_str(if self.change.is_empty() { "SET " } else { ", " });
        self.change.push_str(clause);
        self
    }

    pub fn request<'a>(self, table: &'a str, counter: &'a str) -> UpdateCounter<'a> {
        UpdateCounter {
            table_name: table,
            key: CounterKey { counter: TextAttribute { text: counter } },
            update_expression: self.change,
            condition_expression: self.condition,
            expression_attribute_names: CounterName { counter: "counter" },
            expression_attribute_values: self.values,
            return_values: ReturnValues::AllNew,
            return_values_on_condition_check_failure: ReturnValues::AllOld,
        }
    }
}

fn as_attributes<S: Serializer>(values: &[(&'static str, u128)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(name, number)| (name, NumberAttribute { number: *number })))
}

fn as_text<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}
