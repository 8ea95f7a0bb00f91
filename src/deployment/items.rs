//! Items → deployment: one pure function, which reports all problems at once.

use std::mem;

use serde_json::{Map, Value};

use super::{
    Deployment, Route,
    api::{ADDRESSES_AND_POLICY, Api, not_yet},
    cacheable,
    guards::{Mistakable, mistakable},
};
use crate::{
    authorizers::ApiKeyUse,
    error::{ItemId, Problem},
    integrations::{Integration, ParseContext},
    item::{Fields, Item, Parsed, Report, StageVariables},
    limits::{rule::Rule, throttle::Throttle},
    policies::{cors::Cors, required_parameters::RequiredParameters},
    router::{Conflict, RouteKey, Router, TrailingSlash},
};

/// The context in which a deployment's items are read.
#[derive(Clone, Copy, Debug)]
pub struct DeploymentSource<'a> {
    /// The routes table's name, for problems.
    pub table: &'a str,
    pub stage: &'a str,
    pub stage_variables: &'a StageVariables,
}

/// The sort key of the item that holds what the whole API shares.
const API: &str = "$api";

/// Validates and resolves the route items of a stage and its `$api` item, in any order.
pub fn parse(source: DeploymentSource<'_>, items: &[Map<String, Value>]) -> Parsed<Deployment> {
    let is_api = |item: &&Map<String, Value>| route_key(item) == API;
    let mut parser = Parser::new(source);
    for item in items.iter().filter(is_api).chain(items.iter().filter(|item| !is_api(item))) {
        parser.add(item);
    }
    parser.finish()
}

/// Reads a stage's items one by one, so that they need not all be in memory at once: 10,000 routes as JSON values
/// take as much as the deployment that is made of them.
pub struct Parser<'a> {
    source: DeploymentSource<'a>,
    report: Report,
    api: Option<Api>,
    /// Items that came before it is clear what the API says.
    waiting: Vec<Map<String, Value>>,
    keys: Vec<RouteKey>,
    routes: Vec<Route>,
    /// The route keys as written.
    written: Vec<String>,
    incomplete: bool,
}

impl<'a> Parser<'a> {
    pub fn new(source: DeploymentSource<'a>) -> Self {
        Self {
            source,
            report: Report::default(),
            api: None,
            waiting: Vec::new(),
            keys: Vec::new(),
            routes: Vec::new(),
            written: Vec::new(),
            incomplete: false,
        }
    }

    /// Reads the next item. The `$api` item comes first, or in the order of the route keys.
    pub fn add(&mut self, item: &Map<String, Value>) {
        let text = route_key(item);
        match &self.api {
            Some(_) if text == API => {
                self.problem(API, "routeKey", "a second one", "one such item, before all others")
            }
            Some(api) => match self.route(text, item, api) {
                RouteItem::Route(key, route) => {
                    self.keys.push(key);
                    self.routes.push(*route);
                    self.written.push(text.to_owned());
                }
                RouteItem::Disabled => {}
                RouteItem::Wrong => self.incomplete = true,
            },
            None if text < API => self.waiting.push(item.clone()),
            None if text == API => self.begin(item),
            None => {
                self.begin(&Map::new());
                self.add(item);
            }
        }
    }

    /// Everything that is wrong with what was added, or the deployment.
    pub fn finish(mut self) -> Parsed<Deployment> {
        if self.api.is_none() {
            self.begin(&Map::new());
        }
        let deployment = self.deployment();
        let mut findings = self.report.into_findings();
        findings.problems.sort();
        Parsed::new(deployment, findings)
    }

    fn begin(&mut self, api: &Map<String, Value>) {
        let name = self.key_of(API);
        self.api = Some(Api::read(Fields::of(self.item(&name), api)));
        for item in mem::take(&mut self.waiting) {
            self.add(&item);
        }
    }

    fn deployment(&mut self) -> Option<Deployment> {
        let (keys, routes) = (mem::take(&mut self.keys), mem::take(&mut self.routes));
        if routes.is_empty() && !self.incomplete {
            self.problem("*", "routeKey", "no route", "at least one route item that is enabled");
        }
        let trailing_slash = self.api.as_ref()?.trailing_slash;
        let router = self.router(keys, trailing_slash)?;
        self.warn_of_mistakable(&mistakable(&router, &routes));
        let Api { cors, gateway_responses, unmatched, per_ip, rate_limit_headers, .. } = self.api.take()?;
        Some(Deployment { gateway_responses, cors, unmatched, per_ip, rate_limit_headers, router, routes })
    }

