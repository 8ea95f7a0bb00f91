//! A route item → the route.

use serde_json::{Map, Value};

use super::{Route, api::Api, cacheable};
use crate::{
    authorizers::{ApiKeyUse, Authorization},
    caller::KeySource,
    environment::FunctionUrlAuthType,
    error::{ItemId, Problem},
    integrations::{Integration, ParseContext},
    item::{Fields, Item, Report, StageVariables, brief},
    json_schema::SchemaNote,
    limits::{
        rule::Rule,
        throttle::{PER_CALLER, RouteThrottles, Throttle},
    },
    policies::{addresses::AddressLists, cors::Cors, request_validation::RequestValidation},
    policy_document::PolicyDocument,
    router::RouteKey,
    shadow::Shadow,
};

/// The context in which a deployment's items are read.
#[derive(Clone, Copy, Debug)]
pub struct DeploymentSource<'a> {
    /// The routes table's name, for problems.
    pub table: &'a str,
    pub stage: &'a str,
    pub stage_variables: &'a StageVariables,
    /// The `AuthType` of the function URL that will serve it. `None` where it is not known; where a deployment is
    /// already published, its other routes are served whatever the URL has become, and nobody signs for these.
    pub function_url_auth_type: Option<FunctionUrlAuthType>,
}

/// Reads items, and reports what is wrong with them.
#[derive(Clone, Copy)]
pub struct ItemReader<'a> {
    pub source: DeploymentSource<'a>,
    pub report: &'a Report,
}

/// The outcome of reading a route item.
pub enum RouteItem {
    Route(Box<Route>),
    /// As if the item were not there.
    Disabled,
    /// Its problems are reported.
    Wrong,
}

const UNKNOWN_URL: &str =
    "a function URL that asks for signatures, which is not known here (FUNCTION_URL_AUTH_TYPE is not set)";

