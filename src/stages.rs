//! Which stage serves a request, by host and base path; and what a stage item says.

use serde_json::{Map, Value};

use crate::{
    cache::StageCache,
    item::{Fields, Findings, Item, Parsed, Report, StageVariables, brief, nearest},
    limits::{throttle::Throttle, usage_plan::Rule},
    path,
};

/// A version of the API, as its item describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct StageSettings {
    /// `v1`, `$default`.
    pub name: String,
    /// Canonical, without trailing slash; empty for the root.
    pub base_path: String,
    /// In lower case; none: any host that no other stage claims.
    pub hosts: Vec<String>,
    /// Whether an edit of a route goes live by itself.
    pub auto_deploy: bool,
    /// What is served.
    pub deployment_id: Option<String>,
    pub stage_variables: StageVariables,
    /// What all callers of all routes together may do.
    pub throttle: Option<Rule>,
    /// `None`: it is not clear, and no answers are kept or given again.
    pub cache: Option<StageCache>,
    /// Something else in the item is wrong.
    pub has_problems: bool,
}

/// What can be made of a stage item that has problems.
#[derive(Debug, PartialEq)]
pub enum PartialSettings {
    /// Only switches are wrong: where the stage is and what it serves is clear. The switches have their defaults.
    Whole(StageSettings),
    /// Where the stage likely is; what it serves is not clear.
    Place(StageSettings),
}

/// What says where a stage is and what it serves, misspelt too; every other attribute is a switch.
const ESSENTIAL: [&str; 5] = ["stage", "basePath", "hosts", "deploymentId", "stageVariables"];

/// A longer base path would be no key of a table.
const MOST_BASE_PATH_BYTES: usize = 1_000;
/// RFC 1035 §2.3.4.
const MOST_HOST_BYTES: usize = 253;

/// The stage of a request, and the path below its base path.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundStage<'a> {
    /// The stage's place in the list that was searched.
    pub index: usize,
    /// Canonical; starts with exactly one slash.
    pub path: &'a str,
}

/// Finds the stage by host, then by the longest base path.
///
/// A host that a stage claims is served by those that claim it only, as a custom domain is, if that stage may keep the
/// host from others: `may_claim` says so of its place in the list. Of two stages with one base path the first serves.
pub fn find<'a>(
    stages: &[StageSettings],
    may_claim: impl Fn(usize) -> bool,
    host: &str,
    path: &'a str,
) -> Option<FoundStage<'a>> {
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |h| h.0);
    let claims = |stage: &StageSettings| stage.hosts.iter().any(|claimed| claimed.eq_ignore_ascii_case(host));
    let claimed = stages.iter().enumerate().any(|(index, stage)| claims(stage) && may_claim(index));
    let candidates =
        stages.iter().enumerate().filter(|(_, stage)| claims(stage) || !claimed && stage.hosts.is_empty());
    let matching =
        candidates.filter_map(|(index, stage)| Some((stage, index, below(&stage.base_path, path)?)));
    let longest = matching
        .max_by(|(a, i, _), (b, j, _)| a.base_path.len().cmp(&b.base_path.len()).then_with(|| j.cmp(i)));
    longest.map(|(_, index, path)| FoundStage { index, path })
}

/// What of `path` is below `base_path`; its leading slashes collapse to one.
fn below<'a>(base_path: &str, path: &'a str) -> Option<&'a str> {
    let depth = base_path.matches('/').count();
    let end = path.match_indices('/').nth(depth).map_or(path.len(), |(slash, _)| slash);
    let (start, rest) = path.split_at(end);
    if path::comparable(start) != path::comparable(base_path) {
        return None;
    }
    if rest.is_empty() {
        return Some("/");
    }
    let after_slashes = rest.trim_start_matches('/');
    let slashes = rest.len() - after_slashes.len();
    (slashes > 0).then(|| &rest[slashes - 1..])
}

impl StageSettings {
    /// Reads a stage item of `table`.
    pub fn parse(table: &str, item: &Map<String, Value>) -> Parsed<Self> {
        let report = Report::default();
        let settings = Self::read_into(&report, table, item);
        Parsed::new(settings, report.into_findings())
    }

