//! Publishing: a stage's items become a deployment, and the stage points to it.
//!
//! An invalid set changes nothing that is served. Two publishers may race: the stage item is read before the
//! routes, and its pointer moves only if it is still as it was read.

use serde_json::Value;

use super::{Parsed, Snapshot, Source, parse, snapshot::TooLarge};
use crate::{
    error::{Problem, StoreError},
    item::StageVariables,
    stages::StageSettings,
    store::{Moved, Pointer, StageRow, Store},
};

/// What became of a stage.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The stage serves this deployment, and did not before.
    Published { deployment_id: String, routes: usize, warnings: Vec<Problem> },
    /// The stage serves exactly these items already.
    Unchanged { deployment_id: String, warnings: Vec<Problem> },
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

/// Other publishers may be quicker so often.
const ATTEMPTS: usize = 5;
/// As much as fits a stage item that is read every few seconds.
const MAX_MESSAGE_BYTES: usize = 2_000;

/// Publishes `stage`.
///
/// # Errors
///
/// The store failed; nothing that is served has changed, and the caller may try again.
pub async fn publish(store: &Store, stage: &str, trigger: Trigger) -> Result<Outcome, StoreError> {
    for _ in 0..ATTEMPTS {
        // The stage first: whoever edits a route after this read publishes after us, and we notice.
        let row = store.stage(stage).await?;
        let items = store.routes(stage).await?;
        let plan = plan(store, stage, trigger, row.as_ref(), items);
        if let Some(kept) = &plan.snapshot {
            store.keep_snapshot(&kept.id, stage, &kept.bytes).await?;
        }
        let Some(write) = &plan.write else { return Ok(plan.outcome) };
        let pointer = Pointer {
            deployment_id: write.deployment_id.as_deref(),
            status: write.status,
            message: &write.message,
        };
        match store.point(stage, row.as_ref(), &pointer).await? {
            Moved::Moved => return Ok(plan.outcome),
            Moved::ChangedMeanwhile => {}
        }
    }
    Err(StoreError::new("moving the stage's pointer", format!("others were quicker {ATTEMPTS} times")))
}

/// What publishing `stage` would come to. Changes nothing; `None`: there is no such stage.
///
/// # Errors
///
/// The store failed.
pub async fn check(store: &Store, stage: &str) -> Result<Option<Outcome>, StoreError> {
    let row = store.stage(stage).await?;
    let items = store.routes(stage).await?;
    let outcome = plan(store, stage, Trigger::Request, row.as_ref(), items).outcome;
    Ok((outcome != Outcome::LeftAlone).then_some(outcome))
}

/// What is to be done, decided without asking anybody.
struct Plan {
    outcome: Outcome,
    snapshot: Option<Kept>,
    write: Option<Write>,
}

struct Kept {
    id: String,
    bytes: Vec<u8>,
}

/// What the stage item will say.
#[derive(Debug, PartialEq, Eq)]
struct Write {
    deployment_id: Option<String>,
    status: &'static str,
    message: String,
}

fn plan(store: &Store, stage: &str, trigger: Trigger, row: Option<&StageRow>, items: Vec<Items>) -> Plan {
    let left_alone = Plan { outcome: Outcome::LeftAlone, snapshot: None, write: None };
    let settings = row.map(|row| StageSettings::parse(&store.tables.stages, &row.item));
    let (variables, mut problems, mut warnings) = match settings {
        None => (StageVariables::new(), problems_of_name(&store.tables.stages, stage), Vec::new()),
        Some((Ok(settings), _)) if trigger == Trigger::Edit && !settings.auto_deploy => return left_alone,
        Some((Ok(settings), odd)) => (settings.stage_variables, Vec::new(), odd),
        Some((Err(invalid), odd)) => (StageVariables::new(), invalid.0, odd),
    };
    if items.is_empty() && row.is_none() {
        return left_alone;
    }
    let source = Source { table: &store.tables.routes, stage, items: &items, stage_variables: &variables };
    let Parsed { deployment, warnings: odd_routes } = parse(source);
    warnings.extend(odd_routes);
    match deployment {
        Ok(deployment) if problems.is_empty() => match (Snapshot { items }).pack() {
            Ok(packed) => valid(row, trigger, packed, deployment.routes.len(), warnings),
            Err(TooLarge { bytes, most }) => {
                let item = (store.tables.routes.as_str(), &*format!("stage={stage}"));
                let got = format!("items of {bytes} bytes as JSON");
                let problem = Problem::new(item, "*", &got, &format!("at most {most} bytes"));
                invalid(row, vec![problem], warnings)
            }
        },
        Ok(_) => invalid(row, problems, warnings),
        Err(more) => {
            problems.extend(more.0);
            invalid(row, problems, warnings)
        }
    }
}

/// A stage item that is still to be made must be one that can be served.
fn problems_of_name(table: &str, stage: &str) -> Vec<Problem> {
    let item = Items::from_iter([("stage".to_owned(), stage.into())]);
    StageSettings::parse(table, &item).0.err().map_or_else(Vec::new, |invalid| invalid.0)
}

type Items = serde_json::Map<String, Value>;

fn valid(
    row: Option<&StageRow>,
    trigger: Trigger,
    (id, bytes): (String, Vec<u8>),
    routes: usize,
    warnings: Vec<Problem>,
) -> Plan {
    let held = trigger == Trigger::Edit && row.is_some_and(|row| row.item.contains_key("canarySettings"));
    let served = row.and_then(|row| row.deployment_id.as_deref()) == Some(&id);
    let counted_routes = counted(routes, "route");
    let mut message = if held {
        format!("{counted_routes} in deployment {id}; canarySettings hold the stage where it is")
    } else {
        counted_routes
    };
    list(&mut message, "warning: ", &warnings);
    let write = Write { deployment_id: (!held).then(|| id.clone()), status: "OK", message };
    let outcome = if served {
        Outcome::Unchanged { deployment_id: id.clone(), warnings }
    } else {
        Outcome::Published { deployment_id: id.clone(), routes, warnings }
    };
    let snapshot = (!served).then_some(Kept { id, bytes });
    let write = (!served || !says(row, &write)).then_some(write);
    Plan { outcome, snapshot, write }
}

fn invalid(row: Option<&StageRow>, problems: Vec<Problem>, warnings: Vec<Problem>) -> Plan {
    let is_served = row.is_some_and(|row| row.deployment_id.is_some());
    let consequence = if is_served { "the last valid deployment stays" } else { "nothing is served yet" };
    let mut message = format!("{}; {consequence}", counted(problems.len(), "problem"));
    list(&mut message, "", &problems);
    list(&mut message, "warning: ", &warnings);
    let write = Write { deployment_id: None, status: "INVALID", message };
    // A stage comes to be with its first valid deployment.
    let write = (row.is_some() && !says(row, &write)).then_some(write);
    Plan { outcome: Outcome::Invalid { problems, warnings }, snapshot: None, write }
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
