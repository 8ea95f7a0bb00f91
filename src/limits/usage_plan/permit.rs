//! The rules that limit a request, and the proof that it passed them: nothing else makes a [`Permit`], and no
//! integration works without one.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use super::UsagePlan;
use crate::{
    clock::milliseconds,
    digest::{Sha256, hex},
    error::GatewayError,
    limits::{
        counters::{CounterStore, Counters, LimitRefusal, RefusalReason, Unit, nothing_allowed},
        rule::{Limits, Rule},
        throttle::Throttle,
    },
};

/// A request before it is counted.
#[derive(Clone, Debug)]
pub struct LimitedRequest<'a> {
    /// `None` on a route that asks for no key.
    pub key: Option<LimitedKey<'a>>,
    /// `None` where nobody says who calls.
    pub caller: Option<LimitedCaller<'a>>,
    pub stage: &'a str,
    pub route_key: &'a str,
    /// The name of the route in plans.
    pub route_shape: &'a str,
    pub route_rule: Option<&'a Rule>,
    pub stage_rule: Option<&'a Rule>,
}

/// A caller's key.
#[derive(Clone, Copy, Debug)]
pub struct LimitedKey<'a> {
    pub id: &'a str,
    pub plan: &'a UsagePlan,
}

/// A caller, and the limits that each caller has.
#[derive(Clone, Debug)]
pub struct LimitedCaller<'a> {
    pub identity: Cow<'a, str>,
    /// Over all routes of the stage.
    pub throttle: Option<Throttle>,
    pub route_throttle: Option<Throttle>,
}

/// A request has passed everything that limits it.
#[derive(Debug)]
pub struct Permit {
    is_degraded: bool,
}

/// A request that may not be served.
#[derive(Debug)]
pub struct NotAdmitted {
    pub error: GatewayError,
    /// True if that was decided without the store.
    pub is_degraded: bool,
}

/// Whose limit a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitOwner {
    /// The caller's key, on one route.
    KeyOnRoute,
    Key,
    /// Whom the authorizer has found, on one route.
    CallerOnRoute,
    Caller,
    Route,
    Stage,
}

impl LimitedRequest<'_> {
    /// The rules in the order in which they are asked.
    pub fn rules(&self) -> Vec<Rule> {
        self.owned_rules().map(|(_, rule)| rule).collect()
    }

    /// The plan's rule for the key on this route, its rule for the key, those of the caller, then the route's and the
    /// stage's.
    pub fn owned_rules(&self) -> impl Iterator<Item = (LimitOwner, Rule)> {
        let [caller_on_route, caller] = self.caller_rules();
        let rules = [
            (LimitOwner::KeyOnRoute, self.key_on_route()),
            (LimitOwner::Key, self.key_rule()),
            (LimitOwner::CallerOnRoute, caller_on_route),
            (LimitOwner::Caller, caller),
            (LimitOwner::Route, self.route_rule.cloned()),
            (LimitOwner::Stage, self.stage_rule.cloned()),
        ];
        rules.into_iter().filter_map(|(owner, rule)| Some((owner, rule?)))
    }

    /// The key's own limits, over all stages of its plan.
    pub fn key_rule(&self) -> Option<Rule> {
        let LimitedKey { id, plan } = self.key?;
        let limits = plan.limits;
        (!limits.is_unlimited()).then(|| Rule { counter: format!("key#{id}#{}", plan.id).into(), limits })
    }

    /// The limits that the caller alone has: of its key; else of whom the authorizer has found.
    pub fn own_rule(&self) -> Option<Rule> {
        self.key_rule().or_else(|| self.caller_rules().into_iter().flatten().next_back())
    }

    /// The caller's rule on this route, and the one over all routes. An identity may be long, and is nobody's business.
    fn caller_rules(&self) -> [Option<Rule>; 2] {
        let Some(LimitedCaller { identity, throttle, route_throttle }) = &self.caller else {
            return [None, None];
        };
        let (stage, digest) = (self.stage, hex(&Sha256::of(identity.as_bytes())));
        [
            route_throttle.map(|throttle| {
                let counter =
                    format!("caller#{digest}#{stage}#{}#{}", throttle.counter_part(), self.route_key);
                Rule::throttle(counter, throttle)
            }),
            throttle.map(|throttle| {
                Rule::throttle(format!("caller#{digest}#{stage}#{}", throttle.counter_part()), throttle)
            }),
        ]
    }

    fn key_on_route(&self) -> Option<Rule> {
        let LimitedKey { id, plan } = self.key?;
        let throttle = plan.route_throttle(self.stage, self.route_shape)?;
        let counter = format!("key#{id}#{}#{}#{}", plan.id, self.stage, self.route_key);
        let limits = Limits { accuracy: plan.limits.accuracy, ..Limits::throttle(throttle) };
        Some(Rule { counter: counter.into(), limits })
    }
}

impl Permit {
    /// True if something was decided without the store.
    pub fn is_degraded(&self) -> bool {
        self.is_degraded
    }
}

/// Takes a unit of every rule, in their order; a request that one of them refuses spends nothing of the others. Where
/// one of them lets nothing pass, none is counted.
///
/// # Errors
///
/// The first rule that refuses.
pub async fn admit<S: CounterStore>(
    rules: &[Rule],
    now: SystemTime,
    counters: &Arc<Counters<S>>,
) -> Result<Permit, NotAdmitted> {
    check_stopped(rules, now)?;
    let mut taken: Vec<(&Rule, Unit)> = Vec::with_capacity(rules.len());
    for rule in rules {
        match counters.take(rule, now).await {
            Ok(unit) => taken.push((rule, unit)),
            Err(refusal) => {
                for (rule, unit) in taken {
                    counters.put_back(rule, unit);
                }
                return Err(not_admitted(refusal));
            }
        }
    }
    Ok(Permit { is_degraded: taken.iter().any(|(_, unit)| unit.is_degraded()) })
}

/// Refuses what some rule lets nothing of pass, whatever was counted.
///
/// # Errors
///
/// The first rule that lets nothing pass.
pub fn check_stopped(rules: &[Rule], now: SystemTime) -> Result<(), NotAdmitted> {
    let now_ms = milliseconds(now);
    let refusal = rules.iter().find_map(|rule| nothing_allowed(&rule.limits, now_ms));
    refusal.map_or(Ok(()), |refusal| Err(not_admitted(refusal)))
}

fn not_admitted(LimitRefusal { reason, retry_after, is_degraded }: LimitRefusal) -> NotAdmitted {
    let error = match reason {
        RefusalReason::Throttled => GatewayError::Throttled { retry_after },
        RefusalReason::QuotaExceeded => GatewayError::QuotaExceeded { retry_after },
        RefusalReason::Unavailable => GatewayError::CountersUnavailable { retry_after },
    };
    NotAdmitted { error, is_degraded }
}
