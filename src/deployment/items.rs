//! Items → deployment: one pure function, which reports all problems at once.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Deployment, Route, UnmatchedRoutes, cacheable,
    guards::{Mistakable, mistakable},
};
use crate::{
    authorizers::{ApiKeyUse, KeySource},
    error::{InvalidConfiguration, Problem},
    integrations::{Integration, Surroundings, http::GuardedClient},
    item::{Fields, Item, Report, StageVariables, brief},
    policies::{
        cors::Cors, gateway_responses::GatewayResponses, rate_limit_headers::RateLimitHeaders,
        throttle::Throttle, usage_plan::Rule, validation::RequiredParameters,
    },
    router::{Conflict, RouteKey, Router, TrailingSlash},
};

/// What a deployment is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The routes table's name, for problems.
    pub table: &'a str,
    pub stage: &'a str,
    /// The stage's route items and its `$api` item.
    pub items: &'a [Map<String, Value>],
    pub stage_variables: &'a StageVariables,
}

/// A deployment or everything that is wrong with its items; and what is merely odd about them.
#[derive(Debug)]
pub struct Parsed {
    pub deployment: Result<Deployment, InvalidConfiguration>,
    pub warnings: Vec<Problem>,
}

/// The sort key of the item that holds what the whole API shares.
const API: &str = "$api";

/// Validates and resolves `source`.
pub fn parse(source: Source<'_>) -> Parsed {
    let report = Report::default();
    let deployment = Parser { source, report: &report }.deployment();
    let (mut problems, warnings) = report.into_parts();
    problems.sort();
    let deployment = match deployment {
        Some(deployment) if problems.is_empty() => Ok(deployment),
        _ => Err(InvalidConfiguration(problems)),
    };
    Parsed { deployment, warnings }
}

struct Parser<'a> {
    source: Source<'a>,
    report: &'a Report,
}

/// What the routes of an API share.
struct Api {
    cors: Option<Cors>,
    gateway_responses: GatewayResponses,
    unmatched: UnmatchedRoutes,
    trailing_slash: TrailingSlash,
    binary_media_types: Arc<[String]>,
    http_client: GuardedClient,
    api_key_source: KeySource,
    per_ip: Option<Throttle>,
    rate_limit_headers: RateLimitHeaders,
}

