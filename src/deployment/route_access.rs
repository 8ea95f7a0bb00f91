//! The callers that each route of a stage lets in, as its items are now: for the operator's tool. Nothing is published.

use super::{
    Api, Deployment, Route, candidate, items::Built, listed_routes::compare_keys, publish::stage_variables,
};
use crate::{
    authorizers::{ApiKeyUse, Authorization, RouteAuthorizer},
    environment::FunctionUrlAuthType,
    error::StoreError,
    policies::addresses::AddressLists,
    store::Store,
};

/// What a route asks of its callers.
#[derive(Clone, Debug)]
pub struct RouteAccess {
    /// `GET /orders/{id}`, `$default`.
    pub route_key: String,
    pub authorizer: RouteAuthorization,
    pub api_key: ApiKeyUse,
    /// Those of `$api`, and those of the route; a client must pass both.
    pub addresses: [Option<AddressLists>; 2],
    pub policy: PolicyAccess,
    pub url: UrlAccess,
    pub writes_to_dynamodb: bool,
}

/// The part of the API's resource policy in whom a route lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyAccess {
    /// There is none.
    None,
    /// It lets everybody ask for everything.
    Open,
    /// It lets in some, or denies something.
    Asked,
}

/// The callers whom the function URL lets get as far as a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlAccess {
    /// Also where its `AuthType` is not known.
    Everybody,
    Signers,
}

/// The authorizer that a route asks.
#[derive(Clone, Debug)]
pub enum RouteAuthorization {
    None,
    /// None, though the API has one for its routes: this one says `NONE`.
    Opened,
    By(RouteAuthorizer, AuthorizerOrigin),
}

/// The item that says which authorizer a route asks. A route that says the same as `$api` has it from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizerOrigin {
    Api,
    Route,
}

impl Api {
    /// The authorizer that one of its routes asks.
    pub fn authorization_of(&self, route: &Route) -> RouteAuthorization {
        match (route.authorizer.as_deref(), &self.authorization) {
            (None, None | Some(Authorization::Nothing)) => RouteAuthorization::None,
            (None, Some(Authorization::By(_))) => RouteAuthorization::Opened,
            (Some(own), Some(Authorization::By(default)))
                if default.id == own.id && default.scopes() == own.scopes() =>
            {
                RouteAuthorization::By(own.clone(), AuthorizerOrigin::Api)
            }
            (Some(own), _) => RouteAuthorization::By(own.clone(), AuthorizerOrigin::Route),
        }
    }
}

impl RouteAccess {
    fn of(route: &Route, api: &Api, policy: PolicyAccess, url: UrlAccess) -> Self {
        Self {
            route_key: route.key.to_string(),
            authorizer: api.authorization_of(route),
            api_key: route.api_key,
            addresses: [api.addresses.clone(), route.addresses.as_deref().cloned()],
            policy,
            url,
            writes_to_dynamodb: route.integration.writes_to_dynamodb(),
        }
    }

    /// True if nothing is asked of a caller whom no `ipDeny` lists.
    pub fn is_public(&self) -> bool {
        let asks_no_authorizer = match self.authorizer {
            RouteAuthorization::None | RouteAuthorization::Opened => true,
            RouteAuthorization::By(..) => false,
        };
        let is_for_some = self.addresses.iter().flatten().any(|lists| lists.allow().is_some());
        asks_no_authorizer
            && self.api_key == ApiKeyUse::NotRequired
            && !is_for_some
            && self.policy != PolicyAccess::Asked
            && self.url == UrlAccess::Everybody
    }
}

/// Says of each route of a stage who may call it, by path, then by method; `None`: something is wrong with the items.
///
/// # Errors
///
/// The store failed.
pub async fn route_access(store: &Store, stage: &str) -> Result<Option<Vec<RouteAccess>>, StoreError> {
    let row = store.stage(stage).await?;
    let variables = stage_variables(&store.tables.stages, row.as_ref().map(|row| &row.item));
    let (builder, _) = candidate::read_items(store, stage, &variables).await?;
    let Ok(Built { deployment, .. }) = builder.finish().value else { return Ok(None) };
    let routes = (0..deployment.route_count()).map(|index| deployment.try_route(index));
    let routes: Result<Vec<_>, _> = routes.collect();
    let policy = match &deployment.api.policy {
        None => PolicyAccess::None,
        Some(policy) if policy.is_open(stage) => PolicyAccess::Open,
        Some(_) => PolicyAccess::Asked,
    };
    let url = match store.function_url_auth_type {
        Some(FunctionUrlAuthType::AwsIam) => UrlAccess::Signers,
        Some(FunctionUrlAuthType::None) | None => UrlAccess::Everybody,
    };
    Ok(routes.ok().map(|routes| sorted(&deployment, &routes, policy, url)))
}

fn sorted(
    deployment: &Deployment,
    routes: &[&Route],
    policy: PolicyAccess,
    url: UrlAccess,
) -> Vec<RouteAccess> {
    let access = |route: &&Route| RouteAccess::of(route, &deployment.api, policy, url);
    let mut accesses: Vec<_> = routes.iter().map(access).collect();
    accesses.sort_by(|a, b| compare_keys(&a.route_key, &b.route_key));
    accesses
}
