//! An HTTP API: its export, its stages, and where its domains have it.

use anyhow::Result;
use serde_json::Value;
use tollgate::api_import::definition::ApiKind;

use super::{
    Fetched, FetchedApi, chosen_stage,
    cli_case::cli_case,
    control_reader::{ControlReader, Export},
};
use crate::exit_status::ExitStatus;

pub async fn fetch(
    mut reader: ControlReader<'_>,
    id: &str,
    api: Value,
    wanted: Option<&str>,
) -> Result<Fetched> {
    let stages = reader.list("get-stages", &["v2", "apis", id, "stages"], &[]).await?;
    let stage = match chosen_stage(id, &stages, wanted) {
        Ok(stage) => stage,
        Err(nothing) => return Ok(nothing),
    };
    let query = [("outputType", "JSON"), ("stageName", &stage), ("includeExtensions", "true")];
    match reader.export("export-api", &["v2", "apis", id, "exports", "OAS30"], &query).await? {
        Export::Document(document) => reader.add_text("export-api", document),
        Export::Refused(words) => {
            let words = format!("API Gateway does not export {stage} of {id}: {words}");
            return Ok(Fetched::Nothing { words, status: ExitStatus::Failed });
        }
    }
    reader.add("get-api", cli_case(api));
    reader.add_list("get-stages", "Items", stages.into_iter().map(cli_case).collect());
    domains(&mut reader, id, &stage).await?;
    Ok(Fetched::Api(FetchedApi { kind: ApiKind::Http, stage, inputs: reader.inputs }))
}

/// The paths of domains that lead to the stage, and those domains.
async fn domains(reader: &mut ControlReader<'_>, id: &str, stage: &str) -> Result<()> {
    let mut of_stage = Vec::new();
    let mut leading_here = Vec::new();
    for domain in reader.list("get-domain-names", &["v2", "domainnames"], &[]).await? {
        let Some(name) = domain["domainName"].as_str() else { continue };
        let path = ["v2", "domainnames", name, "apimappings"];
        let mappings = reader.list("get-api-mappings", &path, &[]).await?;
        let leads_here = |mapping: &Value| mapping["apiId"] == id && mapping["stage"] == stage;
        let before = of_stage.len();
        of_stage.extend(mappings.into_iter().filter(leads_here).map(cli_case));
        if of_stage.len() > before {
            leading_here.push(cli_case(domain));
        }
    }
    reader.add_list("get-api-mappings", "Items", of_stage);
    reader.add_list("get-domain-names", "Items", leading_here);
    Ok(())
}
