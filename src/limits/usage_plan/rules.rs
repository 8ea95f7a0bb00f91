//! What limits one request, in the order in which it is asked.

use super::{Limits, OnStoreError, Rule, UsagePlan};

/// What is known of a request before it is counted.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// The key's id and its plan, on a route that asks for a key.
    pub key: Option<(&'a str, &'a UsagePlan)>,
    pub stage: &'a str,
    pub route_key: &'a str,
    /// What plans name the route by.
    pub route_shape: &'a str,
    pub route_rule: Option<&'a Rule>,
    pub stage_rule: Option<&'a Rule>,
}

impl Counted<'_> {
    /// What the plan says of the key on this route, what it says of the key, then the route's limit and the stage's.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        rules.extend(self.key_on_route());
        rules.extend(self.key_rule());
        rules.extend(self.route_rule.cloned());
        rules.extend(self.stage_rule.cloned());
        rules
    }

    /// The key's own limits, over all stages of its plan.
    pub fn key_rule(&self) -> Option<Rule> {
        let (id, plan) = self.key?;
        let limits = plan.limits;
        let is_limited = limits.throttle.is_some() || limits.quota.is_some();
        is_limited.then(|| Rule { counter: format!("key#{id}#{}", plan.id).into(), limits })
    }

    fn key_on_route(&self) -> Option<Rule> {
        let (id, plan) = self.key?;
        let throttle = plan.route_throttle(self.stage, self.route_shape)?;
        let counter = format!("key#{id}#{}#{}#{}", plan.id, self.stage, self.route_key);
        let limits = Limits {
            throttle: Some(throttle),
            quota: None,
            on_store_error: OnStoreError::Refuse,
            ..plan.limits
        };
        Some(Rule { counter: counter.into(), limits })
    }
}
