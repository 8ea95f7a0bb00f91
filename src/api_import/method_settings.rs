//! Method settings of a stage → fields of routes: throttles, and what is cached.
//!
//! `*/*` counts for each method by itself, as on API Gateway; a method's own settings count before it.

use serde_json::{Map, Value, json};

use super::{
    definition::{RouteDefinition, StageDefinition},
    report::{Ledger, Remark},
    source::Located,
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
    path: Option<String>,
    method: Option<String>,
    /// Fields of a route item.
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

/// Settings without a part in a route, by their names in small letters first.
#[rustfmt::skip]
const LEFT_OUT: [(&str, &str); 5] = [
    ("metricsEnabled", "metrics are read from the log"),
    ("detailedMetricsEnabled", "metrics are read from the log"),
    ("loggingLevel", "each request has a line in the log; LOG_LEVEL is the gateway's"),
    ("dataTraceEnabled", "bodies are never logged"),
    ("cacheDataEncrypted", "the table of the cache is encrypted"),
];

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
            CACHING | "requireAuthorizationForCacheControl" => {
                fields.extend(ledger.boolean(node, member.key).map(|flag| (name, flag.into())));
            }
            "unauthorizedCacheControlHeaderStrategy" => {
                fields.extend(ledger.text(node, member.key).map(|strategy| (name, strategy.into())));
            }
            // Not claimed: the report calls it an unknown field.
            _ => continue,
        }
        let is_cache = !member.key.to_ascii_lowercase().starts_with("throttling");
        if is_cache && cluster == CacheCluster::Off {
            let words = "the stage has no cache cluster, so API Gateway keeps no answers";
            ledger.remark(member.value, Remark::left_out(words));
        }
    }
    if cluster == CacheCluster::Off {
        fields.clear();
    }
    if rate.is_some() || burst.is_some() {
        let throttle = json!({
            "rateLimit": rate.unwrap_or(OF_ACCOUNT.0.into()),
            "burstLimit": burst.unwrap_or(OF_ACCOUNT.1.into()),
        });
        fields.insert("throttle".to_owned(), throttle);
    }
    fields
}

fn small_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_lowercase(), chars.as_str()))
}

impl MethodSetting {
    /// `*` and `/*` are each path; `*` is each method.
    pub fn new(path: &str, method: &str, fields: Map<String, Value>) -> Self {
        let is_each = ["*", "/*"].contains(&path);
        let path = (!is_each).then(|| format!("/{}", path.trim_start_matches('/')));
        Self { path, method: (method != "*").then(|| method.to_owned()), fields }
    }

    fn is_for(&self, path: &str, method: &str) -> bool {
        self.path.as_deref().is_none_or(|own| own == path)
            && self.method.as_deref().is_none_or(|own| own == method)
    }

    /// More is closer to a single method.
    fn closeness(&self) -> (bool, bool) {
        (self.path.is_some(), self.method.is_some())
    }
}

impl StageWithSettings {
    /// The stage with what it says of these routes.
    pub fn of_routes(self, routes: &[RouteDefinition]) -> StageDefinition {
        let Self { mut stage, mut settings } = self;
        settings.sort_by_key(MethodSetting::closeness);
        for route in routes {
            let (method, path) = route.key.split_once(' ').unwrap_or(("ANY", "/$default"));
            let mut of_route = Map::new();
            for setting in settings.iter().filter(|setting| setting.is_for(path, method)) {
                of_route.extend(setting.fields.clone());
                // For all methods it is meant for those that read, as on API Gateway.
                if setting.method.is_none() && method != "GET" {
                    of_route.remove(CACHING);
                }
            }
            if of_route.get(CACHING) != Some(&Value::Bool(true)) {
                of_route.retain(|name, _| name == "throttle");
            }
            if !of_route.is_empty() {
                stage.route_settings.insert(route.key.clone(), of_route);
            }
        }
        stage
    }
}
