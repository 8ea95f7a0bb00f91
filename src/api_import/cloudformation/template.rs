//! The parts of a template: its API, the resources that belong to it, and all else, which is told by its kind.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    intrinsics::{Parameters, Scope, Truth},
    known_names,
    properties::TemplateReader,
};
use crate::api_import::{
    definition::Sourced,
    method_settings::StageWithSettings,
    options::ImportOptions,
    report::{Ledger, Remark},
    source::{Located, Member, NodeId, Tree},
};

/// What a template's API is: a document, the stages that serve it, and who may send how much.
#[derive(Debug)]
pub struct ApiOfTemplate {
    /// The root of an OpenAPI document, whose nodes stand for those of the template.
    pub document: NodeId,
    /// In the order of the template.
    pub stages: Vec<StageWithSettings>,
    /// The fields of usage plans by their ids.
    pub usage_plans: BTreeMap<String, Sourced<Map<String, Value>>>,
}

/// Parts of a template that say nothing of an API by themselves.
#[rustfmt::skip]
const PARTS: [(&str, &str); 4] = [
    ("Description", "it describes the template"),
    ("Metadata", "it is for tools"),
    ("Rules", "they check parameters"),
    ("Outputs", "the gateway has no outputs"),
];

/// Members of a resource that are about the life of the template.
const OF_THE_STACK: [&str; 5] =
    ["DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"];

/// The kinds of resources that an API is made of, behind `AWS::ApiGateway::`.
const READ: [&str; 9] = [
    "RestApi",
    "Resource",
    "Method",
    "Authorizer",
    "Stage",
    "Model",
    "RequestValidator",
    "GatewayResponse",
    "UsagePlan",
];

/// Those that have no part in a file, with the reason and what to do.
#[rustfmt::skip]
const NOT_IN_A_FILE: [(&str, &str); 10] = [
    ("Account", "the gateway's own function writes the logs"),
    ("Deployment", "applying the file deploys it"),
    ("ApiKey", "keys are in no file: tollgate keys create makes a new one, tollgate keys import takes those of API Gateway with their values"),
    ("UsagePlanKey", "keys are in no file: tollgate keys create and tollgate keys import join a key to its plan with --plan"),
    ("DomainName", "CloudFront, or a domain of your own before the function URL, has the name: see hosts of a stage"),
    ("BasePathMapping", "basePath and hosts of a stage say where it is served"),
    ("ClientCertificate", "targets know the gateway by another way than a certificate of API Gateway"),
    ("DocumentationPart", "it describes"),
    ("DocumentationVersion", "it describes"),
    ("VpcLink", "put the gateway's function into the VPC, and list the network in allowPrivateIntegrations"),
];

/// A resource of an API.
pub(super) struct ApiResource {
    pub name: String,
    /// Behind `AWS::ApiGateway::`.
    pub kind: String,
    pub node: NodeId,
    /// Evaluated.
    pub properties: NodeId,
}

/// Reads a template. `None`: it holds no API that is read; the ledger says why.
pub fn read(
    tree: &mut Tree,
    ledger: &mut Ledger,
    root: NodeId,
    options: &ImportOptions,
) -> Option<ApiOfTemplate> {
    let parameters = Parameters::read(ledger, tree.at(root), &options.parameters);
    let known = known_names::read(tree.at(root), &parameters);
    let scope = Scope::of(tree.at(root), parameters);
    let mut reader = TemplateReader { tree, ledger, known, scope, model_names: BTreeMap::new() };
    let api = reader.api(root);
    reader.claim_scope(root);
    api
}