impl ItemReader<'_> {
    /// Reads the `$api` item; where there is none, an empty one.
    pub fn api(&self, item: &Map<String, Value>) -> Api {
        Api::read(Fields::of(self.item(&self.key_of("$api")), item))
    }

    /// Reports what is wrong with the models of an API that was read, and what checks nothing in them.
    pub fn check_models(&self, api: &Api) {
        if api.models.is_empty() {
            return;
        }
        let compiled = api.models.compiled();
        let note = |note: &SchemaNote| {
            self.problem_of("$api", &format!("models.{}", note.path), &note.got, &note.expected)
        };
        for problem in compiled.schemas.as_ref().err().into_iter().flatten() {
            self.report.add_problem(note(problem));
        }
        for warning in &compiled.warnings {
            self.report.add_warning(note(warning));
        }
    }

    /// Warns of statements about signers where nobody signs: a denial of them denies nobody, and an allowance lets in
    /// nobody.
    pub fn check_signers(&self, api: &Api) {
        let expected = match self.source.function_url_auth_type {
            Some(FunctionUrlAuthType::AwsIam) => return,
            Some(FunctionUrlAuthType::None) => {
                "a Principal of \"*\": nobody signs requests to this function URL (FUNCTION_URL_AUTH_TYPE is NONE)"
            }
            None => UNKNOWN_URL,
        };
        for name in api.policy.iter().flat_map(PolicyDocument::about_signers) {
            self.report.add_warning(self.problem_of("$api", "policy", name, expected));
        }
    }

    /// Reads a route item, whose key is `text`.
    pub fn route(&self, text: &str, item: &Map<String, Value>, api: &Api) -> RouteItem {
        if is_disabled(item) {
            return RouteItem::Disabled;
        }
        match self.enabled_route(text, item, api) {
            Some(route) => RouteItem::Route(Box::new(route)),
            None => RouteItem::Wrong,
        }
    }

    fn enabled_route(&self, text: &str, item: &Map<String, Value>, api: &Api) -> Option<Route> {
        let name = self.key_of(text);
        let key = RouteKey::parse(text);
        if let Err(expected) = &key {
            self.problem(text, "routeKey", &format!("{text:?}"), expected);
        }
        let key = key.ok();
        let fields = Fields::of(self.item(&name), item);
        for known in ["stage", "routeKey", "description"] {
            fields.skip(known);
        }
        // Says what is neither; a route that was meant to be off must not be on.
        fields.boolean("enabled");
        let authorization = Authorization::parse(&fields, &api.authorizers, api.authorization.as_ref());
        self.check_signatures(&fields, authorization.as_ref());
        let api_key = match fields.boolean("apiKeyRequired") {
            Some(true) => ApiKeyUse::Required(api.api_key_source),
            Some(false) | None => ApiKeyUse::NotRequired,
        };
        warn_of_a_key_that_nobody_says(&fields, api_key, authorization.as_ref());
        let throttles = fields.object("throttle").map(RouteThrottles::parse).unwrap_or_default();
        let addresses = AddressLists::parse(&fields);
        let path_parameters = key.as_ref().map_or_else(|| in_braces(text), RouteKey::path_parameters);
        let key_text = key.as_ref().map_or_else(|| text.to_owned(), RouteKey::to_string);
        let surroundings = ParseContext {
            path_parameters: &path_parameters,
            stage_and_route: &format!("{} {key_text}", self.source.stage),
            binary_media_types: &api.binary_media_types,
            http_client: &api.http_client,
        };
        let integration = fields.require("integration", fields.object("integration"), "a map with a type");
        let integration = integration.and_then(|fields| Integration::parse(fields, &surroundings));
        let cors = fields.object("corsConfiguration").and_then(Cors::parse);
        let method = key.as_ref().and_then(RouteKey::method);
        if api_key == ApiKeyUse::NotRequired && matches!(authorization, Some(Authorization::Nothing)) {
            cacheable::warn_of_unknown_callers(&fields);
            require_known_callers(&fields, throttles);
        }
        let cache = cacheable::parse(&fields, (method, &path_parameters), integration.as_ref());
        let validation = RequestValidation::parse(&fields, &path_parameters, &api.models);
        let detailed_metrics = fields.boolean("detailedMetricsEnabled").unwrap_or(api.detailed_metrics);
        let shadow = Shadow::parse(&fields, key.as_ref(), &surroundings);
        fields.finish();
        let route = Route {
            throttle: throttles.shared.map(|throttle| self.rule_of(throttle, &key_text)),
            caller_throttle: throttles.per_caller.map(Box::new),
            key: key_text.into(),
            shape: key.as_ref().map_or_else(String::new, RouteKey::shape).into(),
            cors: cors.map(Box::new),
            validation: validation.map(Box::new),
            authorizer: match authorization? {
                Authorization::Nothing => None,
                Authorization::By(authorizer) => Some(Box::new(authorizer)),
            },
            api_key,
            addresses: addresses.map(Box::new),
            cache: cache.map(Box::new),
            shadow: shadow.map(Box::new),
            detailed_metrics,
            integration: integration?,
        };
        key.map(|_| route)
    }

    /// The limit of all callers of a route together.
    fn rule_of(&self, throttle: Throttle, route_key: &str) -> Box<Rule> {
        let counter = format!("route#{}#{}#{route_key}", self.source.stage, throttle.counter_part());
        Box::new(Rule::throttle(counter, throttle))
    }

    /// Callers have to sign only where the function URL asks for it.
    fn check_signatures(&self, fields: &Fields<'_>, authorization: Option<&Authorization>) {
        let Some(Authorization::By(authorizer)) = authorization else { return };
        if !authorizer.asks_for_a_signature() {
            return;
        }
        let written =
            ["authorizationType", "authorizerId"].into_iter().find(|name| fields.value(name).is_some());
        let field = written.unwrap_or("authorizationType");
        let got = fields.value(field).map_or_else(|| "AWS_IAM of $api".to_owned(), brief);
        match self.source.function_url_auth_type {
            Some(FunctionUrlAuthType::AwsIam) => {}
            Some(FunctionUrlAuthType::None) => fields.problem(
                field,
                &got,
                "another authorizer: the function URL lets in everybody and checks no signature \
                 (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)",
            ),
            None => fields.warn(field, &got, UNKNOWN_URL),
        }
    }

    fn item<'b>(&'b self, key: &'b str) -> Item<'b> {
        let DeploymentSource { table, stage_variables, .. } = self.source;
        Item { table, key, stage_variables, report: self.report }
    }

    fn key_of(&self, route_key: &str) -> String {
        format!("stage={} routeKey={route_key}", self.source.stage)
    }

    /// The problem of an item.
    pub fn problem_of(&self, route_key: &str, field: &str, got: &str, expected: &str) -> Problem {
        let key = self.key_of(route_key);
        Problem::new(ItemId { table: self.source.table, key: &key }, field, got, expected)
    }

    pub fn problem(&self, route_key: &str, field: &str, got: &str, expected: &str) {
        self.report.add_problem(self.problem_of(route_key, field, got, expected));
    }
}

/// Refuses a limit of each caller where nobody says who calls: it would limit nobody.
fn require_known_callers(fields: &Fields<'_>, throttles: RouteThrottles) {
    if let Some(value) = fields.value("throttle").filter(|_| throttles.per_caller.is_some()) {
        let got = value.get(PER_CALLER).map_or_else(String::new, brief);
        fields.problem("throttle.perCaller", &got, "apiKeyRequired or an authorizer, which say who calls");
    }
}

/// Warns of a route that asks for a key which nobody says: every request is 403, as on API Gateway.
fn warn_of_a_key_that_nobody_says(
    fields: &Fields<'_>,
    api_key: ApiKeyUse,
    authorization: Option<&Authorization>,
) {
    let is_said = authorization.is_none_or(Authorization::asks_a_function);
    if api_key == ApiKeyUse::Required(KeySource::Authorizer) && !is_said {
        let expected = "an authorizerId of type TOKEN or REQUEST, whose function says the key: apiKeySource is AUTHORIZER, and \
             without one every request is 403";
        fields.warn("apiKeyRequired", "true", expected);
    }
}

/// The names that may be path parameters in a key that is none: words that refer to them are not wrong as well.
fn in_braces(text: &str) -> Vec<String> {
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.trim_end_matches('+').to_owned()).collect()
}

/// `enabled: false` is as if the item were not there, whatever else stands in it.
fn is_disabled(item: &Map<String, Value>) -> bool {
    match item.get("enabled") {
        Some(Value::Bool(enabled)) => !enabled,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("false"),
        _ => false,
    }
}