    /// What a stage item with problems says all the same; `None`: not even which stage it is.
    pub fn salvage(table: &str, item: &Map<String, Value>) -> Option<PartialSettings> {
        let report = Report::default();
        let settings = Self::read_into(&report, table, item);
        let Findings { problems, .. } = report.into_findings();
        let unclear = problems.iter().any(|problem| nearest(&problem.field, &ESSENTIAL).is_some());
        let settings = settings.map(|settings| Self { has_problems: !problems.is_empty(), ..settings });
        settings.map(if unclear { PartialSettings::Place } else { PartialSettings::Whole })
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
            ["revision", "lastDeploymentStatus", "lastDeploymentMessage", "description"]
        {
            fields.skip(written_by_the_gateway);
        }
        if let Some(value) = fields.value("canarySettings") {
            fields.warn("canarySettings", &brief(value), "nothing: this version passes over it");
        }
        let name = fields.parsed("stage", "letters, digits, - and _, at most 128, or $default", stage_name);
        let base_path = fields.parsed("basePath", "a path such as /v1", base_path);
        let hosts = fields.parsed("hosts", "a list of host names without port", hosts);
        let auto_deploy = fields.boolean("autoDeploy");
        // The console leaves an empty text where an attribute was cleared.
        let deployment_id = fields.string("deploymentId").filter(|id| !id.is_empty());
        let stage_variables = fields.string_map("stageVariables");
        let throttle = fields.object("throttle").and_then(Throttle::parse);
        let cache = StageCache::parse(fields);
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
            stage_variables: stage_variables.unwrap_or_default(),
            cache,
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
    fn finds_the_stage_by_host_then_by_the_longest_base_path() {
        let stages = [
            stage(json!({ "stage": "$default" })),
            stage(json!({ "stage": "v1" })),
            stage(json!({ "stage": "beta", "basePath": "/v1/beta/" })),
            stage(json!({ "stage": "shop", "basePath": "/", "hosts": ["Shop.example.com"] })),
            stage(json!({ "stage": "admin", "basePath": "/admin", "hosts": "shop.example.com" })),
        ];
        let cases = [
            ("any.example.com", "/v1/orders", "v1 /orders"),
            ("any.example.com", "/v1", "v1 /"),
            ("any.example.com", "/v1/", "v1 /"),
            ("any.example.com", "/v1//orders", "v1 /orders"),
            ("any.example.com", "/v1beta", "$default /v1beta"),
            ("any.example.com", "/v1/beta", "beta /"),
            ("any.example.com", "/v1/beta/x/", "beta /x/"),
            ("any.example.com", "/V1/orders", "$default /V1/orders"),
            ("any.example.com", "/", "$default /"),
            ("SHOP.example.com:8443", "/v1/orders", "shop /v1/orders"),
            ("shop.example.com", "/admin/users", "admin /users"),
        ];
        for (host, path, expected) in cases {
            let found = find(&stages, |_| true, host, path).unwrap();
            assert_eq!(format!("{} {}", stages[found.index].name, found.path), expected, "{host}{path}");
        }
        assert_eq!(find(&stages[1..], |_| true, "any.example.com", "/other"), None);
    }

    #[test]
    fn of_two_stages_with_one_base_path_the_first_serves() {
        let stages = [
            stage(json!({ "stage": "b", "basePath": "/" })),
            stage(json!({ "stage": "a", "basePath": "/" })),
        ];
        assert_eq!(find(&stages, |_| true, "h", "/x"), Some(FoundStage { index: 0, path: "/x" }));
    }

    #[test]
    fn salvages_what_a_stage_item_with_problems_says() {
        let odd = |item: Value| StageSettings { has_problems: true, ..stage(item) };
        let whole = |item: Value| Some(PartialSettings::Whole(odd(item)));
        let place = |item: Value| Some(PartialSettings::Place(odd(item)));
        let v1 = || json!({ "stage": "v1" });
        let cases = [
            (
                json!({ "stage": "v1", "autoDeploy": "maybe", "throttle": {}, "deploymentId": "d" }),
                whole(json!({ "stage": "v1", "deploymentId": "d" })),
            ),
            (
                json!({ "stage": "v1", "cacheGeneration": "4o" }),
                Some(PartialSettings::Whole(StageSettings { cache: None, ..odd(v1()) })),
            ),
            (json!({ "stage": "v1", "deploymentId": {} }), place(v1())),
            (json!({ "stage": "v1", "stageVariables": ["x"], "autoDeploy": 7 }), place(v1())),
            (
                json!({ "stage": "v1", "basePath": " shop" }),
                place(json!({ "stage": "v1", "basePath": "/shop" })),
            ),
            (json!({ "stage": "v1", "basePath": "/a/../b" }), place(v1())),
            (json!({ "stage": "v1", "basePath": 7 }), place(v1())),
            (
                json!({ "stage": "v1", "hosts": ["a/b", "a.example"] }),
                place(json!({ "stage": "v1", "hosts": ["a.example"] })),
            ),
            (json!({ "stage": "v1", "hosts": "a/b" }), place(v1())),
            (json!({ "stage": "v 1" }), None),
        ];
        for (item, expected) in cases {
            assert_eq!(StageSettings::salvage("stages", item.as_object().unwrap()), expected, "{item}");
        }
    }

    #[test]
    fn says_all_that_is_wrong_with_a_stage_item() {
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
