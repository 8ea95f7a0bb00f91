//! The integration of one route, by the route's key: for the operator's tool, which tries its templates.

use super::{NotListed, Served};
use crate::{integrations::Integration, item::StageVariables, router::RouteKey};

/// A route's integration, and what it is parsed with.
#[derive(Clone, Copy, Debug)]
pub struct RouteIntegration<'a> {
    pub stage: &'a str,
    /// As written.
    pub route_key: &'a str,
    pub integration: &'a Integration,
    pub stage_variables: &'a StageVariables,
}

impl Served {
    /// The stages that have a route of this key; however its parameters are called.
    pub fn stages_with_route(&self, key: &str) -> Vec<&str> {
        let has = |stage: &&str| match self.route_integration(stage, key) {
            Ok(_) | Err(NotListed::Unreadable { .. }) => true,
            Err(
                NotListed::Route { .. }
                | NotListed::Stage(_)
                | NotListed::NothingServed(_)
                | NotListed::NoCanary(_),
            ) => false,
        };
        self.stages.iter().map(|stage| stage.settings.name.as_str()).filter(has).collect()
    }

    /// The integration of the route of this key; however its parameters are called.
    ///
    /// # Errors
    ///
    /// There is no such stage or route, or the stage serves nothing, or the route cannot be read.
    pub fn route_integration(&self, stage: &str, key: &str) -> Result<RouteIntegration<'_>, NotListed> {
        let loaded = self.of(stage).ok_or_else(|| NotListed::Stage(stage.to_owned()))?;
        let nothing = || NotListed::NothingServed(stage.to_owned());
        let resolved = loaded.loaded.resolved.as_ref().ok_or_else(nothing)?;
        let deployment = resolved.deployment.as_deref().ok_or_else(nothing)?;
        let shape = RouteKey::parse(key).map(|key| key.shape());
        let is_it =
            |index: &usize| shape.as_ref().is_ok_and(|shape| deployment.route_key(*index).shape() == *shape);
        let index = (0..deployment.route_count()).find(is_it);
        let index = index.ok_or_else(|| NotListed::Route { stage: stage.to_owned(), key: key.to_owned() })?;
        let route = deployment.try_route(index).map_err(|fault| NotListed::Unreadable {
            stage: stage.to_owned(),
            key: key.to_owned(),
            reason: fault.to_string(),
        })?;
        Ok(RouteIntegration {
            stage: &loaded.settings.name,
            route_key: deployment.routes.key(index),
            integration: &route.integration,
            stage_variables: &resolved.stage_variables,
        })
    }
}
