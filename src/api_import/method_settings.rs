//! Method settings of a stage → fields of routes: throttles, and what is cached.
//!
//! `*/*` counts for each method by itself, as on API Gateway; a method's own settings count before it.

use serde_json::{Map, Value, json};

use super::{
    definition::{RouteDefinition, StageDefinition},
    report::{Ledger, Remark, Visibility},
    source::{Located, NodeId, Tree},
};

/// A stage before its routes are known.
#[derive(Clone, Debug)]
pub struct StageWithSettings {
    pub stage: StageDefinition,
    pub settings: Vec<MethodSetting>,
}

/// What is set for a method, or for all. `None` is each path, each method.
#[derive(Clone, Debug)]
pub struct MethodSetting {
    node: NodeId,
    path: Option<String>,
    method: Option<String>,
    /// Fields of a route item. Of a throttle each limit that is said; null is none, whatever others say.
    fields: Map<String, Value>,
}

/// Without a cluster API Gateway keeps nothing, whatever the methods say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheCluster {
    On,
    Off,
}

/// The limits of an account, where only one of two is set.
const OF_ACCOUNT: (u32, u32) = (10_000, 5_000);
const CACHING: &str = "cachingEnabled";
const THROTTLE: &str = "throttle";
const RATE: &str = "rateLimit";
const BURST: &str = "burstLimit";

/// Settings without a part in a route, by their names in small letters first.
#[rustfmt::skip]
const LEFT_OUT: [(&str, &str); 5] = [
    ("metricsEnabled", BY_ROUTE),
    ("detailedMetricsEnabled", BY_ROUTE),
    ("loggingLevel", "each request has a line in the log; LOG_LEVEL is the gateway's"),
    ("dataTraceEnabled", "bodies are never logged"),
    ("cacheDataEncrypted", "the table of the cache is encrypted"),
];

const BY_ROUTE: &str = "the gateway has metrics by stage; detailedMetricsEnabled of a route, or of $api, makes them by route \
                        too, and CloudWatch bills each";

/// Reads the settings of a method, in the case of the CLI or of CloudFormation; `others` are claimed by the caller.
pub fn fields(
    ledger: &mut Ledger,
    node: Located<'_>,
    cluster: CacheCluster,
    others: &[&str],
) -> Map<String, Value> {
    let mut fields = Map::new();
    let (mut rate, mut burst) = (None, None);
    for member in node.members().into_iter().flatten().filter(|member| !others.contains(&member.key)) {
        let name = small_first(member.key);
        if let Some((_, words)) = LEFT_OUT.iter().find(|(left, _)| *left == name) {
            ledger.remark_whole(member.value, Remark::left_out(*words));
            continue;
        }
        match name.as_str() {
            "throttlingRateLimit" => rate = ledger.number(node, member.key),
            "throttlingBurstLimit" => burst = ledger.number(node, member.key),
            "cacheTtlInSeconds" => {
                fields.extend(ledger.number(node, member.key).map(|seconds| (name, seconds)));
            }
            CACHING => {
                let flag = ledger.boolean(node, member.key);
                if flag == Some(true) {
                    ledger.remark(member.value, of_cached(cluster));
                }
                fields.extend(flag.map(|flag| (name, flag.into())));
            }
            "requireAuthorizationForCacheControl" => {
                fields.extend(ledger.boolean(node, member.key).map(|flag| (name, flag.into())));
            }
            "unauthorizedCacheControlHeaderStrategy" => {
                fields.extend(ledger.text(node, member.key).map(|strategy| (name, strategy.into())));
            }
            // Not claimed: the report calls it an unknown field.
            _ => {}
        }
    }
    if cluster == CacheCluster::Off {
        fields.clear();
    }
    fields.extend(limits(rate, burst).map(|limits| (THROTTLE.to_owned(), limits)));
    fields
}

/// What is said of a method whose answers are kept.
fn of_cached(cluster: CacheCluster) -> Remark {
    match cluster {
        CacheCluster::Off => {
            Remark::left_out("the stage has no cache cluster, so API Gateway keeps no answers")
        }
        CacheCluster::On => {
            let words = "a caller gets no answer that was kept for another one, where the route knows its callers; \
                         and answers say cache-status";
            Remark::otherwise(words, Visibility::Visible)
        }
    }
}

/// The limits that are said. -1 is none: null.
fn limits(rate: Option<Value>, burst: Option<Value>) -> Option<Value> {
    let limit = |limit: Value| match limit.as_f64() {
        Some(number) if number < 0.0 => Value::Null,
        Some(_) | None => limit,
    };
    let said = [(RATE, rate), (BURST, burst)].into_iter();
    let said = said.filter_map(|(name, said)| Some((name.to_owned(), limit(said?))));
    let said: Map<String, Value> = said.collect();
    (!said.is_empty()).then_some(Value::Object(said))
}

