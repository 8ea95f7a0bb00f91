//! The candidate of a stage: the deployment that its route items make, read from their table one by one.

use std::{pin::pin, sync::Arc};

use futures_util::TryStreamExt;

use super::{
    DeploymentSource, Snapshot,
    footprint::Footprint,
    items::{Builder, Built},
};
use crate::{
    environment::DeploymentMemory,
    error::{InvalidConfiguration, ItemId, Problem, StoreError},
    item::{Parsed, StageVariables},
    store::Store,
};

/// The deployment that a stage's route items make, before it is published. The items themselves are let go of.
#[derive(Debug)]
pub struct Candidate {
    pub has_items: bool,
    /// The deployment, or all problems.
    pub deployment: Result<PackedDeployment, InvalidConfiguration>,
    pub warnings: Vec<Problem>,
    pub footprint: Footprint,
}

/// A deployment to be stored.
#[derive(Debug)]
pub struct PackedDeployment {
    pub routes: usize,
    pub snapshot: Arc<Snapshot>,
}

impl Candidate {
    /// Reads the items of `stage`.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn read(
        store: &Store,
        stage: &str,
        stage_variables: &StageVariables,
    ) -> Result<Self, StoreError> {
        let (builder, has_items) = read_items(store, stage, stage_variables).await?;
        Ok(Self::of(builder, has_items))
    }

    /// The candidate that these items of `stage` would be, in the order of their route keys: of an apply.
    #[cfg(feature = "cli")]
    pub fn of_items(
        store: &Store,
        stage: &str,
        stage_variables: &StageVariables,
        items: &[serde_json::Map<String, serde_json::Value>],
    ) -> Self {
        let mut builder = Builder::new(source(store, stage, stage_variables));
        items.iter().for_each(|item| builder.add(item));
        Self::of(builder, !items.is_empty())
    }

    fn of(builder: Builder<'_>, has_items: bool) -> Self {
        let footprint = builder.footprint();
        let Parsed { value, warnings } = builder.finish();
        let packed =
            |Built { deployment, snapshot }| PackedDeployment { routes: deployment.route_count(), snapshot };
        Self { has_items, deployment: value.map(packed), warnings, footprint }
    }

    /// Checks that an instance has the memory for it.
    ///
    /// # Errors
    ///
    /// None has.
    pub fn check_memory(
        &self,
        item: ItemId<'_>,
        memory: Option<DeploymentMemory>,
    ) -> Result<(), Box<Problem>> {
        match memory.filter(|memory| memory.for_deployments < self.footprint.peak()) {
            None => Ok(()),
            Some(DeploymentMemory { function_mb, for_deployments }) => Err(Box::new(Problem::new(
                item,
                "*",
                &format!("items that take {} of an instance's memory", self.footprint),
                &format!(
                    "at most {} MB, which a function of {function_mb} MB has for them; a function with more memory, or fewer routes",
                    for_deployments >> 20
                ),
            ))),
        }
    }
}

/// Reads the items of `stage`; says if there are any.
///
/// # Errors
///
/// The store failed.
pub async fn read_items<'a>(
    store: &'a Store,
    stage: &'a str,
    stage_variables: &'a StageVariables,
) -> Result<(Builder<'a>, bool), StoreError> {
    let mut builder = Builder::new(source(store, stage, stage_variables));
    let mut has_items = false;
    let mut pages = pin!(store.route_pages(stage));
    while let Some(items) = pages.try_next().await? {
        has_items |= !items.is_empty();
        // Each is let go of before the next: a page of them takes a megabyte.
        for item in items {
            builder.add(&item);
        }
    }
    Ok((builder, has_items))
}

fn source<'a>(store: &'a Store, stage: &'a str, stage_variables: &'a StageVariables) -> DeploymentSource<'a> {
    let table = &store.tables.routes;
    let function_url_auth_type = store.function_url_auth_type;
    DeploymentSource { table, stage, stage_variables, function_url_auth_type }
}
