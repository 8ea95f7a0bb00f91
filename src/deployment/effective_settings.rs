//! The settings that an instance goes by: those of each stage item, or the last good ones where the item is no good.
//!
//! A slip in one item neither takes its stage down nor gives another stage its requests.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde_json::{Map, Value};

use super::{
    base_path_claims::{self, BasePathConflict, locations_of},
    last_good,
    publish::invalid_configuration,
    served::{Served, SettingsSource},
};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError},
    stages::{PartialSettings, StageSettings},
    store::{ApplyMark, Store},
};

/// A stage with the settings that it is served with.
#[derive(Debug)]
pub struct EffectiveStage {
    pub name: String,
    pub settings: StageSettings,
    pub source: SettingsSource,
    /// The problems of the item.
    pub problems: Vec<Problem>,
    pub item: Map<String, Value>,
}

/// Finds the settings of all stages, in the order in which stages are searched.
///
/// # Errors
///
/// The store failed. It is asked only about items that are no good, and base paths that several claim.
pub async fn effective_stages(
    store: &Store,
    items: Vec<Map<String, Value>>,
    previous: &Served,
) -> Result<Vec<EffectiveStage>, StoreError> {
    let stages = items.into_iter().map(|item| effective_stage(store, item, previous));
    let mut stages: Vec<_> = try_join_all(stages).await?.into_iter().flatten().collect();
    loop {
        let conflicts = conflicts(store, &stages, previous).await?;
        if conflicts.is_empty() {
            break;
        }
        for stage in &mut stages {
            if let Some(conflict) = conflicts.get(&stage.name) {
                displace(store, stage, conflict, previous).await?;
            }
        }
    }
    // A stage that only may be somewhere takes no request from one that is there.
    stages.sort_by(|a, b| {
        let is_guess = |stage: &EffectiveStage| stage.source == SettingsSource::Guess;
        is_guess(a).cmp(&is_guess(b)).then_with(|| a.name.cmp(&b.name))
    });
    Ok(stages)
}

/// Reads a stage item; `None`: it does not even say whose it is, or the stage is not there yet.
async fn effective_stage(
    store: &Store,
    item: Map<String, Value>,
    previous: &Served,
) -> Result<Option<EffectiveStage>, StoreError> {
    // A stage that an apply is about to make is not there yet, and takes no request from one that is.
    if ApplyMark::is_alone_in(&item) {
        return Ok(None);
    }
    let table = &store.tables.stages;
    let problems = match StageSettings::parse(table, &item).value {
        Ok(settings) => {
            let name = settings.name.clone();
            return Ok(Some(EffectiveStage {
                name,
                settings,
                source: SettingsSource::Item,
                problems: Vec::new(),
                item,
            }));
        }
        Err(InvalidConfiguration(problems)) => problems,
    };
    let Some(partial) = StageSettings::parse_partially(table, &item) else {
        let name = item.get("stage").and_then(Value::as_str).unwrap_or_default();
        invalid_configuration(name, &InvalidConfiguration(problems));
        return Ok(None);
    };
    let (PartialSettings::Complete(settings) | PartialSettings::LikelyLocation(settings)) = &partial;
    let name = settings.name.clone();
    let last_good = last_good(store, &name, previous).await?;
    let (mut settings, source) = match (partial, &last_good) {
        (PartialSettings::Complete(settings), _) => (settings, SettingsSource::Item),
        (PartialSettings::LikelyLocation(settings), None) => {
            (StageSettings { canary: None, ..settings }, SettingsSource::Guess)
        }
        (PartialSettings::LikelyLocation(settings), Some(last)) => {
            let (cache, throttle) = (settings.cache, settings.throttle);
            (StageSettings { cache, throttle, ..last.clone() }, SettingsSource::LastGood)
        }
    };
    if let Some(last) = last_good {
        // A limit that cannot be read does not lift the one that there was.
        settings.throttle = settings.throttle.or(last.throttle);
        settings.cache = settings.cache.or(last.cache);
    }
    Ok(Some(EffectiveStage { name, settings, source, problems, item }))
}

/// The stages that claim a base path of another stage, by name.
async fn conflicts(
    store: &Store,
    stages: &[EffectiveStage],
    previous: &Served,
) -> Result<BTreeMap<String, BasePathConflict>, StoreError> {
    let is_somewhere = |stage: &&EffectiveStage| match stage.source {
        SettingsSource::Item | SettingsSource::LastGood => true,
        SettingsSource::Guess | SettingsSource::Nowhere => false,
    };
    let settings: Vec<_> = stages.iter().filter(is_somewhere).map(|stage| &stage.settings).collect();
    base_path_claims::conflicts(store, &settings, previous).await
}

/// Puts a stage back where it was last, or nowhere.
async fn displace(
    store: &Store,
    stage: &mut EffectiveStage,
    conflict: &BasePathConflict,
    previous: &Served,
) -> Result<(), StoreError> {
    if stage.source == SettingsSource::LastGood {
        stage.source = SettingsSource::Nowhere;
        return Ok(());
    }
    stage.problems.push(conflict.problem(&store.tables.stages, &stage.name));
    let elsewhere = |last: &StageSettings| locations_of(last) != locations_of(&stage.settings);
    match last_good(store, &stage.name, previous).await?.filter(elsewhere) {
        Some(last) => {
            let cache = stage.settings.cache.take();
            stage.settings = StageSettings { cache, ..last };
            stage.source = SettingsSource::LastGood;
        }
        None => stage.source = SettingsSource::Nowhere,
    }
    Ok(())
}

/// The last good settings: those that this instance serves, or else the recorded ones.
async fn last_good(
    store: &Store,
    stage: &str,
    previous: &Served,
) -> Result<Option<StageSettings>, StoreError> {
    if let Some(previous) = previous.of(stage)
        && previous.loaded.resolved.is_some()
    {
        // A canary is served only as the item has it.
        return Ok(Some(StageSettings { canary: None, ..previous.settings.clone() }));
    }
    let recorded = store.last_good(stage).await?;
    Ok(recorded.and_then(|last_good| last_good::settings(&store.tables.stages, &last_good)))
}
