//! The outcome of an apply, stage by stage, for people and for programs.

use serde_json::{Value, json};
use tollgate::{
    api_file::apply::{Plan, StageResult},
    deployment::counted,
};

use super::plan_report;
use crate::text_table::printable;

/// The lines of a stage; `again` says where the tables are.
pub fn lines(result: &StageResult, again: &str) -> Vec<String> {
    match result {
        StageResult::Unchanged { .. } => Vec::new(),
        StageResult::Served { stage, deployment_id, former, routes } => {
            let mut lines =
                vec![format!("{stage}: serves {}, deployment {deployment_id}", counted(*routes, "route"))];
            if let Some(former) = former.as_ref().filter(|former| *former != deployment_id) {
                lines.push(format!("  to undo it: tollgate rollback {stage} {}{again}", printable(former)));
            }
            lines
        }
        StageResult::Held { stage, deployment_id } => vec![format!(
            "{stage}: deployment {deployment_id} is stored and not served: canarySettings hold the stage where it is, with \
             the fields of its item"
        )],
        StageResult::Canary { stage, deployment_id, percent } => vec![
            format!("{stage}: {percent} % of requests get deployment {deployment_id}"),
            format!("  to serve it to all: tollgate canary promote {stage}{again}"),
            format!("  to undo it: tollgate canary abort {stage}{again}"),
        ],
        StageResult::Removed { stage, .. } => vec![format!("{}: removed", printable(stage))],
    }
}

/// The plan, and what became of its stages.
pub fn json(plan: &Plan, stages: &[StageResult]) -> Value {
    let stages = stages.iter().map(|result| match result {
        StageResult::Unchanged { stage, deployment_id } => {
            json!({ "stage": stage, "outcome": "unchanged", "deploymentId": deployment_id })
        }
        StageResult::Served { stage, deployment_id, former, routes } => {
            json!({ "stage": stage, "outcome": "served",
            "deploymentId": deployment_id, "formerDeploymentId": former, "routes": routes })
        }
        StageResult::Held { stage, deployment_id } => {
            json!({ "stage": stage, "outcome": "held", "deploymentId": deployment_id })
        }
        StageResult::Canary { stage, deployment_id, percent } => {
            json!({ "stage": stage, "outcome": "canary", "deploymentId": deployment_id, "percentTraffic": percent.to_json() })
        }
        StageResult::Removed { stage, former } => {
            json!({ "stage": stage, "outcome": "removed", "formerDeploymentId": former })
        }
    });
    let mut json = plan_report::json(plan);
    json["results"] = stages.collect();
    json
}
