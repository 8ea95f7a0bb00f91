//! Long-term limits: so many requests a day, week or month, in UTC.

use crate::item::Fields;

const MS_PER_DAY: u64 = 86_400_000;
/// The largest integer of a structured header field (RFC 9651 §3.3.1).
const MOST_REQUESTS: u64 = 999_999_999_999_999;

/// `quota {limit, period, offset}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// 0 refuses everything.
    pub limit: u64,
    pub period: Period,
    /// Requests subtracted in the first period: the one in which the key's counter is created.
    pub offset: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Day,
    /// From Monday.
    Week,
    Month,
}

/// One day, week or month: how many of them since 1970. A later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(pub u64);

impl Quota {
    /// Reads `{limit, period, offset}`.
    pub fn parse(fields: Fields<'_>) -> Option<Self> {
        let limit = fields.integer("limit", 0..=MOST_REQUESTS);
        let limit = fields.require("limit", limit, "requests in a period");
        let periods = [("DAY", Period::Day), ("WEEK", Period::Week), ("MONTH", Period::Month)];
        let period = fields.choice("period", &periods);
        let period = fields.require("period", period, "DAY or WEEK or MONTH");
        let offset = fields.integer("offset", 0..=limit.unwrap_or(u64::MAX));
        fields.finish();
        Some(Self { limit: limit?, period: period?, offset: offset.unwrap_or(0) })
    }
}

impl Period {
    /// The window of a moment.
    pub fn window(self, now_ms: u64) -> Window {
        let days = now_ms / MS_PER_DAY;
        Window(match self {
            Self::Day => days,
            // 1970 began on a Thursday.
            Self::Week => (days + 3) / 7,
            Self::Month => month_of(days),
        })
    }

    /// The end of the window, in milliseconds since 1970.
    pub fn end_ms(self, window: Window) -> u64 {
        let next = window.0.saturating_add(1);
        let days = match self {
            Self::Day => next,
            Self::Week => next.saturating_mul(7) - 3,
            Self::Month => first_day_of(next),
        };
        days.saturating_mul(MS_PER_DAY)
    }
}

/// Months since 1970, of days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn month_of(days: u64) -> u64 {
    // Days since 0000-03-01: a leap day is then the last of its year.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + months_from_march + 2 - 1970 * 12
}

/// Days since 1970 of the first of a month, in months since 1970.
fn first_day_of(month: u64) -> u64 {
    // Beyond any clock; keeps the sums below in range.
    let from_march = month.min(1 << 32) + 1970 * 12 - 2;
    let (year, months_from_march) = (from_march / 12, from_march % 12);
    365 * year + year / 4 - year / 100 + year / 400 + (153 * months_from_march + 2) / 5 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::read;

    #[test]
    fn windows_are_utc_and_weeks_begin_on_monday() {
        // Ends as `date -u -d … +%s` says them.
        let cases = [
            // 2024-02-29T23:59:59.999Z, a Thursday.
            (Period::Day, 1_709_251_199_999, 19_782, 1_709_251_200_000),
            (Period::Day, 1_709_251_200_000, 19_783, 1_709_337_600_000),
            (Period::Week, 1_709_251_199_999, 2_826, 1_709_510_400_000),
            // Sunday's last moment, and Monday's first.
            (Period::Week, 1_709_510_399_999, 2_826, 1_709_510_400_000),
            (Period::Week, 1_709_510_400_000, 2_827, 1_710_115_200_000),
            (Period::Month, 1_709_251_199_999, 649, 1_709_251_200_000),
            (Period::Month, 1_709_251_200_000, 650, 1_711_929_600_000),
            // 2026-12-31T23:59:59.999Z.
            (Period::Month, 1_798_761_599_999, 683, 1_798_761_600_000),
            (Period::Month, 1_798_761_600_000, 684, 1_801_440_000_000),
            (Period::Month, 0, 0, 2_678_400_000),
        ];
        for (period, now_ms, window, end_ms) in cases {
            assert_eq!(period.window(now_ms), Window(window), "{period:?} {now_ms}");
            assert_eq!(period.end_ms(Window(window)), end_ms, "{period:?} {now_ms}");
        }
    }

    #[test]
    fn reads_a_quota_whose_numbers_may_be_text_and_reports_wrong_ones() {
        let quota = |limit, period, offset| Some(Quota { limit, period, offset });
        let cases = [
            (json!({"limit": 10, "period": "DAY"}), quota(10, Period::Day, 0), vec![]),
            (json!({"limit": "10", "period": "week", "offset": 3}), quota(10, Period::Week, 3), vec![]),
            (json!({"limit": 0, "period": "MONTH"}), quota(0, Period::Month, 0), vec![]),
            (
                json!({"limit": -1, "period": "YEAR"}),
                None,
                vec![
                    "limit: got -1, expected a whole number from 0 to 999999999999999",
                    "period: got \"YEAR\", expected DAY or WEEK or MONTH",
                ],
            ),
            (json!({"period": "DAY"}), None, vec!["limit: got nothing, expected requests in a period"]),
        ];
        for (json, quota, problems) in cases {
            let problems = problems.into_iter().map(str::to_owned).collect();
            assert_eq!(read(&json, Quota::parse), (quota, problems), "{json}");
        }
    }

    proptest! {
        #[test]
        fn the_next_window_begins_where_one_ends(now_ms in 0..10_000_000_000_000u64) {
            for period in [Period::Day, Period::Week, Period::Month] {
                let window = period.window(now_ms);
                let end_ms = period.end_ms(window);
                prop_assert!(now_ms < end_ms);
                prop_assert_eq!(period.window(end_ms - 1), window);
                prop_assert_eq!(period.window(end_ms), Window(window.0 + 1));
            }
        }
    }
}
