//! A REST API: its export, its stages, who may send how much with which key, and where its domains have it.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;
use tollgate::api_import::definition::ApiKind;

use super::{
    Fetched, FetchedApi, chosen_stage,
    control_reader::{ControlReader, Export, Query},
};
use crate::notes::note;

/// The largest pages that API Gateway gives.
const LARGEST: (&str, &str) = ("limit", "500");

/// What each method of a whole export has.
const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// What an export with authorizers says of their schemes, and what it may lack of them.
const AUTHORIZER_TYPE: &str = "x-amazon-apigateway-authtype";
const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
/// What an export has of gateway responses that are not API Gateway's own.
const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";

pub async fn fetch(
    mut reader: ControlReader<'_>,
    id: &str,
    api: Value,
    wanted: Option<&str>,
) -> Result<Fetched> {
    let stages = reader.list("get-stages", &["restapis", id, "stages"], &[]).await?;
    let stage = match chosen_stage(id, &stages, wanted) {
        Ok(stage) => stage,
        Err(nothing) => return Ok(nothing),
    };
    document(&mut reader, id, &stage).await?;
    reader.add("get-rest-api", api);
    reader.add_list("get-stages", "item", stages);
    plans_and_keys(&mut reader, id, &stage).await?;
    domains(&mut reader, id, &stage).await?;
    Ok(Fetched::Api(FetchedApi { kind: ApiKind::Rest, stage, inputs: reader.inputs }))
}

/// What says who may call which route: the export of the stage, or what it would have been made of.
async fn document(reader: &mut ControlReader<'_>, id: &str, stage: &str) -> Result<()> {
    let path = ["restapis", id, "stages", stage, "exports", "oas30"];
    let lack = match reader.export("get-export", &path, &[("extensions", "apigateway")]).await? {
        Export::Document(document) if document.contains(INTEGRATION) => {
            return whole_export(reader, id, document).await;
        }
        Export::Document(_) => "it has no integrations".to_owned(),
        Export::Refused(words) => words,
    };
    note(format_args!(
        "tollgate: no export of {stage} ({lack}): the routes are those of get-resources, deployed or not"
    ));
    resources(reader, id).await
}

/// The export, with what it may lack.
async fn whole_export(reader: &mut ControlReader<'_>, id: &str, document: String) -> Result<()> {
    let has = |word: &str| document.contains(word);
    let lacks_authorizers = has(AUTHORIZER_TYPE) && !has(AUTHORIZER);
    let lacks_responses = !has(GATEWAY_RESPONSES);
    reader.add_text("get-export", document);
    if lacks_authorizers {
        let list = reader.list("get-authorizers", &["restapis", id, "authorizers"], &[LARGEST]).await?;
        reader.add_list("get-authorizers", "items", list);
    }
    if lacks_responses {
        gateway_responses(reader, id).await?;
    }
    Ok(())
}

/// What an export is made of.
async fn resources(reader: &mut ControlReader<'_>, id: &str) -> Result<()> {
    let embedded = [("embed", "methods"), LARGEST];
    #[rustfmt::skip]
    let lists: [(&str, &str, Query<'_>); 4] = [
        ("get-resources", "resources", &embedded),
        ("get-authorizers", "authorizers", &[LARGEST]),
        ("get-models", "models", &[LARGEST]),
        ("get-request-validators", "requestvalidators", &[LARGEST]),
    ];
    for (call, segment, query) in lists {
        let list = reader.list(call, &["restapis", id, segment], query).await?;
        reader.add_list(call, "items", list);
    }
    gateway_responses(reader, id).await
}

/// Those that are not API Gateway's own.
async fn gateway_responses(reader: &mut ControlReader<'_>, id: &str) -> Result<()> {
    let path = ["restapis", id, "gatewayresponses"];
    let mut responses = reader.list("get-gateway-responses", &path, &[LARGEST]).await?;
    responses.retain(|response| response["defaultResponse"] != true);
    reader.add_list("get-gateway-responses", "items", responses);
    Ok(())
}

/// The plans of the stage, and the keys in them: no value of another key is kept.
async fn plans_and_keys(reader: &mut ControlReader<'_>, id: &str, stage: &str) -> Result<()> {
    let mut plans = reader.list("get-usage-plans", &["usageplans"], &[LARGEST]).await?;
    plans.retain(|plan| {
        let stages = plan["apiStages"].as_array();
        stages.into_iter().flatten().any(|covered| covered["apiId"] == id && covered["stage"] == stage)
    });
    let mut key_ids = BTreeSet::new();
    for plan in &plans {
        let Some(plan_id) = plan["id"].as_str() else { continue };
        let path = ["usageplans", plan_id, "keys"];
        let mut keys = reader.list("get-usage-plan-keys", &path, &[LARGEST]).await?;
        for key in &mut keys {
            key_ids.extend(key["id"].as_str().map(str::to_owned));
            // get-api-keys has it.
            key.as_object_mut().map(|key| key.remove("value"));
        }
        reader.add_list(&format!("get-usage-plan-keys-{plan_id}"), "items", keys);
    }
    reader.add_list("get-usage-plans", "items", plans);
    if !key_ids.is_empty() {
        let query = [("includeValues", "true"), LARGEST];
        let mut keys = reader.list("get-api-keys", &["apikeys"], &query).await?;
        keys.retain(|key| key["id"].as_str().is_some_and(|id| key_ids.contains(id)));
        reader.add_list("get-api-keys", "items", keys);
    }
    Ok(())
}

/// The paths of domains that lead to the stage, and those domains.
async fn domains(reader: &mut ControlReader<'_>, id: &str, stage: &str) -> Result<()> {
    let mut domains = reader.list("get-domain-names", &["domainnames"], &[LARGEST]).await?;
    let mut of_stage = Vec::new();
    let mut leading_here = Vec::new();
    for domain in domains.drain(..) {
        let Some(name) = domain["domainName"].as_str() else { continue };
        let mut query = vec![LARGEST];
        let types = domain["endpointConfiguration"]["types"].as_array();
        if types.is_some_and(|types| types.iter().any(|kind| kind == "PRIVATE")) {
            query.extend(domain["domainNameId"].as_str().map(|id| ("domainNameId", id)));
        }
        let path = ["domainnames", name, "basepathmappings"];
        let mut mappings = reader.list("get-base-path-mappings", &path, &query).await?;
        mappings.retain(|mapping| {
            mapping["restApiId"] == id
                && mapping["stage"].as_str().is_none_or(|of_mapping| of_mapping == stage)
        });
        if !mappings.is_empty() {
            of_stage.append(&mut mappings);
            leading_here.push(domain);
        }
    }
    reader.add_list("get-base-path-mappings", "items", of_stage);
    reader.add_list("get-domain-names", "items", leading_here);
    Ok(())
}
