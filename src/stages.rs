//! Which stage serves a request, by host and base path; and what a stage item says.

use serde_json::{Map, Value};

use crate::{
    error::{InvalidConfiguration, Problem},
    item::{Fields, Item, Report, StageVariables, brief},
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
}

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
/// A host that some stage claims is served by those stages only, as a custom domain is.
pub fn find<'a>(stages: &[StageSettings], host: &str, path: &'a str) -> Option<FoundStage<'a>> {
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |h| h.0);
    let claims = |stage: &StageSettings| stage.hosts.iter().any(|claimed| claimed.eq_ignore_ascii_case(host));
    let claimed = stages.iter().any(claims);
    let candidates = stages
        .iter()
        .enumerate()
        .filter(|(_, stage)| if claimed { claims(stage) } else { stage.hosts.is_empty() });
    let matching =
        candidates.filter_map(|(index, stage)| Some((stage, index, below(&stage.base_path, path)?)));
    // Of two stages with one base path the first by name serves, whatever order the table gives.
    let longest = matching.max_by(|(a, ..), (b, ..)| {
        a.base_path.len().cmp(&b.base_path.len()).then_with(|| b.name.cmp(&a.name))
    });
    longest.map(|(_, index, path)| FoundStage { index, path })
}

/// What of `path` is below `base_path`; its leading slashes collapse to one.
fn below<'a>(base_path: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(base_path)?;
    if rest.is_empty() {
        return Some("/");
    }
    let after_slashes = rest.trim_start_matches('/');
    let slashes = rest.len() - after_slashes.len();
    (slashes > 0).then(|| &rest[slashes - 1..])
}

impl StageSettings {
    /// Reads a stage item; the second of the pair are warnings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the item.
    pub fn parse(
        table: &str,
        item: &Map<String, Value>,
    ) -> Result<(Self, Vec<Problem>), InvalidConfiguration> {
        let report = Report::default();
        let key = format!("stage={}", item.get("stage").and_then(Value::as_str).unwrap_or_default());
        let none = StageVariables::new();
        let fields = Fields::of(Item { table, key: &key, stage_variables: &none, report: &report }, item);
        let settings = Self::read(&fields);
        fields.finish();
        let (problems, warnings) = report.into_parts();
        match settings {
            Some(settings) if problems.is_empty() => Ok((settings, warnings)),
            _ => Err(InvalidConfiguration(problems)),
        }
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        for written_by_the_gateway in
            ["revision", "lastDeploymentStatus", "lastDeploymentMessage", "description"]
        {
            fields.skip(written_by_the_gateway);
        }
        if let Some(value) = fields.value("throttle") {
            fields.problem("throttle", &brief(value), "nothing: this version does not enforce it");
        }
        for later in ["cacheTtlInSeconds", "cacheGeneration", "canarySettings"] {
            if let Some(value) = fields.value(later) {
                fields.warn(later, &brief(value), "nothing: this version passes over it");
            }
        }
        let name = fields.parsed("stage", "letters, digits, - and _, at most 128, or $default", stage_name);
        let base_path = fields.parsed("basePath", "a path such as /v1", base_path);
        let hosts = fields.parsed("hosts", "a list of host names without port", hosts);
        let auto_deploy = fields.boolean("autoDeploy");
        // The console leaves an empty text where an attribute was cleared.
        let deployment_id = fields.string("deploymentId").filter(|id| !id.is_empty());
        let stage_variables = fields.string_map("stageVariables");
        let name = fields.require("stage", name, "a name")?;
        Some(Self {
            base_path: base_path.unwrap_or_else(|| default_base_path(&name)),
            name,
            hosts: hosts.unwrap_or_default(),
            auto_deploy: auto_deploy.unwrap_or(true),
            deployment_id,
            stage_variables: stage_variables.unwrap_or_default(),
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
    let text = value.as_str()?;
    let canonical = path::canonical_path(text).ok()?;
    (text.starts_with('/') && !canonical.contains("//")).then(|| canonical.trim_end_matches('/').to_owned())
}

fn hosts(value: &Value) -> Option<Vec<String>> {
    let host = |value: &Value| {
        let host = value.as_str()?.trim().to_lowercase();
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        (!host.is_empty() && host.bytes().all(legal)).then_some(host)
    };
    match value {
        Value::Array(values) => values.iter().map(host).collect(),
        value => Some(vec![host(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stage(item: Value) -> StageSettings {
        StageSettings::parse("stages", item.as_object().unwrap()).unwrap_or_else(|e| panic!("{e}")).0
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
            let found = find(&stages, host, path).unwrap();
            assert_eq!(format!("{} {}", stages[found.index].name, found.path), expected, "{host}{path}");
        }
        assert_eq!(find(&stages[1..], "any.example.com", "/other"), None);
    }

    #[test]
    fn says_all_that_is_wrong_with_a_stage_item() {
        let item = json!({ "stage": "v 1", "basePath": "v1", "hosts": ["a/b"], "autoDeploy": "maybe",
            "stageVariables": ["x"], "throttle": { "rateLimit": 1 }, "basepath": "/x" });
        let invalid = StageSettings::parse("tollgate-stages", item.as_object().unwrap()).unwrap_err();
        assert_eq!(
            invalid.to_string(),
            r#"tollgate-stages [stage=v 1] throttle: got {"rateLimit":1}, expected nothing: this version does not enforce it
tollgate-stages [stage=v 1] stage: got "v 1", expected letters, digits, - and _, at most 128, or $default
tollgate-stages [stage=v 1] basePath: got "v1", expected a path such as /v1
tollgate-stages [stage=v 1] hosts: got ["a/b"], expected a list of host names without port
tollgate-stages [stage=v 1] autoDeploy: got "maybe", expected true or false
tollgate-stages [stage=v 1] stageVariables: got ["x"], expected a map of strings"#
        );
    }
}