impl Parser<'_> {
    fn deployment(&self) -> Option<Deployment> {
        let api = self.api();
        let mut keys = Vec::new();
        let mut routes = Vec::new();
        let mut written = Vec::new();
        let mut complete = true;
        for item in self.source.items {
            let text = item.get("routeKey").and_then(Value::as_str).unwrap_or_default();
            if text == API || is_disabled(item) {
                continue;
            }
            match self.route(text, item, &api) {
                Some((key, route)) => {
                    keys.push(key);
                    routes.push(route);
                    written.push(text);
                }
                None => complete = false,
            }
        }
        if routes.is_empty() && complete {
            self.problem("*", "routeKey", "no route", "at least one route item that is enabled");
        }
        let router = self.router(keys, api.trailing_slash, &written)?;
        self.warn_of_mistakable(&mistakable(&router, &routes), &written);
        let Api { cors, gateway_responses, unmatched, per_ip, rate_limit_headers, .. } = api;
        Some(Deployment { gateway_responses, cors, unmatched, per_ip, rate_limit_headers, router, routes })
    }

    fn api(&self) -> Api {
        let empty = Map::new();
        let item = self.source.items.iter().find(|item| item.get("routeKey").is_some_and(|key| key == API));
        let name = self.key_of(API);
        let fields = Fields::of(self.item(&name), item.unwrap_or(&empty));
        for known in ["stage", "routeKey", "description"] {
            fields.skip(known);
        }
        not_yet(&fields, &["authorizers", "models"]);
        not_yet_but_harmless(&fields, &["minimumCompressionSize"]);
        let sources = [("HEADER", KeySource::Header), ("AUTHORIZER", KeySource::Authorizer)];
        let headers = [
            ("off", RateLimitHeaders::Off),
            ("ietf", RateLimitHeaders::Ietf),
            ("legacy", RateLimitHeaders::Legacy),
        ];
        let words = [("HTTP", UnmatchedRoutes::Http), ("AWS_REST", UnmatchedRoutes::AwsRest)];
        let slashes = [("STRICT", TrailingSlash::Strict), ("IGNORE", TrailingSlash::Ignore)];
        let ranges = fields.strings("allowPrivateIntegrations").unwrap_or_default();
        let http_client = GuardedClient::new(&ranges).unwrap_or_else(|bad| {
            for range in bad {
                fields.problem(
                    "allowPrivateIntegrations",
                    &format!("{range:?}"),
                    "an address range such as 10.0.0.0/8",
                );
            }
            GuardedClient::default()
        });
        let api = Api {
            cors: fields.object("corsConfiguration").and_then(Cors::parse),
            gateway_responses: GatewayResponses::parse(&fields),
            unmatched: fields.choice("unmatchedRoutes", &words).unwrap_or_default(),
            trailing_slash: fields.choice("trailingSlash", &slashes).unwrap_or_default(),
            binary_media_types: fields.strings("binaryMediaTypes").unwrap_or_default().into(),
            http_client,
            api_key_source: fields.choice("apiKeySource", &sources).unwrap_or_default(),
            per_ip: fields.object("throttle").and_then(per_ip),
            rate_limit_headers: fields.choice("rateLimitHeaders", &headers).unwrap_or_default(),
        };
        fields.finish();
        api
    }

    fn route(&self, text: &str, item: &Map<String, Value>, api: &Api) -> Option<(RouteKey, Route)> {
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
        not_yet(&fields, &["authorizerId", "authorizationScopes", "requestModels"]);
        let api_key = match fields.boolean("apiKeyRequired") {
            Some(true) => ApiKeyUse::Required(api.api_key_source),
            Some(false) | None => ApiKeyUse::NotRequired,
        };
        let throttle = fields.object("throttle").and_then(Throttle::parse);
        let path_parameters = key.as_ref().map_or_else(|| in_braces(text), RouteKey::path_parameters);
        let key_text = key.as_ref().map_or_else(|| text.to_owned(), RouteKey::to_string);
        let surroundings = Surroundings {
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
            cors,
            required_parameters,
            api_key,
            cache,
            integration: integration?,
        };
        Some((key?, route))
    }

    /// Two items that no request can tell apart are a problem of both; the message names them.
    fn router(&self, keys: Vec<RouteKey>, trailing_slash: TrailingSlash, written: &[&str]) -> Option<Router> {
        let conflicts = match Router::new(keys, trailing_slash) {
            Ok(router) => return Some(router),
            Err(conflicts) => conflicts,
        };
        for Conflict(earlier, later) in conflicts {
            let expected = format!("a route that {:?} does not serve already", written[earlier]);
            self.problem(written[later], "routeKey", &format!("{:?}", written[later]), &expected);
        }
        None
    }

    /// Each is the operator's to judge: its target may tell the paths apart.
    fn warn_of_mistakable(&self, mistakable: &[Mistakable], written: &[&str]) {
        for Mistakable { route, paths, guarded } in mistakable {
            let paths = paths.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let guarded = guarded.iter().map(|index| written[*index]).collect::<Vec<_>>().join(", ");
            self.report.add_warning(Problem {
                table: self.source.table.to_owned(),
                key: self.key_of(written[*route]),
                field: "routeKey".to_owned(),
                got: format!("a route for {paths} that asks for less than {guarded}"),
                expected: format!("a route of its own for {paths}, unless the target has nothing there"),
            });
        }
    }

    fn item<'b>(&'b self, key: &'b str) -> Item<'b> {
        let Source { table, stage_variables, .. } = self.source;
        Item { table, key, stage_variables, report: self.report }
    }

    fn key_of(&self, route_key: &str) -> String {
        format!("stage={} routeKey={route_key}", self.source.stage)
    }

    fn problem(&self, route_key: &str, field: &str, got: &str, expected: &str) {
        self.report.add_problem(Problem {
            table: self.source.table.to_owned(),
            key: self.key_of(route_key),
            field: field.to_owned(),
            got: got.to_owned(),
            expected: expected.to_owned(),
        });
    }
}

/// `throttle: {perIp: {rateLimit, burstLimit}}` of `$api`.
fn per_ip(fields: Fields<'_>) -> Option<Throttle> {
    let throttle = fields.object("perIp");
    let throttle = fields.require("perIp", throttle, "a map with rateLimit and burstLimit");
    fields.finish();
    Throttle::parse(throttle?)
}

/// What may be path parameters in a key that is none: words that refer to them are not wrong as well.
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

/// What restricts who may call, or how much, is refused as long as nothing enforces it.
fn not_yet<'a>(fields: &Fields<'a>, names: &[&'a str]) {
    for name in names {
        if let Some(value) = fields.value(name) {
            fields.problem(name, &brief(value), "nothing: this version does not enforce it");
        }
    }
}

/// What only makes things faster or more talkative is passed over with a warning.
fn not_yet_but_harmless<'a>(fields: &Fields<'a>, names: &[&'a str]) {
    for name in names {
        if let Some(value) = fields.value(name) {
            fields.warn(name, &brief(value), "nothing: this version passes over it");
        }
    }
}
