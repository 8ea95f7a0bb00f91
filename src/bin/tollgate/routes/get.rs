//! `tollgate routes get`.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;
use tollgate::{api_file::yaml_text::write_member, deployment::WholeRoute};

use super::Shown;
use crate::exit_status::ExitStatus;

/// Show one route whole: its item, the fields of $api that count for it, and the variables of its stage
///
/// The text is YAML.
///
/// Exit code 3: the file has problems. 4: there is no such file, stage or route, or the stage serves nothing yet, or has no canary.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate routes get v1 'GET /orders/{id}'
  tollgate routes get v1 'GET /orders/{id}' --file tollgate.yaml -o json")]
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
                let members = members(&route).map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.into_iter().chain([("schemaVersion".to_owned(), 1.into())]).collect())
            },
            |out| {
                let mut text = String::new();
                for (name, value) in members(&route) {
                    write_member(&mut text, 0, name, &value);
                }
                out.write_all(text.as_bytes())
            },
        )?;
        Ok(Ok(()))
    })
}

fn members(route: &WholeRoute) -> [(&'static str, Value); 5] {
    let WholeRoute { stage, deployment_id, item, of_api, stage_variables } = route;
    [
        ("stage", stage.as_str().into()),
        ("deploymentId", deployment_id.as_str().into()),
        ("route", Value::Object(item.clone())),
        ("ofApi", Value::Object(of_api.clone())),
        ("stageVariables", Value::Object(stage_variables.clone())),
    ]
}
