//! The routes of a deployment as lists show them, and one of them whole: for the operator's tool.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Deployment, RouteAuthorization, Served};
use crate::{
    authorizers::ApiKeyUse,
    item::{StageVariables, resolve_stage_variables},
    limits::throttle::Throttle,
    router::RouteKey,
};

/// A route of a stage that is served.
#[derive(Clone, Debug)]
pub struct ListedRoute {
    pub stage: String,
    /// `GET /orders/{id}`, `$default`.
    pub key: String,
    /// `AWS_PROXY`.
    pub integration_type: &'static str,
    /// `integration` of the item, with the stage's variables in its texts.
    pub integration: Map<String, Value>,
    pub authorizer: RouteAuthorization,
    pub api_key: ApiKeyUse,
    pub throttle: Option<Throttle>,
    /// Of each caller.
    pub caller_throttle: Option<Throttle>,
    pub is_cached: bool,
}

/// A route with what it has from its stage and from `$api`.
#[derive(Clone, Debug)]
pub struct WholeRoute {
    pub stage: String,
    pub deployment_id: String,
    /// The item, without its stage.
    pub item: Map<String, Value>,
    /// Fields of `$api` that count for the route, since it does not say them itself.
    pub of_api: Map<String, Value>,
    pub stage_variables: Map<String, Value>,
}

/// A route that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum NotListed {
    #[error("there is no stage {0}")]
    Stage(String),
    #[error("{0} has no canary that is on")]
    NoCanary(String),
    #[error("stage {0} serves nothing yet")]
    NothingServed(String),
    #[error("stage {stage} has no route {key}")]
    Route { stage: String, key: String },
    #[error("route {key} of stage {stage} cannot be read: {reason}")]
    Unreadable { stage: String, key: String, reason: String },
}

/// Fields of `$api` that a route may say itself, instead.
const OVERRIDDEN: [&str; 3] = ["authorizerId", "authorizationScopes", "corsConfiguration"];

impl Served {
    /// The routes of a stage, or of all that serve something: by stage, then by path, then by method.
    ///
    /// # Errors
    ///
    /// There is no such stage, or it serves nothing, or a route of it cannot be read.
    pub fn routes(&self, stage: Option<&str>) -> Result<Vec<ListedRoute>, NotListed> {
        let mut routes = Vec::new();
        for loaded in
            self.stages.iter().filter(|loaded| stage.is_none_or(|stage| loaded.settings.name == stage))
        {
            let name = &loaded.settings.name;
            let variables = &loaded.settings.stage_variables;
            match loaded.loaded.resolved.as_ref().and_then(|resolved| resolved.deployment.as_deref()) {
                Some(deployment) => routes.extend(deployment.listed(name, variables)?),
                None if stage.is_some() => return Err(NotListed::NothingServed(name.clone())),
                None => {}
            }
        }
        match stage {
            Some(stage) if self.of(stage).is_none() => Err(NotListed::Stage(stage.to_owned())),
            Some(_) | None => Ok(routes),
        }
    }

    /// One route of a stage, by its key; however its parameters are called.
    ///
    /// # Errors
    ///
    /// There is no such stage or route, or the stage serves nothing.
    pub fn whole_route(&self, stage: &str, key: &str) -> Result<WholeRoute, NotListed> {
        let loaded = self.of(stage).ok_or_else(|| NotListed::Stage(stage.to_owned()))?;
        let nothing = || NotListed::NothingServed(stage.to_owned());
        let resolved = loaded.loaded.resolved.as_ref().ok_or_else(nothing)?;
        let deployment = resolved.deployment.as_deref().ok_or_else(nothing)?;
        let shape = RouteKey::parse(key).map(|key| key.shape());
        let is_it =
            |index: &usize| shape.as_ref().is_ok_and(|shape| deployment.route_key(*index).shape() == *shape);
        let index = (0..deployment.route_count()).find(is_it);
        let index = index.ok_or_else(|| NotListed::Route { stage: stage.to_owned(), key: key.to_owned() })?;
        let item = deployment.item(stage, index)?;
        let has = |name: &str| item.contains_key(name);
        let is_opened = item.get("authorizationType").and_then(Value::as_str) == Some("NONE");
        let counts = |name: &str| match name {
            "routeKey" | "stage" | "description" => false,
            "authorizationScopes" => !has("authorizerId") && !has(name) && !is_opened,
            "authorizerId" => !has(name) && !is_opened,
            name if OVERRIDDEN.contains(&name) => !has(name),
            _ => true,
        };
        let api = deployment.routes.api_item().unwrap_or_default();
        let of_api = api.into_iter().filter(|(name, _)| counts(name)).collect();
        let variables = &*resolved.stage_variables;
        Ok(WholeRoute {
            stage: stage.to_owned(),
            deployment_id: resolved.id().to_owned(),
            item,
            of_api,
            stage_variables: variables
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect(),
        })
    }
}

impl Deployment {
    fn listed(&self, stage: &str, variables: &StageVariables) -> Result<Vec<ListedRoute>, NotListed> {
        let mut routes = Vec::with_capacity(self.route_count());
        for index in 0..self.route_count() {
            let key = self.routes.key(index).to_owned();
            let unreadable =
                |reason: String| NotListed::Unreadable { stage: stage.to_owned(), key: key.clone(), reason };
            let route = self.try_route(index).map_err(|fault| unreadable(fault.to_string()))?;
            let mut item = self.item(stage, index)?;
            let integration = match item.remove("integration") {
                Some(Value::Object(integration)) => resolved(integration, variables),
                Some(_) | None => Map::new(),
            };
            routes.push(ListedRoute {
                stage: stage.to_owned(),
                integration_type: route.integration.type_name(),
                integration,
                authorizer: self.api.authorization_of(route),
                api_key: route.api_key,
                throttle: route.throttle.as_ref().and_then(|rule| rule.limits.throttle),
                caller_throttle: route.caller_throttle.as_deref().copied(),
                is_cached: route.cache.is_some(),
                key,
            });
        }
        routes.sort_by(|a: &ListedRoute, b| compare_keys(&a.key, &b.key));
        Ok(routes)
    }

    fn item(&self, stage: &str, index: usize) -> Result<Map<String, Value>, NotListed> {
        let key = self.routes.key(index).to_owned();
        let item = self.routes.item(index);
        let mut item = item.map_err(|damaged| NotListed::Unreadable {
            stage: stage.to_owned(),
            key: key.clone(),
            reason: damaged.to_string(),
        })?;
        item.insert("routeKey".to_owned(), key.into());
        item.remove("stage");
        Ok(item)
    }
}

/// The fields with the stage's variables in their texts.
fn resolved(fields: Map<String, Value>, variables: &StageVariables) -> Map<String, Value> {
    let resolve = |value| match value {
        Value::String(text) => resolve_stage_variables(&text, variables).unwrap_or(text).into(),
        other => other,
    };
    fields.into_iter().map(|(name, value)| (name, resolve(value))).collect()
}

/// Compares route keys by path, then by method; `$default`, which has neither, comes last.
pub(super) fn compare_keys(a: &str, b: &str) -> Ordering {
    let parts = |key: &str| key.split_once(' ').map(|(method, path)| (path.to_owned(), method.to_owned()));
    let (own, theirs) = (parts(a), parts(b));
    own.is_none().cmp(&theirs.is_none()).then(own.cmp(&theirs))
}
