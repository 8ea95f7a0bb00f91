//! A stage as `get-stages` prints it → a stage, and what it says of its routes.

use serde_json::{Map, Value};

use super::{
    answer_kind::AnswerKind,
    answered_stage::name_of,
    cli_answers::{ChosenStage, CliReader, either},
};
use crate::api_import::{
    access_log_format,
    definition::StageDefinition,
    method_settings::{self, CacheCluster, MethodSetting, StageWithSettings},
    report::{Question, Remark},
    source::Located,
};

#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str)] = &[
    ("deploymentId", DEPLOYMENTS), ("DeploymentId", DEPLOYMENTS), ("AutoDeploy", DEPLOYMENTS),
    ("LastDeploymentStatusMessage", DEPLOYMENTS), ("documentationVersion", "the gateway serves no documentation"),
    ("createdDate", DATES), ("lastUpdatedDate", DATES), ("CreatedDate", DATES), ("LastUpdatedDate", DATES),
    ("tags", "tags are not of the API"), ("Tags", "tags are not of the API"), ("ApiGatewayManaged", DEPLOYMENTS),
    ("cacheClusterSize", CLUSTER), ("cacheClusterStatus", CLUSTER),
    ("tracingEnabled", "tracing is set on the gateway's function"),
];

const DEPLOYMENTS: &str = "applying the file makes a deployment of its own";
const DATES: &str = "it says when something was changed on API Gateway";
const CLUSTER: &str = "the cache has no cluster: answers are kept in memory and in a table";

pub(super) fn read(reader: &mut CliReader<'_, '_>, chosen: &ChosenStage) -> Option<StageWithSettings> {
    let stages = reader.elements(AnswerKind::Stages);
    let is_chosen = |stage: &Located<'_>| name_of(*stage) == chosen.stage.as_deref();
    let stage = stages.into_iter().find(is_chosen)?;
    reader.ledger.taken(stage);
    let name = reader.text(stage, ["stageName", "StageName"])?.to_owned();
    reader.leave_out(stage, LEFT_OUT);
    guards(reader, stage);
    canary(reader, stage);
    let mut fields = fields(reader, stage);
    if let Some(setting) = either(stage, ["accessLogSettings", "AccessLogSettings"]) {
        let format = either(setting, ["format", "Format"]);
        fields.extend(access_log_format::fields(reader.ledger, setting, format));
    }
    let cluster = match reader.ledger.boolean(stage, "cacheClusterEnabled") {
        Some(true) => CacheCluster::On,
        Some(false) | None => CacheCluster::Off,
    };
    let settings = settings(reader, stage, cluster);
    let stage = StageDefinition { name, origin: stage.span(), fields, route_settings: Default::default() };
    Some(StageWithSettings { stage, settings })
}

/// `methodSettings` by `*/*` and `~1orders~1{id}/GET`; `DefaultRouteSettings`, and `RouteSettings` by `GET /orders`.
fn settings(reader: &mut CliReader<'_, '_>, stage: Located<'_>, cluster: CacheCluster) -> Vec<MethodSetting> {
    let mut settings = Vec::new();
    let mut read = |node: Located<'_>, path: &str, method: &str| {
        reader.ledger.taken(node);
        let fields = method_settings::fields(reader.ledger, node, cluster, &[]);
        settings.push(MethodSetting::new(node, path, method, fields));
    };
    if let Some(node) = stage.get("DefaultRouteSettings") {
        read(node, "*", "*");
    }
    for member in stage.get("methodSettings").and_then(Located::members).into_iter().flatten() {
        let key = member.key.replace("~1", "/").replace("~0", "~");
        let (path, method) = key.rsplit_once('/').unwrap_or((&key, "*"));
        read(member.value, if path.is_empty() { "/" } else { path }, method);
    }
    for member in stage.get("RouteSettings").and_then(Located::members).into_iter().flatten() {
        let (method, path) = member.key.split_once(' ').unwrap_or(("ANY", member.key));
        read(member.value, path, method);
    }
    for node in ["methodSettings", "RouteSettings"].into_iter().filter_map(|key| stage.get(key)) {
        reader.ledger.taken(node);
    }
    settings
}

fn fields(reader: &mut CliReader<'_, '_>, stage: Located<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(description) =
        reader.text(stage, ["description", "Description"]).filter(|text| !text.is_empty())
    {
        fields.insert("description".to_owned(), description.into());
    }
    if let Some(node) = either(stage, ["variables", "StageVariables"]) {
        reader.ledger.taken_whole(node);
        let mut values = Map::new();
        for variable in node.members().into_iter().flatten() {
            // An answer of the file of --map counts before the stage's own value.
            let answer = reader.ledger.answer_to(&format!("stageVariables.{}", variable.key));
            let value = answer.unwrap_or_else(|| variable.value.text().unwrap_or_default().into());
            values.insert(variable.key.to_owned(), value);
        }
        if !values.is_empty() {
            fields.insert("stageVariables".to_owned(), Value::Object(values));
        }
    }
    fields
}

/// What keeps callers out, and the gateway has not.
fn guards(reader: &mut CliReader<'_, '_>, stage: Located<'_>) {
    if let Some(node) = stage.get("webAclArn").filter(|node| !node.is_null()) {
        let words = "a web ACL of AWS WAF stands before the stage, and none before a function URL: may it be open to \
                     whom the ACL keeps out? CloudFront with AWS WAF before the function URL keeps them out";
        reader.ledger.opened(node, Question::of_map("web ACL", words, "open"));
    }
    for key in ["clientCertificateId", "ClientCertificateId"] {
        if let Some(node) = stage.get(key).filter(|node| !node.is_null()) {
            let remark = Remark::left_out("the gateway shows targets no certificate of its own");
            let advice =
                "let the targets know the gateway by something else: a header, a network, a signature";
            reader.ledger.remark(node, remark.advising(advice));
        }
    }
}

fn canary(reader: &mut CliReader<'_, '_>, stage: Located<'_>) {
    if let Some(node) = stage.get("canarySettings") {
        let remark = Remark::left_out(
            "the canary is a deployment of API Gateway, and the document has the routes of one",
        );
        let advice = "import the export of the canary too, and apply it with tollgate apply --canary PERCENT";
        reader.ledger.remark_whole(node, remark.advising(advice));
    }
}
