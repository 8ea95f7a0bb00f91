//! The proof that a request may be served: nothing else makes a [`Permit`], and no integration works without one.

use std::{sync::Arc, time::SystemTime};

use super::{CounterStore, Counters, Reason, Refusal, Rule, Unit};
use crate::error::GatewayError;

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

/// Takes a unit of every rule, in their order; a request that one of them refuses spends nothing of the others.
///
/// # Errors
///
/// The first rule that refuses.
pub async fn admit<S: CounterStore>(
    rules: &[Rule],
    now: SystemTime,
    counters: &Arc<Counters<S>>,
) -> Result<Permit, GatewayError> {
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

fn refused(Refusal { reason, retry_after }: Refusal) -> GatewayError {
    match reason {
        Reason::Throttled => GatewayError::Throttled { retry_after },
        Reason::QuotaExceeded => GatewayError::QuotaExceeded { retry_after },
        Reason::Unavailable => GatewayError::CountersUnavailable { retry_after },
    }
}
