//! Settings of methods (`methodSettings`, `RouteSettings`) → fields of routes: throttles, and what is cached.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::cli_answers::{CliReader, either};
use crate::api_import::{
    definition::RouteDefinition,
    report::{Remark, Visibility},
    source::Located,
};

/// Says if a stage has a cache cluster: without one nothing is cached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CacheCluster {
    Present,
    Absent,
}

/// The routes that settings are of.
#[derive(Clone, PartialEq, Eq)]
enum Reach {
    /// Each route by itself, that has none of its own.
    AllRoutes,
    Route(String),
}

#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str)] = &[
    ("metricsEnabled", METRICS), ("DetailedMetricsEnabled", METRICS),
    ("loggingLevel", LOG), ("LoggingLevel", LOG), ("dataTraceEnabled", LOG), ("DataTraceEnabled", LOG),
    ("cacheDataEncrypted", "DynamoDB encrypts what is kept"),
];

const METRICS: &str = "the gateway measures all routes";
const LOG: &str = "the gateway has an access line of each request, and logs no bodies";

pub(super) fn read(
    reader: &mut CliReader<'_, '_>,
    stage: Located<'_>,
    routes: &[RouteDefinition],
    cluster: CacheCluster,
) -> BTreeMap<String, Map<String, Value>> {
    let mut by_route: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut for_all = Map::new();
    if let Some(node) = stage.get("DefaultRouteSettings") {
        for_all = fields(reader, node, cluster);
    }
    let Some(settings) = either(stage, ["methodSettings", "RouteSettings"]) else {
        return with_all(by_route, &for_all, routes);
    };
    reader.ledger.taken(settings);
    for member in settings.members().into_iter().flatten() {
        let reach = reach_of(member.key);
        let is_unknown = |key: &String| routes.iter().all(|route| route.key != *key);
        match reach {
            Reach::AllRoutes => for_all = fields(reader, member.value, cluster),
            Reach::Route(key) if is_unknown(&key) => {
                let words = format!("the document has no route {key}");
                reader.ledger.remark_whole(member.value, Remark::left_out(words));
            }
            Reach::Route(key) => {
                let fields = fields(reader, member.value, cluster);
                by_route.insert(key, fields);
            }
        }
    }
    with_all(by_route, &for_all, routes)
}

/// Adds the settings for all routes to those that have none of their own.
fn with_all(
    mut by_route: BTreeMap<String, Map<String, Value>>,
    for_all: &Map<String, Value>,
    routes: &[RouteDefinition],
) -> BTreeMap<String, Map<String, Value>> {
    for route in routes.iter().filter(|_| !for_all.is_empty()) {
        let mut fields = for_all.clone();
        // A setting for all methods caches answers to GET alone, as on API Gateway.
        if !route.key.starts_with("GET ") {
            CACHE_FIELDS.iter().for_each(|name| drop(fields.remove(*name)));
        }
        by_route.entry(route.key.clone()).or_insert(fields);
    }
    by_route.retain(|_, fields| !fields.is_empty());
    by_route
}

/// The routes that a key means: `*/*`, `~1orders~1{id}/GET`, `orders/GET`, `GET /orders` of an HTTP API.
fn reach_of(key: &str) -> Reach {
    if key == "*/*" {
        return Reach::AllRoutes;
    }
    let written = key.replace("~1", "/").replace("~0", "~");
    match written.rsplit_once('/') {
        Some((path, method)) if is_method(method) => {
            Reach::Route(format!("{method} /{}", path.trim_start_matches('/')))
        }
        Some(_) | None => Reach::Route(written),
    }
}

fn is_method(text: &str) -> bool {
    ["GET", "PUT", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS", "ANY"].contains(&text)
}

const CACHE_FIELDS: [&str; 4] = [
    "cachingEnabled",
    "cacheTtlInSeconds",
    "requireAuthorizationForCacheControl",
    "unauthorizedCacheControlHeaderStrategy",
];

fn fields(
    reader: &mut CliReader<'_, '_>,
    settings: Located<'_>,
    cluster: CacheCluster,
) -> Map<String, Value> {
    reader.ledger.taken(settings);
    reader.leave_out(settings, LEFT_OUT);
    let mut fields = Map::new();
    let rate = limit(reader, settings, ["throttlingRateLimit", "ThrottlingRateLimit"]);
    let burst = limit(reader, settings, ["throttlingBurstLimit", "ThrottlingBurstLimit"]);
    match (rate, burst) {
        (Some(rate), Some(burst)) => {
            fields.insert("throttle".to_owned(), json!({ "rateLimit": rate, "burstLimit": burst }));
        }
        (None, None) => {}
        (Some(_), None) | (None, Some(_)) => {
            let words = "a throttle has both a rate and a burst: nothing would hold requests back";
            reader.ledger.error(settings, words);
        }
    }
    let cached = reader.ledger.boolean(settings, "cachingEnabled");
    let ttl = reader.ledger.number(settings, "cacheTtlInSeconds");
    let asked = reader.ledger.boolean(settings, "requireAuthorizationForCacheControl");
    let strategy = reader.ledger.text(settings, "unauthorizedCacheControlHeaderStrategy");
    let Some(node) = settings.get("cachingEnabled").filter(|_| cached == Some(true)) else { return fields };
    if cluster == CacheCluster::Absent {
        reader.ledger.remark(node, Remark::left_out("the stage has no cache cluster, so nothing is cached"));
        return fields;
    }
    let words = "a caller gets no answer that was kept for another one, where the route knows its callers; and answers \
                 say cache-status";
    reader.ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
    fields.insert("cachingEnabled".to_owned(), true.into());
    fields.extend(ttl.map(|ttl| ("cacheTtlInSeconds".to_owned(), ttl)));
    if asked == Some(false) {
        fields.insert("requireAuthorizationForCacheControl".to_owned(), false.into());
    }
    if let Some(strategy) = strategy.filter(|strategy| *strategy != "SUCCEED_WITH_RESPONSE_HEADER") {
        fields.insert("unauthorizedCacheControlHeaderStrategy".to_owned(), strategy.into());
    }
    fields
}

/// A limit; -1 is none.
fn limit(reader: &mut CliReader<'_, '_>, map: Located<'_>, names: [&str; 2]) -> Option<Value> {
    let name = names.into_iter().find(|name| map.get(name).is_some())?;
    number(reader, map, name).filter(|number| !number.to_string().starts_with('-'))
}

/// A number as a person writes it: 100, not 100.0.
pub(super) fn number(reader: &mut CliReader<'_, '_>, map: Located<'_>, name: &str) -> Option<Value> {
    let number = reader.ledger.number(map, name)?;
    let text = number.to_string();
    let whole = text.strip_suffix(".0").and_then(|whole| whole.parse::<i64>().ok());
    Some(whole.map_or(number, Value::from))
}
