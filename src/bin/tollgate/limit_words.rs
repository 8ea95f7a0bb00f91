//! Limits in words and in JSON.

use serde_json::{Value, json};
use tollgate::limits::{
    quota::{Period, Quota},
    rule::Limits,
    throttle::Throttle,
};

/// `10 a second, 20 at once; 1000 a day`.
pub fn limit_words(limits: &Limits) -> String {
    let throttle = limits.throttle.map(|throttle| match throttle.lets_nothing_through() {
        true => "nothing passes".to_owned(),
        false => format!("{} a second, {} at once", rate(throttle), throttle.burst_limit()),
    });
    let quota = limits.quota.map(|quota| {
        let period = match quota.period {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        };
        format!("{} a {period}", quota.limit)
    });
    [throttle, quota].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// `{ rateLimit, burstLimit }`
pub fn throttle_to_json(throttle: Throttle) -> Value {
    let rate = if throttle.lets_nothing_through() { 0.0 } else { rate(throttle) };
    json!({ "rateLimit": rate, "burstLimit": throttle.burst_limit() })
}

/// `{ limit, period }`
pub fn quota_to_json(quota: Quota) -> Value {
    let period = match quota.period {
        Period::Day => "DAY",
        Period::Week => "WEEK",
        Period::Month => "MONTH",
    };
    json!({ "limit": quota.limit, "period": period })
}

/// Requests a second. Intervals are whole nanoseconds: 3 a second is 333,333,334 ns.
pub fn rate(throttle: Throttle) -> f64 {
    (throttle.rate() * 1e6).round() / 1e6
}
