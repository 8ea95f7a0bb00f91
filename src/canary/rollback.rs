//! The rule by which a canary is switched off by itself, and the record that it was.

use serde_json::{Map, Value, json};

use super::{AnswerCounts, Percent};
use crate::calendar::timestamp;

/// `rollbackOn5xxPercent` and `minRequests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollbackRule {
    /// A larger share of 5xx switches the canary off.
    pub percent: Percent,
    /// Fewer answers in the minute prove nothing.
    pub min_requests: u64,
}

/// `canaryRollback` of a stage item: the canary was switched off by an instance that saw its faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanaryRollback {
    /// `2027-01-31T09:05:00Z`.
    pub at: String,
    pub reason: String,
}

impl RollbackRule {
    /// The record of switching the canary off, where the answers of a minute ask for it.
    pub fn judge(self, recent: AnswerCounts, now_seconds: u64) -> Option<CanaryRollback> {
        let AnswerCounts { answers, errors } = recent;
        let is_passed = answers >= self.min_requests && self.percent.is_passed_by(errors, answers);
        is_passed.then(|| CanaryRollback {
            at: timestamp(now_seconds),
            reason: format!(
                "{errors} of {answers} answers of a minute were 5xx, more than rollbackOn5xxPercent {}",
                self.percent
            ),
        })
    }
}

impl CanaryRollback {
    /// Reads `canaryRollback`; `None`: it is another deployment's. One that cannot be read is of every canary: the gateway
    /// has written it, and to go on would undo that.
    pub fn read(value: &Value, deployment_id: &str) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if text("deploymentId").is_some_and(|other| other != deployment_id) {
            return None;
        }
        let text = |name: &str| text(name).unwrap_or("not known").to_owned();
        Some(Self { at: text("at"), reason: text("reason") })
    }

    /// As a stage item has it.
    pub fn to_item(&self, deployment_id: &str) -> Map<String, Value> {
        let Self { at, reason } = self;
        let fields = [("deploymentId", json!(deployment_id)), ("at", json!(at)), ("reason", json!(reason))];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_switched_off_by_more_than_its_share_of_enough_answers() {
        let rule = RollbackRule { percent: Percent::new(5.0).unwrap(), min_requests: 100 };
        let judged = |answers, errors| rule.judge(AnswerCounts { answers, errors }, 1_744_668_768);
        for (answers, errors) in [(0, 0), (99, 99), (100, 5), (1_000_000, 50_000)] {
            assert_eq!(judged(answers, errors), None, "{errors} of {answers}");
        }
        let expected = CanaryRollback {
            at: "2025-04-14T22:12:48Z".to_owned(),
            reason: "6 of 100 answers of a minute were 5xx, more than rollbackOn5xxPercent 5".to_owned(),
        };
        assert_eq!(judged(100, 6), Some(expected));
    }

    #[test]
    fn a_rollback_is_of_the_deployment_that_it_names() {
        let rollback = CanaryRollback { at: "t".to_owned(), reason: "r".to_owned() };
        let item = Value::Object(rollback.to_item("d1"));
        assert_eq!(CanaryRollback::read(&item, "d1"), Some(rollback));
        assert_eq!(CanaryRollback::read(&item, "d2"), None);
        let unknown = CanaryRollback { at: "not known".to_owned(), reason: "not known".to_owned() };
        for odd in [json!("yes"), json!({}), json!({ "deploymentId": 7 })] {
            assert_eq!(CanaryRollback::read(&odd, "d1"), Some(unknown.clone()), "{odd}");
        }
    }
}
