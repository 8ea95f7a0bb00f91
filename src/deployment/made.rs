//! A stage's route items, read from their table one by one: checked, and packed.

use serde_json::{Map, Value};

use super::{Packer, Parser, Snapshot, Source, footprint::Footprint, snapshot::TooLarge};
use crate::{
    environment::DeploymentMemory,
    error::{InvalidConfiguration, Problem, StoreError},
    item::{Parsed, StageVariables},
    store::Store,
};

/// The deployment that a stage's route items make. The items themselves are let go of.
#[derive(Debug)]
pub struct Made {
    pub has_items: bool,
    /// How many routes there are, or everything that is wrong.
    pub routes: Result<usize, InvalidConfiguration>,
    pub warnings: Vec<Problem>,
    pub footprint: Footprint,
    snapshot: Result<Snapshot, TooLarge>,
}

impl Made {
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
        let mut parser = Parser::new(Source { table: &store.tables.routes, stage, stage_variables });
        let mut has_items = false;
        let each = |item: Map<String, Value>| {
            has_items = true;
            packer.add(&item);
            parser.add(&item);
        };
        store.each_route(stage, each).await?;
        let Parsed { value, warnings } = parser.finish();
        let routes = value.map(|deployment| deployment.routes.len());
        Ok(Self { has_items, routes, warnings, footprint: packer.footprint(), snapshot: packer.finish() })
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
    pub fn snapshot(
        &self,
        (table, key): (&str, &str),
        memory: Option<DeploymentMemory>,
    ) -> Result<&Snapshot, Problem> {
        let problem = |got: &str, expected: &str| Problem::new((table, key), "*", got, expected);
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