impl TemplateReader<'_> {
    fn api(&mut self, root: NodeId) -> Option<ApiOfTemplate> {
        self.parts(root);
        let Some(resources) = self.tree.at(root).get("Resources").map(|node| node.id) else {
            self.ledger.error(self.tree.at(root), "a template without Resources");
            return None;
        };
        self.ledger.taken(self.tree.at(resources));
        let mut of_api = Vec::new();
        for member in self.written(resources) {
            of_api.extend(self.resource(member));
        }
        let mut apis = of_api.iter().filter(|resource| resource.kind == "RestApi");
        let api = apis.next();
        for other in apis {
            self.ledger.error(self.tree.at(other.node), "a second API: import one at a time");
        }
        let Some(api) = api else {
            if !self.ledger.has_errors() {
                self.ledger.error(self.tree.at(resources), "no AWS::ApiGateway::RestApi is in this template");
            }
            return None;
        };
        self.find_model_names(&of_api);
        let document = self.document(api, &of_api);
        let stages = self.stages(&of_api);
        let usage_plans = self.usage_plans(api, &of_api);
        Some(ApiOfTemplate { document, stages, usage_plans })
    }

    fn parts(&mut self, root: NodeId) {
        let root = self.tree.at(root);
        self.ledger.taken(root);
        for member in root.members().into_iter().flatten() {
            let part = PARTS.iter().find(|(name, _)| *name == member.key);
            match (member.key, part) {
                (_, Some((_, words))) => self.ledger.remark_whole(member.value, Remark::left_out(*words)),
                ("AWSTemplateFormatVersion" | "Parameters", None) => self.ledger.taken_whole(member.value),
                ("Resources" | "Conditions" | "Mappings", None) => {}
                (key, None) => {
                    self.ledger.taken_whole(member.value);
                    let words = format!(
                        "{key} of a template is not read yet: export the API (get-export) and import that"
                    );
                    self.ledger.error(member.value, words);
                }
            }
        }
    }

    /// A resource, if it is one of an API. Of others their kind is told.
    fn resource(&mut self, Member { key: name, node, .. }: Member) -> Option<ApiResource> {
        let written = self.tree.at(node);
        let kind = written.get("Type").and_then(Located::text).unwrap_or("without a Type").to_owned();
        let Some(of_api) = kind.strip_prefix("AWS::ApiGateway::") else {
            let is_api = ["AWS::ApiGatewayV2::", "AWS::Serverless::", "AWS::AppSync::", "Fn::Transform"]
                .iter()
                .any(|begin| kind.starts_with(begin) || name.starts_with(begin));
            if is_api {
                let words = format!("{kind} is not read yet: export the API (get-export) and import that");
                self.ledger.error(written, words);
            }
            self.ledger.remark_whole(written, Remark::left_out(format!("{kind} is no part of an API")));
            return None;
        };
        if let Some((_, words)) = NOT_IN_A_FILE.iter().find(|(kind, _)| *kind == of_api) {
            self.ledger.remark_whole(written, Remark::left_out(format!("{kind}: {words}")));
            return None;
        }
        if !READ.contains(&of_api) {
            let words = format!(
                "{kind} is not read yet: take it out of a copy, and write it into the API file by hand"
            );
            self.ledger.taken_whole(written);
            self.ledger.error(written, words);
            return None;
        }
        self.ledger.taken(written);
        let condition = written.get("Condition").map(|condition| condition.id);
        if let Some(words) = condition.and_then(|condition| self.unmet(condition)) {
            self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words));
            return None;
        }
        let written = self.tree.at(node);
        for member in written.members().into_iter().flatten() {
            match member.key {
                "Type" => self.ledger.taken(member.value),
                "Properties" | "Condition" => {}
                key if OF_THE_STACK.contains(&key) => {
                    let words = "it is about the life of the template";
                    self.ledger.remark_whole(member.value, Remark::left_out(words));
                }
                key => {
                    self.ledger.taken_whole(member.value);
                    self.ledger.error(member.value, format!("{key} of {kind} is not read yet"));
                }
            }
        }
        let Some(properties) = written.get("Properties") else {
            self.ledger.error(written, format!("{kind} without Properties"));
            return None;
        };
        let properties = self.evaluated(properties.id)?;
        Some(ApiResource { name, kind: of_api.to_owned(), node, properties })
    }

    /// The reason why a resource with this condition is not there, if it is not.
    fn unmet(&mut self, condition: NodeId) -> Option<String> {
        self.ledger.taken(self.tree.at(condition));
        let Some(name) = self.tree.at(condition).text().map(str::to_owned) else {
            self.ledger.error(self.tree.at(condition), "Condition: expected the name of a condition");
            return None;
        };
        match self.condition(condition, &name) {
            Truth::True | Truth::Unknown => None,
            Truth::False => Some(format!("its condition {name} is false")),
        }
    }
}
