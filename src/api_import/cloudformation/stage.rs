//! `AWS::ApiGateway::Stage`, and the stage of a `Deployment` → a stage, and what it says of single methods.

use serde_json::{Map, Value};

use super::{
    properties::{
        Fate::{Apart, Becomes, LeftOut, Read},
        FateTable, TemplateReader, take,
    },
    resource::ApiResource,
};
use crate::api_import::{
    access_log_format,
    definition::StageDefinition,
    method_settings::{self, CacheCluster, MethodSetting, StageWithSettings},
    report::Remark,
    source::{Located, Member, NodeId},
};

const KIND: &str = "AWS::ApiGateway::Stage";

#[rustfmt::skip]
const STAGE: &FateTable = &[
    ("RestApiId", Read),
    ("DeploymentId", Read),
    ("StageName", Becomes("stageName")),
    ("Variables", Becomes("variables")),
    ("MethodSettings", Becomes("methodSettings")),
    ("CacheClusterEnabled", Becomes("cacheClusterEnabled")),
    ("CacheClusterSize", LeftOut("entries of the cache are items of a table, which has no size")),
    ("AccessLogSetting", Apart),
    ("CanarySetting", LeftOut("a canary is of two deployments, and the import makes one: see tollgate canary start")),
    ("ClientCertificateId", LeftOut("targets know the gateway by another way than a certificate of API Gateway")),
    ("DocumentationVersion", LeftOut("it describes")),
    ("Description", LeftOut("the stage has the description of the API")),
    ("TracingEnabled", LeftOut("tracing is set on the gateway's function")),
    ("Tags", LeftOut("tags are not of the API")),
];

/// A deployment makes a stage too, if it names one.
#[rustfmt::skip]
const DEPLOYMENT: &FateTable = &[
    ("RestApiId", Read),
    ("StageName", Becomes("stageName")),
    ("StageDescription", Apart),
    ("Description", LeftOut("the stage has the description of the API")),
    ("DeploymentCanarySettings", LeftOut("a canary is of two deployments, and the import makes one: see tollgate canary start")),
];

/// Members of a `StageDescription` that are no settings of all methods.
const OF_STAGE: [&str; 11] = [
    "Variables",
    "MethodSettings",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "AccessLogSetting",
    "CanarySetting",
    "ClientCertificateId",
    "Description",
    "DocumentationVersion",
    "TracingEnabled",
    "Tags",
];

