//! What publishing a stage comes to, decided from what was read, without asking anybody.

use serde_json::{Map, Value};

use super::{Snapshot, footprint::Footprint, made::Made, places::Claim, record};
use crate::{
    error::{InvalidConfiguration, Problem},
    item::{Parsed, StageVariables},
    stages::StageSettings,
    store::{LastGood, StageRow, Store},
};

/// As much as fits a stage item that is read every few seconds.
const MAX_MESSAGE_BYTES: usize = 2_000;

/// What became of a stage.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The stage serves this deployment, and did not before.
    Published { deployment_id: String, routes: usize, footprint: Footprint, warnings: Vec<Problem> },
    /// The stage serves exactly these items already.
    Unchanged { deployment_id: String, footprint: Footprint, warnings: Vec<Problem> },
    /// The same, but what was stored of the deployment was not whole, and is again.
    Restored { deployment_id: String, footprint: Footprint, warnings: Vec<Problem> },
    /// Nothing is served that was not before: everything that is wrong.
    Invalid { problems: Vec<Problem>, warnings: Vec<Problem> },
    /// The stage has `autoDeploy: false`, or no items at all.
    LeftAlone,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An item was edited: only stages with `autoDeploy` follow.
    Edit,
    /// An operator, or an instance that found no deployment.
    Request,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Publish(Trigger),
    /// To tell the operator all that is wrong, and to change nothing.
    Check,
    /// To have the stage item say how it is with the stage. Nothing that is served changes.
    Status,
}

pub type Items = Map<String, Value>;

/// All that was read of a stage.
#[derive(Debug)]
pub struct Found {
    pub row: Option<StageRow>,
    /// What the stage item says, and what is odd about it; of a stage without one, what its item would say.
    pub settings: Parsed<StageSettings>,
    /// As far as they can be read.
    pub stage_variables: StageVariables,
    /// `None`: they are not to be looked at.
    pub made: Option<Made>,
    pub last_good: Option<LastGood>,
    pub claim: Claim,
    pub pointed: Pointed,
}

/// What the pointer names, if it was looked at.
#[derive(Debug, Default)]
pub struct Pointed {
    pub problems: Vec<Problem>,
    pub stored: Stored,
}

/// Whether what was published is still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stored {
    #[default]
    Whole,
    Lost,
}

impl Found {
    /// What the stage serves, or would if nothing were wrong: where the item names nothing, what it served last. A
    /// stage that was removed serves nothing.
    pub fn served(&self) -> Option<&str> {
        let row = self.row.as_ref()?;
        let last_good = self.last_good.as_ref().map(|last_good| last_good.deployment_id.as_str());
        row.deployment_id.as_deref().or(last_good)
    }

    /// Whether nothing is left of the deployment `id`, and nothing else was last good.
    fn is_lost(&self, id: &str) -> bool {
        let is_last_good = |last_good: &LastGood| last_good.deployment_id == id;
        self.pointed.stored == Stored::Lost && self.last_good.as_ref().is_none_or(is_last_good)
    }

    pub fn auto_deploys(&self) -> bool {
        self.settings.value.as_ref().map_or(true, |settings| settings.auto_deploy)
    }
}

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    pub outcome: Outcome,
    pub snapshot: Option<Snapshot>,
    pub write: Option<Write>,
}

/// What the stage item will say, and what is recorded beside it.
#[derive(Debug, PartialEq)]
pub struct Write {
    pub deployment_id: Option<String>,
    pub status: &'static str,
    pub message: String,
    pub last_good: Option<LastGood>,
}

const LEFT_ALONE: Plan = Plan { outcome: Outcome::LeftAlone, snapshot: None, write: None };

pub fn plan(store: &Store, stage: &str, purpose: Purpose, found: &Found) -> Plan {
    let tables = &store.tables;
    let Parsed { value: settings, mut warnings } = found.settings.clone();
    let mut problems = settings.map_or_else(|invalid| invalid.0, |_| Vec::new());
    problems.extend(found.claim.taken.iter().map(|taken| taken.problem(&tables.stages, stage)));
    problems.extend(found.pointed.problems.iter().cloned());
    let Some(made) = &found.made else { return status(found, None, problems, warnings) };

    warnings.extend(made.warnings.iter().cloned());
    if let Err(InvalidConfiguration(of_routes)) = &made.routes {
        // What the pointer names may be made of the same items.
        problems
            .extend(of_routes.iter().filter(|problem| !found.pointed.problems.contains(problem)).cloned());
    }
    if !problems.is_empty() {
        return invalid(found, problems, warnings);
    }
    let item = (tables.routes.as_str(), &*format!("stage={stage}"));
    match made.snapshot(item, store.deployment_memory) {
        Ok(snapshot) if purpose == Purpose::Status => {
            status(found, Some((&snapshot.id, made)), problems, warnings)
        }
        Ok(snapshot) => valid(found, purpose, snapshot, (made, warnings)),
        Err(problem) => invalid(found, vec![problem], warnings),
    }
}

