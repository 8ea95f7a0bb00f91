//! An API of SAM with its events → a document and a stage.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    STAGE, SamApi, TemplateReader,
    events::EventOperation,
    globals::text_in,
    security::{API_KEY, ApiAuth},
};
use crate::api_import::{
    cloudformation::{
        properties::{
            Fate::{Apart, Becomes, LeftOut},
            FateTable, take,
        },
        resource::ApiResource,
        rest_api::BINARY_MEDIA_TYPES,
        template::ApiOfTemplate,
    },
    definition::{ApiKind, Sourced, StageDefinition},
    method_settings::{self, CacheCluster, MethodSetting, StageWithSettings},
    report::{Remark, Visibility},
    source::{Located, Member, NodeContent, NodeId},
};

#[rustfmt::skip]
const REST: &FateTable = &[
    ("Name", Becomes("title")),
    ("Description", Becomes("description")),
    ("StageName", Apart),
    ("Variables", Apart),
    ("MethodSettings", Becomes("methodSettings")),
    ("CacheClusterEnabled", Becomes("cacheClusterEnabled")),
    ("CacheClusterSize", LeftOut("entries of the cache are items of a table, which has no size")),
    ("Auth", Apart),
    ("Cors", Apart),
    ("GatewayResponses", Becomes("gatewayResponses")),
    ("Models", Becomes("models")),
    ("BinaryMediaTypes", Becomes(BINARY_MEDIA_TYPES)),
    ("MinimumCompressionSize", Becomes("x-amazon-apigateway-minimum-compression-size")),
    ("ApiKeySourceType", Becomes("x-amazon-apigateway-api-key-source")),
    ("EndpointConfiguration", Apart),
    ("DefinitionBody", Apart),
    ("DefinitionUri", Apart),
    ("AccessLogSetting", LeftOut("each request has a line in the log of the gateway's function")),
    ("CanarySetting", LeftOut("a canary is of two deployments, and the import makes one: see tollgate canary start")),
    ("Domain", LeftOut("CloudFront, or a domain of your own before the function URL, has the name: see hosts of a stage")),
    ("TracingEnabled", LeftOut("tracing is set on the gateway's function")),
    ("DisableExecuteApiEndpoint", LeftOut("the function URL is the endpoint")),
    ("OpenApiVersion", LeftOut("it is of the document that SAM makes")),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("AlwaysDeploy", LeftOut("it is about the deployment of the template")),
    ("MergeDefinitions", LeftOut("events and the document are always put together")),
    ("PropagateTags", LeftOut("tags are not of the API")),
    ("Tags", LeftOut("tags are not of the API")),
];

#[rustfmt::skip]
const HTTP: &FateTable = &[
    ("Name", Becomes("title")),
    ("Description", Becomes("description")),
    ("StageName", Apart),
    ("StageVariables", Apart),
    ("Auth", Apart),
    ("CorsConfiguration", Apart),
    ("DefaultRouteSettings", Becomes("defaultRouteSettings")),
    ("RouteSettings", Becomes("routeSettings")),
    ("DefinitionBody", Apart),
    ("DefinitionUri", Apart),
    ("AccessLogSettings", LeftOut("each request has a line in the log of the gateway's function")),
    ("Domain", LeftOut("CloudFront, or a domain of your own before the function URL, has the name: see hosts of a stage")),
    ("DisableExecuteApiEndpoint", LeftOut("the function URL is the endpoint")),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("PropagateTags", LeftOut("tags are not of the API")),
    ("Tags", LeftOut("tags are not of the API")),
];

/// The members of `Auth` that are read; others are claimed with words, or are errors.
const AUTH: [&str; 6] = [
    "Authorizers",
    "DefaultAuthorizer",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
    "EnableIamAuthorizer",
];

/// What the resource of an API says: members of the document, and what is read apart.
struct ApiParts {
    /// Of the document.
    members: Vec<Member>,
    /// Of the stage.
    stage: Vec<Member>,
    auth: ApiAuth,
    schemes: Vec<Member>,
}

