//! Deployments: each an immutable, validated, resolved snapshot of a stage's routes.
//!
//! After [`parse`] no name is unresolved: a request only follows references.

mod active_deployments;
mod api;
#[cfg(feature = "cli")]
mod apply;
mod base_path_claims;
mod blocks;
mod cacheable;
#[cfg(feature = "cli")]
mod canary_apply;
mod canary_end;
mod canary_item;
mod canary_load;
mod canary_start;
mod candidate;
mod contents;
mod effective_settings;
mod encoding;
mod footprint;
mod guards;
mod index;
mod inspect;
mod items;
mod last_good;
mod lazy_routes;
mod listed_routes;
mod load;
mod load_outcome;
mod look;
mod look_result;
mod matching;
mod packed_items;
mod packer;
mod passed_over;
mod pointer;
mod prune;
mod publication;
mod publish;
mod publish_decision;
#[cfg(feature = "cli")]
mod required_resources;
mod rollback;
mod route_access;
mod route_facts;
#[cfg(feature = "cli")]
mod route_integration;
mod route_item;
mod served;
mod snapshot;
#[cfg(feature = "cli")]
mod stage_report;
mod stage_state;
mod status_report;
mod storing;
#[cfg(test)]
mod tests;
#[cfg(feature = "cli")]
mod unfinished_apply;
mod unusable;
mod validation;

use std::{fmt, sync::Arc};

#[cfg(feature = "cli")]
pub use self::apply::{
    ApplyOutcome, PlannedDeployment, PlannedStage, STATE_FIELDS, check_planned, finish_apply, is_as_read,
};
#[cfg(feature = "cli")]
pub use self::items::read_only;
#[cfg(feature = "cli")]
pub use self::required_resources::{RequiredResource, required_resources};
#[cfg(feature = "cli")]
pub use self::route_integration::RouteIntegration;
#[cfg(feature = "cli")]
pub use self::stage_report::{
    AutoDeploySetting, ItemsState, LastStatus, ServedDeployment, ServedOrigin, StageLocation, StageReport,
    stage_report, unknown_format,
};
pub use self::{
    active_deployments::{ActiveDeployments, CurrentStages},
    api::Api,
    base_path_claims::conflicts_among,
    canary_end::{CanaryAbort, CanaryPromotion, ItemsAfterCanary, abort_canary, promote_canary},
    canary_start::{CanaryStart, CanaryStarted, start_canary},
    contents::{DeploymentItems, items_of},
    guards::Guards,
    inspect::{StageItems, inspect, inspect_stages, served_items, served_of_items},
    items::{API, NO_ROUTE, parse},
    listed_routes::{ListedRoute, NotListed, WholeRoute},
    look::Freshness,
    packer::Packer,
    passed_over::{PassedOver, PassedOverRoute},
    pointer::Unusable,
    prune::{PrunableDeployment, PrunePlan, delete_pruned, plan_pruning, prune},
    publication::{Origin, Publication, Trigger},
    publish::{check, invalid_configuration, publish},
    publish_decision::{PublishOutcome, counted},
    rollback::{
        FormerAutoDeploy, FoundDeployment, Rollback, RollbackCandidate, RollbackOutcome, RollbackRefusal,
        find_deployment, roll_back, rollback_candidates, served_before, served_by,
    },
    route_access::{
        AuthorizerOrigin, PolicyAccess, RouteAccess, RouteAuthorization, UrlAccess, route_access,
    },
    route_item::DeploymentSource,
    served::{Configuration, Served, ServedCanary, ServedStage},
    snapshot::Snapshot,
};
#[cfg(feature = "cli")]
pub use self::{
    canary_apply::finish_canary_apply,
    canary_item::{rollback as canary_rollback, standing as standing_canary},
    unfinished_apply::{UnfinishedApply, unfinished_applies},
};
use self::{
    lazy_routes::{LazyRoutes, RouteFault},
    packed_items::PackedItems,
    route_item::ItemReader,
};
use crate::{
    authorizers::{ApiKeyUse, RouteAuthorizer},
    cache::CachePolicy,
    context::PathParameter,
    error::GatewayError,
    integrations::Integration,
    item::{Parsed, Report},
    limits::{rule::Rule, throttle::Throttle},
    policies::{addresses::AddressLists, cors::Cors, request_validation::RequestValidation},
    router::{RouteKey, Router},
    shadow::Shadow,
};

