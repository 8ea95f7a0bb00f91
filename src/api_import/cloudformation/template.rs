//! The parts of a template: its API, the resources that belong to it, and all else, which is told by its kind.

use std::collections::BTreeMap;

use super::{
    intrinsics::{Parameters, Scope, Truth},
    known_names,
    method::{API_KEY, MethodOperation},
    properties::{
        Fate::{Becomes, LeftOut, Read},
        FateTable, TemplateReader,
    },
    resource_paths::{PathPart, path_of},
    rest_api::ApiRoot,
};
use crate::api_import::{
    options::ImportOptions,
    report::{Ledger, Remark},
    source::{Located, Member, NodeContent, NodeId, Tree},
};

/// What a template's API is: a document, and the stage that serves it.
#[derive(Debug)]
pub struct ApiOfTemplate {
    /// The root of an OpenAPI document, whose nodes stand for those of the template.
    pub document: NodeId,
    pub stage: Option<String>,
}

#[rustfmt::skip]
const STAGE: &FateTable = &[
    ("RestApiId", Read),
    ("DeploymentId", Read),
    ("StageName", Becomes("stageName")),
    ("Description", LeftOut("the stage has the description of the API")),
    ("TracingEnabled", LeftOut("tracing is set on the gateway's function")),
    ("Tags", LeftOut("tags are not of the API")),
];

#[rustfmt::skip]
const RESOURCE: &FateTable = &[
    ("RestApiId", Read),
    ("ParentId", Read),
    ("PathPart", Becomes("pathPart")),
];

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

/// A resource of an API.
struct ApiResource {
    name: String,
    kind: String,
    node: NodeId,
    properties: NodeId,
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
    let mut reader = TemplateReader { tree, ledger, known, scope };
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
        let document = self.document(api, &of_api);
        let stage = self.stage(&of_api);
        Some(ApiOfTemplate { document, stage })
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
        if ["Deployment", "Account"].contains(&of_api) {
            self.ledger
                .remark_whole(written, Remark::left_out(format!("{kind}: applying the file deploys it")));
            return None;
        }
        if !["RestApi", "Resource", "Method", "Authorizer", "Stage"].contains(&of_api) {
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

    fn document(&mut self, api: &ApiResource, of_api: &[ApiResource]) -> NodeId {
        let ApiRoot { mut members, body } = self.rest_api(api.node, api.properties);
        let key_span = self.tree.node(api.node).span;
        let paths = self.paths(of_api);
        if let Some(body) = body {
            let of_body = self.written(body);
            for member in &of_body {
                if members.iter().any(|other| other.key == member.key) {
                    let words = format!("{} stands in the body and in the properties", member.key);
                    self.ledger.error(self.tree.at(member.node), words);
                }
            }
            for resource in
                of_api.iter().filter(|resource| ["Method", "Authorizer"].contains(&resource.kind.as_str()))
            {
                let words = "a method or an authorizer beside the Body of its API is not read yet";
                self.ledger.error(self.tree.at(resource.node), words);
            }
            members.extend(of_body);
            return self.tree.derive(body, NodeContent::Map(members));
        }
        let mut schemes = self.schemes(of_api);
        if paths.values().flatten().any(|operation| asks_for_key(self.tree.at(operation.node))) {
            schemes.push(self.key_scheme(api));
        }
        let paths = paths.into_iter().map(|(path, operations)| {
            let node = self.tree.derive(api.node, NodeContent::Map(operations));
            Member { key: path, key_span, node }
        });
        let paths: Vec<Member> = paths.collect();
        let version = self.tree.derive_text(api.node, "2.0");
        for (key, node) in [
            ("swagger", version),
            ("securityDefinitions", self.tree.derive(api.node, NodeContent::Map(schemes))),
            ("paths", self.tree.derive(api.node, NodeContent::Map(paths))),
        ] {
            members.push(Member { key: key.to_owned(), key_span, node });
        }
        self.tree.derive(api.node, NodeContent::Map(members))
    }

    fn schemes(&mut self, of_api: &[ApiResource]) -> Vec<Member> {
        let mut schemes = Vec::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "Authorizer") {
            let node = self.authorizer(resource.node, resource.properties);
            let key_span = self.tree.node(resource.node).span;
            schemes.push(Member { key: resource.name.clone(), key_span, node });
        }
        schemes
    }

    /// The scheme of API keys, where a method asks for one.
    fn key_scheme(&mut self, api: &ApiResource) -> Member {
        let key_span = self.tree.node(api.node).span;
        let fields = [("type", "apiKey"), ("name", "x-api-key"), ("in", "header")].map(|(key, text)| {
            let node = self.tree.derive_text(api.node, text);
            Member { key: key.to_owned(), key_span, node }
        });
        let node = self.tree.derive(api.node, NodeContent::Map(fields.into()));
        Member { key: API_KEY.to_owned(), key_span, node }
    }

    /// The operations of each path.
    fn paths(&mut self, of_api: &[ApiResource]) -> BTreeMap<String, Vec<Member>> {
        let mut parts = BTreeMap::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "Resource") {
            let mut members = self.members(resource.properties, RESOURCE, "AWS::ApiGateway::Resource");
            let text = self.take_text(&mut members, "pathPart");
            let parent = self.referred(resource.properties, "ParentId");
            if let (Some(text), Some(parent)) = (text, parent) {
                parts.insert(resource.name.clone(), PathPart { parent, text });
            } else {
                let words = "expected a PathPart, and a ParentId that names a resource of the template";
                self.ledger.error(self.tree.at(resource.properties), words);
            }
        }
        let mut paths: BTreeMap<String, Vec<Member>> = BTreeMap::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "Method") {
            let at = self.referred(resource.properties, "ResourceId").unwrap_or_default();
            let path = path_of(&parts, &at);
            let operation = self.method(resource.node, resource.properties);
            match (path, operation) {
                (Ok(path), Some(MethodOperation { method, node })) => {
                    let key_span = self.tree.node(resource.node).span;
                    paths.entry(path).or_default().push(Member { key: method, key_span, node });
                }
                (Err(words), _) => self.ledger.error(self.tree.at(resource.node), words),
                (Ok(_), None) => {}
            }
        }
        paths
    }

    fn stage(&mut self, of_api: &[ApiResource]) -> Option<String> {
        let mut stages = of_api.iter().filter(|resource| resource.kind == "Stage");
        let stage = stages.next();
        for other in stages {
            self.ledger.error(self.tree.at(other.node), "a second stage is not read yet");
        }
        let mut members = self.members(stage?.properties, STAGE, "AWS::ApiGateway::Stage");
        self.take_text(&mut members, "stageName")
    }
}

fn asks_for_key(operation: Located<'_>) -> bool {
    let requirements = operation.get("security").and_then(Located::elements);
    requirements.is_some_and(|mut requirements| requirements.any(|map| map.get(API_KEY).is_some()))
}
