//! The counters' table: a [`CounterWrite`] as a DynamoDB update, and its outcome.
//!
//! Never tried again here: a write that was answered late would count twice.

use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::Store;
use crate::{
    aws::{
        call::CallError,
        dynamodb::{
            AttributeValue, FailedCondition,
            operations::{Operation, ReturnValues, Written},
        },
    },
    limits::{
        counters::{Counter, CounterWrite, NewWindow, QuotaForm, RateForm, Spent, WriteForm, WriteOutcome},
        quota::{Period, Window},
    },
};

impl Store {
    /// Does a write to the item `counter`. One write unit, whatever becomes of it.
    pub(super) async fn write_counter(&self, counter: &str, write: &CounterWrite) -> WrittenCounter {
        let update = CounterUpdate::new(write).request(&self.tables.counters, counter);
        match self.counters.call(&update).await {
            Ok(Written { attributes }) => {
                WrittenCounter { outcome: done(&attributes.unwrap_or_default(), &write.form), failure: None }
            }
            Err(error) => failed(error, period_of(&write.form)),
        }
    }
}

/// The outcome of a write to a counter.
#[derive(Debug)]
pub(super) struct WrittenCounter {
    pub outcome: WriteOutcome,
    /// For the log.
    pub failure: Option<CallError>,
}

/// An `UpdateItem` whose values are all numbers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateCounter<'a> {
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

/// The attributes of a counter's item that are read, of whatever type somebody has made them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CounterItem {
    tat: Option<AttributeValue>,
    day_window: Option<AttributeValue>,
    day_used: Option<AttributeValue>,
    week_window: Option<AttributeValue>,
    week_used: Option<AttributeValue>,
    month_window: Option<AttributeValue>,
    month_used: Option<AttributeValue>,
    writes: Option<AttributeValue>,
    granted: Option<AttributeValue>,
}

/// Condition and change, each a text of clauses, with their values.
struct CounterUpdate {
    condition: String,
    change: String,
    values: Vec<(&'static str, u128)>,
}

impl CounterUpdate {
    fn new(write: &CounterWrite) -> Self {
        let update = Self {
            condition: String::with_capacity(160),
            change: String::with_capacity(160),
            values: Vec::with_capacity(10),
        };
        let update = match &write.form {
            WriteForm::Create { tat_ns, quota } => {
                let update = update.condition("attribute_not_exists(#counter)");
                let update = match tat_ns {
                    Some(tat_ns) => update.change("tat = :tat").value(":tat", *tat_ns),
                    None => update,
                };
                let update = quota.iter().fold(update, begin_window);
                update.change("writes = :one").change("granted = :units")
            }
            WriteForm::Take { rate, quota } => {
                let update = rate.iter().fold(update.condition("attribute_exists(#counter)"), take_rate);
                count_write(quota.iter().fold(update, take_quota))
            }
            WriteForm::Return { period, window, units, writes } => {
                let QuotaNames { window: window_name, used: used_name } = QuotaNames::of(*period);
                count_write(update)
                    .condition("attribute_exists(#counter)")
                    .condition(&format!("{window_name} = :window AND writes = :writes"))
                    .change(&format!("{used_name} = {used_name} - :returned"))
                    .value(":window", window.0)
                    .value(":writes", *writes)
                    .value(":returned", *units)
            }
        };
        update
            .change("expiresAt = :expiresAt")
            .value(":one", 1_u64)
            .value(":units", write.units)
            .value(":expiresAt", write.keep_until_ms.div_ceil(1000))
    }

    fn value(mut self, name: &'static str, number: impl Into<u128>) -> Self {
        self.values.push((name, number.into()));
        self
    }

    fn condition(mut self, clause: &str) -> Self {
        if !self.condition.is_empty() {
            self.condition.push_str(" AND ");
        }
        self.condition.push_str(clause);
        self
    }

    fn change(mut self, clause: &str) -> Self {
        self.change.push_str(if self.change.is_empty() { "SET " } else { ", " });
        self.change.push_str(clause);
        self
    }

