//! The steps before an integration: authentication of the caller, and admission by the limits.

use std::sync::Arc;

use super::{Gateway, locate::Location, request_state::RequestState};
use crate::{
    authorizers::{ApiKeyUse, Authorized, FunctionWord, KeyOwner, Unauthenticated},
    deployment::{Matched, Route},
    error::GatewayError,
    limits::{
        rule::Rule,
        usage::by_day::Counted,
        usage_plan::{self, LimitedCaller, LimitedKey, LimitedRequest, Permit},
    },
};

impl Gateway {
    /// Finds out who calls by the route's authorizer. Where that is a function, its word is still to be heard.
    pub(super) async fn authorize(
        &self,
        state: &mut RequestState<'_>,
        route: &Route,
    ) -> Result<Option<FunctionWord>, GatewayError> {
        let RequestState { location, log, .. } = state;
        let Some(authorizer) = &route.authorizer else { return Ok(None) };
        log.authorizer(&authorizer.id);
        let found = authorizer.authorize(&location.context(), &self.authorizers).await;
        if authorizer.has_old_keys(&location.context(), &self.authorizers.issuers) {
            log.degraded("issuerKeys");
        }
        let (principal, word) = match found? {
            Authorized::Caller(principal) => (principal, None),
            Authorized::ByFunction(word) => (Arc::clone(&word.principal), Some(word)),
        };
        location.waited = self.clock.now().duration_since(location.request.received_at).unwrap_or_default();
        principal.id().into_iter().for_each(|id| log.principal(id));
        location.principal = Some(principal);
        Ok(word)
    }

    /// Finds out who calls by the API key that the route asks for.
    pub(super) async fn authenticate(
        &self,
        state: &mut RequestState<'_>,
        route: &Route,
    ) -> Result<(), GatewayError> {
        let RequestState { location, log, .. } = state;
        let ApiKeyUse::Required(source) = route.api_key else { return Ok(()) };
        let value = location.api_key_value(source);
        let stage = &location.stage.settings.name;
        let found = self.keys.authenticate(value, stage, location.request.received_at).await;
        let owner = found.map_err(|Unauthenticated { error, key_id }| {
            key_id.into_iter().for_each(|id| log.api_key(&id));
            if matches!(error, GatewayError::StoreUnavailable(_)) {
                log.degraded("apiKey");
            }
            error
        })?;
        log.api_key(&owner.key.id);
        if owner.is_degraded {
            log.degraded("apiKey");
        }
        location.key_owner = Some(owner);
        Ok(())
    }

    /// Counts a request against each limit that it falls under, and proves that all of them let it through.
    pub(super) async fn admit(
        &self,
        state: &mut RequestState<'_>,
        route: &Route,
    ) -> Result<Permit, GatewayError> {
        let RequestState { location, log, rate_limit_status, .. } = state;
        let owner = location.key_owner.as_ref();
        let stage = location.stage;
        check_plan_of_lookalikes(location)?;
        let counted = limited_request(location, route);
        let now = location.request.received_at;
        let rules = counted.rules();
        let admitted = usage_plan::admit(&rules, now, &self.counters).await;
        let is_degraded = match &admitted {
            Ok(permit) => permit.is_degraded(),
            Err(refused) => refused.is_degraded,
        };
        if is_degraded {
            log.degraded("counters");
        }
        let outcome = admitted.map_err(|refused| refused.error);
        *rate_limit_status = counted.own_rule().map(|rule| self.counters.rate_limit_status(&rule));
        if let (Some(owner), Some(kind)) = (owner, kind_of(&outcome))
            // Of what an operator has stopped nothing is counted, not even that it was asked for.
            && !rules.iter().any(Rule::lets_nothing_through)
        {
            self.usage.count(&owner.key.id, &stage.settings.name, kind, now);
        }
        outcome
    }
}

/// A request with the limits that it falls under.
pub(super) fn limited_request<'a>(location: &'a Location<'_>, route: &'a Route) -> LimitedRequest<'a> {
    let owner = location.key_owner.as_ref();
    let throttle = location.stage.deployment.api.throttles.per_caller;
    let route_throttle = route.caller_throttle.as_deref().copied();
    let identity = throttle.or(route_throttle).and_then(|_| location.context().caller.identity());
    LimitedRequest {
        caller: identity.map(|identity| LimitedCaller { identity, throttle, route_throttle }),
        key: owner.map(|owner| LimitedKey { id: &owner.key.id, plan: &owner.plan }),
        stage: &location.stage.settings.name,
        route_key: &route.key,
        route_shape: &route.shape,
        route_rule: route.throttle.as_deref(),
        stage_rule: location.stage.settings.throttle.as_ref(),
    }
}

/// Refuses a request by which the caller would get past a limit of the plan.
pub(super) fn check_plan_of_lookalikes(location: &Location<'_>) -> Result<(), GatewayError> {
    match (&location.key_owner, &location.matched) {
        (Some(owner), Some(matched))
            if leads_past_the_plan(owner, &location.stage.settings.name, matched) =>
        {
            Err(location.stage.deployment.not_found())
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// Says if the target may take the path for that of a route which the plan of the key lets through less often.
fn leads_past_the_plan(owner: &KeyOwner, stage: &str, matched: &Matched<'_>) -> bool {
    let shape = &matched.route.shape;
    matched.lookalikes.iter().any(|other| owner.plan.lets_through_more(stage, shape, other))
}

/// The column of the key's usage that a request counts in; `None` if nobody could decide on it.
fn kind_of(outcome: &Result<Permit, GatewayError>) -> Option<Counted> {
    match outcome {
        Ok(_) => Some(Counted::Served),
        Err(GatewayError::Throttled { .. }) => Some(Counted::Throttled),
        Err(GatewayError::QuotaExceeded { .. }) => Some(Counted::OverQuota),
        Err(_) => None,
    }
}
