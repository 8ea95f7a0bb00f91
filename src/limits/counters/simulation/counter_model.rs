//! A model of the counters table: executes each form as DynamoDB does.

use std::collections::BTreeMap;

use super::super::{Counter, CounterWrite, NewWindow, QuotaForm, RateForm, Spent, WriteForm};
use crate::limits::quota::{Period, Window};

#[derive(Clone, Debug, Default)]
struct ModelItem {
    tat_ns: Option<u128>,
    spent: BTreeMap<Period, Spent>,
    writes: u64,
    granted: u64,
}

/// One item, with its history for the auditor.
#[derive(Debug, Default)]
pub struct CounterModel {
    item: Option<ModelItem>,
    /// Calls, failed conditions included: each costs a write unit.
    pub calls: u64,
    /// `used` as it last was, of every window.
    pub used: BTreeMap<(Period, Window), u64>,
    /// The windows that an offset was subtracted in.
    pub first: Option<(Period, Window)>,
}

impl CounterModel {
    pub fn tat_ns(&self) -> u128 {
        self.item.as_ref().and_then(|item| item.tat_ns).unwrap_or(0)
    }

    /// `Ok`: `ALL_NEW`; `Err`: the condition does not hold, `ALL_OLD`.
    pub fn execute(
        &mut self,
        write: &CounterWrite,
        period: Option<Period>,
    ) -> Result<Counter, Option<Counter>> {
        self.calls += 1;
        let old = self.item.as_ref().map(|item| item.snapshot(period));
        let mut item = self.item.clone().unwrap_or_default();
        let holds = match (&write.form, &self.item) {
            (WriteForm::Create { tat_ns, quota }, None) => {
                item.tat_ns = *tat_ns;
                item.spent.extend(quota.map(|NewWindow { period, spent }| (period, spent)));
                self.first = quota.map(|NewWindow { period, spent }| (period, spent.window));
                true
            }
            (WriteForm::Take { rate, quota }, Some(_)) => {
                let rate = rate.is_none_or(|form| item.rate(form));
                rate && quota.is_none_or(|form| item.quota(form))
            }
            (WriteForm::Return { period, window, units, writes }, Some(_)) => {
                item.return_units(*period, *window, *units, *writes)
            }
            (WriteForm::Create { .. }, Some(_))
            | (WriteForm::Take { .. } | WriteForm::Return { .. }, None) => false,
        };
        if !holds {
            return Err(old);
        }
        item.writes += 1;
        item.granted += write.units;
        self.used.extend(item.spent.iter().map(|(period, spent)| ((*period, spent.window), spent.used)));
        let new = item.snapshot(period);
        self.item = Some(item);
        Ok(new)
    }
}

impl ModelItem {
    fn snapshot(&self, period: Option<Period>) -> Counter {
        Counter {
            tat_ns: self.tat_ns.unwrap_or(0),
            spent: period.and_then(|period| self.spent.get(&period).copied()),
            writes: self.writes,
            granted: self.granted,
        }
    }

    fn rate(&mut self, form: RateForm) -> bool {
        match (form, self.tat_ns) {
            (RateForm::Idle { at_most_ns, tat_ns }, old) => {
                self.tat_ns = Some(tat_ns);
                old.is_none_or(|old| old <= at_most_ns)
            }
            (RateForm::Running { from_ns, to_ns, add_ns }, Some(old)) => {
                self.tat_ns = Some(old + add_ns);
                (from_ns..=to_ns).contains(&old)
            }
            (RateForm::Reset { was_ns, tat_ns }, Some(old)) => {
                self.tat_ns = Some(tat_ns);
                old == was_ns
            }
            (RateForm::Running { .. } | RateForm::Reset { .. }, None) => false,
        }
    }

    fn quota(&mut self, form: QuotaForm) -> bool {
        match form {
            QuotaForm::Same { period, window, at_most, add } => match self.spent.get_mut(&period) {
                Some(spent) if spent.window == window && spent.used <= at_most => {
                    spent.used += add;
                    true
                }
                Some(_) | None => false,
            },
            QuotaForm::Next(NewWindow { period, spent }) => {
                let old = self.spent.insert(period, spent);
                old.is_none_or(|old| old.window < spent.window)
            }
        }
    }

    fn return_units(&mut self, period: Period, window: Window, units: u64, writes: u64) -> bool {
        match self.spent.get_mut(&period) {
            Some(spent) if spent.window == window && self.writes == writes && spent.used >= units => {
                spent.used -= units;
                true
            }
            Some(_) | None => false,
        }
    }
}
