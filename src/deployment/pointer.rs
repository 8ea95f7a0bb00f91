//! The deployment that a stage's pointer names: read, checked, resolved.
//!
//! A store that does not answer says nothing about a pointer: only what was read and is no good is refused.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Deployment, DeploymentSource, Parser, Snapshot, Unpacked};
use crate::{
    error::{InvalidConfiguration, ItemId, Problem, StoreError},
    item::{StageVariables, brief},
    stages::StageSettings,
    store::{Consistency, Store},
};

/// A deployment that can be served, and the variables that it was resolved with.
#[derive(Clone, Debug)]
pub struct ResolvedDeployment {
    pub snapshot: Arc<Snapshot>,
    /// `None` while it is unloaded, to make room for another one: it is resolved again from the snapshot.
    pub deployment: Option<Arc<Deployment>>,
    pub stage_variables: Arc<StageVariables>,
}

/// A deployment that is stored whole, and its items.
pub struct UnpackedDeployment {
    pub snapshot: Arc<Snapshot>,
    unpacked: Unpacked,
}

impl ResolvedDeployment {
    pub fn id(&self) -> &str {
        &self.snapshot.id
    }
}

/// The reason why a pointer is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There is nothing under this id.
    Unknown,
    /// Parts are missing, or are others than were published.
    NotWhole,
    /// It was published for another stage.
    OfStage(String),
    /// It cannot be resolved with the variables that the stage has.
    Unresolved(Vec<Problem>),
}

/// The outcome of reading a pointer's deployment, if the store answered.
pub type PointerResult<T> = Result<Result<T, Unusable>, StoreError>;

/// DynamoDB takes no longer key, and no deployment's id is longer than this.
const MOST_ID_BYTES: usize = 1_000;

impl Unusable {
    /// Says if the deployment that was published is gone.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Unknown | Self::NotWhole => true,
            Self::OfStage(_) | Self::Unresolved(_) => false,
        }
    }

    /// The problems of `id` as the pointer of `stage`.
    pub fn problems(&self, table: &str, stage: &str, id: &str) -> Vec<Problem> {
        let expected = match self {
            Self::Unknown => "the id of a deployment; there is none of this id".to_owned(),
            Self::NotWhole => "a deployment that is whole; what is stored of this one is not".to_owned(),
            Self::OfStage(other) => format!("a deployment of this stage; this one is of stage {other}"),
            Self::Unresolved(problems) => return problems.clone(),
        };
        let item = ItemId { table, key: &format!("stage={stage}") };
        vec![Problem::new(item, "deploymentId", &brief(&id.into()), &expected)]
    }
}

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

/// Says if all of a deployment is stored, consistent.
///
/// # Errors
///
/// The store failed.
pub async fn is_stored(store: &Store, id: &str) -> Result<bool, StoreError> {
    Ok(unpacked(id, store.snapshot(id, Consistency::Strong).await?).is_ok())
}

fn unpacked(id: &str, deflated: Option<Vec<u8>>) -> Result<UnpackedDeployment, Unusable> {
    let deflated = deflated.ok_or(Unusable::Unknown)?;
    UnpackedDeployment::of(Arc::new(Snapshot { id: id.to_owned(), deflated }))
}

impl UnpackedDeployment {
    /// # Errors
    ///
    /// [`Unusable::NotWhole`].
    pub fn of(snapshot: Arc<Snapshot>) -> Result<Self, Unusable> {
        let unpacked = snapshot.unpack().map_err(|_| Unusable::NotWhole)?;
        Ok(Self { snapshot, unpacked })
    }

    /// Checks that the items are those of `stage`: every item has its stage in it.
    ///
    /// # Errors
    ///
    /// [`Unusable::OfStage`], or [`Unusable::NotWhole`].
    pub fn check_stage(&self, stage: &str) -> Result<(), Unusable> {
        let mut check = OfStage { stage, other: None };
        self.unpacked.each(|item| check.add(&item)).map_err(|_| Unusable::NotWhole)?;
        check.finish()
    }

    /// Resolves the deployment with the variables of `stage`. `store` names the routes table, for problems.
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
        let mut check = OfStage { stage, other: None };
        let mut parser =
            Parser::new(DeploymentSource { table: &store.tables.routes, stage, stage_variables });
        let read = self.unpacked.each(|item| {
            check.add(&item);
            parser.add(&item);
        });
        read.map_err(|_| Unusable::NotWhole)?;
        check.finish()?;
        let parsed = parser.finish().value;
        let deployment = parsed.map_err(|InvalidConfiguration(problems)| Unusable::Unresolved(problems))?;
        Ok(ResolvedDeployment {
            snapshot: self.snapshot,
            deployment: Some(Arc::new(deployment)),
            stage_variables: Arc::new(stage_variables.clone()),
        })
    }
}

/// Finds a stage among those of items that is another than it should be.
struct OfStage<'a> {
    stage: &'a str,
    other: Option<String>,
}

impl OfStage<'_> {
    fn add(&mut self, item: &Map<String, Value>) {
        if self.other.is_none() {
            let other = item.get("stage").and_then(Value::as_str).filter(|other| *other != self.stage);
            self.other = other.map(str::to_owned);
        }
    }

    fn finish(self) -> Result<(), Unusable> {
        self.other.map_or(Ok(()), |other| Err(Unusable::OfStage(other)))
    }
}
