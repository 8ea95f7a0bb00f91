//! Amounts as they are typed and shown: `10M`, `2.5k`, `50`.

use std::ops::RangeInclusive;

const SUFFIXES: [(char, u64); 3] = [('k', 1_000), ('M', 1_000_000), ('G', 1_000_000_000)];

/// Reads `10M` as a whole number that `range` contains.
pub fn amount(text: &str, range: &RangeInclusive<u64>) -> Result<u64, String> {
    let expected = || {
        let [low, high] = [range.start(), range.end()].map(|bound| exact(*bound));
        format!(
            "expected a whole number from {low} to {high}, with k, M or G where you like (1500, 1.5k, 10M)"
        )
    };
    number(text).filter(|number| range.contains(number)).ok_or_else(expected)
}

/// Reads a share of a whole, 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1, such as 0.3".to_owned())
}

fn number(text: &str) -> Option<u64> {
    // `m` is not taken for `M`: it is a thousandth elsewhere.
    let is_at_end = |suffix: char| text.ends_with(suffix) || (suffix == 'k' && text.ends_with('K'));
    let suffix = SUFFIXES.iter().find(|(suffix, _)| is_at_end(*suffix));
    let (digits, factor) = suffix.map_or((text, 1), |(_, factor)| (&text[..text.len() - 1], *factor));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let of_digits = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u64>().ok()).flatten()
    };
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = of_digits(fraction)?.checked_mul(factor)?;
    let is_whole = part.is_multiple_of(scale);
    is_whole.then(|| of_digits(whole)?.checked_mul(factor)?.checked_add(part / scale)).flatten()
}

/// The amount as it would be typed: `10M`, `10240`.
fn exact(amount: u64) -> String {
    Some(shown(float(amount))).filter(|text| !text.contains('.')).unwrap_or_else(|| amount.to_string())
}

/// The amount in at most four digits, cut off: `10M`, `70.62k`, `0.025`.
pub fn shown(amount: f64) -> String {
    let fitting = SUFFIXES.iter().rev().find(|(_, factor)| amount >= float(*factor));
    let (scaled, suffix) = fitting
        .map_or((amount, String::new()), |(suffix, factor)| (amount / float(*factor), suffix.to_string()));
    let decimals = match scaled {
        100.0.. => 1,
        10.0.. => 2,
        _ => 3,
    };
    let scale = 10_f64.powi(decimals);
    // Of 2.3 some steps back and forth make 2.2999999999.
    format!("{}{suffix}", (scaled * scale + 1e-6).floor() / scale)
}

#[expect(clippy::cast_precision_loss, reason = "the largest amount, a million millions, is exact")]
pub fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts_with_and_without_suffixes() {
        let cases = [
            ("0", Some(0)),
            ("1500", Some(1_500)),
            ("1.5k", Some(1_500)),
            ("1.5K", Some(1_500)),
            ("10M", Some(10_000_000)),
            ("0.25G", Some(250_000_000)),
            ("1000G", Some(1_000_000_000_000)),
            ("1001G", None),
            ("50.0", Some(50)),
            ("1.5", None),
            ("1.0005k", None),
            ("10m", None),
            ("10 M", None),
            ("-1", None),
            ("+1", None),
            ("1e6", None),
            (".5k", None),
            ("5.k", None),
            ("k", None),
            ("", None),
            ("1ä", None),
            ("99999999999999999999", None),
            ("99999999999G", None),
            ("0.00000000000000000000000001G", None),
        ];
        for (text, expected) in cases {
            assert_eq!(amount(text, &(0..=1_000_000_000_000)).ok(), expected, "{text}");
        }
        let error = amount("64", &(128..=10_240)).unwrap_err();
        assert!(error.starts_with("expected a whole number from 128 to 10240,"), "{error}");
    }

    #[test]
    fn reads_shares() {
        for (text, expected) in [("0", Some(0.0)), ("0.3", Some(0.3)), ("1", Some(1.0))] {
            assert_eq!(share(text).ok(), expected, "{text}");
        }
        for text in ["1.1", "-0.1", "30%", "NaN", "inf", ""] {
            assert_eq!(share(text).ok(), None, "{text}");
        }
    }

    #[test]
    fn shows_amounts_in_four_digits() {
        let cases = [
            (0.0, "0"),
            (0.0249, "0.024"),
            (2.3, "2.3"),
            (999.99, "999.9"),
            (1_000.0, "1k"),
            (70_625.0, "70.62k"),
            (454_000.0, "454k"),
            (10_000_000.0, "10M"),
            (1e12, "1000G"),
        ];
        for (amount, expected) in cases {
            assert_eq!(shown(amount), expected);
        }
    }
}
