//! The counters' table: a [`CounterWrite`] as a DynamoDB update, and its outcome.
//!
//! Never tried again here: a write that was answered late would count twice.

use std::str::FromStr;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{
        AttributeValue::{N, S},
        ReturnValue, ReturnValuesOnConditionCheckFailure,
    },
};
use hyper_util::client::legacy;

use super::{Store, values::Attributes};
use crate::limits::{
    counters::{Counter, CounterWrite, NewWindow, QuotaForm, RateForm, Spent, WriteForm, WriteOutcome},
    quota::{Period, Window},
};

impl Store {
    /// Does a write to the item `counter`. One write unit, whatever becomes of it.
    pub(super) async fn write_counter(&self, counter: &str, write: &CounterWrite) -> WrittenCounter {
        let update = self
            .counters
            .update_item()
            .table_name(&self.tables.counters)
            .key("counter", S(counter.to_owned()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let period = period_of(&write.form);
        match with_expressions(update, write).send().await {
            Ok(output) => WrittenCounter {
                outcome: done(&output.attributes.unwrap_or_default(), &write.form),
                failure: None,
            },
            Err(error) => failed(error, period),
        }
    }
}

/// The outcome of a write to a counter.
#[derive(Debug)]
pub(super) struct WrittenCounter {
    pub outcome: WriteOutcome,
    /// For the log.
    pub failure: Option<UpdateFailure>,
}

pub(super) type UpdateFailure = SdkError<UpdateItemError>;

/// Condition and change, each a list of clauses, with their values.
struct CounterUpdate {
    update: UpdateItemFluentBuilder,
    conditions: Vec<String>,
    changes: Vec<String>,
}

impl CounterUpdate {
    fn value(mut self, name: &str, number: impl ToString) -> Self {
        self.update = self.update.expression_attribute_values(name, N(number.to_string()));
        self
    }

    fn condition(mut self, clause: impl Into<String>) -> Self {
        self.conditions.push(clause.into());
        self
    }

    fn change(mut self, clause: impl Into<String>) -> Self {
        self.changes.push(clause.into());
        self
    }
}

/// Every form names `#counter`: DynamoDB refuses a name that no expression uses.
fn with_expressions(update: UpdateItemFluentBuilder, write: &CounterWrite) -> UpdateItemFluentBuilder {
    let update = update.expression_attribute_names("#counter", "counter");
    let expressions = CounterUpdate { update, conditions: Vec::new(), changes: Vec::new() };
    let expressions = match &write.form {
        WriteForm::Create { tat_ns, quota } => {
            let expressions = expressions.condition("attribute_not_exists(#counter)");
            let expressions = match tat_ns {
                Some(tat_ns) => expressions.change("tat = :tat").value(":tat", *tat_ns),
                None => expressions,
            };
            let expressions = match quota {
                Some(window) => begin_window(expressions, *window),
                None => expressions,
            };
            expressions.change("writes = :one").change("granted = :units")
        }
        WriteForm::Take { rate, quota } => {
            let expressions =
                rate.iter().fold(expressions.condition("attribute_exists(#counter)"), take_rate);
            count_write(quota.iter().fold(expressions, take_quota))
        }
        WriteForm::Return { period, window, units, writes } => {
            let QuotaNames { window: window_name, used: used_name } = QuotaNames::of(*period);
            count_write(expressions)
                .condition("attribute_exists(#counter)")
                .condition(format!("{window_name} = :window AND writes = :writes"))
                .change(format!("{used_name} = {used_name} - :returned"))
                .value(":window", window.0)
                .value(":writes", *writes)
                .value(":returned", *units)
        }
    };
    let expressions = expressions
        .change("expiresAt = :expiresAt")
        .value(":one", 1)
        .value(":units", write.units)
        .value(":expiresAt", write.keep_until_ms.div_ceil(1000));
    expressions
        .update
        .condition_expression(expressions.conditions.join(" AND "))
        .update_expression(format!("SET {}", expressions.changes.join(", ")))
}

fn count_write(expressions: CounterUpdate) -> CounterUpdate {
    expressions.change("writes = writes + :one").change("granted = granted + :units")
}

fn take_rate(expressions: CounterUpdate, rate: &RateForm) -> CounterUpdate {
    match rate {
        RateForm::Idle { at_most_ns, tat_ns } => expressions
            .condition("(attribute_not_exists(tat) OR tat <= :mostTat)")
            .change("tat = :tat")
            .value(":mostTat", *at_most_ns)
            .value(":tat", *tat_ns),
        // Not BETWEEN: DynamoDB refuses an empty range as a mistake.
        RateForm::Running { from_ns, to_ns, add_ns } => expressions
            .condition("tat >= :from AND tat <= :to")
            .change("tat = tat + :add")
            .value(":from", *from_ns)
            .value(":to", *to_ns)
            .value(":add", *add_ns),
        RateForm::Reset { was_ns, tat_ns } => expressions
            .condition("tat = :wasTat")
            .change("tat = :tat")
            .value(":wasTat", *was_ns)
            .value(":tat", *tat_ns),
    }
}

fn take_quota(expressions: CounterUpdate, quota: &QuotaForm) -> CounterUpdate {
    match quota {
        QuotaForm::Same { period, window, at_most, add } => {
            let QuotaNames { window: window_name, used: used_name } = QuotaNames::of(*period);
            expressions
                .condition(format!("{window_name} = :window AND {used_name} <= :most"))
                .change(format!("{used_name} = {used_name} + :used"))
                .value(":window", window.0)
                .value(":most", *at_most)
                .value(":used", *add)
        }
        QuotaForm::Next(new) => {
            let window_name = QuotaNames::of(new.period).window;
            let expressions = expressions
                .condition(format!("(attribute_not_exists({window_name}) OR {window_name} < :window)"));
            begin_window(expressions, *new)
        }
    }
}

fn begin_window(expressions: CounterUpdate, NewWindow { period, spent }: NewWindow) -> CounterUpdate {
    let QuotaNames { window: window_name, used: used_name } = QuotaNames::of(period);
    expressions
        .change(format!("{window_name} = :window"))
        .change(format!("{used_name} = :used"))
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

fn read(item: &Attributes, period: Option<Period>) -> Counter {
    let spent = period.and_then(|period| {
        let names = QuotaNames::of(period);
        Some(Spent { window: Window(number(item, names.window)?), used: number(item, names.used)? })
    });
    Counter {
        // Beyond what we count in is later than any time.
        tat_ns: if item.contains_key("tat") { number(item, "tat").unwrap_or(u128::MAX) } else { 0 },
        spent,
        writes: number(item, "writes").unwrap_or(0),
        granted: number(item, "granted").unwrap_or(0),
    }
}

fn number<T: FromStr>(item: &Attributes, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// The outcome of a write that gave no error. `ALL_NEW` has all that the write has set; a response without it is not
/// the table's, and nobody knows if anything was granted.
fn done(item: &Attributes, form: &WriteForm) -> WriteOutcome {
    let period = period_of(form);
    let has_rate = match form {
        WriteForm::Create { tat_ns, .. } => tat_ns.is_some(),
        WriteForm::Take { rate, .. } => rate.is_some(),
        WriteForm::Return { .. } => false,
    };
    let counter = read(item, period);
    let is_whole = ["writes", "granted"].iter().all(|name| number::<u64>(item, name).is_some())
        && counter.spent.is_some() == period.is_some()
        && (!has_rate || number::<u128>(item, "tat").is_some());
    if is_whole { WriteOutcome::Done(counter) } else { WriteOutcome::Unknown }
}

/// The outcome of a write that gave an error: only one that surely did not happen may be counted on.
fn failed(error: UpdateFailure, period: Option<Period>) -> WrittenCounter {
    if let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
        let outcome = WriteOutcome::Refused(failed.item().map(|item| read(item, period)));
        return WrittenCounter { outcome, failure: None };
    }
    let outcome = if surely_not_sent(&error) { WriteOutcome::NotSent } else { WriteOutcome::Unknown };
    WrittenCounter { outcome, failure: Some(error) }
}

/// True if a write that gave an error certainly did not happen.
pub(super) fn surely_not_sent(error: &UpdateFailure) -> bool {
    match error {
        SdkError::ServiceError(service) => {
            let is_internal = matches!(service.err(), UpdateItemError::InternalServerError(_));
            !is_internal && service.raw().status().is_client_error()
        }
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => failure.as_connector_error().is_some_and(never_connected),
        _ => false,
    }
}

fn never_connected(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<legacy::Error>());
    cause.is_some_and(legacy::Error::is_connect)
}
