//! The counters' table: a [`Write`] in DynamoDB's words, and what became of it.
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
use crate::limits::usage_plan::{Counter, Form, Outcome, Period, QuotaForm, RateForm, Spent, Window, Write};

impl Store {
    /// Does a write to the item `counter`. One write unit, whatever becomes of it.
    ///
    /// The second of the pair says why it failed, for the log.
    pub(super) async fn write_counter(&self, counter: &str, write: &Write) -> (Outcome, Option<Failure>) {
        let update = self
            .counters
            .update_item()
            .table_name(&self.tables.counters)
            .key("counter", S(counter.to_owned()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let period = period_of(&write.form);
        match words(update, write).send().await {
            Ok(output) => (done(&output.attributes.unwrap_or_default(), &write.form), None),
            Err(error) => failed(error, period),
        }
    }
}

pub(super) type Failure = SdkError<UpdateItemError>;

/// Condition and change, each a list of clauses, with their values.
struct Words {
    update: UpdateItemFluentBuilder,
    conditions: Vec<String>,
    changes: Vec<String>,
}

impl Words {
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
fn words(update: UpdateItemFluentBuilder, write: &Write) -> UpdateItemFluentBuilder {
    let update = update.expression_attribute_names("#counter", "counter");
    let words = Words { update, conditions: Vec::new(), changes: Vec::new() };
    let words = match &write.form {
        Form::Create { tat_ns, quota } => {
            let words = words.condition("attribute_not_exists(#counter)");
            let words = match tat_ns {
                Some(tat_ns) => words.change("tat = :tat").value(":tat", *tat_ns),
                None => words,
            };
            let words = match quota {
                Some((period, spent)) => set_spent(words, *period, *spent),
                None => words,
            };
            words.change("writes = :one").change("granted = :units")
        }
        Form::Take { rate, quota } => {
            let words = rate.iter().fold(words.condition("attribute_exists(#counter)"), take_rate);
            bump(quota.iter().fold(words, take_quota))
        }
        Form::Return { period, window, units, writes } => {
            let (window_name, used_name) = names(*period);
            bump(words)
                .condition("attribute_exists(#counter)")
                .condition(format!("{window_name} = :window AND writes = :writes"))
                .change(format!("{used_name} = {used_name} - :returned"))
                .value(":window", window.0)
                .value(":writes", *writes)
                .value(":returned", *units)
        }
    };
    let words = words
        .change("expiresAt = :expiresAt")
        .value(":one", 1)
        .value(":units", write.units)
        .value(":expiresAt", write.keep_until_ms.div_ceil(1000));
    words
        .update
        .condition_expression(words.conditions.join(" AND "))
        .update_expression(format!("SET {}", words.changes.join(", ")))
}

fn bump(words: Words) -> Words {
    words.change("writes = writes + :one").change("granted = granted + :units")
}

fn take_rate(words: Words, rate: &RateForm) -> Words {
    match rate {
        RateForm::Idle { at_most_ns, tat_ns } => words
            .condition("(attribute_not_exists(tat) OR tat <= :mostTat)")
            .change("tat = :tat")
            .value(":mostTat", *at_most_ns)
            .value(":tat", *tat_ns),
        // Not BETWEEN: DynamoDB refuses an empty range as a mistake.
        RateForm::Running { from_ns, to_ns, add_ns } => words
            .condition("tat >= :from AND tat <= :to")
            .change("tat = tat + :add")
            .value(":from", *from_ns)
            .value(":to", *to_ns)
            .value(":add", *add_ns),
        RateForm::Reset { was_ns, tat_ns } => words
            .condition("tat = :wasTat")
            .change("tat = :tat")
            .value(":wasTat", *was_ns)
            .value(":tat", *tat_ns),
    }
}

fn take_quota(words: Words, quota: &QuotaForm) -> Words {
    match quota {
        QuotaForm::Same { period, window, at_most, add } => {
            let (window_name, used_name) = names(*period);
            words
                .condition(format!("{window_name} = :window AND {used_name} <= :most"))
                .change(format!("{used_name} = {used_name} + :used"))
                .value(":window", window.0)
                .value(":most", *at_most)
                .value(":used", *add)
        }
        QuotaForm::Next { period, spent } => {
            let (window_name, _) = names(*period);
            let words =
                words.condition(format!("(attribute_not_exists({window_name}) OR {window_name} < :window)"));
            set_spent(words, *period, *spent)
        }
    }
}

fn set_spent(words: Words, period: Period, spent: Spent) -> Words {
    let (window_name, used_name) = names(period);
    words
        .change(format!("{window_name} = :window"))
        .change(format!("{used_name} = :used"))
        .value(":window", spent.window.0)
        .value(":used", spent.used)
}

/// The attributes of a period: its window, and what is used of it.
fn names(period: Period) -> (&'static str, &'static str) {
    match period {
        Period::Day => ("dayWindow", "dayUsed"),
        Period::Week => ("weekWindow", "weekUsed"),
        Period::Month => ("monthWindow", "monthUsed"),
    }
}

fn period_of(form: &Form) -> Option<Period> {
    match form {
        Form::Create { quota, .. } => quota.map(|(period, _)| period),
        Form::Take { quota, .. } => quota.map(|quota| match quota {
            QuotaForm::Same { period, .. } | QuotaForm::Next { period, .. } => period,
        }),
        Form::Return { period, .. } => Some(*period),
    }
}

fn read(item: &Attributes, period: Option<Period>) -> Counter {
    let spent = period.and_then(|period| {
        let (window_name, used_name) = names(period);
        Some(Spent { window: Window(number(item, window_name)?), used: number(item, used_name)? })
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

/// What is known of a write that gave no error. `ALL_NEW` has all that the write has set; an answer without it is not
/// the table's, and whether anything was granted nobody knows.
fn done(item: &Attributes, form: &Form) -> Outcome {
    let period = period_of(form);
    let has_rate = match form {
        Form::Create { tat_ns, .. } => tat_ns.is_some(),
        Form::Take { rate, .. } => rate.is_some(),
        Form::Return { .. } => false,
    };
    let counter = read(item, period);
    let is_whole = ["writes", "granted"].iter().all(|name| number::<u64>(item, name).is_some())
        && counter.spent.is_some() == period.is_some()
        && (!has_rate || number::<u128>(item, "tat").is_some());
    if is_whole { Outcome::Done(counter) } else { Outcome::Unknown }
}

/// What is known of a write that gave an error: only what surely did not happen may be counted on.
fn failed(error: Failure, period: Option<Period>) -> (Outcome, Option<Failure>) {
    if let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
        return (Outcome::Refused(failed.item().map(|item| read(item, period))), None);
    }
    let outcome = if surely_not_sent(&error) { Outcome::NotSent } else { Outcome::Unknown };
    (outcome, Some(error))
}

/// Whether a write that gave an error certainly did not happen.
pub(super) fn surely_not_sent(error: &Failure) -> bool {
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
