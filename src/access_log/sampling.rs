//! `accessLogSampling`: the share of requests without an error whose whole line is written.

use serde_json::Value;

use crate::item::Fields;

/// A share, as the draws below it. `None`: every request is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sampling(Option<u64>);

const FIELD: &str = "accessLogSampling";
const EXPECTED: &str = "a share from 0 to 1, such as 0.1";

impl Sampling {
    pub fn parse(fields: &Fields<'_>) -> Self {
        fields.parsed(FIELD, EXPECTED, share).unwrap_or_default()
    }

    /// Says if a request is in the sample. `draw` is one of all numbers, each as likely.
    pub fn takes(self, draw: impl FnOnce() -> u64) -> bool {
        self.0.is_none_or(|below| draw() < below)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of all u64"
)]
fn share(value: &Value) -> Option<Sampling> {
    let share: f64 = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    Some(Sampling((share < 1.0).then_some((share * u64::MAX as f64) as u64)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_share_of_the_draws_is_taken() {
        let cases = [
            (json!(1), Some([true, true, true])),
            (json!("0.5"), Some([true, true, false])),
            (json!(0.001), Some([true, false, false])),
            (json!(0), Some([false, false, false])),
            (json!(1.1), None),
            (json!(-0.1), None),
            (json!("NaN"), None),
            (json!("half"), None),
            (json!([0.5]), None),
        ];
        for (value, expected) in cases {
            let taken =
                share(&value).map(|share| [0, u64::MAX / 3, u64::MAX].map(|draw| share.takes(|| draw)));
            assert_eq!(taken, expected, "{value}");
        }
    }
}
