//! A stage as `get-stages` prints it → the fields of a stage, and what it says of its routes.

use serde_json::{Map, Value};

use super::{
    answer_kind::AnswerKind,
    cli_answers::{ChosenStage, CliReader, either},
    method_settings::{self, CacheCluster},
    stage_choice,
};
use crate::api_import::{
    definition::Definition,
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
    ("accessLogSettings", LOG), ("AccessLogSettings", LOG),
];

const DEPLOYMENTS: &str = "applying the file makes a deployment of its own";
const DATES: &str = "it says when something was changed on API Gateway";
const CLUSTER: &str = "the cache has no cluster: answers are kept in memory and in a table";
const LOG: &str = "the gateway's access lines have a format of their own, which its environment sets";

pub(super) fn read(reader: &mut CliReader<'_, '_>, definition: &mut Definition, chosen: &ChosenStage) {
    let stages = reader.elements(AnswerKind::Stages);
    let is_chosen = |stage: &&Located<'_>| stage_choice::name_of(**stage) == chosen.stage.as_deref();
    let Some(stage) = stages.iter().find(is_chosen).copied() else { return };
    reader.ledger.taken(stage);
    reader.text(stage, ["stageName", "StageName"]);
    reader.leave_out(stage, LEFT_OUT);
    guards(reader, stage);
    canary(reader, stage);
    let fields = fields(reader, stage);
    let cluster = match reader.ledger.boolean(stage, "cacheClusterEnabled") {
        Some(true) => CacheCluster::Present,
        Some(false) | None => CacheCluster::Absent,
    };
    let settings = method_settings::read(reader, stage, &definition.routes, cluster);
    if let Some(written) = definition.stages.first_mut() {
        written.origin = stage.span();
        written.fields.extend(fields);
        written.route_settings.extend(settings);
    }
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
        for variable in stage_choice::variables(stage) {
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
