//! What an apply would do, for people and for programs.

use serde_json::{Value, json};
use tollgate::{
    api_file::{
        apply::{CanaryChange, Plan, Removal, StageChange, StagePlan, StageWork},
        difference::without_secrets,
    },
    canary::{CanaryRollback, Percent},
    deployment::{UnfinishedApply, counted, standing_canary},
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
    lines.extend(
        plan.stages.iter().map(|stage| format!("{}: {}", printable(&stage.stage), of_stage(plan, stage))),
    );
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
    let canary = canary_words(stage);
    let is_changed = plan.difference.items.iter().any(|item| item.name.stage() == Some(&stage.stage));
    let already = if is_changed { "" } else { "the items are these already; " };
    match &stage.work {
        StageWork::Nothing(_) => match canary {
            Some(canary) => format!("no changes; {serves}, {canary}"),
            None => format!("no changes; {serves}"),
        },
        StageWork::Remove { .. } => format!("is to be removed; {serves}"),
        StageWork::Canary(change) => {
            let CanaryChange {
                change: StageChange { deployment, fields, .. },
                percent,
                replaced,
                switched_off,
                ..
            } = &**change;
            let routes = counted(deployment.routes, "route");
            let replaced = match replaced {
                Some(id) => format!(" in place of canary {}", printable(id)),
                None => String::new(),
            };
            let off = match switched_off {
                Some(CanaryRollback { at, reason }) => format!(
                    "; the canary of before was switched off at {}: {}; its settings stay",
                    printable(at),
                    printable(reason)
                ),
                None => String::new(),
            };
            let is_auto_deploy = |name: &String| name == "autoDeploy";
            let keeps = fields.set.keys().chain(&fields.removed).any(is_auto_deploy);
            let kept = if keeps { "; autoDeploy stays as it is until an apply without --canary" } else { "" };
            format!(
                "{already}{percent} % of requests are to get {routes}, deployment {}{replaced}; {serves}{off}{kept}",
                deployment.id
            )
        }
        StageWork::Publish(change) => {
            let StageChange { deployment, .. } = &**change;
            let routes = counted(deployment.routes, "route");
            if let Some(canary) = canary {
                format!(
                    "{already}{routes}, deployment {}, are to be stored and not served: canarySettings hold the stage \
                     where it is, with the fields of its item; {serves}, {canary}",
                    deployment.id
                )
            } else if stage.served.as_ref() == Some(&deployment.id) {
                format!("{already}stays at deployment {} with {routes}", deployment.id)
            } else {
                format!("{already}is to serve {routes}, deployment {}; {serves}", deployment.id)
            }
        }
    }
}

/// The words for the canary that holds a stage where it is; `None`: there is none.
fn canary_words(stage: &StagePlan) -> Option<String> {
    let StagePlan { base_item: Some(item), served: Some(_), .. } = stage else { return None };
    let canary = item.get("canarySettings").filter(|canary| !canary.is_null())?;
    let id = printable(canary.get("deploymentId").and_then(Value::as_str).unwrap_or("of no deployment"));
    Some(match standing_canary(item) {
        Some(settings) => {
            let percent = settings.get("percentTraffic").and_then(Percent::parse).unwrap_or_default();
            format!("and canary {id} to {percent} % of requests")
        }
        None => format!("and has canary {id}, which is switched off"),
    })
}

pub fn json(plan: &Plan) -> Value {
    let stages = plan.stages.iter().map(|stage| {
        let mut json = json!({ "stage": stage.stage, "serves": stage.served });
        json["work"] = match &stage.work {
            StageWork::Nothing(_) => "nothing",
            StageWork::Remove { .. } => "remove",
            StageWork::Canary(change) => {
                let CanaryChange { change, settings, .. } = &**change;
                json["deploymentId"] = change.deployment.id.as_str().into();
                json["routes"] = change.deployment.routes.into();
                json["canarySettings"] = without_secrets("", &Value::Object(settings.clone()));
                "canary"
            }
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