impl TemplateReader<'_> {
    pub(super) fn sam_rest_api(&mut self, api: &SamApi, resources: &[ApiResource]) -> ApiOfTemplate {
        let mut parts = self.parts_of(api, REST);
        if let Some(properties) = api.properties {
            parts.members.extend(self.endpoint(properties));
            let cors = self.tree.at(properties).get("Cors").map(|cors| cors.id);
            parts.members.extend(cors.and_then(|cors| self.rest_cors(cors)));
        }
        if let Some(responses) = take(&mut parts.members, "gatewayResponses") {
            parts.members.push(self.sam_gateway_responses(responses));
        }
        self.write_slashes_of_types(&mut parts.members);
        let models = take(&mut parts.members, "models");
        let operations = self.operations(api, resources, &parts.auth);
        let name = api.properties.and_then(|properties| text_in(self, properties, "StageName"));
        let name = name.unwrap_or_else(|| STAGE.to_owned());
        let mut plans = self.usage_plans(&api.name, resources);
        plans.extend(self.sam_usage_plan(api, &parts.auth, &name));
        let cluster = take(&mut parts.stage, "cacheClusterEnabled");
        let cluster = self.cache_cluster(cluster);
        let settings = take(&mut parts.stage, "methodSettings");
        let settings = settings.map(|list| self.method_settings(list, cluster)).unwrap_or_default();
        let stage = self.sam_stage(api, name, "Variables", settings);
        let document = self.sam_document(api, parts, models, operations);
        ApiOfTemplate { kind: ApiKind::Rest, document, stages: vec![stage], usage_plans: plans }
    }

    pub(super) fn sam_http_api(&mut self, api: &SamApi, resources: &[ApiResource]) -> ApiOfTemplate {
        let mut parts = self.parts_of(api, HTTP);
        let cors = api.properties.and_then(|properties| self.tree.at(properties).get("CorsConfiguration"));
        if let Some(cors) = cors.map(|cors| cors.id) {
            parts.members.push(self.http_cors(cors));
        }
        let operations = self.operations(api, resources, &parts.auth);
        let of_all = take(&mut parts.stage, "defaultRouteSettings");
        let of_routes = take(&mut parts.stage, "routeSettings");
        let mut settings = self.route_settings(of_all, of_routes);
        for EventOperation { path, method, settings: of_event, .. } in &operations {
            let method = if method.starts_with("x-") { "ANY".to_owned() } else { method.to_uppercase() };
            if let Some(node) = *of_event {
                settings.push(self.route_setting(path, &method, node));
            }
        }
        let name = api.properties.and_then(|properties| text_in(self, properties, "StageName"));
        let name = name.unwrap_or_else(|| ApiKind::Http.default_stage().to_owned());
        let stage = self.sam_stage(api, name, "StageVariables", settings);
        let document = self.sam_document(api, parts, None, operations);
        ApiOfTemplate { kind: ApiKind::Http, document, stages: vec![stage], usage_plans: BTreeMap::new() }
    }

    pub(in crate::api_import::cloudformation) fn route_setting(
        &mut self,
        path: &str,
        method: &str,
        node: NodeId,
    ) -> MethodSetting {
        self.ledger.taken(self.tree.at(node));
        let fields = method_settings::fields(self.ledger, self.tree.at(node), CacheCluster::Off, &[]);
        MethodSetting::new(path, method, fields)
    }

    /// Sorts the properties of an API, and reads who may call.
    fn parts_of(&mut self, api: &SamApi, table: &FateTable) -> ApiParts {
        let Some(properties) = api.properties else {
            return ApiParts {
                members: Vec::new(),
                stage: Vec::new(),
                auth: ApiAuth::default(),
                schemes: Vec::new(),
            };
        };
        let of_kind = match api.kind {
            ApiKind::Rest => "AWS::Serverless::Api",
            ApiKind::Http => "AWS::Serverless::HttpApi",
        };
        let mut members = self.members(properties, table, of_kind);
        let of_stage = ["methodSettings", "cacheClusterEnabled", "defaultRouteSettings", "routeSettings"];
        let (stage, of_document) =
            members.drain(..).partition(|member| of_stage.contains(&member.key.as_str()));
        let mut parts =
            ApiParts { members: of_document, stage, auth: ApiAuth::default(), schemes: Vec::new() };
        if let Some(auth) = self.tree.at(properties).get("Auth").map(|auth| auth.id) {
            parts.auth = self.api_auth(auth);
            self.claim_auth(auth, &AUTH);
            if let Some(node) = self.tree.at(auth).get("EnableIamAuthorizer") {
                self.ledger.taken(node);
            }
            parts.schemes = match api.kind {
                ApiKind::Rest => self.rest_authorizers(auth),
                ApiKind::Http => self.http_authorizers(auth),
            };
            parts.members.extend(self.resource_policy(auth));
        }
        parts
    }

    fn sam_stage(
        &mut self,
        api: &SamApi,
        name: String,
        variables: &str,
        settings: Vec<MethodSetting>,
    ) -> StageWithSettings {
        let mut fields = Map::new();
        let node = api.properties.and_then(|properties| self.tree.at(properties).get(variables));
        if let Some(node) = node.map(|node| node.id) {
            fields.insert("stageVariables".to_owned(), self.stage_variables(node));
        }
        let origin = self.tree.node(api.node).span;
        StageWithSettings {
            stage: StageDefinition { name, origin, fields, route_settings: BTreeMap::new() },
            settings,
        }
    }

    fn sam_document(
        &mut self,
        api: &SamApi,
        parts: ApiParts,
        models: Option<NodeId>,
        operations: Vec<EventOperation>,
    ) -> NodeId {
        let ApiParts { mut members, mut schemes, .. } = parts;
        let body = self.definition_of(api);
        let info = ["title", "description"].into_iter();
        let info: Vec<Member> =
            info.filter_map(|key| take(&mut members, key).map(|node| self.member(key, node))).collect();
        let mut of_body = body.map(|body| self.written(body)).unwrap_or_default();
        let mut paths = Vec::new();
        if let Some(of_document) = take(&mut of_body, "paths") {
            self.ledger.taken(self.tree.at(of_document));
            paths = self.written(of_document);
        }
        let mut members = self.with_properties(members, of_body);
        for operation in operations {
            self.add_operation(api, &mut paths, body, operation);
        }
        match body {
            Some(body) => {
                for member in info {
                    let words = "the document says it";
                    self.ledger.remark_whole(self.tree.at(member.node), Remark::left_out(words));
                }
                if !schemes.is_empty() {
                    let words =
                        "Auth beside a document is not read yet: write the authorizers into the document";
                    self.ledger.error(self.tree.at(body), words);
                }
            }
            None => {
                members.push(self.text_member(api.node, "openapi", "3.0.1"));
                members.push(self.map_member(api.node, "info", info));
                if paths.iter().any(|item| asks_for_key(self.tree.at(item.node))) {
                    schemes.push(self.sam_key_scheme(api.node));
                }
                let schemes = self.map_member(api.node, "securitySchemes", schemes);
                let models = models.map(|models| self.member("schemas", models));
                let components = std::iter::once(schemes).chain(models).collect();
                members.push(self.map_member(api.node, "components", components));
                if api.kind == ApiKind::Rest {
                    members.push(self.sam_validators(api.node));
                }
            }
        }
        members.push(self.map_member(body.unwrap_or(api.node), "paths", paths));
        self.tree.derive(body.unwrap_or(api.node), NodeContent::Map(members))
    }

    /// Adds an operation; one that the document has too is the document's, as with SAM.
    fn add_operation(
        &mut self,
        api: &SamApi,
        paths: &mut Vec<Member>,
        body: Option<NodeId>,
        EventOperation { path, method, node, .. }: EventOperation,
    ) {
        // SAM puts events into a document that stands in the template, and into no other.
        let of_template = self.tree.node(self.root).span.file;
        let is_elsewhere = body.is_some_and(|body| self.tree.node(body).span.file != of_template);
        let has_it = |item: &&mut Member| item.key == path;
        let item = paths.iter_mut().find(has_it);
        if is_elsewhere && item.is_none_or(|item| self.tree.at(item.node).get(&method).is_none()) {
            let words =
                "SAM adds no events to a document in a file of its own, so API Gateway does not serve it";
            self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words));
            return;
        }
        let Some(item) = paths.iter_mut().find(has_it) else {
            let operation = self.member(method, node);
            let item = self.map_node(api.node, vec![operation]);
            paths.push(Member { node: item, ..self.member(path, node) });
            return;
        };
        let mut operations = self.written(item.node);
        if operations.iter().any(|other| other.key == method) {
            let words = "the document has this operation too, and its own counts";
            self.ledger.remark(self.tree.at(node), Remark::otherwise(words, Visibility::Invisible));
            return;
        }
        operations.push(self.member(method, node));
        item.node = self.tree.derive(item.node, NodeContent::Map(operations));
    }

    /// The document of `DefinitionBody` or `DefinitionUri`.
    fn definition_of(&mut self, api: &SamApi) -> Option<NodeId> {
        let properties = api.properties?;
        if let Some(body) = self.tree.at(properties).get("DefinitionBody").map(|body| body.id) {
            return Some(self.resolved(body));
        }
        let uri = self.tree.at(properties).get("DefinitionUri").map(|uri| uri.id)?;
        let file = self.definition_file(uri)?;
        Some(self.resolved(file))
    }

    /// `Auth.UsagePlan` → a plan of the stage.
    fn sam_usage_plan(
        &mut self,
        api: &SamApi,
        auth: &ApiAuth,
        stage: &str,
    ) -> BTreeMap<String, Sourced<Map<String, Value>>> {
        let plan = auth.node.and_then(|auth| self.tree.at(auth).get("UsagePlan")).map(|plan| plan.id);
        let Some(plan) = plan else { return BTreeMap::new() };
        self.ledger.taken(self.tree.at(plan));
        let created = text_in(self, plan, "CreateUsagePlan");
        for key in ["Tags"] {
            if let Some(tags) = self.tree.at(plan).get(key) {
                self.ledger.remark_whole(tags, Remark::left_out("tags are not of the API"));
            }
        }
        if created.as_deref() == Some("NONE") {
            return BTreeMap::new();
        }
        let name = text_in(self, plan, "UsagePlanName");
        let mut fields = self.plan_fields(plan);
        fields.insert("apiStages".to_owned(), json!([stage]));
        let id = name.unwrap_or_else(|| format!("{}UsagePlan", api.name));
        let origin = self.tree.node(plan).span;
        BTreeMap::from([(super::super::usage_plan::id_of(&id), Sourced::new(fields, origin))])
    }
}

/// True of a path item with an operation that asks for an API key.
fn asks_for_key(item: Located<'_>) -> bool {
    item.members().into_iter().flatten().any(|operation| {
        let requirements = operation.value.get("security").and_then(Located::elements);
        requirements.is_some_and(|mut requirements| requirements.any(|map| map.get(API_KEY).is_some()))
    })
}
