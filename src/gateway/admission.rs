//! The steps before an integration: who calls, and whether the limits let the request through.

use http::{HeaderName, HeaderValue};

use super::{Gateway, Way};
use crate::{
    access_log::AccessLog,
    authorizers::{ApiKeyUse, Caller, KeySource, Unauthenticated},
    deployment::{Route, ServedStage},
    error::GatewayError,
    limits::{
        rule::Rule,
        usage::by_day::Counted,
        usage_plan::{self, LimitedKey, LimitedRequest, Permit},
    },
    message::Request,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

impl Gateway {
    /// Who calls, on a route that asks.
    pub(super) async fn caller(
        &self,
        request: &Request,
        stage: ServedStage<'_>,
        route: &Route,
        log: &mut AccessLog,
    ) -> Result<Option<Caller>, GatewayError> {
        let value = match route.api_key {
            ApiKeyUse::NotRequired => return Ok(None),
            ApiKeyUse::Required(KeySource::Header) => request.headers.get(API_KEY),
            // No authorizer says one yet.
            ApiKeyUse::Required(KeySource::Authorizer) => None,
        };
        let value = value.map(HeaderValue::as_bytes);
        let found = self.keys.authenticate(value, &stage.settings.name, request.received_at).await;
        let caller = found.map_err(|Unauthenticated { error, key_id }| {
            key_id.into_iter().for_each(|id| log.api_key(&id));
            if matches!(error, GatewayError::StoreUnavailable(_)) {
                log.degraded("apiKey");
            }
            error
        })?;
        log.api_key(&caller.key.id);
        if caller.is_degraded {
            log.degraded("apiKey");
        }
        Ok(Some(caller))
    }

    /// Counts a request, wherever it counts.
    pub(super) async fn admit(
        &self,
        request: &Request,
        stage: ServedStage<'_>,
        route: &Route,
        caller: Option<&Caller>,
        way: &mut Way<'_>,
        log: &mut AccessLog,
    ) -> Result<Permit, GatewayError> {
        if let Some(caller) = caller
            && leads_past_the_plan(caller, &stage.settings.name, route, &way.lookalikes)
        {
            return Err(stage.deployment.not_found());
        }
        let counted = LimitedRequest {
            key: caller.map(|caller| LimitedKey { id: &caller.key.id, plan: &caller.plan }),
            stage: &stage.settings.name,
            route_key: &route.key,
            route_shape: &route.shape,
            route_rule: route.throttle.as_ref(),
            stage_rule: stage.settings.throttle.as_ref(),
        };
        let now = request.received_at;
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
        way.standing = counted.key_rule().map(|rule| self.counters.rate_limit_status(&rule));
        if let (Some(caller), Some(kind)) = (caller, kind_of(&outcome))
            // Of what an operator has stopped nothing is counted, not even that it was asked for.
            && !rules.iter().any(Rule::stops)
        {
            self.usage.count(&caller.key.id, &stage.settings.name, kind, now);
        }
        outcome
    }
}

/// Whether the target may take the path for that of a route which the caller's plan lets through less often.
fn leads_past_the_plan(caller: &Caller, stage: &str, route: &Route, lookalikes: &[&Route]) -> bool {
    lookalikes.iter().any(|other| caller.plan.lets_through_more(stage, &route.shape, &other.shape))
}

/// What the key's usage says of a request; nothing of one that nobody could judge.
fn kind_of(outcome: &Result<Permit, GatewayError>) -> Option<Counted> {
    match outcome {
        Ok(_) => Some(Counted::Served),
        Err(GatewayError::Throttled { .. }) => Some(Counted::Throttled),
        Err(GatewayError::QuotaExceeded { .. }) => Some(Counted::OverQuota),
        Err(_) => None,
    }
}