impl TemplateReader<'_> {
    /// The stages that there are already, with those of the resources.
    pub fn stages(
        &mut self,
        of_api: &[ApiResource],
        mut stages: Vec<StageWithSettings>,
    ) -> Vec<StageWithSettings> {
        for resource in of_api.iter().filter(|resource| resource.kind == "Stage") {
            stages.extend(self.stage(resource));
        }
        let has_stages = !stages.is_empty();
        for resource in of_api.iter().filter(|resource| resource.kind == "Deployment") {
            let of_deployment = self.tree.at(resource.properties).get("StageName");
            let words = match of_deployment {
                Some(_) if !has_stages => {
                    stages.extend(self.stage_of_deployment(resource));
                    continue;
                }
                Some(_) => "applying the file deploys it, and its stage is not taken beside the other stages",
                None => "applying the file deploys it",
            };
            let words = format!("AWS::ApiGateway::Deployment: {words}");
            self.ledger.remark_whole(self.tree.at(resource.node), Remark::left_out(words));
        }
        stages
    }

    /// The stage that a deployment names, as the Serverless Framework writes it.
    fn stage_of_deployment(&mut self, resource: &ApiResource) -> Option<StageWithSettings> {
        let mut members = self.members(resource.properties, DEPLOYMENT, "AWS::ApiGateway::Deployment");
        let name = self.take_text(&mut members, "stageName")?;
        let Some(description) = self.tree.at(resource.properties).get("StageDescription") else {
            return Some(self.stage_with(resource, name, Vec::new()));
        };
        let description = description.id;
        self.ledger.taken(self.tree.at(description));
        let is_of_stage = |member: &Member| OF_STAGE.contains(&member.key.as_str());
        let (of_stage, mut of_all): (Vec<Member>, Vec<Member>) =
            self.written(description).into_iter().partition(is_of_stage);
        let of_stage = self.map_node(description, of_stage);
        let members = self.members(of_stage, STAGE, "a StageDescription");
        let access_log = self.access_log(description);
        let flag = members.iter().find(|member| member.key == "cacheClusterEnabled").map(|flag| flag.node);
        let cluster = self.cache_cluster(flag);
        let mut stage = self.stage_with(resource, name, members);
        for member in &mut of_all {
            member.node = self.resolved(member.node);
        }
        let of_all = self.map_node(description, of_all);
        let of_all = method_settings::fields(self.ledger, self.tree.at(of_all), cluster, &[]);
        stage.stage.fields.extend(access_log);
        stage.settings.push(MethodSetting::new(self.tree.at(description), "*", "*", of_all));
        Some(stage)
    }

    fn stage(&mut self, resource: &ApiResource) -> Option<StageWithSettings> {
        let mut members = self.members(resource.properties, STAGE, KIND);
        let Some(name) = self.take_text(&mut members, "stageName") else {
            self.ledger.error(self.tree.at(resource.properties), format!("{KIND} without StageName"));
            return None;
        };
        let access_log = self.access_log(resource.properties);
        let mut stage = self.stage_with(resource, name, members);
        stage.stage.fields.extend(access_log);
        Some(stage)
    }

    /// A stage with its variables and the settings of its methods.
    fn stage_with(
        &mut self,
        resource: &ApiResource,
        name: String,
        mut members: Vec<Member>,
    ) -> StageWithSettings {
        let mut fields = Map::new();
        if let Some(variables) = take(&mut members, "variables") {
            fields.insert("stageVariables".to_owned(), self.stage_variables(variables));
        }
        let cluster = take(&mut members, "cacheClusterEnabled");
        let cluster = self.cache_cluster(cluster);
        let settings = take(&mut members, "methodSettings").map(|list| self.method_settings(list, cluster));
        StageWithSettings {
            stage: StageDefinition {
                name,
                origin: self.tree.node(resource.node).span,
                fields,
                route_settings: Default::default(),
            },
            settings: settings.unwrap_or_default(),
        }
    }

    /// The fields for the `AccessLogSetting`, or `AccessLogSettings`, of these properties.
    pub(super) fn access_log(&mut self, properties: NodeId) -> Map<String, Value> {
        let properties = self.tree.at(properties);
        let setting = properties.get("AccessLogSetting").or_else(|| properties.get("AccessLogSettings"));
        let Some(setting) = setting.map(|setting| setting.id) else { return Map::new() };
        let format = self.tree.at(setting).get("Format").map(|format| format.id);
        let format = format.map(|format| self.resolved(format));
        let format = format.map(|format| self.tree.at(format));
        access_log_format::fields(self.ledger, self.tree.at(setting), format)
    }

    /// The variables of a stage, with the names in them resolved.
    pub(super) fn stage_variables(&mut self, map: NodeId) -> Value {
        let resolved = self.resolved(map);
        let node = self.tree.at(resolved);
        self.ledger.taken_whole(node);
        if node.members().is_none() && !node.is_null() {
            self.ledger.error(node, format!("got {} for the stage variables, expected a map", node.noun()));
        }
        let mut texts = Map::new();
        for member in node.members().into_iter().flatten() {
            match member.value.text() {
                Some(text) => {
                    texts.insert(member.key.to_owned(), Value::from(text));
                }
                None => {
                    let got = member.value.noun();
                    let words = format!("got {got} for the stage variable {}, expected a text", member.key);
                    self.ledger.error(member.value, words);
                }
            }
        }
        Value::Object(texts)
    }

    /// `CacheClusterEnabled` of a stage.
    pub(super) fn cache_cluster(&mut self, flag: Option<NodeId>) -> CacheCluster {
        let flag = flag.map(|flag| self.tree.at(flag));
        if let Some(flag) = flag {
            self.ledger.taken(flag);
        }
        match flag.and_then(Located::as_bool) {
            Some(true) => CacheCluster::On,
            Some(false) | None => CacheCluster::Off,
        }
    }

    pub(super) fn method_settings(&mut self, list: NodeId, cluster: CacheCluster) -> Vec<MethodSetting> {
        let node = self.tree.at(list);
        self.ledger.taken(node);
        let Some(elements) = node.elements() else {
            self.ledger.error(node, format!("got {} for MethodSettings, expected a list", node.noun()));
            return Vec::new();
        };
        let mut settings = Vec::new();
        for element in elements {
            self.ledger.taken(element);
            let mut path = "*".to_owned();
            let mut method = "*".to_owned();
            for member in element.members().into_iter().flatten() {
                match (member.key, member.value.text()) {
                    ("ResourcePath", Some(text)) => path = text.replace("~1", "/"),
                    ("HttpMethod", Some(text)) => text.clone_into(&mut method),
                    _ => continue,
                }
                self.ledger.taken(member.value);
            }
            let fields =
                method_settings::fields(self.ledger, element, cluster, &["ResourcePath", "HttpMethod"]);
            settings.push(MethodSetting::new(element, &path, &method, fields));
        }
        settings
    }
}
