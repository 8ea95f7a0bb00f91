//! What a stage's pointer names: looked for, checked, resolved.
//!
//! A store that does not answer says nothing about a pointer: only what was read and is no good is refused.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Deployment, Snapshot, Source, parse};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError},
    item::{StageVariables, brief},
    stages::StageSettings,
    store::{Consistency, Store},
};

/// A deployment that can be served, and the variables that it was resolved with.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub id: String,
    pub deployment: Arc<Deployment>,
    pub stage_variables: Arc<StageVariables>,
}

/// Why a pointer is refused.
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

/// What came of looking at a pointer, if the store answered.
pub type Looked<T> = Result<Result<T, Unusable>, StoreError>;

/// DynamoDB takes no longer key, and no deployment's id is longer than this.
const MOST_ID_BYTES: usize = 1_000;

impl Unusable {
    /// Whether what was published is gone.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Unknown | Self::NotWhole => true,
            Self::OfStage(_) | Self::Unresolved(_) => false,
        }
    }

    /// What is wrong with `id` as the pointer of `stage`.
    pub fn problems(&self, table: &str, stage: &str, id: &str) -> Vec<Problem> {
        let expected = match self {
            Self::Unknown => "the id of a deployment; there is none of this id".to_owned(),
            Self::NotWhole => "a deployment that is whole; what is stored of this one is not".to_owned(),
            Self::OfStage(other) => format!("a deployment of this stage; this one is of stage {other}"),
            Self::Unresolved(problems) => return problems.clone(),
        };
        vec![Problem::new((table, &format!("stage={stage}")), "deploymentId", &brief(&id.into()), &expected)]
    }
}

/// The deployment `id`, resolved with the variables of `stage`.
///
/// # Errors
///
/// The store failed.
pub async fn resolved(store: &Store, stage: &StageSettings, id: &str) -> Looked<Resolved> {
    Ok(published(store, &stage.name, id).await?.and_then(|items| {
        let stage_variables = &stage.stage_variables;
        let source = Source { table: &store.tables.routes, stage: &stage.name, stage_variables };
        let deployment = parse(source, &items)
            .deployment
            .map_err(|InvalidConfiguration(problems)| Unusable::Unresolved(problems));
        Ok(Resolved {
            id: id.to_owned(),
            deployment: Arc::new(deployment?),
            stage_variables: Arc::new(stage_variables.clone()),
        })
    }))
}

/// The items of the deployment `id`, which must be those of `stage`.
///
/// # Errors
///
/// The store failed.
pub async fn published(store: &Store, stage: &str, id: &str) -> Looked<Vec<Map<String, Value>>> {
    if id.len() > MOST_ID_BYTES {
        return Ok(Err(Unusable::Unknown));
    }
    let mut why = Unusable::Unknown;
    // A replica may not have yet what was published a moment ago.
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        match whole(id, store.snapshot(id, consistency).await?) {
            Ok(items) => return Ok(of_stage(items, stage)),
            Err(unusable) => why = unusable,
        }
    }
    Ok(Err(why))
}

/// Whether all of a deployment is stored, consistent.
///
/// # Errors
///
/// The store failed.
pub async fn is_stored(store: &Store, id: &str) -> Result<bool, StoreError> {
    Ok(whole(id, store.snapshot(id, Consistency::Strong).await?).is_ok())
}

fn whole(id: &str, bytes: Option<Vec<u8>>) -> Result<Vec<Map<String, Value>>, Unusable> {
    let bytes = bytes.ok_or(Unusable::Unknown)?;
    let mut items = Vec::new();
    Snapshot::each(id, &bytes, |item| items.push(item)).map_err(|_| Unusable::NotWhole)?;
    Ok(items)
}

/// Every item has its stage in it.
fn of_stage(items: Vec<Map<String, Value>>, stage: &str) -> Result<Vec<Map<String, Value>>, Unusable> {
    let others = items.iter().filter_map(|item| item.get("stage")?.as_str()).find(|other| *other != stage);
    match others {
        Some(other) => Err(Unusable::OfStage(other.to_owned())),
        None => Ok(items),
    }
}
