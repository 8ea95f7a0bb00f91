//! A stage as its item describes it.

use serde_json::{Map, Value};

use super::Deprecation;
use crate::{
    access_log::AccessLogSettings,
    cache::StageCache,
    canary::CanarySettings,
    item::{Fields, Findings, Item, Parsed, Report, StageVariables, nearest},
    limits::{rule::Rule, throttle::Throttle},
    path,
};

/// The settings of one version of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct StageSettings {
    /// `v1`, `$default`.
    pub name: String,
    /// Canonical, without trailing slash; empty for the root.
    pub base_path: String,
    /// In lower case; none: any host that no other stage claims.
    pub hosts: Vec<String>,
    /// An edit of a route goes live by itself.
    pub auto_deploy: bool,
    /// The deployment that the stage points to.
    pub deployment_id: Option<String>,
    pub stage_variables: StageVariables,
    /// The limit of all callers of all routes together.
    pub throttle: Option<Rule>,
    /// `None`: it is not clear, and no answers are kept or given again.
    pub cache: Option<StageCache>,
    /// `None`: callers are told of no end.
    pub deprecation: Option<Deprecation>,
    /// Also one that was switched off. `None`: there is none, or it is not clear what it is.
    pub canary: Option<Box<CanarySettings>>,
    /// `None`: its lines are the gateway's own.
    pub access_log: Option<Box<AccessLogSettings>>,
    /// Something else in the item is wrong.
    pub has_problems: bool,
}

/// The settings that can be read of a stage item with problems.
#[derive(Debug, PartialEq)]
pub enum PartialSettings {
    /// Only switches are wrong: where the stage is and what it serves is clear. The switches have their defaults.
    Complete(StageSettings),
    /// The stage's likely location is clear, what it serves is not.
    LikelyLocation(StageSettings),
}

/// The attributes that say where a stage is and what it serves, misspelt too; every other one is a switch.
const ESSENTIAL: [&str; 5] = ["stage", "basePath", "hosts", "deploymentId", "stageVariables"];

/// A longer base path would be no key of a table.
const MOST_BASE_PATH_BYTES: usize = 1_000;
/// RFC 1035 §2.3.4.
const MOST_HOST_BYTES: usize = 253;

impl StageSettings {
    /// Reads a stage item of `table`.
    pub fn parse(table: &str, item: &Map<String, Value>) -> Parsed<Self> {
        let report = Report::default();
        let settings = Self::read_into(&report, table, item);
        Parsed::new(settings, report.into_findings())
    }

    /// Reads a stage item with problems as far as it can be; `None`: it does not even say which stage it is.
    pub fn parse_partially(table: &str, item: &Map<String, Value>) -> Option<PartialSettings> {
        let report = Report::default();
        let settings = Self::read_into(&report, table, item);
        let Findings { problems, .. } = report.into_findings();
        let unclear = problems.iter().any(|problem| nearest(&problem.field, &ESSENTIAL).is_some());
        let settings = settings.map(|settings| Self { has_problems: !problems.is_empty(), ..settings });
        settings.map(if unclear { PartialSettings::LikelyLocation } else { PartialSettings::Complete })
    }

    /// The canary, unless it was switched off.
    pub fn active_canary(&self) -> Option<&CanarySettings> {
        self.canary.as_deref().filter(|canary| canary.rollback.is_none())
    }

    /// Reads as much as can be read; `report` takes what is wrong or odd.
    fn read_into(report: &Report, table: &str, item: &Map<String, Value>) -> Option<Self> {
        let key = format!("stage={}", item.get("stage").and_then(Value::as_str).unwrap_or_default());
        let none = StageVariables::new();
        let fields = Fields::of(Item { table, key: &key, stage_variables: &none, report }, item);
        let settings = Self::read(&fields);
        fields.finish();
        settings
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        for written_by_the_gateway in
            ["revision", "lastDeploymentStatus", "lastDeploymentMessage", "applying", "description"]
        {
            fields.skip(written_by_the_gateway);
        }
        let name = fields.parsed("stage", "letters, digits, - and _, at most 128, or $default", stage_name);
        let base_path = fields.parsed("basePath", "a path such as /v1", base_path);
        let hosts = fields.parsed("hosts", "a list of host names without port", hosts);
        let auto_deploy = fields.boolean("autoDeploy");
        // The console leaves an empty text where an attribute was cleared.
        let deployment_id = fields.string("deploymentId").filter(|id| !id.is_empty());
        let stage_variables = fields.string_map("stageVariables").unwrap_or_default();
        let canary = CanarySettings::parse(fields, &stage_variables).map(Box::new);
        let throttle = fields.object("throttle").and_then(Throttle::parse);
        let cache = StageCache::parse(fields);
        let deprecation = Deprecation::parse(fields);
        let access_log = AccessLogSettings::parse(fields);
        let name = fields.require("stage", name, "a name")?;
        Some(Self {
            throttle: throttle.map(|throttle| Rule::throttle(format!("stage#{name}"), throttle)),
            base_path: base_path
                .or_else(|| likely_base_path(fields.value("basePath")?))
                .unwrap_or_else(|| default_base_path(&name)),
            name,
            hosts: hosts.or_else(|| likely_hosts(fields.value("hosts")?)).unwrap_or_default(),
            auto_deploy: auto_deploy.unwrap_or(true),
            deployment_id,
            stage_variables,
            cache,
            deprecation,
            canary,
            access_log,
            has_problems: false,
        })
    }
}

