//! The proof that a request may be served: nothing else makes a [`Permit`], and no integration works without one.

use std::{sync::Arc, time::SystemTime};

use super::{CounterStore, Counters, Reason, Refusal, Rule, Unit, refusal::nothing_allowed};
use crate::{clock::milliseconds, error::GatewayError};

/// A request has passed everything that limits it.
#[derive(Debug)]
pub struct Permit {
    is_degraded: bool,
}

impl Permit {
    /// Whether something was decided without the store.
    pub fn is_degraded(&self) -> bool {
        self.is_degraded
    }
}

/// A request that may not be served.
#[derive(Debug)]
pub struct NotAdmitted {
    pub error: GatewayError,
    /// Whether that was decided without the store.
    pub is_degraded: bool,
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
    let now_ms = milliseconds(now);
    if let Some(refusal) = rules.iter().find_map(|rule| nothing_allowed(&rule.limits, now_ms)) {
        return Err(refused(refusal));
    }
    let mut taken: Vec<(&Rule, Unit)> = Vec::with_capacity(rules.len());
    for rule in rules {
        match counters.take(rule, now).await {
            Ok(unit) => taken.push((rule, unit)),
            Err(refusal) => {
                for (rule, unit) in taken {
                    counters.put_back(rule, unit);
                }
                return Err(refused(refusal));
            }
        }
    }
    Ok(Permit { is_degraded: taken.iter().any(|(_, unit)| unit.is_degraded()) })
}

fn refused(Refusal { reason, retry_after, is_degraded }: Refusal) -> NotAdmitted {
    let error = match reason {
        Reason::Throttled => GatewayError::Throttled { retry_after },
        Reason::QuotaExceeded => GatewayError::QuotaExceeded { retry_after },
        Reason::Unavailable => GatewayError::CountersUnavailable { retry_after },
    };
    NotAdmitted { error, is_degraded }
}
