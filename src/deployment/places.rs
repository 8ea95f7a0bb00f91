//! Whose a place is: a base path on a host, which one stage serves and no other.
//!
//! The first that was published there has it for as long as its item claims it, whatever other items say.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::{ItemId, Problem, StoreError},
    stages::{PartialSettings, StageSettings},
    store::{Moved, Store},
};

/// A place that a stage claims and cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    place: String,
    by: String,
}

impl Taken {
    pub fn problem(&self, table: &str, stage: &str) -> Problem {
        let (host, path) = self.place.split_at(self.place.find('/').unwrap_or_default());
        let host = if host == "*" { "any host" } else { host };
        let expected = format!("a place of its own: stage {} is there already", self.by);
        let item = ItemId { table, key: &format!("stage={stage}") };
        Problem::new(item, "basePath", &format!("{path} on {host}"), &expected)
    }
}

/// Where a stage is, a text for each of its hosts: `api.example.com/v1`, or `*/v1` on any host. Stages that have one in
/// common would serve the same requests.
pub fn places_of(stage: &StageSettings) -> BTreeSet<String> {
    let path = if stage.base_path.is_empty() { "/" } else { &stage.base_path };
    match &*stage.hosts {
        [] => BTreeSet::from([format!("*{path}")]),
        hosts => hosts.iter().map(|host| format!("{host}{path}")).collect(),
    }
}

/// Those of `stages` that claim a place which is another's, by their index.
///
/// `was_there` says whether a stage served a place until now. It counts where nobody was ever published; then a stage
/// that points to a deployment comes first, then the name.
///
/// # Errors
///
/// The store failed. It is asked only for places that several claim.
pub async fn taken(
    store: &Store,
    stages: &[&StageSettings],
    was_there: impl Fn(&str, &str) -> bool,
) -> Result<BTreeMap<usize, Taken>, StoreError> {
    let mut claimed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, stage) in stages.iter().enumerate() {
        for place in places_of(stage) {
            claimed.entry(place).or_default().push(index);
        }
    }
    let mut taken = BTreeMap::new();
    for (place, claimants) in claimed.into_iter().filter(|(_, claimants)| claimants.len() > 1) {
        let holder = store.holder(&place).await?;
        let rank = |stage: &StageSettings| {
            let is_holder = holder.as_ref() == Some(&stage.name);
            (!is_holder, !was_there(&stage.name, &place), stage.deployment_id.is_none(), stage.name.clone())
        };
        let Some(&first) = claimants.iter().min_by_key(|index| rank(stages[**index])) else { continue };
        for index in claimants.into_iter().filter(|index| *index != first) {
            let by = stages[first].name.clone();
            taken.entry(index).or_insert_with(|| Taken { place: place.clone(), by });
        }
    }
    Ok(taken)
}

/// The places of a stage that is to be published.
#[derive(Debug, Default)]
pub struct Claim {
    pub taken: Vec<Taken>,
    /// Those that are not the stage's yet, each with whose it was.
    open: BTreeMap<String, Option<String>>,
}

impl Claim {
    /// What a stage can have of the places that it claims. Where all are its own already, no other stage is looked at.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn of(store: &Store, stage: &StageSettings) -> Result<Self, StoreError> {
        let mut claim = Self::default();
        for place in places_of(stage) {
            let holder = store.holder(&place).await?;
            if holder.as_ref() != Some(&stage.name) {
                claim.open.insert(place, holder);
            }
        }
        if claim.open.is_empty() {
            return Ok(claim);
        }
        let others = Others::read(store, &stage.name).await?;
        for (place, holder) in &claim.open {
            let by = holder.clone().filter(|holder| others.holds(holder, place));
            if let Some(by) = by.or_else(|| others.before(stage, place)) {
                claim.taken.push(Taken { place: place.clone(), by });
            }
        }
        Ok(claim)
    }

    /// Makes the open places the stage's. What was taken so and is never served harms nobody: it is another's as soon
    /// as the stage item no longer claims it.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn take(&self, store: &Store, stage: &str) -> Result<Moved, StoreError> {
        for (place, holder) in &self.open {
            if store.take_place(place, stage, holder.as_deref()).await? == Moved::ChangedMeanwhile {
                return Ok(Moved::ChangedMeanwhile);
            }
        }
        Ok(Moved::Moved)
    }
}

/// All stages but one, as their items say.
struct Others {
    clear: Vec<StageSettings>,
    /// It cannot be read where they are.
    unclear: BTreeSet<String>,
}

impl Others {
    async fn read(store: &Store, stage: &str) -> Result<Self, StoreError> {
        let mut others = Self { clear: Vec::new(), unclear: BTreeSet::new() };
        for item in store.stages().await? {
            match StageSettings::salvage(&store.tables.stages, &item) {
                Some(PartialSettings::Whole(other)) if other.name != stage => others.clear.push(other),
                Some(PartialSettings::Place(other)) if other.name != stage => {
                    others.unclear.insert(other.name);
                }
                Some(_) | None => {}
            }
        }
        Ok(others)
    }

    /// Whether the stage that has a place still claims it. A slip in its item must not lose it.
    fn holds(&self, holder: &str, place: &str) -> bool {
        let claims = |stage: &StageSettings| places_of(stage).contains(place);
        self.unclear.contains(holder) || self.clear.iter().any(|other| other.name == holder && claims(other))
    }

    /// The stage that was at a place before `stage`, if it is nobody's by its publication.
    fn before(&self, stage: &StageSettings, place: &str) -> Option<String> {
        let is_before = |other: &&StageSettings| {
            other.deployment_id.is_some()
                && (stage.deployment_id.is_none() || other.name < stage.name)
                && places_of(other).contains(place)
        };
        self.clear.iter().filter(is_before).map(|other| other.name.clone()).min()
    }
}