fn default_base_path(name: &str) -> String {
    if name == "$default" { String::new() } else { format!("/{name}") }
}

fn stage_name(value: &Value) -> Option<String> {
    let name = value.as_str()?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let ok = name == "$default" || ((1..=128).contains(&name.len()) && name.bytes().all(legal));
    ok.then(|| name.to_owned())
}

fn base_path(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| text.len() <= MOST_BASE_PATH_BYTES)?;
    let canonical = path::canonical_path(text).ok()?;
    (text.starts_with('/') && !canonical.contains("//")).then(|| canonical.trim_end_matches('/').to_owned())
}

/// The path that was meant by one without its slash.
fn likely_base_path(value: &Value) -> Option<String> {
    base_path(&format!("/{}", value.as_str()?.trim()).into())
}

fn hosts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(host).collect(),
        value => Some(vec![host(value)?]),
    }
}

/// Those of a list that are hosts.
fn likely_hosts(value: &Value) -> Option<Vec<String>> {
    Some(value.as_array()?.iter().filter_map(host).collect())
}

fn host(value: &Value) -> Option<String> {
    let host = value.as_str()?.trim().to_lowercase();
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    ((1..=MOST_HOST_BYTES).contains(&host.len()) && host.bytes().all(legal)).then_some(host)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stage(item: Value) -> StageSettings {
        StageSettings::parse("stages", item.as_object().unwrap()).value.unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn a_stage_item_with_problems_says_where_the_stage_is_and_if_clear_what_it_serves() {
        let odd = |item: Value| StageSettings { has_problems: true, ..stage(item) };
        let complete = |item: Value| Some(PartialSettings::Complete(odd(item)));
        let likely = |item: Value| Some(PartialSettings::LikelyLocation(odd(item)));
        let v1 = || json!({ "stage": "v1" });
        let cases = [
            (
                json!({ "stage": "v1", "autoDeploy": "maybe", "throttle": {}, "deploymentId": "d" }),
                complete(json!({ "stage": "v1", "deploymentId": "d" })),
            ),
            (
                json!({ "stage": "v1", "cacheGeneration": "4o" }),
                Some(PartialSettings::Complete(StageSettings { cache: None, ..odd(v1()) })),
            ),
            (json!({ "stage": "v1", "deploymentId": {} }), likely(v1())),
            (json!({ "stage": "v1", "stageVariables": ["x"], "autoDeploy": 7 }), likely(v1())),
            (
                json!({ "stage": "v1", "basePath": " shop" }),
                likely(json!({ "stage": "v1", "basePath": "/shop" })),
            ),
            (json!({ "stage": "v1", "basePath": "/a/../b" }), likely(v1())),
            (json!({ "stage": "v1", "basePath": 7 }), likely(v1())),
            (
                json!({ "stage": "v1", "hosts": ["a/b", "a.example"] }),
                likely(json!({ "stage": "v1", "hosts": ["a.example"] })),
            ),
            (json!({ "stage": "v1", "hosts": "a/b" }), likely(v1())),
            (json!({ "stage": "v 1" }), None),
        ];
        for (item, expected) in cases {
            assert_eq!(
                StageSettings::parse_partially("stages", item.as_object().unwrap()),
                expected,
                "{item}"
            );
        }
    }

    #[test]
    fn all_that_is_wrong_with_a_stage_item_is_reported_at_once() {
        let item = json!({ "stage": "v 1", "basePath": "v1", "hosts": ["a/b"], "autoDeploy": "maybe",
            "stageVariables": ["x"], "throttle": { "rateLimit": 1 }, "basepath": "/x" });
        let invalid = StageSettings::parse("tollgate-stages", item.as_object().unwrap()).value.unwrap_err();
        assert_eq!(
            invalid.to_string(),
            r#"tollgate-stages [stage=v 1] stage: got "v 1", expected letters, digits, - and _, at most 128, or $default
tollgate-stages [stage=v 1] basePath: got "v1", expected a path such as /v1
tollgate-stages [stage=v 1] hosts: got ["a/b"], expected a list of host names without port
tollgate-stages [stage=v 1] autoDeploy: got "maybe", expected true or false
tollgate-stages [stage=v 1] stageVariables: got ["x"], expected a map of strings
tollgate-stages [stage=v 1] throttle.burstLimit: got nothing, expected requests at once"#
        );
    }
}
