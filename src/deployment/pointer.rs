//! The deployment that a stage's pointer names: read, checked, resolved.
//!
//! A store that does not answer says nothing about a pointer: only what was read and is no good is refused.

use std::sync::Arc;

use serde_json::{Map, Value};

pub use super::unusable::{Pointing, Unusable};
use super::{
    Deployment, DeploymentSource, Snapshot,
    items::{Builder, Built, Validator},
    packed_items::{FormerItems, PackedItems},
    validation,
};
use crate::{
    error::{InvalidConfiguration, StoreError},
    item::StageVariables,
    stages::StageSettings,
    store::{Consistency, MoveOrigin, Store, StoredSnapshot},
};

/// A deployment that can be served, and the variables that it was resolved with.
#[derive(Clone, Debug)]
pub struct ResolvedDeployment {
    pub snapshot: Arc<Snapshot>,
    /// `None` while it is unloaded, to make room for another one: it is resolved again from the snapshot.
    pub deployment: Option<Arc<Deployment>>,
    pub stage_variables: Arc<StageVariables>,
    pub validation: Validation,
}

/// Says if it is stored that the deployment is valid with these variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    Stored,
    /// This instance has found it out, with this mark.
    New(String),
}

/// A deployment that is stored whole, and its items.
pub struct UnpackedDeployment {
    pub snapshot: Arc<Snapshot>,
    items: StoredItems,
}

enum StoredItems {
    Packed(PackedItems),
    Former(FormerItems),
}

impl ResolvedDeployment {
    pub fn id(&self) -> &str {
        &self.snapshot.id
    }

    /// Opens the snapshot again after it was unloaded; what is valid stays so.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read.
    pub fn reopened(self, store: &Store, stage: &str) -> Result<Self, Unusable> {
        let items = PackedItems::open(&self.snapshot)?.ok_or(Unusable::NotWhole)?;
        let source = DeploymentSource {
            table: &store.tables.routes,
            stage,
            stage_variables: &self.stage_variables,
            function_url_auth_type: None,
        };
        Ok(Self { deployment: Some(Arc::new(Deployment::open(items, source)?)), ..self })
    }
}

/// The outcome of reading a pointer's deployment, if the store answered.
pub type PointerResult<T> = Result<Result<T, Unusable>, StoreError>;

/// DynamoDB takes no longer key, and no deployment's id is longer than this.
const MOST_ID_BYTES: usize = 1_000;

/// Reads the deployment `id` and resolves it with the variables of `stage`.
///
/// # Errors
///
/// The store failed.
pub async fn resolved(store: &Store, stage: &StageSettings, id: &str) -> PointerResult<ResolvedDeployment> {
    Ok(published(store, id)
        .await?
        .and_then(|unpacked| unpacked.resolve(store, &stage.name, &stage.stage_variables)))
}

/// Reads the deployment `id`, as it was published.
///
/// # Errors
///
/// The store failed.
pub async fn published(store: &Store, id: &str) -> PointerResult<UnpackedDeployment> {
    if id.len() > MOST_ID_BYTES {
        return Ok(Err(Unusable::Unknown));
    }
    let mut why = Unusable::Unknown;
    // A replica may not have yet what was published a moment ago.
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        match unpacked(id, store.snapshot(id, consistency).await?) {
            Ok(unpacked) => return Ok(Ok(unpacked)),
            Err(unusable) => why = unusable,
        }
    }
    Ok(Err(why))
}

/// The state of what is stored of a deployment.
#[derive(Debug)]
pub enum Stored {
    Whole(Arc<Snapshot>),
    NotWhole,
}

/// Finds out what is stored of a deployment, and since when, consistent.
///
/// # Errors
///
/// The store failed.
pub async fn stored(store: &Store, id: &str) -> Result<(Stored, Option<MoveOrigin>), StoreError> {
    let mut stored = store.snapshot(id, Consistency::Strong).await?;
    let created = stored.as_mut().and_then(|stored| stored.created.take());
    let stored = match unpacked(id, stored) {
        Ok(UnpackedDeployment { snapshot, .. }) => Stored::Whole(snapshot),
        Err(_) => Stored::NotWhole,
    };
    Ok((stored, created))
}

