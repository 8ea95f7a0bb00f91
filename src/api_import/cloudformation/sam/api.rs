//! An API of SAM with its events → a document and a stage.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{STAGE, SamApi, TemplateReader, events::EventOperation, globals::text_in, security::ApiAuth};
use crate::api_import::{
    cloudformation::{
        document_parts::DocumentParts,
        properties::{
            Fate::{Apart, Becomes, Guard, LeftOut, Read},
            FateTable, take,
        },
        resource::ApiResource,
        rest_api::BINARY_MEDIA_TYPES,
        template::ApiOfTemplate,
    },
    definition::{ApiKind, Sourced, StageDefinition},
    method_settings::{self, CacheCluster, MethodSetting, StageWithSettings},
    openapi,
    report::{Question, Remark},
    source::{Member, NodeId},
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
    ("AccessLogSetting", Apart),
    ("CanarySetting", LeftOut("a canary is of two deployments, and the import makes one: see tollgate canary start")),
    ("Domain", LeftOut("CloudFront, or a domain of your own before the function URL, has the name: see hosts of a stage")),
    ("TracingEnabled", LeftOut("tracing is set on the gateway's function")),
    ("DisableExecuteApiEndpoint", Guard(openapi::disabled_endpoint)),
    ("OpenApiVersion", LeftOut("it is of the document that SAM makes")),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("AlwaysDeploy", LeftOut("it is about the deployment of the template")),
    ("MergeDefinitions", Read),
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
    ("AccessLogSettings", Apart),
    ("Domain", LeftOut("CloudFront, or a domain of your own before the function URL, has the name: see hosts of a stage")),
    ("DisableExecuteApiEndpoint", Guard(openapi::disabled_endpoint)),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("PropagateTags", LeftOut("tags are not of the API")),
    ("Tags", LeftOut("tags are not of the API")),
];

/// The members of `Auth` that are read; others are claimed with words, or are errors.
const AUTH: [&str; 8] = [
    "Authorizers",
    "DefaultAuthorizer",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
    "EnableIamAuthorizer",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
];

/// What the resource of an API says: members of the document, and what is read apart.
pub(super) struct ApiParts {
    /// Of the document.
    pub members: Vec<Member>,
    /// Of the stage.
    pub stage: Vec<Member>,
    pub auth: ApiAuth,
    /// What is put into the document by names: authorizers, models, gateway responses.
    pub sam: DocumentParts,
}

impl TemplateReader<'_> {
    pub(super) fn sam_rest_api(&mut self, api: &SamApi, resources: &[ApiResource]) -> ApiOfTemplate {
        let mut parts = self.parts_of(api, REST);
        if let Some(properties) = api.properties {
            parts.members.extend(self.endpoint(properties));
            let cors = self.said(properties, "Cors");
            if let Some(cors) = cors {
                self.guarded_preflights(cors, &parts.auth);
            }
            parts.members.extend(cors.and_then(|cors| self.rest_cors(cors)));
        }
        if let Some(responses) = take(&mut parts.members, "gatewayResponses") {
            parts.sam.gateway_responses = self.sam_gateway_responses(responses);
        }
        self.write_slashes_of_types(&mut parts.members);
        let models = take(&mut parts.members, "models");
        parts.sam.schemas = self.sam_models(models, has_definition(api, self));
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
        let stages = self.stages(resources, vec![stage]);
        let document = self.sam_document(api, parts, operations, resources);
        ApiOfTemplate { kind: ApiKind::Rest, document, stages, usage_plans: plans }
    }

    pub(super) fn sam_http_api(&mut self, api: &SamApi, resources: &[ApiResource]) -> ApiOfTemplate {
        let mut parts = self.parts_of(api, HTTP);
        let cors = api.properties.and_then(|properties| self.said(properties, "CorsConfiguration"));
        if let Some(cors) = cors {
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
        let mut stages = vec![self.sam_stage(api, name, "StageVariables", settings)];
        stages.extend(self.http_stages(resources));
        let document = self.sam_document(api, parts, operations, resources);
        ApiOfTemplate { kind: ApiKind::Http, document, stages, usage_plans: BTreeMap::new() }
    }

    pub(in crate::api_import::cloudformation) fn route_setting(
        &mut self,
        path: &str,
        method: &str,
        node: NodeId,
    ) -> MethodSetting {
        self.ledger.taken(self.tree.at(node));
        let fields = method_settings::fields(self.ledger, self.tree.at(node), CacheCluster::Off, &[]);
        MethodSetting::new(self.tree.at(node), path, method, fields)
    }

    /// Sorts the properties of an API, and reads who may call.
    fn parts_of(&mut self, api: &SamApi, table: &FateTable) -> ApiParts {
        let Some(properties) = api.properties else {
            return ApiParts {
                members: Vec::new(),
                stage: Vec::new(),
                auth: ApiAuth::default(),
                sam: DocumentParts::default(),
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
            ApiParts { members: of_document, stage, auth: ApiAuth::default(), sam: DocumentParts::default() };
        if let Some(domain) = self.tree.at(properties).get("Domain").map(|domain| domain.id) {
            self.guards_of_domain(domain);
        }
        if let Some(auth) = self.tree.at(properties).get("Auth").map(|auth| auth.id) {
            parts.auth = self.api_auth(auth);
            self.claim_auth(auth, &AUTH);
            if let Some(node) = self.tree.at(auth).get("EnableIamAuthorizer") {
                self.ledger.taken(node);
            }
            parts.sam.schemes = match api.kind {
                ApiKind::Rest => self.rest_authorizers(auth),
                ApiKind::Http => self.http_authorizers(auth),
            };
            parts.members.extend(self.resource_policy(auth));
        }
        parts
    }

    /// A property that is not null.
    fn said(&mut self, properties: NodeId, key: &str) -> Option<NodeId> {
        let property = self.tree.at(properties).get(key)?;
        if property.is_null() {
            self.ledger.taken(property);
            return None;
        }
        Some(property.id)
    }

    /// SAM asks its preflights for the authorizer and the key that all routes ask for, unless it is told otherwise.
    fn guarded_preflights(&mut self, cors: NodeId, auth: &ApiAuth) {
        let is_asked = auth.default.is_some() && auth.asks_preflights
            || auth.asks_for_key && auth.asks_preflights_for_key;
        if is_asked {
            let words = "SAM asks preflights for the authorizer or the API key too, which no browser sends with one: may \
                         they be answered to all? AddDefaultAuthorizerToCorsPreflight and \
                         AddApiKeyRequiredToCorsPreflight, false, are the same in the template";
            self.ledger.opened(self.tree.at(cors), Question::of_map("preflights", words, "open"));
        }
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
        if let Some(properties) = api.properties {
            fields.extend(self.access_log(properties));
        }
        let origin = self.tree.node(api.node).span;
        StageWithSettings {
            stage: StageDefinition { name, origin, fields, route_settings: BTreeMap::new() },
            settings,
        }
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

/// Says if the API has a document of its own.
fn has_definition(api: &SamApi, reader: &TemplateReader<'_>) -> bool {
    let properties = api.properties.map(|properties| reader.tree.at(properties));
    let has = |key: &str| properties.is_some_and(|properties| properties.get(key).is_some());
    has("DefinitionBody") || has("DefinitionUri")
}
