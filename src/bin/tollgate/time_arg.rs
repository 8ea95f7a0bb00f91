//! Times as they are typed: `24h`, `90d`, `2027-01-01`.

use tollgate::{
    calendar::Day,
    clock::{Clock, milliseconds},
};

const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];

/// A hundred years.
const LONGEST_SECONDS: u64 = 36_525 * 86_400;

/// A date, or a time from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeArg {
    /// Midnight in UTC: with it the day begins.
    On(Day),
    In(u64),
}

impl TimeArg {
    /// In seconds since 1970.
    pub fn seconds(self, now: u64) -> u64 {
        match self {
            Self::On(day) => day.start_seconds(),
            Self::In(seconds) => now + seconds,
        }
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    now_ms() / 1_000
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    milliseconds(Clock::System.now())
}

/// Reads `2027-01-01` or `90d`.
pub fn time(text: &str) -> Result<TimeArg, String> {
    if let Ok(day) = text.parse() {
        return Ok(TimeArg::On(day));
    }
    duration(text).map(TimeArg::In).map_err(|error| format!("{error}, or a date such as 2027-01-31"))
}

/// Reads `24h`, in seconds.
pub fn duration(text: &str) -> Result<u64, String> {
    let expected = || "expected a number with s, m, h, d or w (24h, 90d), at most 100 years".to_owned();
    let unit = text.chars().last().and_then(|last| UNITS.iter().find(|(unit, _)| *unit == last));
    let (_, unit_seconds) = unit.ok_or_else(expected)?;
    let digits = &text[..text.len() - 1];
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = all_digits.then(|| digits.parse::<u64>().ok()).flatten().ok_or_else(expected)?;
    let seconds = number.checked_mul(*unit_seconds).filter(|seconds| *seconds <= LONGEST_SECONDS);
    seconds.ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        let cases = [
            ("24h", Some(TimeArg::In(86_400))),
            ("0s", Some(TimeArg::In(0))),
            ("90m", Some(TimeArg::In(5400))),
            ("2w", Some(TimeArg::In(1_209_600))),
            ("36525d", Some(TimeArg::In(LONGEST_SECONDS))),
            ("36526d", None),
            ("99999999999999999999w", None),
            ("9999999999999999999w", None),
            ("24", None),
            ("h", None),
            ("-1h", None),
            ("+1h", None),
            ("1.5h", None),
            ("1 h", None),
            ("1ä", None),
            ("", None),
            ("2027-02-29", None),
            ("2027-01-01", Some(TimeArg::On("2027-01-01".parse().unwrap()))),
        ];
        for (text, expected) in cases {
            assert_eq!(time(text).ok(), expected, "{text}");
        }
        assert_eq!(time("2027-01-01").unwrap().seconds(7), 1_798_761_600);
        assert_eq!(time("1m").unwrap().seconds(7), 67);
    }
}