fn valid(
    found: &Found,
    purpose: Purpose,
    snapshot: &Snapshot,
    (made, warnings): (&Made, Vec<Problem>),
) -> Plan {
    let row = found.row.as_ref();
    let id = &snapshot.id;
    let routes = made.route_count();
    let is_edit = purpose == Purpose::Publish(Trigger::Edit);
    let held = is_edit && row.is_some_and(|row| row.item.contains_key("canarySettings"));
    let counted_routes = counted(routes, "route");
    let mut message = if held {
        format!("{counted_routes} in deployment {id}; canarySettings hold the stage where it is")
    } else {
        counted_routes
    };
    list(&mut message, "warning: ", &warnings);
    let last_good = LastGood {
        deployment_id: id.clone(),
        item: found.settings.value.as_ref().map_or_else(|_| Items::new(), |settings| recorded(row, settings)),
    };
    let is_pointed = row.and_then(|row| row.deployment_id.as_ref()) == Some(id);
    let is_settled = held || (is_pointed && found.last_good.as_ref() == Some(&last_good));
    let write = Write {
        deployment_id: (!held).then(|| id.clone()),
        status: "OK",
        message,
        last_good: (!held).then_some(last_good),
    };
    let write = (!is_settled || !says(row, &write)).then_some(write);
    let deployment_id = id.clone();
    let outcome = if found.served() == Some(id) {
        Outcome::Unchanged { deployment_id, footprint: made.footprint, warnings }
    } else {
        Outcome::Published { deployment_id, routes, footprint: made.footprint, warnings }
    };
    Plan { outcome, snapshot: Some(snapshot.clone()), write }
}

fn recorded(row: Option<&StageRow>, settings: &StageSettings) -> Items {
    match row {
        Some(row) => record::of_item(&row.item),
        None => Items::from_iter([("stage".to_owned(), settings.name.clone().into())]),
    }
}

fn invalid(found: &Found, problems: Vec<Problem>, warnings: Vec<Problem>) -> Plan {
    let row = found.row.as_ref();
    let consequence = match found.served() {
        Some(id) if found.is_lost(id) => {
            "what was served is lost, and instances that start serve nothing until tollgate deploy stores the items"
        }
        Some(_) => "the last valid deployment stays",
        None => "nothing is served yet",
    };
    let mut message = format!("{}; {consequence}", counted(problems.len(), "problem"));
    list(&mut message, "", &problems);
    list(&mut message, "warning: ", &warnings);
    let write = Write { deployment_id: None, status: "INVALID", message, last_good: None };
    // Without an item, what the settings are of is the name alone: no stage can be called so.
    let can_be = row.is_some() || found.settings.value.is_ok();
    let write = (can_be && !says(row, &write)).then_some(write);
    Plan { outcome: Outcome::Invalid { problems, warnings }, snapshot: None, write }
}

/// What the stage item should say, `of_items` being what its route items would be as a deployment, if they go live by
/// themselves.
fn status(
    found: &Found,
    of_items: Option<(&str, &Made)>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
) -> Plan {
    if !problems.is_empty() {
        return invalid(found, problems, warnings);
    }
    let (Some(row), Some(served)) = (&found.row, found.served()) else { return LEFT_ALONE };
    // Where the item names none, what is served is what was meant, and from now on it is named.
    let deployment_id = (row.deployment_id.is_none() && !found.auto_deploys()).then(|| served.to_owned());
    let mut message = match of_items {
        Some((id, made)) if id == served => counted(made.route_count(), "route"),
        Some(_) | None => format!("serves deployment {served}"),
    };
    list(&mut message, "warning: ", &warnings);
    let write = Write { deployment_id, status: "OK", message, last_good: None };
    let footprint = of_items.map(|(_, made)| made.footprint).unwrap_or_default();
    let outcome = Outcome::Unchanged { deployment_id: served.to_owned(), footprint, warnings };
    let write = (write.deployment_id.is_some() || !says(Some(row), &write)).then_some(write);
    Plan { outcome, snapshot: None, write }
}

/// Whether the stage item says already what `write` would.
fn says(row: Option<&StageRow>, write: &Write) -> bool {
    let text = |name: &str| row.and_then(|row| row.item.get(name)?.as_str());
    text("lastDeploymentStatus") == Some(write.status)
        && text("lastDeploymentMessage") == Some(&write.message)
}

/// Appends each problem on a line of its own, as far as a stage item should grow.
fn list(message: &mut String, prefix: &str, problems: &[Problem]) {
    for (index, problem) in problems.iter().enumerate() {
        let line = format!("\n{prefix}{problem}");
        if message.len() + line.len() > MAX_MESSAGE_BYTES {
            message.push_str(&format!("\n… and {} more", problems.len() - index));
            return;
        }
        message.push_str(&line);
    }
}

/// `1 route`, `2 routes`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
