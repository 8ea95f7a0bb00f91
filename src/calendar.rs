//! Days in UTC, as people write them: `2027-01-31`.

use std::{fmt, str::FromStr};

pub const SECONDS_PER_DAY: u64 = 86_400;

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

/// Year, month and day of the month, all as written.
#[derive(Clone, Copy, Debug)]
struct CivilDate {
    year: u32,
    month: u32,
    day: u32,
}

/// Not a date of the years 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date such as 2027-01-31")]
pub struct NotADate;

impl Day {
    /// The day of a moment in seconds since 1970.
    pub fn of(seconds: u64) -> Self {
        Self(u32::try_from(seconds / SECONDS_PER_DAY).unwrap_or(u32::MAX))
    }

    /// Its first second.
    pub fn start_seconds(self) -> u64 {
        u64::from(self.0) * SECONDS_PER_DAY
    }

    pub fn first_of_month(self) -> Self {
        Self(self.0 + 1 - self.civil().day)
    }

    /// From `self` to `last`, both included.
    pub fn through(self, last: Self) -> impl ExactSizeIterator<Item = Self> {
        let first = usize::try_from(self.0).expect("a usize holds a u32");
        let after = usize::try_from(last.0).expect("a usize holds a u32") + 1;
        (first..after).map(|day| Self(u32::try_from(day).expect("between two days")))
    }

    /// Howard Hinnant, "chrono-compatible low-level date algorithms".
    fn civil(self) -> CivilDate {
        // Days since 0000-03-01: a leap day is then the last of its year.
        let days = self.0.saturating_add(719_468);
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        CivilDate { year: era * 400 + year_of_era + u32::from(month <= 2), month, day }
    }

    fn from_civil(CivilDate { year, month, day }: CivilDate) -> Self {
        let (year, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let before_year = 365 * year + year / 4 - year / 100 + year / 400;
        Self(before_year + (153 * from_march + 2) / 5 + day - 1 - 719_468)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CivilDate { year, month, day } = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let number = |range| {
            let digits: &str = text.get(range).ok_or(NotADate)?;
            let digits = digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits);
            digits.and_then(|digits| digits.parse::<u32>().ok()).ok_or(NotADate)
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(NotADate);
        }
        let found = Self::from_civil(CivilDate { year, month, day });
        // The 31st of April is the 1st of May, and the separators are looked at here too.
        (found.to_string() == text).then_some(found).ok_or(NotADate)
    }
}

/// `2027-01-31T09:05:00Z`.
pub fn timestamp(seconds: u64) -> String {
    let (day, of_day) = (Day::of(seconds), seconds % SECONDS_PER_DAY);
    format!("{day}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// Milliseconds since 1970 of a time as the W3C's profile of ISO 8601 writes it: `2027-01-31`, `2027-01-31T09:05Z`,
/// `2027-01-31T10:05:00.5+01:00`. `None`: it is no such time, or one before 1970.
pub fn parse_timestamp_ms(text: &str) -> Option<u64> {
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let midnight_ms = day.parse::<Day>().ok()?.start_seconds().checked_mul(1_000)?;
    let Some(time) = time else { return Some(midnight_ms) };
    let (of_day, zone) = time.split_at(time.find(['Z', '+', '-'])?);
    let (minutes, seconds) = of_day.split_at_checked(5)?;
    let seconds_ms = match seconds.strip_prefix(':') {
        Some(seconds) => seconds_ms(seconds)?,
        None if seconds.is_empty() => 0,
        None => return None,
    };
    let local_ms = midnight_ms + minutes_of(minutes, 23)? * 60_000 + seconds_ms;
    match zone.split_at(1) {
        ("Z", "") => Some(local_ms),
        ("+", zone) => local_ms.checked_sub(minutes_of(zone, 14)? * 60_000),
        ("-", zone) => Some(local_ms + minutes_of(zone, 12)? * 60_000),
        _ => None,
    }
}

/// The minutes of `09:05`.
fn minutes_of(text: &str, most_hours: u64) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours <= most_hours && minutes < 60).then_some(hours * 60 + minutes)
}

/// The milliseconds of `05` or `05.25`.
fn seconds_ms(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: String = fraction.chars().chain("00".chars()).take(3).collect();
    let seconds = two_digits(whole).filter(|seconds| *seconds < 60 && are_digits)?;
    Some(seconds * 1_000 + fraction.parse::<u64>().ok()?)
}

