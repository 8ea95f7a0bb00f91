//! `AWS::ApiGateway::Stage` → a stage, and what it says of single methods.

use serde_json::{Map, Value};

use super::{
    properties::{
        Fate::{Becomes, LeftOut, Read},
        FateTable, TemplateReader, take,
    },
    resource::ApiResource,
};
use crate::api_import::{
    definition::StageDefinition,
    method_settings::{self, CacheCluster, MethodSetting, StageWithSettings},
    source::{Located, NodeId},
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
    ("AccessLogSetting", LeftOut("each request has a line in the log of the gateway's function")),
    ("CanarySetting", LeftOut("a canary is of two deployments, and the import makes one: see tollgate canary start")),
    ("ClientCertificateId", LeftOut("targets know the gateway by another way than a certificate of API Gateway")),
    ("DocumentationVersion", LeftOut("it describes")),
    ("Description", LeftOut("the stage has the description of the API")),
    ("TracingEnabled", LeftOut("tracing is set on the gateway's function")),
    ("Tags", LeftOut("tags are not of the API")),
];

impl TemplateReader<'_> {
    pub fn stages(&mut self, of_api: &[ApiResource]) -> Vec<StageWithSettings> {
        let stages = of_api.iter().filter(|resource| resource.kind == "Stage");
        stages.filter_map(|stage| self.stage(stage)).collect()
    }

    fn stage(&mut self, resource: &ApiResource) -> Option<StageWithSettings> {
        let mut members = self.members(resource.properties, STAGE, KIND);
        let Some(name) = self.take_text(&mut members, "stageName") else {
            self.ledger.error(self.tree.at(resource.properties), format!("{KIND} without StageName"));
            return None;
        };
        let mut fields = Map::new();
        if let Some(variables) = take(&mut members, "variables") {
            fields.insert("stageVariables".to_owned(), self.stage_variables(variables));
        }
        let cluster = take(&mut members, "cacheClusterEnabled");
        let cluster = self.cache_cluster(cluster);
        let settings = take(&mut members, "methodSettings").map(|list| self.method_settings(list, cluster));
        Some(StageWithSettings {
            stage: StageDefinition {
                name,
                origin: self.tree.node(resource.node).span,
                fields,
                route_settings: Default::default(),
            },
            settings: settings.unwrap_or_default(),
        })
    }

    /// The variables of a stage, with the names in them resolved.
    pub(super) fn stage_variables(&mut self, map: NodeId) -> Value {
        let resolved = self.resolved(map);
        let node = self.tree.at(resolved);
        self.ledger.taken_whole(node);
        let members = node.members().into_iter().flatten();
        let texts =
            members.filter_map(|member| Some((member.key.to_owned(), Value::from(member.value.text()?))));
        Value::Object(texts.collect())
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
            settings.push(MethodSetting::new(&path, &method, fields));
        }
        settings
    }
}