    fn request<'a>(self, table: &'a str, counter: &'a str) -> UpdateCounter<'a> {
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

fn count_write(update: CounterUpdate) -> CounterUpdate {
    update.change("writes = writes + :one").change("granted = granted + :units")
}

fn take_rate(update: CounterUpdate, rate: &RateForm) -> CounterUpdate {
    match rate {
        RateForm::Idle { at_most_ns, tat_ns } => update
            .condition("(attribute_not_exists(tat) OR tat <= :mostTat)")
            .change("tat = :tat")
            .value(":mostTat", *at_most_ns)
            .value(":tat", *tat_ns),
        // Not BETWEEN: DynamoDB refuses an empty range as a mistake.
        RateForm::Running { from_ns, to_ns, add_ns } => update
            .condition("tat >= :from AND tat <= :to")
            .change("tat = tat + :add")
            .value(":from", *from_ns)
            .value(":to", *to_ns)
            .value(":add", *add_ns),
        RateForm::Reset { was_ns, tat_ns } => update
            .condition("tat = :wasTat")
            .change("tat = :tat")
            .value(":wasTat", *was_ns)
            .value(":tat", *tat_ns),
    }
}

fn take_quota(update: CounterUpdate, quota: &QuotaForm) -> CounterUpdate {
    match quota {
        QuotaForm::Same { period, window, at_most, add } => {
            let QuotaNames { window: window_name, used: used_name } = QuotaNames::of(*period);
            update
                .condition(&format!("{window_name} = :window AND {used_name} <= :most"))
                .change(&format!("{used_name} = {used_name} + :used"))
                .value(":window", window.0)
                .value(":most", *at_most)
                .value(":used", *add)
        }
        QuotaForm::Next(new) => {
            let name = QuotaNames::of(new.period).window;
            begin_window(
                update.condition(&format!("(attribute_not_exists({name}) OR {name} < :window)")),
                new,
            )
        }
    }
}

fn begin_window(update: CounterUpdate, NewWindow { period, spent }: &NewWindow) -> CounterUpdate {
    let QuotaNames { window: window_name, used: used_name } = QuotaNames::of(*period);
    update
        .change(&format!("{window_name} = :window"))
        .change(&format!("{used_name} = :used"))
        .value(":window", spent.window.0)
        .value(":used", spent.used)
}

/// The attributes of a period.
struct QuotaNames {
    window: &'static str,
    used: &'static str,
}

impl QuotaNames {
    fn of(period: Period) -> Self {
        match period {
            Period::Day => Self { window: "dayWindow", used: "dayUsed" },
            Period::Week => Self { window: "weekWindow", used: "weekUsed" },
            Period::Month => Self { window: "monthWindow", used: "monthUsed" },
        }
    }
}

fn period_of(form: &WriteForm) -> Option<Period> {
    match form {
        WriteForm::Create { quota, .. } => quota.map(|new| new.period),
        WriteForm::Take { quota, .. } => quota.map(|quota| match quota {
            QuotaForm::Same { period, .. } | QuotaForm::Next(NewWindow { period, .. }) => period,
        }),
        WriteForm::Return { period, .. } => Some(*period),
    }
}

impl CounterItem {
    fn read(&self, period: Option<Period>) -> Counter {
        Counter {
            // Beyond what we count in is later than any time.
            tat_ns: self.tat.as_ref().map_or(0, |tat| tat.number().unwrap_or(u128::MAX)),
            spent: period.and_then(|period| self.spent(period)),
            writes: number(&self.writes).unwrap_or(0),
            granted: number(&self.granted).unwrap_or(0),
        }
    }

    fn spent(&self, period: Period) -> Option<Spent> {
        let (window, used) = match period {
            Period::Day => (&self.day_window, &self.day_used),
            Period::Week => (&self.week_window, &self.week_used),
            Period::Month => (&self.month_window, &self.month_used),
        };
        Some(Spent { window: Window(number(window)?), used: number(used)? })
    }
}

fn number<T: FromStr>(value: &Option<AttributeValue>) -> Option<T> {
    value.as_ref()?.number()
}

/// The outcome of a write that gave no error. `ALL_NEW` has all that the write has set; a response without it is not
/// the table's, and nobody knows if anything was granted.
fn done(item: &CounterItem, form: &WriteForm) -> WriteOutcome {
    let period = period_of(form);
    let has_rate = match form {
        WriteForm::Create { tat_ns, .. } => tat_ns.is_some(),
        WriteForm::Take { rate, .. } => rate.is_some(),
        WriteForm::Return { .. } => false,
    };
    let counter = item.read(period);
    let is_whole = [&item.writes, &item.granted].iter().all(|value| number::<u64>(value).is_some())
        && counter.spent.is_some() == period.is_some()
        && (!has_rate || number::<u128>(&item.tat).is_some());
    if is_whole { WriteOutcome::Done(counter) } else { WriteOutcome::Unknown }
}

/// The outcome of a write that gave an error: only one that surely did not happen may be counted on.
fn failed(error: CallError, period: Option<Period>) -> WrittenCounter {
    if let Some(FailedCondition { item }) = error.failed_condition::<CounterItem>() {
        let outcome = WriteOutcome::Refused(item.map(|item| item.read(period)));
        return WrittenCounter { outcome, failure: None };
    }
    let outcome = if surely_not_done(&error) { WriteOutcome::NotSent } else { WriteOutcome::Unknown };
    WrittenCounter { outcome, failure: Some(error) }
}

/// True if a write that gave an error certainly did not happen.
pub(super) fn surely_not_done(error: &CallError) -> bool {
    error.is_certainly_not_done() && error.code() != Some("InternalServerError")
}
