//! What `throttle` says in `$api` and in a route: limits of all together, of each client address and of each caller.

use super::Throttle;
use crate::item::Fields;

/// `throttle {perIp, perCaller}` of `$api`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiThrottles {
    pub per_ip: Option<Throttle>,
    /// Of each caller, over all routes that know who calls.
    pub per_caller: Option<Throttle>,
}

/// `throttle {rateLimit, burstLimit, perCaller}` of a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteThrottles {
    /// Of all callers together.
    pub shared: Option<Throttle>,
    pub per_caller: Option<Throttle>,
}

/// The field of the limits of each caller.
pub const PER_CALLER: &str = "perCaller";

impl ApiThrottles {
    pub fn parse(fields: Fields<'_>) -> Self {
        let per_caller = fields.object(PER_CALLER);
        let mut per_ip = fields.object("perIp");
        if fields.value(PER_CALLER).is_none() {
            per_ip = fields.require("perIp", per_ip, "a map with rateLimit and burstLimit");
        }
        fields.finish();
        let [per_ip, per_caller] = [per_ip, per_caller].map(|fields| fields.and_then(Throttle::parse));
        Self { per_ip, per_caller }
    }
}

impl RouteThrottles {
    pub fn parse(fields: Fields<'_>) -> Self {
        let per_caller = fields.object(PER_CALLER).and_then(Throttle::parse);
        let is_written = |name| fields.value(name).is_some();
        let has_shared = !is_written(PER_CALLER) || ["rateLimit", "burstLimit"].into_iter().any(is_written);
        let shared = if has_shared { Throttle::read(&fields) } else { None };
        fields.finish();
        Self { shared, per_caller }
    }
}
