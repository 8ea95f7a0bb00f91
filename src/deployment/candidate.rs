//! The candidate of a stage: the deployment that its route items make, read from their table one by one.

use std::pin::pin;

use futures_util::TryStreamExt;

use super::{DeploymentSource, Packer, Parser, Snapshot, footprint::Footprint, snapshot::TooLarge};
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
    /// The number of routes, or all problems.
    pub routes: Result<usize, InvalidConfiguration>,
    pub warnings: Vec<Problem>,
    pub footprint: Footprint,
    snapshot: Result<Snapshot, TooLarge>,
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
        let mut packer = Packer::default();
        let mut parser =
            Parser::new(DeploymentSource { table: &store.tables.routes, stage, stage_variables });
        let mut has_items = false;
        let mut pages = pin!(store.route_pages(stage));
        while let Some(items) = pages.try_next().await? {
            has_items |= !items.is_empty();
            // Each is let go of before the next: a page of them takes a megabyte.
            for item in items {
                packer.add(&item);
                parser.add(&item);
            }
        }
        let Parsed { value, warnings } = parser.finish();
        let routes = value.map(|deployment| deployment.routes.len());
        Ok(Self { has_items, routes, warnings, footprint: packer.footprint(), snapshot: packer.finish() })
    }

    /// The id that the deployment would have; `None`: the items are too large for one.
    pub fn id(&self) -> Option<&str> {
        self.snapshot.as_ref().ok().map(|snapshot| snapshot.id.as_str())
    }

    /// Of items with problems, none.
    pub fn route_count(&self) -> usize {
        *self.routes.as_ref().unwrap_or(&0)
    }

    /// The deployment to be stored.
    ///
    /// # Errors
    ///
    /// No instance has the memory for it.
    pub fn snapshot(&self, item: ItemId<'_>, memory: Option<DeploymentMemory>) -> Result<&Snapshot, Problem> {
        let problem = |got: &str, expected: &str| Problem::new(item, "*", got, expected);
        let too_large = |TooLarge { bytes, most }: &TooLarge| {
            problem(&format!("items of {bytes} bytes as JSON"), &format!("at most {most} bytes"))
        };
        let snapshot = self.snapshot.as_ref().map_err(too_large)?;
        match memory.filter(|memory| memory.for_deployments < self.footprint.peak()) {
            None => Ok(snapshot),
            Some(DeploymentMemory { function_mb, for_deployments }) => Err(problem(
                &format!("items that take {} of an instance's memory", self.footprint),
                &format!(
                    "at most {} MB, which a function of {function_mb} MB has for them; a function with more memory, or fewer routes",
                    for_deployments >> 20
                ),
            )),
        }
    }
}
