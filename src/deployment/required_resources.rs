//! What the routes and authorizers of a stage need to be there: for the operator's tool. Nobody but the store is asked.

use super::{API, Deployment, Route, candidate, items::Built, publish::stage_variables};
use crate::{
    error::StoreError,
    integrations::{Requirement, TableUse},
    store::Store,
};

/// Something that a route or an authorizer needs to be there.
#[derive(Clone, Debug)]
pub struct RequiredResource {
    /// The item's key in problems: `stage=v1 routeKey=GET /orders`.
    pub item_key: String,
    /// The map that names it, with a dot behind it: `integration.`, `authorizers.users.`.
    pub path: String,
    pub requirement: Requirement,
}

impl RequiredResource {
    /// The field that names a function or a table.
    pub fn field(&self) -> String {
        let Self { path, requirement, .. } = self;
        match requirement {
            Requirement::Function(_) if path.starts_with("authorizers.") => format!("{path}authorizerUri"),
            Requirement::Function(_) => format!("{path}uri"),
            Requirement::Table(TableUse { path: within, .. }) => format!("{path}{within}tableName"),
        }
    }
}

impl Deployment {
    /// What its routes and authorizers need to be there.
    pub fn required_resources(&self) -> Vec<RequiredResource> {
        let stage = self.routes.stage();
        let item_key = |route_key: &str| format!("stage={stage} routeKey={route_key}");
        let of_authorizers = self.api.authorizers.functions().map(|asked| RequiredResource {
            item_key: item_key(API),
            path: format!("authorizers.{}.", asked.authorizer_id),
            requirement: Requirement::Function(asked.function.clone()),
        });
        let mut all: Vec<_> = of_authorizers.collect();
        let routes = (0..self.route_count()).filter_map(|index| self.try_route(index).ok());
        for Route { key, integration, .. } in routes {
            all.extend(integration.requirements().into_iter().map(|requirement| RequiredResource {
                item_key: item_key(key),
                path: "integration.".to_owned(),
                requirement,
            }));
        }
        all
    }
}

/// What the items of a stage need to be there, as they are now; `None`: something is wrong with the items.
///
/// # Errors
///
/// The store failed.
pub async fn required_resources(
    store: &Store,
    stage: &str,
) -> Result<Option<Vec<RequiredResource>>, StoreError> {
    let row = store.stage(stage).await?;
    let variables = stage_variables(&store.tables.stages, row.as_ref().map(|row| &row.item));
    let (builder, _) = candidate::read_items(store, stage, &variables).await?;
    let built = builder.finish().value.ok();
    Ok(built.map(|Built { deployment, .. }| deployment.required_resources()))
}
