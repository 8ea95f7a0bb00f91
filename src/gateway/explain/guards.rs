//! The steps before an integration: who calls, by what, and how often.

use std::sync::Arc;

use super::{
    CheckedAuthorizer, ExplainedApiKey, ExplainedLimit, FoundCaller, NoLookup, RefusingStep,
    access::{ExplainedAccess, explain_access},
    secrets::Secrets,
    steps::{At, CallerKey, Refused, Way},
};
use crate::{
    authorizers::{
        ApiKey, ApiKeyUse, ApiKeys, ExplainedAuthorizer, IssuerKeys, ItemStore, RouteAuthorizer, Verdict,
    },
    caller::KeySource,
    deployment::Route,
    gateway::admission::{check_plan_of_lookalikes, limited_request},
    limits::{
        rule::{Limits, Rule},
        usage_plan::{UsagePlan, check_stopped},
    },
};

impl Way<'_> {
    /// Asks address lists, the policy and the authorizer; the reason why the caller is not known here.
    pub async fn authorize(&mut self, route: &Route) -> Result<Option<NoLookup>, Refused> {
        let place = route.authorizer.as_ref().and_then(|authorizer| authorizer.token_place());
        self.secrets = Secrets::of(self.location.request, place.as_ref(), None);
        let access = match explain_access(&self.location) {
            Some(ExplainedAccess::Denied(error)) => return Err(error).at(RefusingStep::Access),
            access => access,
        };
        let unknown = match &route.authorizer {
            Some(authorizer) => self.check(authorizer).await?,
            None => None,
        };
        match access {
            Some(ExplainedAccess::NotAllowed(error)) => Err(error).at(RefusingStep::Access),
            access => {
                self.known().access = access;
                Ok(unknown)
            }
        }
    }

    async fn check(&mut self, authorizer: &RouteAuthorizer) -> Result<Option<NoLookup>, Refused> {
        let explained = authorizer.explain(&self.location.context(), &IssuerKeys::default()).await;
        let ExplainedAuthorizer { rules, claim_names, verdict } = explained;
        let (caller, outcome) = match verdict {
            Verdict::LetsIn(principal) => {
                self.location.principal = Some(Arc::clone(&principal));
                (FoundCaller::Known(principal), Ok(None))
            }
            Verdict::Refuses(error) => (FoundCaller::Refused, Err(error)),
            Verdict::Asks(whom) => {
                let signs = authorizer.asks_for_a_signature();
                let unknown = if signs { NoLookup::Signature } else { NoLookup::AuthorizerFunction };
                (FoundCaller::AsSays(whom), Ok(Some(unknown)))
            }
        };
        self.known().checked = Some(CheckedAuthorizer { rules, claim_names, caller });
        outcome.at(RefusingStep::Authorizer)
    }

    pub async fn authenticate<S: ItemStore<ApiKey> + ItemStore<UsagePlan> + Clone>(
        &mut self,
        route: &Route,
        caller_key: &CallerKey,
        keys: &ApiKeys<S>,
        unknown: Option<NoLookup>,
    ) -> Result<(), Refused> {
        let ApiKeyUse::Required(source) = route.api_key else { return Ok(()) };
        let stage = &self.location.stage.settings.name;
        let now = self.location.request.received_at;
        let found = match caller_key {
            CallerKey::Assumed(_) => return Ok(()),
            CallerKey::Item(key) => keys.owner_of(Arc::clone(key), stage, now).await,
            // The function that names it is not asked.
            CallerKey::InRequest if source == KeySource::Authorizer && unknown.is_some() => return Ok(()),
            CallerKey::InRequest => {
                let value = self.location.api_key_value(source);
                keys.authenticate(value, stage, now).await.map_err(|unauthenticated| unauthenticated.error)
            }
        };
        let owner = found.at(RefusingStep::ApiKey)?;
        self.known().api_key =
            ExplainedApiKey::Known { id: owner.key.id.clone(), usage_plan_id: owner.plan.id.clone() };
        self.location.key_owner = Some(owner);
        Ok(())
    }

    /// Lists the limits; refuses only what is refused whatever was counted.
    pub fn limits(&mut self, route: &Route) -> Result<(), Refused> {
        check_plan_of_lookalikes(&self.location).at(RefusingStep::Limits)?;
        let counted = limited_request(&self.location, route);
        let rules: Vec<_> = counted.owned_rules().collect();
        let key_limits = counted.own_rule().map(|rule| rule.limits);
        let per_address = self.location.stage.deployment.api.throttles.per_ip.map(Limits::throttle);
        let per_address = per_address.map(|limits| ExplainedLimit { owner: None, limits });
        let asked =
            rules.iter().map(|(owner, rule)| ExplainedLimit { owner: Some(*owner), limits: rule.limits });
        let limits = per_address.into_iter().chain(asked).collect();
        self.known().limits = limits;
        self.key_limits = key_limits;
        let rules: Vec<Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
        check_stopped(&rules, self.location.request.received_at)
            .map_err(|refused| refused.error)
            .at(RefusingStep::Limits)
    }
}
