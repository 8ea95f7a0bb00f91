//! `AWS::ApiGatewayV2::…` of an HTTP API → the OpenAPI document that says the same, and its stages.

mod authorizer;
mod integration;
mod route;

use serde_json::Map;

use super::{
    document_parts::{Clash, DocumentParts},
    properties::{
        Fate::{Apart, Becomes, Guard, LeftOut, Read},
        FateTable, TemplateReader, take,
    },
    resource::ApiResource,
    template::ApiOfTemplate,
};
use crate::api_import::{
    definition::{ApiKind, StageDefinition},
    method_settings::{MethodSetting, StageWithSettings},
    openapi,
    report::Remark,
    source::{Member, NodeId},
};

/// What the kinds of HTTP APIs begin with.
pub(super) const KINDS: &str = "AWS::ApiGatewayV2::";

#[rustfmt::skip]
const API: &FateTable = &[
    ("Body", Becomes("body")),
    ("BodyS3Location", Apart),
    ("BasePath", Apart),
    ("Name", Becomes("title")),
    ("Description", Becomes("description")),
    ("ProtocolType", Read),
    // An HTTP API has one only: "$request.method $request.path".
    ("RouteSelectionExpression", Read),
    ("CorsConfiguration", Apart),
    ("Target", Becomes("target")),
    ("RouteKey", Becomes("routeKey")),
    ("CredentialsArn", LeftOut("the gateway's own role calls the target")),
    ("DisableExecuteApiEndpoint", Guard(openapi::disabled_endpoint)),
    ("DisableSchemaValidation", LeftOut("it is of WebSocket APIs")),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("IpAddressType", LeftOut("the function URL is the endpoint")),
    ("Version", LeftOut("it describes")),
    ("Tags", LeftOut("tags are not of the API")),
];

#[rustfmt::skip]
const STAGE: &FateTable = &[
    ("ApiId", Read),
    ("DeploymentId", Read),
    ("StageName", Becomes("stageName")),
    ("StageVariables", Becomes("stageVariables")),
    ("DefaultRouteSettings", Becomes("defaultRouteSettings")),
    ("RouteSettings", Becomes("routeSettings")),
    ("AutoDeploy", LeftOut("applying the file deploys it")),
    ("AccessLogSettings", Apart),
    ("AccessPolicyId", LeftOut("it is not used by API Gateway")),
    ("ClientCertificateId", LeftOut("it is of WebSocket APIs")),
    ("Description", LeftOut("the stage has the description of the API")),
    ("Tags", LeftOut("tags are not of the API")),
];

impl TemplateReader<'_> {
    pub fn http_api(&mut self, api: &ApiResource, of_api: &[ApiResource]) -> ApiOfTemplate {
        let mut members = self.members(api.properties, API, "AWS::ApiGatewayV2::Api");
        if let Some(cors) = self.tree.at(api.properties).get("CorsConfiguration").map(|cors| cors.id) {
            members.push(self.http_cors(cors));
        }
        if let Some(way) = self.tree.at(api.properties).get("BasePath").map(|way| way.id) {
            self.base_path(way);
        }
        let stages = self.http_stages(of_api);
        let (target, key) = (take(&mut members, "target"), self.take_text(&mut members, "routeKey"));
        let body = take(&mut members, "body").or_else(|| self.body_file(api.properties));
        let document = match body {
            Some(body) => self.http_body(body, members),
            None => self.http_document(api, members),
        };
        let (at, members) = document;
        let mut parts = self.http_parts(of_api);
        if let Some(target) = target {
            let key = key.unwrap_or_else(|| "$default".to_owned());
            let operation = self.quick_route(target);
            self.add_route(&mut parts.paths, &key, operation);
        }
        let members = self.put_into(at, members, (parts, Clash::Refused));
        let document = self.map_node(at, members);
        ApiOfTemplate { kind: ApiKind::Http, document, stages, usage_plans: Default::default() }
    }

    /// What the resources of an HTTP API say.
    pub fn http_parts(&mut self, of_api: &[ApiResource]) -> DocumentParts {
        let mut schemes = Vec::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "AWS::ApiGatewayV2::Authorizer") {
            let scheme = self.http_authorizer_of(resource);
            schemes.push(Member { key: resource.name.clone(), ..self.member("", scheme) });
        }
        DocumentParts { paths: self.routes(of_api), schemes, ..DocumentParts::default() }
    }

    /// The document in the body of an API, with what the properties add.
    fn http_body(&mut self, body: NodeId, mut members: Vec<Member>) -> (NodeId, Vec<Member>) {
        for key in ["title", "description"] {
            if let Some(node) = take(&mut members, key) {
                self.ledger.remark_whole(self.tree.at(node), Remark::left_out("the body says it"));
            }
        }
        let of_body = self.written(body);
        (body, self.with_properties(members, of_body))
    }

    fn http_document(&mut self, api: &ApiResource, mut members: Vec<Member>) -> (NodeId, Vec<Member>) {
        let info = ["title", "description"].into_iter();
        let info: Vec<Member> =
            info.filter_map(|key| take(&mut members, key).map(|node| self.member(key, node))).collect();
        members.push(self.map_member(api.node, "info", info));
        (api.node, self.empty_document(api.node, members))
    }

    pub fn http_stages(&mut self, of_api: &[ApiResource]) -> Vec<StageWithSettings> {
        let stages = of_api.iter().filter(|resource| resource.kind == "AWS::ApiGatewayV2::Stage");
        stages.filter_map(|stage| self.http_stage(stage)).collect()
    }

    fn http_stage(&mut self, resource: &ApiResource) -> Option<StageWithSettings> {
        let kind = "AWS::ApiGatewayV2::Stage";
        let mut members = self.members(resource.properties, STAGE, kind);
        let Some(name) = self.take_text(&mut members, "stageName") else {
            self.ledger.error(self.tree.at(resource.properties), format!("{kind} without StageName"));
            return None;
        };
        let mut fields = Map::new();
        if let Some(variables) = take(&mut members, "stageVariables") {
            fields.insert("stageVariables".to_owned(), self.stage_variables(variables));
        }
        fields.extend(self.access_log(resource.properties));
        let of_all = take(&mut members, "defaultRouteSettings");
        let of_routes = take(&mut members, "routeSettings");
        let settings = self.route_settings(of_all, of_routes);
        let origin = self.tree.node(resource.node).span;
        let stage = StageDefinition { name, origin, fields, route_settings: Default::default() };
        Some(StageWithSettings { stage, settings })
    }

    /// The settings of all routes, and those of single ones by their keys.
    pub(super) fn route_settings(
        &mut self,
        of_all: Option<NodeId>,
        of_routes: Option<NodeId>,
    ) -> Vec<MethodSetting> {
        let mut settings = Vec::new();
        if let Some(of_all) = of_all {
            settings.push(self.route_setting("*", "*", of_all));
        }
        let Some(map) = of_routes else { return settings };
        self.ledger.taken(self.tree.at(map));
        for Member { key, node, .. } in self.written(map) {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", "/$default"));
            settings.push(self.route_setting(path, method, node));
        }
        settings
    }
}