fn two_digits(text: &str) -> Option<u64> {
    let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// `14/Apr/2025:22:12:48 +0000`, as access logs and Lambda events have it.
pub fn log_timestamp(seconds: u64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let CivilDate { year, month, day } = Day::of(seconds).civil();
    let (month, of_day) = (MONTHS[month as usize - 1], seconds % SECONDS_PER_DAY);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_as_the_calendar_says() {
        // `date -u -d @SECONDS +%F`.
        let cases = [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_251_199, "2024-02-29"),
            (1_798_761_600, "2027-01-01"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
        ];
        for (seconds, date) in cases {
            assert_eq!(Day::of(seconds).to_string(), date);
            assert_eq!(date.parse(), Ok(Day::of(seconds)));
            assert_eq!(Day::of(seconds).first_of_month().to_string(), format!("{}01", &date[..8]));
        }
        assert_eq!(timestamp(1_744_668_768), "2025-04-14T22:12:48Z");
    }

    #[test]
    fn times_are_written_as_in_access_logs() {
        let table = [
            (0, "01/Jan/1970:00:00:00 +0000"),
            (951_782_400, "29/Feb/2000:00:00:00 +0000"),
            (1_735_689_599, "31/Dec/2024:23:59:59 +0000"),
            (1_744_668_768, "14/Apr/2025:22:12:48 +0000"),
            (4_107_542_400, "01/Mar/2100:00:00:00 +0000"),
        ];
        for (seconds, expected) in table {
            assert_eq!(log_timestamp(seconds), expected);
        }
    }

    #[test]
    fn a_time_is_read_in_every_form_of_the_w3cs_profile() {
        const MIDNIGHT: u64 = 1_744_588_800_000;
        let of_day =
            |hours: u64, minutes: u64, ms: u64| Some(MIDNIGHT + (hours * 60 + minutes) * 60_000 + ms);
        let cases = [
            ("2025-04-14", of_day(0, 0, 0)),
            ("2025-04-14T22:12Z", of_day(22, 12, 0)),
            ("2025-04-14T22:12:48Z", of_day(22, 12, 48_000)),
            ("2025-04-14T22:12:48.5Z", of_day(22, 12, 48_500)),
            ("2025-04-14T22:12:48.123456Z", of_day(22, 12, 48_123)),
            ("2025-04-14T22:12:48+02:00", of_day(20, 12, 48_000)),
            ("2025-04-14T12:12:48-03:30", of_day(15, 42, 48_000)),
            ("1970-01-01T00:00:00+01:00", None),
            ("2025-04-14T22:12:48", None),
            ("2025-04-14T24:00Z", None),
            ("2025-04-14T22:60Z", None),
            ("2025-04-14T22:12:60Z", None),
            ("2025-04-14T22:12:48.Z", None),
            ("2025-04-14T22:12:48.xZ", None),
            ("2025-04-14T2:12Z", None),
            ("2025-04-14T22:12:48Zx", None),
            ("2025-04-14T22:12:48+2", None),
            ("2025-04-14TZ", None),
            ("2025-04-31", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_timestamp_ms(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_a_text_that_is_no_date() {
        let cases = [
            "",
            "2027-1-1",
            "2027-02-29",
            "2027-04-31",
            "2027-00-01",
            "2027-13-01",
            "2027-01-00",
            "1969-12-31",
            "2027/01/01",
            "2027-01-01 ",
            "+027-01-01",
            "27-01-01",
            "20270101",
            "2027-01-0\u{0661}",
        ];
        for text in cases {
            assert_eq!(text.parse::<Day>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn lists_the_days_from_one_through_another() {
        let days = |from: &str, to: &str| {
            let (from, to): (Day, Day) = (from.parse().unwrap(), to.parse().unwrap());
            from.through(to).map(|day| day.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(days("2024-02-28", "2024-03-01"), ["2024-02-28", "2024-02-29", "2024-03-01"]);
        assert_eq!(days("2024-03-01", "2024-03-01"), ["2024-03-01"]);
        assert!(days("2024-03-01", "2024-02-29").is_empty());
    }

    proptest! {
        #[test]
        fn a_date_is_read_as_it_was_written(days in 0..2_932_896u32) {
            prop_assert_eq!(Day(days).to_string().parse(), Ok(Day(days)));
        }
    }
}
