//! A share in percent, with four decimals.

use std::fmt;

use serde_json::Value;

/// A part of a whole, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent {
    millionths: u32,
}

const WHOLE: u32 = 1_000_000;
const MILLIONTHS_OF_A_PERCENT: f64 = 10_000.0;

impl Percent {
    /// Its words for what it expects.
    pub const EXPECTED: &'static str = "a number from 0 to 100, with four decimals at most";

    /// Reads a number, or a number as text; `None`: it is none from 0 to 100, or has more than four decimals.
    pub fn parse(value: &Value) -> Option<Self> {
        let percent: f64 = match value {
            Value::String(text) => text.trim().parse().ok()?,
            other => other.as_f64()?,
        };
        Self::new(percent)
    }

    /// `None`: it is no number from 0 to 100, or has more than four decimals.
    pub fn new(percent: f64) -> Option<Self> {
        if !(0.0..=100.0).contains(&percent) {
            return None;
        }
        let millionths = (percent * MILLIONTHS_OF_A_PERCENT).round();
        let is_exact = (millionths - percent * MILLIONTHS_OF_A_PERCENT).abs() < 1e-6;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
        is_exact.then_some(Self { millionths: millionths as u32 })
    }

    /// Says if a number that was drawn among all of its kind falls into the share. Of a draw that falls into a small share
    /// all larger ones have it too.
    pub fn takes(self, draw: u64) -> bool {
        draw % u64::from(WHOLE) < u64::from(self.millionths)
    }

    /// Says if `part` is a larger share of `whole` than this.
    pub fn is_passed_by(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(WHOLE) > u128::from(whole) * u128::from(self.millionths)
    }

    /// As an item has it.
    pub fn to_json(self) -> Value {
        let whole = self.millionths.is_multiple_of(10_000);
        if whole { (self.millionths / 10_000).into() } else { self.number().into() }
    }

    fn number(self) -> f64 {
        f64::from(self.millionths) / MILLIONTHS_OF_A_PERCENT
    }
}

/// `5`, `2.5`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number(), f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_percent_is_a_number_from_0_to_100_as_it_is_written() {
        let shown = |value| Percent::parse(&value).map(|percent| percent.to_string());
        for (value, expected) in [
            (json!(0), "0"),
            (json!(100), "100"),
            (json!(2.5), "2.5"),
            (json!("7.0001"), "7.0001"),
            (json!(99.9999), "99.9999"),
        ] {
            assert_eq!(shown(value.clone()).as_deref(), Some(expected), "{value}");
            let again = Percent::parse(&value).unwrap().to_json();
            assert_eq!(Percent::parse(&again), Percent::parse(&value), "{again}");
        }
        for value in
            [json!(-1), json!(100.1), json!(0.00001), json!("much"), json!("NaN"), json!([]), json!(true)]
        {
            assert_eq!(shown(value.clone()), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn nothing_takes_no_draw_all_takes_each_and_more_takes_what_less_takes(
            draw: u64, less in 0.0..100.0_f64, more in 0.0..100.0_f64,
        ) {
            let percent = |percent: f64| Percent::new(percent.round()).unwrap();
            let (less, more) = (percent(less.min(more)), percent(less.max(more)));
            prop_assert!(!percent(0.0).takes(draw) && percent(100.0).takes(draw));
            prop_assert!(!less.takes(draw) || more.takes(draw));
        }
    }

    #[test]
    fn a_share_is_passed_by_more_than_it_and_not_by_as_much() {
        let five = Percent::new(5.0).unwrap();
        let cases = [((5, 100), false), ((6, 100), true), ((0, 0), false), ((1, 19), true), ((1, 20), false)];
        for ((part, whole), expected) in cases {
            assert_eq!(five.is_passed_by(part, whole), expected, "{part} of {whole}");
        }
        assert!(!Percent::new(100.0).unwrap().is_passed_by(u64::MAX, u64::MAX));
        assert!(Percent::default().is_passed_by(1, u64::MAX));
    }
}
