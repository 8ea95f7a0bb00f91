//! The usage of a key on one day: a counter item with three numbers for every stage.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::calendar::{Day, SECONDS_PER_DAY};

/// The counters of a day are kept for so long.
pub const KEPT_DAYS: u64 = 400;

/// The outcome of a request, as far as usage is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    Served,
    Throttled,
    OverQuota,
}

/// The requests of a key to one stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub served: u64,
    pub throttled: u64,
    pub over_quota: u64,
}

/// The requests of a key on one day, by stage.
pub type UsageByStage = BTreeMap<String, Counts>;

impl Counted {
    const ALL: [Self; 3] = [Self::Served, Self::Throttled, Self::OverQuota];

    /// The attribute that counts such requests to a stage: `served:v1`.
    pub fn attribute(self, stage: &str) -> String {
        format!("{}{stage}", self.prefix())
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Served => "served:",
            Self::Throttled => "throttled:",
            Self::OverQuota => "overQuota:",
        }
    }
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.served += other.served;
        self.throttled += other.throttled;
        self.over_quota += other.over_quota;
    }

    pub fn count(&mut self, counted: Counted) {
        *self.of(counted) += 1;
    }

    /// Each kind with its number.
    pub fn each(self) -> [(Counted, u64); 3] {
        let Self { served, throttled, over_quota } = self;
        [(Counted::Served, served), (Counted::Throttled, throttled), (Counted::OverQuota, over_quota)]
    }

    fn of(&mut self, counted: Counted) -> &mut u64 {
        match counted {
            Counted::Served => &mut self.served,
            Counted::Throttled => &mut self.throttled,
            Counted::OverQuota => &mut self.over_quota,
        }
    }
}

/// The key of a day's item in the counters' table: `usage#k1#2027-01-31`.
pub fn counter(key_id: &str, day: Day) -> String {
    format!("usage#{key_id}#{day}")
}

/// The `expiresAt` of a day's item, in seconds since 1970.
pub fn expires_at(day: Day) -> u64 {
    day.start_seconds() + KEPT_DAYS * SECONDS_PER_DAY
}

/// The usage in a day's item; empty if it has expired and only not been deleted yet.
pub fn read(item: &Map<String, Value>, now_seconds: u64) -> UsageByStage {
    let mut stages = UsageByStage::new();
    if item.get("expiresAt").and_then(Value::as_u64).is_some_and(|at| at <= now_seconds) {
        return stages;
    }
    for (name, value) in item {
        for counted in Counted::ALL {
            if let Some(stage) = name.strip_prefix(counted.prefix())
                && let Some(number) = value.as_u64()
            {
                *stages.entry(stage.to_owned()).or_default().of(counted) = number;
            }
        }
    }
    stages
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_usage_of_a_day_is_read_as_it_was_written_until_it_expires() {
        let day: Day = "2027-01-31".parse().unwrap();
        assert_eq!(counter("k1", day), "usage#k1#2027-01-31");
        // 2028-03-06, 400 days on.
        assert_eq!(expires_at(day), 1_835_913_600);
        let item = json!({ "counter": counter("k1", day), "expiresAt": expires_at(day),
            Counted::Served.attribute("v1"): 7, Counted::Throttled.attribute("v1"): 2,
            Counted::OverQuota.attribute("$default"): 3, "served:v2": "many", "else": 1 });
        let item = item.as_object().unwrap();
        let counts = |served, throttled, over_quota| Counts { served, throttled, over_quota };
        let expected = [("v1".to_owned(), counts(7, 2, 0)), ("$default".to_owned(), counts(0, 0, 3))].into();
        assert_eq!(read(item, expires_at(day) - 1), expected);
        assert_eq!(read(item, expires_at(day)), UsageByStage::new());
    }
}
