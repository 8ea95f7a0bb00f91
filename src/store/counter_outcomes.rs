//! The outcome of a write to a counter, and the counter that DynamoDB shows with it.

use std::str::FromStr;

use serde::Deserialize;

use crate::{
    aws::{
        call::CallError,
        dynamodb::{AttributeValue, FailedCondition},
    },
    limits::{
        counters::{Counter, NewWindow, QuotaForm, Spent, WriteForm, WriteOutcome},
        quota::{Period, Window},
    },
};

/// The outcome of a write to a counter.
#[derive(Debug)]
pub(super) struct WrittenCounter {
    pub outcome: WriteOutcome,
    /// For the log.
    pub failure: Option<CallError>,
}

/// The attributes of a counter's item that are read, of whatever type somebody has made them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CounterItem {
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
pub(super) fn done(item: &CounterItem, form: &WriteForm) -> WriteOutcome {
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
pub(super) fn failed(error: CallError, form: &WriteForm) -> WrittenCounter {
    if let Some(FailedCondition { item }) = error.failed_condition::<CounterItem>() {
        let outcome = WriteOutcome::Refused(item.map(|item| item.read(period_of(form))));
        return WrittenCounter { outcome, failure: None };
    }
    let outcome = if surely_not_done(&error) { WriteOutcome::NotSent } else { WriteOutcome::Unknown };
    WrittenCounter { outcome, failure: Some(error) }
}

/// True if a write that gave an error certainly did not happen.
pub(super) fn surely_not_done(error: &CallError) -> bool {
    error.is_certainly_not_done() && error.code() != Some("InternalServerError")
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::*;
    use crate::aws::call::ServiceError;

    fn item(json: &str) -> CounterItem {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_counter_is_read_from_its_item_whatever_somebody_has_written_into_it() {
        let day = Some(Period::Day);
        let whole = r#"{"counter":{"S":"k"},"tat":{"N":"9"},"dayWindow":{"N":"20000"},"dayUsed":{"N":"5"},"weekUsed":{"N":"1"},"writes":{"N":"2"},"granted":{"N":"7"}}"#;
        let spent = Some(Spent { window: Window(20_000), used: 5 });
        let table = [
            (whole, day, Counter { tat_ns: 9, spent, writes: 2, granted: 7 }),
            (whole, Some(Period::Week), Counter { tat_ns: 9, spent: None, writes: 2, granted: 7 }),
            (whole, None, Counter { tat_ns: 9, spent: None, writes: 2, granted: 7 }),
            ("{}", day, Counter { tat_ns: 0, spent: None, writes: 0, granted: 0 }),
            (
                r#"{"tat":{"S":"9"},"writes":{"M":{"a":{"L":[]}}},"granted":{"N":"1E+30"},"dayUsed":{"NULL":true}}"#,
                day,
                Counter { tat_ns: u128::MAX, spent: None, writes: 0, granted: 0 },
            ),
        ];
        for (json, period, expected) in table {
            assert_eq!(item(json).read(period), expected, "{json}");
        }
    }

    #[test]
    fn only_a_write_that_certainly_did_not_happen_is_not_sent() {
        let refused = |status, code: &str| {
            let error = ServiceError {
                status,
                code: code.to_owned(),
                message: String::new(),
                request_id: None,
                body: Bytes::from_static(br#"{"Item":{"writes":{"N":"3"}}}"#),
            };
            CallError::Refused(Box::new(error))
        };
        let old = Counter { tat_ns: 0, spent: None, writes: 3, granted: 0 };
        let table = [
            (CallError::NotSent("no route".into()), WriteOutcome::NotSent),
            (CallError::BrokeOff("reset".into()), WriteOutcome::Unknown),
            (CallError::TimedOut(std::time::Duration::ZERO), WriteOutcome::Unknown),
            (CallError::NoHead(std::time::Duration::ZERO), WriteOutcome::Unknown),
            (CallError::Unreadable("html".into()), WriteOutcome::Unknown),
            (refused(StatusCode::BAD_REQUEST, "ValidationException"), WriteOutcome::NotSent),
            (refused(StatusCode::BAD_REQUEST, "ThrottlingException"), WriteOutcome::NotSent),
            (refused(StatusCode::BAD_REQUEST, "InternalServerError"), WriteOutcome::Unknown),
            (refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"), WriteOutcome::Unknown),
            (
                refused(StatusCode::BAD_REQUEST, "ConditionalCheckFailedException"),
                WriteOutcome::Refused(Some(old)),
            ),
        ];
        for (error, expected) in table {
            let said = error.to_string();
            let form = WriteForm::Take { rate: None, quota: None };
            assert_eq!(failed(error, &form).outcome, expected, "{said}");
        }
    }
}
