//! The guards of routes, which a request must pass before anybody is called. No spelling of a path leads past them.
//!
//! A target may pass over empty segments, or take `%2F` for a slash. So a path that is one route's when it is read like
//! that is never served by another that asks for less.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::{Deployment, Route, Served, ServedStage};
use crate::{
    authorizers::{ApiKeyUse, AuthorizerGuard},
    limits::throttle::Throttle,
    message::Request,
    policies::addresses::AddressLists,
    router::{METHODS, PathPattern, Reading},
};

/// The checks that a route makes of a request before its integration is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Guards {
    pub(super) authorizer: Option<AuthorizerGuard>,
    pub(super) api_key: ApiKeyUse,
    pub(super) throttle: Option<Throttle>,
    pub(super) caller_throttle: Option<Throttle>,
    /// The digest of its address lists: others may let in other clients.
    pub(super) addresses: Option<u64>,
}

impl Guards {
    const NONE: Self = Self {
        authorizer: None,
        api_key: ApiKeyUse::NotRequired,
        throttle: None,
        caller_throttle: None,
        addresses: None,
    };

    /// Says if whoever has passed these has passed `others`, or as much.
    fn cover(&self, others: &Self) -> bool {
        let is_covered = |theirs: AuthorizerGuard| self.authorizer.is_some_and(|own| own.covers(&theirs));
        let authorizer = others.authorizer.is_none_or(is_covered);
        let key = others.api_key == ApiKeyUse::NotRequired || self.api_key == others.api_key;
        let limits = |own: Option<Throttle>, theirs: Option<Throttle>| {
            theirs.is_none_or(|theirs| own.is_some_and(|own| own.lets_through_no_more_than(&theirs)))
        };
        let throttle =
            limits(self.throttle, others.throttle) && limits(self.caller_throttle, others.caller_throttle);
        let addresses = others.addresses.is_none() || self.addresses == others.addresses;
        authorizer && key && throttle && addresses
    }
}

impl Route {
    /// The checks that it makes of a request before its integration is called.
    pub fn guards(&self) -> Guards {
        let throttle = self.throttle.as_deref().and_then(|rule| rule.limits.throttle);
        let addresses = self.addresses.as_deref().map(AddressLists::digest);
        let authorizer = self.authorizer.as_ref().map(|authorizer| authorizer.guard(&self.key));
        let caller_throttle = self.caller_throttle.as_deref().copied();
        Guards { authorizer, api_key: self.api_key, throttle, caller_throttle, addresses }
    }
}

impl Deployment {
    /// The routes that a target may take a path for, which the route at `index` serves: not that one itself, nor what is
    /// one with it for such a target. `None`: some of them ask for more than it does.
    ///
    /// A method that is none of [`METHODS`], which only `$default` serves, a target may take for any of them: `get`.
    pub(super) fn lookalikes(&self, method: &Method, path: &str, index: usize) -> Option<Vec<usize>> {
        let guards = self.guards(index);
        let mut readings = self.router.lookalikes(method, path);
        if !METHODS.contains(method) {
            for known in &METHODS {
                readings.extend(self.router.find(known, path).map(|found| vec![found.index]));
                readings.extend(self.router.lookalikes(known, path));
            }
        }
        let others = readings.into_iter().filter(|routes| !routes.contains(&index)).flatten();
        others.map(|other| guards.cover(&self.guards(other)).then_some(other)).collect()
    }

    fn guards(&self, index: usize) -> Guards {
        self.routes.facts(index).guards
    }
}

impl Served {
    /// Says if a target may take the path of a request, which `stage` serves, for that of a guarded route of another
    /// stage: `/api//v1/reports`, beside a stage at `/api/v1`. No guard of one stage is as good as that of another; of one
    /// with a canary each version counts.
    pub fn leads_past_another_stage(&self, request: &Request, stage: ServedStage<'_>) -> bool {
        let readings = Reading::ALL.into_iter().filter_map(|reading| reading.of(&request.path));
        let mut others = readings.filter_map(|path| {
            let other = self.find(&request.origin.domain_name, &path).ok()?;
            let is_another = other.settings.name != stage.settings.name;
            let is_guarded_by = |deployment: &Deployment, method: &Method| {
                let route = deployment.route(method, other.path);
                let guards = route.map(|route| deployment.guards(route));
                guards.is_some_and(|guards| guards != Guards::NONE || deployment.api.restricts_clients())
            };
            let is_guarded =
                |method: &Method| other.versions().any(|version| is_guarded_by(version.deployment, method));
            let is_known = METHODS.contains(&request.method);
            let leads_past = is_guarded(&request.method) || (!is_known && METHODS.iter().any(is_guarded));
            Some(is_another && leads_past)
        });
        others.any(|leads_past| leads_past)
    }
}

/// A route that serves paths which its target may take for those of routes that ask for more: `/admin`, beside
/// `/admin/{proxy+}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistakable {
    pub route: usize,
    /// `/admin`.
    pub paths: BTreeSet<String>,
    pub guarded: BTreeSet<usize>,
}

/// Finds what no spelling tells apart: what stands before a greedy parameter is no path of that route, but its target
/// may answer to it as well.
pub(super) fn mistakable(deployment: &Deployment) -> Vec<Mistakable> {
    let Deployment { router, routes, .. } = deployment;
    let mut found: BTreeMap<usize, Mistakable> = BTreeMap::new();
    for guarded in 0..routes.len() {
        let key = deployment.route_key(guarded);
        let Some(path) = key.pattern().and_then(PathPattern::before_greedy) else { continue };
        // No parameter matches an empty segment.
        let below = format!("{path}//x");
        let serves =
            |method: &&Method| router.find(method, &below).is_some_and(|found| found.index == guarded);
        for method in METHODS.iter().filter(serves) {
            let Some(index) = router.find(method, &path).map(|found| found.index) else { continue };
            let is_written = deployment.route_key(index).pattern().is_some_and(PathPattern::is_literal);
            if is_written
                || deployment.guards(index).cover(&deployment.guards(guarded))
                || !deployment.may_share_a_target(index, guarded)
            {
                continue;
            }
            let new = || Mistakable { route: index, paths: BTreeSet::new(), guarded: BTreeSet::new() };
            let mistakable = found.entry(index).or_insert_with(new);
            mistakable.paths.insert(path.clone());
            mistakable.guarded.insert(guarded);
        }
    }
    found.into_values().collect()
}

impl Deployment {
    fn may_share_a_target(&self, index: usize, other: usize) -> bool {
        let routes = (self.try_route(index), self.try_route(other));
        matches!(routes, (Ok(own), Ok(theirs)) if own.integration.may_share_a_target_with(&theirs.integration))
    }
}