    fn route(&self, text: &str, item: &Map<String, Value>, api: &Api) -> RouteItem {
        if is_disabled(item) {
            return RouteItem::Disabled;
        }
        match self.enabled_route(text, item, api) {
            Some((key, route)) => RouteItem::Route(key, Box::new(route)),
            None => RouteItem::Wrong,
        }
    }

    fn enabled_route(&self, text: &str, item: &Map<String, Value>, api: &Api) -> Option<(RouteKey, Route)> {
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
        let open = fields.value("authorizationType").is_none_or(|kind| kind == "NONE");
        if !open {
            not_yet(&fields, &["authorizationType"]);
        }
        not_yet(&fields, &["authorizerId", "authorizationScopes", "requestModels", "requestValidator"]);
        not_yet(&fields, &ADDRESSES_AND_POLICY);
        let api_key = match fields.boolean("apiKeyRequired") {
            Some(true) => ApiKeyUse::Required(api.api_key_source),
            Some(false) | None => ApiKeyUse::NotRequired,
        };
        let throttle = fields.object("throttle").and_then(Throttle::parse);
        let path_parameters = key.as_ref().map_or_else(|| in_braces(text), RouteKey::path_parameters);
        let key_text = key.as_ref().map_or_else(|| text.to_owned(), RouteKey::to_string);
        let surroundings = ParseContext {
            path_parameters: &path_parameters,
            stage_and_route: &format!("{} {key_text}", self.source.stage),
            binary_media_types: &api.binary_media_types,
            http_client: &api.http_client,
        };
        let integration = fields.object("integration");
        let integration = fields.require("integration", integration, "a map with a type");
        let integration = integration.and_then(|fields| Integration::parse(fields, &surroundings));
        let cors = fields.object("corsConfiguration").and_then(Cors::parse);
        let method = key.as_ref().and_then(RouteKey::method);
        let cache = cacheable::parse(&fields, (method, &path_parameters), integration.as_ref());
        let required_parameters = RequiredParameters::parse(&fields, &path_parameters);
        fields.finish();
        let route = Route {
            throttle: throttle
                .map(|throttle| Rule::throttle(format!("route#{}#{key_text}", self.source.stage), throttle)),
            key: key_text,
            shape: key.as_ref().map_or_else(String::new, RouteKey::shape),
            cors,
            required_parameters,
            api_key,
            cache,
            integration: integration?,
        };
        Some((key?, route))
    }

    /// Two items that no request can tell apart are a problem of both; the message names them.
    fn router(&self, keys: Vec<RouteKey>, trailing_slash: TrailingSlash) -> Option<Router> {
        let written = &self.written;
        let conflicts = match Router::new(keys, trailing_slash) {
            Ok(router) => return Some(router),
            Err(conflicts) => conflicts,
        };
        for Conflict(earlier, later) in conflicts {
            let expected = format!("a route that {:?} does not serve already", written[earlier]);
            self.problem(&written[later], "routeKey", &format!("{:?}", written[later]), &expected);
        }
        None
    }

    /// Each is the operator's to judge: its target may tell the paths apart.
    fn warn_of_mistakable(&self, mistakable: &[Mistakable]) {
        let written = &self.written;
        for Mistakable { route, paths, guarded } in mistakable {
            let paths = paths.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let guarded = guarded.iter().map(|index| written[*index].as_str()).collect::<Vec<_>>().join(", ");
            let got = format!("a route for {paths} that asks for less than {guarded}");
            let expected = format!("a route of its own for {paths}, unless the target has nothing there");
            let key = self.key_of(&written[*route]);
            self.report.add_warning(Problem::new(
                ItemId { table: self.source.table, key: &key },
                "routeKey",
                &got,
                &expected,
            ));
        }
    }

    fn item<'b>(&'b self, key: &'b str) -> Item<'b> {
        let DeploymentSource { table, stage_variables, .. } = self.source;
        Item { table, key, stage_variables, report: &self.report }
    }

    fn key_of(&self, route_key: &str) -> String {
        format!("stage={} routeKey={route_key}", self.source.stage)
    }

    fn problem(&self, route_key: &str, field: &str, got: &str, expected: &str) {
        let key = self.key_of(route_key);
        self.report.add_problem(Problem::new(
            ItemId { table: self.source.table, key: &key },
            field,
            got,
            expected,
        ));
    }
}

/// The outcome of reading a route item.
enum RouteItem {
    Route(RouteKey, Box<Route>),
    /// As if the item were not there.
    Disabled,
    /// Its problems are reported.
    Wrong,
}

fn route_key(item: &Map<String, Value>) -> &str {
    item.get("routeKey").and_then(Value::as_str).unwrap_or_default()
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