/// All routes of a stage, and what they share.
pub struct Deployment {
    pub api: Api,
    router: Router,
    /// In the order that the router counts them in.
    routes: LazyRoutes,
}

/// One complete entry: which requests, what is asked of them, who answers. What few routes have takes no room in the
/// others.
#[derive(Debug)]
pub struct Route {
    /// `GET /orders/{id}`, `$default`.
    pub key: Box<str>,
    /// The name that usage plans know it by: [`RouteKey::shape`](crate::router::RouteKey::shape).
    pub shape: Box<str>,
    cors: Option<Box<Cors>>,
    /// `None`: it asks none.
    pub authorizer: Option<Box<RouteAuthorizer>>,
    pub api_key: ApiKeyUse,
    /// The clients that it lets in; `None`: all whom the API lets in.
    pub addresses: Option<Box<AddressLists>>,
    /// The limit of all callers together.
    pub throttle: Option<Box<Rule>>,
    /// The limit of each caller.
    pub caller_throttle: Option<Box<Throttle>>,
    /// `None`: a request may be anything.
    pub validation: Option<Box<RequestValidation>>,
    /// Which of its answers are kept; `None`: no answer is.
    pub cache: Option<Box<CachePolicy>>,
    /// The other API that copies of its requests go to.
    pub shadow: Option<Box<Shadow>>,
    /// Metrics count its requests by themselves.
    pub detailed_metrics: bool,
    pub integration: Integration,
}

/// The answer to a request that no route serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnmatchedRoutes {
    /// 404, or 405 where the path has other methods.
    #[default]
    Http,
    /// 403 `Missing Authentication Token`, as REST APIs say.
    AwsRest,
    /// 404, also where the path has other methods, as HTTP APIs say.
    AwsHttp,
}

/// The route of a request, with what its path's parameters matched.
#[derive(Debug)]
pub struct Matched<'a> {
    pub route: &'a Route,
    /// The path that was routed.
    pub path: &'a str,
    pub path_parameters: Vec<PathParameter<'a>>,
    /// The [shapes](RouteKey::shape) of the routes that the target may take the path for; none of them asks for more than
    /// this one.
    pub lookalikes: Vec<String>,
}

impl Deployment {
    /// Opens a snapshot whose items are valid with these stage variables. Of the items only `$api` is read.
    ///
    /// # Errors
    ///
    /// The snapshot is not to be read.
    fn open(items: PackedItems, source: DeploymentSource<'_>) -> Result<Self, Unusable> {
        let item = items.api().map_err(|_| Unusable::NotWhole)?.unwrap_or_default();
        let report = Report::default();
        let api = ItemReader { source, report: &report }.api(&item);
        Parsed::new(Some(()), report.into_findings())
            .value
            .map_err(|invalid| Unusable::Unresolved(invalid.0))?;
        Self::new(api, items, source)
    }

    /// The routes among the items, of an API that was read.
    ///
    /// # Errors
    ///
    /// Their keys make no router.
    fn new(api: Api, items: PackedItems, source: DeploymentSource<'_>) -> Result<Self, Unusable> {
        let routes = LazyRoutes::new(items, source.table, &Arc::new(source.stage_variables.clone()));
        let keys = (0..routes.len()).map(|index| RouteKey::parse(routes.key(index)));
        let keys: Result<Vec<_>, _> = keys.collect();
        let router = keys.ok().and_then(|keys| Router::new(&keys, api.trailing_slash).ok());
        let router = router.ok_or(Unusable::NotWhole)?;
        Ok(Self { api, router, routes })
    }

    pub fn route_count(&self) -> usize {
        self.routes.len()
    }

    fn read_route(&self, index: usize) -> Result<&Route, GatewayError> {
        self.try_route(index).map_err(|fault| GatewayError::RouteUnreadable(Arc::clone(fault).into()))
    }

    fn try_route(&self, index: usize) -> Result<&Route, &Arc<RouteFault>> {
        self.routes.get(index, &self.api)
    }

    fn route_key(&self, index: usize) -> RouteKey<'_> {
        RouteKey::parse(self.routes.key(index)).expect("the router was made of it")
    }
}

/// Reads all routes.
impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes: Vec<_> = (0..self.routes.len()).map(|index| self.try_route(index)).collect();
        let Self { api, router, .. } = self;
        f.debug_struct("Deployment")
            .field("api", api)
            .field("router", router)
            .field("routes", &routes)
            .finish()
    }
}
