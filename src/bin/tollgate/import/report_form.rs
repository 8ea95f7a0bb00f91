//! The report of an import as text and JSON, with what the gateway needs to be deployed for the API.

use serde_json::{Value, json};
use tollgate::api_import::Imported;

use crate::{json_text, text_table::printable};

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ReportForm {
    Text,
    Json,
}

impl ReportForm {
    /// The whole report, with a line break at its end.
    pub fn of(self, imported: &Imported) -> String {
        match self {
            Self::Text => text(imported),
            Self::Json => json_text::indented(&as_json(imported)) + "\n",
        }
    }
}

fn text(imported: &Imported) -> String {
    let report = imported.report.to_string();
    let mut text: String = report.lines().map(|line| format!("{}\n", printable(line))).collect();
    if let Some(policy) = &imported.role_policy {
        text.push_str(&format!("\nThe gateway's role needs:\n{policy:#}\n"));
    }
    if !imported.template_parameters.is_empty() {
        text.push_str(&format!("\nDeploy the gateway with:\n{}\n", deploy_command(imported)));
    }
    text
}

/// The command that deploys the gateway for the API, with the parameters that differ from their defaults.
pub fn deploy_command(imported: &Imported) -> String {
    let mut command = "sam deploy --parameter-overrides".to_owned();
    for (name, value) in &imported.template_parameters {
        command.push_str(&printable(&format!(" {name}='{value}'")));
    }
    command
}

fn as_json(imported: &Imported) -> Value {
    let mut json = imported.report.to_json();
    json["rolePolicy"] = imported.role_policy.clone().unwrap_or_default();
    json["templateParameters"] = json!(imported.template_parameters);
    json["isWritten"] = imported.text.is_some().into();
    json
}
