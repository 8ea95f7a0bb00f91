//! The counters' table: a [`CounterWrite`] as a DynamoDB update.
//!
//! Never tried again here: a write that was answered late would count twice.

use super::{
    Store,
    counter_outcomes::{WrittenCounter, done, failed},
    counter_request::CounterUpdate,
};
use crate::{
    aws::dynamodb::operations::Written,
    limits::{
        counters::{CounterWrite, NewWindow, QuotaForm, RateForm, WriteForm},
        quota::Period,
    },
};

impl Store {
    /// Does a write to the item `counter`. One write unit, whatever becomes of it.
    pub(super) async fn write_counter(&self, counter: &str, write: &CounterWrite) -> WrittenCounter {
        let update = counter_update(&write.form, write.units, write.keep_until_ms)
            .request(&self.tables.counters, counter);
        match self.counters.call(&update).await {
            Ok(Written { attributes }) => {
                WrittenCounter { outcome: done(&attributes.unwrap_or_default(), &write.form), failure: None }
            }
            Err(error) => failed(error, &write.form),
        }
    }
}

/// The update that does a write.
fn counter_update(form: &WriteForm, units: u64, keep_until_ms: u64) -> CounterUpdate {
    let update = CounterUpdate::default();
    let update = match form {
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
        .value(":units", units)
        .value(":expiresAt", keep_until_ms.div_ceil(1000))
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::limits::{counters::Spent, quota::Window};

    fn wire(form: &WriteForm) -> Value {
        serde_json::to_value(counter_update(form, 5, 1_001).request("counters", "key#k1")).unwrap()
    }

    /// What all updates have, and their expressions and values.
    fn expected(condition: &str, change: &str, values: &[(&str, &str)]) -> Value {
        let values = values.iter().chain(&[(":one", "1"), (":units", "5"), (":expiresAt", "2")]);
        let values: serde_json::Map<_, _> =
            values.map(|(name, number)| ((*name).to_owned(), json!({ "N": number }))).collect();
        json!({ "TableName": "counters", "Key": { "counter": { "S": "key#k1" } },
            "ConditionExpression": condition, "UpdateExpression": change,
            "ExpressionAttributeNames": { "#counter": "counter" }, "ExpressionAttributeValues": values,
            "ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD" })
    }

    #[test]
    fn each_form_of_a_write_is_an_update_of_its_own() {
        let (period, window) = (Period::Day, Window(20_000));
        let new = NewWindow { period, spent: Spent { window, used: 5 } };
        let running = RateForm::Running { from_ns: 1, to_ns: u128::MAX, add_ns: 3 };
        let same = QuotaForm::Same { period, window, at_most: 7, add: 5 };
        let table = [
            (
                WriteForm::Create { tat_ns: Some(9), quota: Some(new) },
                expected(
                    "attribute_not_exists(#counter)",
                    "SET tat = :tat, dayWindow = :window, dayUsed = :used, writes = :one, granted = :units, \
                     expiresAt = :expiresAt",
                    &[(":tat", "9"), (":window", "20000"), (":used", "5")],
                ),
            ),
            (
                WriteForm::Take { rate: Some(running), quota: Some(same) },
                expected(
                    "attribute_exists(#counter) AND tat >= :from AND tat <= :to AND dayWindow = :window AND \
                     dayUsed <= :most",
                    "SET tat = tat + :add, dayUsed = dayUsed + :used, writes = writes + :one, \
                     granted = granted + :units, expiresAt = :expiresAt",
                    &[
                        (":from", "1"),
                        (":to", "340282366920938463463374607431768211455"),
                        (":add", "3"),
                        (":window", "20000"),
                        (":most", "7"),
                        (":used", "5"),
                    ],
                ),
            ),
            (
                WriteForm::Return { period, window, units: 4, writes: 8 },
                expected(
                    "attribute_exists(#counter) AND dayWindow = :window AND writes = :writes",
                    "SET writes = writes + :one, granted = granted + :units, dayUsed = dayUsed - :returned, \
                     expiresAt = :expiresAt",
                    &[(":window", "20000"), (":writes", "8"), (":returned", "4")],
                ),
            ),
        ];
        for (form, expected) in table {
            assert_eq!(wire(&form), expected, "{form:?}");
        }
    }
}
