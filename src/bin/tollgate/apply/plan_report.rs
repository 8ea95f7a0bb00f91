//! What an apply would do, for people and for programs.

use serde_json::{Value, json};
use tollgate::{
    api_file::apply::{Plan, Removal, StageChange, StagePlan, StageWork},
    deployment::{UnfinishedApply, counted},
    error::Problem,
};

use crate::{
    difference_report, exit_status::ExitStatus, notes::note, paint::Paint, text_table::printable,
    unfinished_apply::unfinished,
};

/// The version of the form.
pub const SCHEMA_VERSION: u32 = 1;

/// The difference, what is left, and a line for each stage.
pub fn lines(plan: &Plan, paint: Paint) -> Vec<String> {
    let mut lines = difference_report::lines(&plan.difference, paint);
    lines.extend(left(plan));
    for UnfinishedApply { stage, mark } in &plan.unfinished {
        lines.push(format!("{}; this one takes its place", printable(&unfinished(stage, mark))));
    }
    lines.extend(plan.stages.iter().map(|stage| format!("{}: {}", stage.stage, of_stage(plan, stage))));
    lines
}

/// Of many routes of a stage only their number is told.
fn left(plan: &Plan) -> Vec<String> {
    const MOST: usize = 10;
    let mut lines: Vec<String> = plan
        .left
        .iter()
        .take(MOST)
        .map(|name| format!("  {} is not in the file, and stays", printable(&name.to_string())))
        .collect();
    if let Some(more @ 1..) = plan.left.len().checked_sub(MOST) {
        lines.push(format!("  and {more} more"));
    }
    if !lines.is_empty() && plan.scope.removal == Removal::Leave {
        lines.push("  --prune removes what is not in the file".to_owned());
    }
    lines
}

fn of_stage(plan: &Plan, stage: &StagePlan) -> String {
    let serves = match &stage.served {
        Some(id) => format!("serves {}", printable(id)),
        None => "serves nothing".to_owned(),
    };
    match &stage.work {
        StageWork::Nothing => format!("no changes; {serves}"),
        StageWork::Remove { .. } => format!("is to be removed; {serves}"),
        StageWork::Publish(change) => {
            let StageChange { deployment, .. } = &**change;
            let routes = counted(deployment.routes, "route");
            let is_changed = plan.difference.items.iter().any(|item| item.name.stage() == Some(&stage.stage));
            let already = if is_changed { "" } else { "the items are these already; " };
            if stage.served.as_ref() == Some(&deployment.id) {
                format!("{already}stays at deployment {} with {routes}", deployment.id)
            } else {
                format!("{already}is to serve {routes}, deployment {}; {serves}", deployment.id)
            }
        }
    }
}

pub fn json(plan: &Plan) -> Value {
    let stages = plan.stages.iter().map(|stage| {
        let mut json = json!({ "stage": stage.stage, "serves": stage.served });
        json["work"] = match &stage.work {
            StageWork::Nothing => "nothing",
            StageWork::Remove { .. } => "remove",
            StageWork::Publish(change) => {
                let StageChange { deployment, .. } = &**change;
                json["deploymentId"] = deployment.id.as_str().into();
                json["routes"] = deployment.routes.into();
                "publish"
            }
        }
        .into();
        json
    });
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "differences": difference_report::json(&plan.difference),
        "left": plan.left.iter().map(difference_report::item).collect::<Value>(),
        "stages": stages.collect::<Value>(),
        "warnings": plan.warnings.iter().map(ToString::to_string).collect::<Value>(),
    })
}

/// Prints the warnings of what the tables are to hold.
pub fn warn(plan: &Plan) {
    plan.warnings.iter().for_each(|warning| note(format_args!("warning: {warning}")));
}

/// Prints why a plan cannot be made.
pub fn refuse(problems: &[Problem]) -> ExitStatus {
    problems.iter().for_each(|problem| note(format_args!("problem: {problem}")));
    let count = counted(problems.len(), "problem");
    note(format_args!("tollgate: {count} in what the tables would hold; nothing is written"));
    ExitStatus::Invalid
}

/// The question of what to do, in one line.
pub fn question(plan: &Plan) -> String {
    let items = counted(plan.difference.items.len(), "item");
    let stages = plan.stages.iter().filter(|stage| matches!(stage.work, StageWork::Remove { .. })).count();
    match stages {
        0 => format!("apply this to {items}?"),
        stages => format!("apply this to {items}, and remove {}?", counted(stages, "stage")),
    }
}