/// The throttle of the limits that all settings of a route say together; of one the other is the account's.
fn throttle(limits: &Value) -> Value {
    let limit = |name: &str| limits.get(name).filter(|limit| !limit.is_null()).cloned();
    match (limit(RATE), limit(BURST)) {
        (None, None) => Value::Null,
        (rate, burst) => json!({
            RATE: rate.unwrap_or(OF_ACCOUNT.0.into()),
            BURST: burst.unwrap_or(OF_ACCOUNT.1.into()),
        }),
    }
}

/// Adds the fields of a closer setting, and the limits of its throttle one by one.
fn add_fields(of_route: &mut Map<String, Value>, fields: &Map<String, Value>) {
    for (name, value) in fields {
        match (of_route.get_mut(name), value) {
            (Some(Value::Object(known)), Value::Object(limits)) => known.extend(limits.clone()),
            (Some(_) | None, value) => drop(of_route.insert(name.clone(), value.clone())),
        }
    }
}

fn small_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_lowercase(), chars.as_str()))
}

impl MethodSetting {
    /// The setting in `node`. `*` and `/*` are each path; `*` is each method.
    pub fn new(node: Located<'_>, path: &str, method: &str, fields: Map<String, Value>) -> Self {
        let is_each = ["*", "/*"].contains(&path);
        let path = (!is_each).then(|| format!("/{}", path.trim_start_matches('/')));
        Self { node: node.id, path, method: (method != "*").then(|| method.to_owned()), fields }
    }

    fn is_for(&self, path: &str, method: &str) -> bool {
        self.path.as_deref().is_none_or(|own| own == path)
            && self.method.as_deref().is_none_or(|own| own == method)
    }

    /// More is closer to a single method.
    fn closeness(&self) -> (bool, bool) {
        (self.path.is_some(), self.method.is_some())
    }

    /// Leaves a setting out that no route is meant by.
    fn leave_out_without_route(&self, ledger: &mut Ledger, tree: &Tree, routes: &[RouteDefinition]) {
        let is_for_one = routes.iter().map(path_and_method).any(|(path, method)| self.is_for(path, method));
        if is_for_one || self.closeness() == (false, false) {
            return;
        }
        let [method, path] = [&self.method, &self.path].map(|part| part.as_deref().unwrap_or("*"));
        let words = format!("the API has no route {method} {path}");
        ledger.remark_whole(tree.at(self.node), Remark::left_out(words));
    }
}

fn path_and_method(route: &RouteDefinition) -> (&str, &str) {
    let (method, path) = route.key.split_once(' ').unwrap_or(("ANY", "/$default"));
    (path, method)
}

impl StageWithSettings {
    /// What another part of the input says of the same stage, before which it counts.
    pub fn add(&mut self, other: Self) {
        self.stage.origin = other.stage.origin;
        self.stage.fields.extend(other.stage.fields);
        self.settings.extend(other.settings);
    }

    /// The stage with what it says of these routes.
    pub fn of_routes(self, ledger: &mut Ledger, tree: &Tree, routes: &[RouteDefinition]) -> StageDefinition {
        let Self { mut stage, mut settings } = self;
        settings.iter().for_each(|setting| setting.leave_out_without_route(ledger, tree, routes));
        settings.sort_by_key(MethodSetting::closeness);
        for route in routes {
            let (path, method) = path_and_method(route);
            let mut of_route = Map::new();
            for setting in settings.iter().filter(|setting| setting.is_for(path, method)) {
                add_fields(&mut of_route, &setting.fields);
                // For all methods it is meant for those that read, as on API Gateway.
                if setting.method.is_none() && method != "GET" {
                    of_route.remove(CACHING);
                }
            }
            if of_route.get(CACHING) != Some(&Value::Bool(true)) {
                of_route.retain(|name, _| name == THROTTLE);
            }
            if let Some(limits) = of_route.get_mut(THROTTLE) {
                *limits = throttle(limits);
            }
            of_route.retain(|name, value| !is_default(name, value));
            if !of_route.is_empty() {
                stage.route_settings.insert(route.key.clone(), of_route);
            }
        }
        stage
    }
}

/// True of what a route has without the field.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "requireAuthorizationForCacheControl" => *value == true,
        "unauthorizedCacheControlHeaderStrategy" => *value == "SUCCEED_WITH_RESPONSE_HEADER",
        _ => value.is_null(),
    }
}