fn unpacked(id: &str, stored: Option<StoredSnapshot>) -> Result<UnpackedDeployment, Unusable> {
    let StoredSnapshot { bytes, validated_with, .. } = stored.ok_or(Unusable::Unknown)?;
    UnpackedDeployment::of(Arc::new(Snapshot { id: id.to_owned(), bytes, validated_with }))
}

impl UnpackedDeployment {
    /// # Errors
    ///
    /// [`Unusable::NotWhole`], [`Unusable::UnknownFormat`].
    pub fn of(snapshot: Arc<Snapshot>) -> Result<Self, Unusable> {
        let items = match PackedItems::open(&snapshot)? {
            Some(items) => StoredItems::Packed(items),
            None => StoredItems::Former(FormerItems::inflate(&snapshot).ok_or(Unusable::NotWhole)?),
        };
        Ok(Self { snapshot, items })
    }

    /// Checks that the items are those of `stage`: every item has its stage in it.
    ///
    /// # Errors
    ///
    /// [`Unusable::OfStage`], or [`Unusable::NotWhole`].
    pub fn check_stage(&self, stage: &str) -> Result<(), Unusable> {
        let other = match &self.items {
            StoredItems::Packed(items) => Some(items.index.stage.clone()).filter(|other| other != stage),
            StoredItems::Former(items) => items.other_stage(stage).map_err(|_| Unusable::NotWhole)?,
        };
        other.map_or(Ok(()), |other| Err(Unusable::OfStage(other)))
    }

    /// Hands each item to `take`, in their order.
    ///
    /// # Errors
    ///
    /// [`Unusable::NotWhole`].
    pub fn each_item(&self, take: impl FnMut(Map<String, Value>)) -> Result<(), Unusable> {
        let read = match &self.items {
            StoredItems::Packed(items) => items.each(take),
            StoredItems::Former(items) => items.each(take),
        };
        read.map_err(|_| Unusable::NotWhole)
    }

    /// Resolves the deployment with the variables of `stage`. `store` names the routes table, for problems. Its items are
    /// validated, unless they were before with the same variables, by a version that finds in them what this one does.
    ///
    /// # Errors
    ///
    /// It is of another stage, or has problems with these variables.
    pub fn resolve(
        self,
        store: &Store,
        stage: &str,
        stage_variables: &StageVariables,
    ) -> Result<ResolvedDeployment, Unusable> {
        self.check_stage(stage)?;
        let source = DeploymentSource {
            table: &store.tables.routes,
            stage,
            stage_variables,
            function_url_auth_type: None,
        };
        let Self { snapshot, items } = self;
        let items = match items {
            StoredItems::Packed(items) => items,
            StoredItems::Former(items) => {
                return rebuilt(source, |builder| items.each(|item| builder.add(&item)));
            }
        };
        let mark = validation::mark(stage_variables, &items.index.kinds);
        let validation = if snapshot.validated_with.contains(&mark) {
            Validation::Stored
        } else {
            let mut validator = Validator::new(source);
            items.each(|item| validator.add(&item)).map_err(|_| Unusable::NotWhole)?;
            let kinds = validator.finish().kinds.value.map_err(|invalid| Unusable::Unresolved(invalid.0))?;
            if kinds != items.index.kinds {
                return rebuilt(source, |builder| items.each(|item| builder.add(&item)));
            }
            Validation::New(mark)
        };
        let deployment = Some(Arc::new(Deployment::open(items, source)?));
        let stage_variables = Arc::new(stage_variables.clone());
        Ok(ResolvedDeployment { snapshot, deployment, stage_variables, validation })
    }
}

/// A deployment that this version would store otherwise; until it is published again each start packs it anew.
fn rebuilt<E>(
    source: DeploymentSource<'_>,
    add_items: impl FnOnce(&mut Builder<'_>) -> Result<(), E>,
) -> Result<ResolvedDeployment, Unusable> {
    let mut builder = Builder::new(source);
    add_items(&mut builder).map_err(|_| Unusable::NotWhole)?;
    let built = builder.finish().value;
    let Built { deployment, snapshot } =
        built.map_err(|InvalidConfiguration(problems)| Unusable::Unresolved(problems))?;
    Ok(ResolvedDeployment {
        snapshot,
        deployment: Some(Arc::new(deployment)),
        stage_variables: Arc::new(source.stage_variables.clone()),
        validation: Validation::Stored,
    })
}
