//! `tollgate routes get`.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{api_file::yaml_text::write_member, deployment::WholeRoute};

use super::Shown;
use crate::exit_status::ExitStatus;

/// Show one route whole: its item, the fields of $api that count for it, and the variables of its stage
///
/// The text is YAML.
///
/// Examples:
///   tollgate routes get v1 'GET /orders/{id}'
///   tollgate routes get v1 'GET /orders/{id}' --file tollgate.yaml -o json
///
/// Exit code 3: the file has problems. 4: there is no such file, stage or route, or the stage serves nothing yet.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The key of the route; its parameters may have other names.
    #[arg(value_name = "ROUTE_KEY")]
    key: String,
    #[command(flatten)]
    shown: Shown,
}

/// # Errors
///
/// The tables or the file cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, key, shown } = arguments;
    shown.show(Some(stage), |served, output| {
        let route = match served.whole_route(stage, key) {
            Ok(route) => route,
            Err(not_listed) => return Ok(Err(not_listed)),
        };
        output.write(
            || {
                let mut json = members(&route);
                json["schemaVersion"] = 1.into();
                json
            },
            |out| {
                let mut text = String::new();
                for (name, value) in members(&route).as_object().into_iter().flatten() {
                    write_member(&mut text, 0, name, value);
                }
                out.write_all(text.as_bytes())
            },
        )?;
        Ok(Ok(()))
    })
}

fn members(route: &WholeRoute) -> Value {
    let WholeRoute { stage, deployment_id, item, of_api, stage_variables } = route;
    json!({
        "stage": stage,
        "deploymentId": deployment_id,
        "route": item,
        "ofApi": of_api,
        "stageVariables": stage_variables,
    })
}
