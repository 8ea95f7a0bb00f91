//! What an instance goes by of each stage item: the item, or what was last good where the item is no good.
//!
//! A slip in one item neither takes its stage down nor gives another stage its requests.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde_json::{Map, Value};

use super::{
    places::{self, Taken, places_of},
    publish::invalid_configuration,
    record,
    served::{GoesBy, Served},
};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError},
    stages::{PartialSettings, StageSettings},
    store::Store,
};

/// A stage, and why it is there.
#[derive(Debug)]
pub struct Standing {
    pub name: String,
    pub settings: StageSettings,
    pub goes_by: GoesBy,
    /// What is wrong with the item.
    pub problems: Vec<Problem>,
    pub item: Map<String, Value>,
}

/// Where every stage stands, in the order in which stages are searched.
///
/// # Errors
///
/// The store failed. It is asked only about items that are no good, and places that several claim.
pub async fn standings(
    store: &Store,
    items: Vec<Map<String, Value>>,
    previous: &Served,
) -> Result<Vec<Standing>, StoreError> {
    let standings = items.into_iter().map(|item| standing(store, item, previous));
    let mut standings: Vec<_> = try_join_all(standings).await?.into_iter().flatten().collect();
    while let lost @ [_, ..] = &*without_place(store, &standings, previous).await? {
        for (index, taken) in lost {
            displace(store, &mut standings[*index], taken, previous).await?;
        }
    }
    // A stage that only may be at a place takes it from none that is there.
    standings.sort_by(|a, b| {
        let key = |standing: &Standing| (standing.goes_by == GoesBy::Likelihood, standing.name.clone());
        key(a).cmp(&key(b))
    });
    Ok(standings)
}

/// What a stage item says; `None`: not even whose it is.
async fn standing(
    store: &Store,
    item: Map<String, Value>,
    previous: &Served,
) -> Result<Option<Standing>, StoreError> {
    let table = &store.tables.stages;
    let problems = match StageSettings::parse(table, &item).value {
        Ok(settings) => {
            let name = settings.name.clone();
            return Ok(Some(Standing { name, settings, goes_by: GoesBy::Item, problems: Vec::new(), item }));
        }
        Err(InvalidConfiguration(problems)) => problems,
    };
    let Some(salvaged) = StageSettings::salvage(table, &item) else {
        let name = item.get("stage").and_then(Value::as_str).unwrap_or_default();
        invalid_configuration(name, &InvalidConfiguration(problems));
        return Ok(None);
    };
    let (PartialSettings::Whole(settings) | PartialSettings::Place(settings)) = &salvaged;
    let name = settings.name.clone();
    let last_good = last_good(store, &name, previous).await?;
    let (mut settings, goes_by) = match (salvaged, &last_good) {
        (PartialSettings::Whole(settings), _) => (settings, GoesBy::Item),
        (PartialSettings::Place(settings), None) => (settings, GoesBy::Likelihood),
        (PartialSettings::Place(settings), Some(last)) => {
            let (cache, throttle) = (settings.cache, settings.throttle);
            (StageSettings { cache, throttle, ..last.clone() }, GoesBy::LastGood)
        }
    };
    if let Some(last) = last_good {
        // A limit that cannot be read does not lift the one that there was.
        settings.throttle = settings.throttle.or(last.throttle);
        settings.cache = settings.cache.or(last.cache);
    }
    Ok(Some(Standing { name, settings, goes_by, problems, item }))
}

/// The stages that claim a place which is another's.
async fn without_place(
    store: &Store,
    standings: &[Standing],
    previous: &Served,
) -> Result<Vec<(usize, Taken)>, StoreError> {
    let is_placed = |standing: &Standing| matches!(standing.goes_by, GoesBy::Item | GoesBy::LastGood);
    let placed: Vec<usize> = (0..standings.len()).filter(|index| is_placed(&standings[*index])).collect();
    let settings: Vec<&StageSettings> = placed.iter().map(|index| &standings[*index].settings).collect();
    let was_there = |stage: &str, place: &str| {
        previous.of(stage).is_some_and(|(settings, _)| places_of(settings).contains(place))
    };
    let taken: BTreeMap<usize, Taken> = places::taken(store, &settings, was_there).await?;
    Ok(taken.into_iter().map(|(index, taken)| (placed[index], taken)).collect())
}

/// Puts a stage back where it was last, or nowhere.
async fn displace(
    store: &Store,
    standing: &mut Standing,
    taken: &Taken,
    previous: &Served,
) -> Result<(), StoreError> {
    if standing.goes_by == GoesBy::LastGood {
        standing.goes_by = GoesBy::Nothing;
        return Ok(());
    }
    standing.problems.push(taken.problem(&store.tables.stages, &standing.name));
    let elsewhere = |last: &StageSettings| places_of(last) != places_of(&standing.settings);
    match last_good(store, &standing.name, previous).await?.filter(elsewhere) {
        Some(last) => {
            let cache = standing.settings.cache.take();
            standing.settings = StageSettings { cache, ..last };
            standing.goes_by = GoesBy::LastGood;
        }
        None => standing.goes_by = GoesBy::Nothing,
    }
    Ok(())
}

/// What was last good: what this instance serves, or else what is recorded.
async fn last_good(
    store: &Store,
    stage: &str,
    previous: &Served,
) -> Result<Option<StageSettings>, StoreError> {
    if let Some((settings, loaded)) = previous.of(stage)
        && loaded.resolved.is_some()
    {
        return Ok(Some(settings.clone()));
    }
    let recorded = store.last_good(stage).await?;
    Ok(recorded.and_then(|last_good| record::settings(&store.tables.stages, &last_good)))
}
