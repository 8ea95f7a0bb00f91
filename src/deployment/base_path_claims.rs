//! Locations, each a base path on a host: one stage serves it, and no other.
//!
//! The first stage that was published there has it for as long as its item claims it, whatever other items say.

use std::collections::{BTreeMap, BTreeSet};

use super::served::Served;
use crate::{
    error::{ItemId, Problem, StoreError},
    stages::{PartialSettings, StageSettings},
    store::{ConditionalWrite, Store},
};

/// A location that a stage claims and cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePathConflict {
    location: String,
    owner: String,
}

impl BasePathConflict {
    pub fn problem(&self, table: &str, stage: &str) -> Problem {
        let (host, path) = self.location.split_at(self.location.find('/').unwrap_or_default());
        let host = if host == "*" { "any host" } else { host };
        let expected = format!("a place of its own: stage {} is there already", self.owner);
        let item = ItemId { table, key: &format!("stage={stage}") };
        Problem::new(item, "basePath", &format!("{path} on {host}"), &expected)
    }
}

/// The locations of a stage, one for each of its hosts: `api.example.com/v1`, or `*/v1` on any host. Stages that have
/// one in common would serve the same requests.
pub fn locations_of(stage: &StageSettings) -> BTreeSet<String> {
    let path = if stage.base_path.is_empty() { "/" } else { &stage.base_path };
    match &*stage.hosts {
        [] => BTreeSet::from([format!("*{path}")]),
        hosts => hosts.iter().map(|host| format!("{host}{path}")).collect(),
    }
}

/// Finds the stages that claim a location of another one where none was published yet, by name.
pub fn conflicts_among(stages: &[&StageSettings]) -> BTreeMap<String, BasePathConflict> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut conflicts = BTreeMap::new();
    let mut by_name = stages.to_vec();
    by_name.sort_by_key(|stage| &stage.name);
    for stage in by_name {
        for location in locations_of(stage) {
            match owners.get(&location) {
                Some(owner) => {
                    let conflict = BasePathConflict { location, owner: (*owner).to_owned() };
                    conflicts.entry(stage.name.clone()).or_insert(conflict);
                }
                None => drop(owners.insert(location, &stage.name)),
            }
        }
    }
    conflicts
}

/// Finds the stages that claim a location of another stage, by name.
///
/// The stage that was published there has it. If nobody was, the stage that was served there until now comes first,
/// then one that points to a deployment, then the first by name.
///
/// # Errors
///
/// The store failed. It is asked only for locations that several claim.
pub async fn conflicts(
    store: &Store,
    stages: &[&StageSettings],
    previous: &Served,
) -> Result<BTreeMap<String, BasePathConflict>, StoreError> {
    let mut claimed: BTreeMap<String, Vec<&StageSettings>> = BTreeMap::new();
    for stage in stages {
        for location in locations_of(stage) {
            claimed.entry(location).or_default().push(stage);
        }
    }
    let mut conflicts = BTreeMap::new();
    for (location, claimants) in claimed.into_iter().filter(|(_, claimants)| claimants.len() > 1) {
        let owner = store.location_owner(&location).await?;
        let was_there = |stage: &StageSettings| {
            let previous = previous.of(&stage.name);
            previous.is_some_and(|previous| locations_of(&previous.settings).contains(&location))
        };
        let rank = |stage: &StageSettings| {
            let is_owner = owner.as_ref() == Some(&stage.name);
            (!is_owner, !was_there(stage), stage.deployment_id.is_none(), stage.name.clone())
        };
        let Some(first) = claimants.iter().min_by_key(|stage| rank(stage)).map(|stage| stage.name.clone())
        else {
            continue;
        };
        for stage in claimants.into_iter().filter(|stage| stage.name != first) {
            let conflict = || BasePathConflict { location: location.clone(), owner: first.clone() };
            conflicts.entry(stage.name.clone()).or_insert_with(conflict);
        }
    }
    Ok(conflicts)
}

/// The locations of a stage that is to be published.
#[derive(Debug, Default)]
pub struct BasePathClaim {
    pub conflicts: Vec<BasePathConflict>,
    /// Those that are not the stage's yet, each with the stage that had it.
    open: BTreeMap<String, Option<String>>,
}

impl BasePathClaim {
    /// Finds out which locations a stage can have. Where all are its own already, no other stage is looked at.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn of(store: &Store, stage: &StageSettings) -> Result<Self, StoreError> {
        let mut claim = Self::default();
        for location in locations_of(stage) {
            let owner = store.location_owner(&location).await?;
            if owner.as_ref() != Some(&stage.name) {
                claim.open.insert(location, owner);
            }
        }
        if claim.open.is_empty() {
            return Ok(claim);
        }
        let others = Others::read(store, &stage.name).await?;
        for (location, owner) in &claim.open {
            let current = owner.clone().filter(|owner| others.holds(owner, location));
            if let Some(owner) = current.or_else(|| others.earlier(stage, location)) {
                claim.conflicts.push(BasePathConflict { location: location.clone(), owner });
            }
        }
        Ok(claim)
    }

    /// Makes the open locations the stage's. One that was taken so and is never served harms nobody: it is another's as
    /// soon as the stage item no longer claims it.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn take(&self, store: &Store, stage: &str) -> Result<ConditionalWrite, StoreError> {
        for (location, owner) in &self.open {
            if store.claim_location(location, stage, owner.as_deref()).await?
                == ConditionalWrite::ChangedMeanwhile
            {
                return Ok(ConditionalWrite::ChangedMeanwhile);
            }
        }
        Ok(ConditionalWrite::Done)
    }
}

/// All stages but one, as their items say.
struct Others {
    clear: Vec<StageSettings>,
    /// Stages of which it cannot be read where they are.
    unclear: BTreeSet<String>,
}

impl Others {
    async fn read(store: &Store, stage: &str) -> Result<Self, StoreError> {
        let mut others = Self { clear: Vec::new(), unclear: BTreeSet::new() };
        for item in store.stages().await? {
            match StageSettings::parse_partially(&store.tables.stages, &item) {
                Some(PartialSettings::Complete(other)) if other.name != stage => others.clear.push(other),
                Some(PartialSettings::LikelyLocation(other)) if other.name != stage => {
                    others.unclear.insert(other.name);
                }
                Some(_) | None => {}
            }
        }
        Ok(others)
    }

    /// Says if the stage that has a location still claims it. A slip in its item must not lose it.
    fn holds(&self, owner: &str, location: &str) -> bool {
        let claims = |stage: &StageSettings| locations_of(stage).contains(location);
        self.unclear.contains(owner) || self.clear.iter().any(|other| other.name == owner && claims(other))
    }

    /// The stage that was at a location before `stage`, if nobody was published there.
    fn earlier(&self, stage: &StageSettings, location: &str) -> Option<String> {
        let is_earlier = |other: &&StageSettings| {
            other.deployment_id.is_some()
                && (stage.deployment_id.is_none() || other.name < stage.name)
                && locations_of(other).contains(location)
        };
        self.clear.iter().filter(is_earlier).map(|other| other.name.clone()).min()
    }
}
