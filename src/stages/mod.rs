//! The stage that serves a request: found by host, then by the longest base path.

mod deprecation;
mod settings;

pub use self::{
    deprecation::Deprecation,
    settings::{PartialSettings, StageSettings},
};
use crate::path;

/// The stage of a request, and the path below its base path.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundStage<'a> {
    /// The stage's index in the list that was searched.
    pub index: usize,
    /// Canonical; starts with exactly one slash.
    pub path: &'a str,
}

/// A stage that may serve a request.
#[derive(Clone, Copy, Debug)]
pub struct SearchedStage<'a> {
    pub settings: &'a StageSettings,
    pub host_claim: HostClaim,
}

/// Says if a stage keeps the hosts that it names from stages that name none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostClaim {
    Exclusive,
    Shared,
}

/// Finds the stage by host, then by the longest base path.
///
/// A host that a stage claims exclusively is served by those that claim it only, as a custom domain is. Of two stages
/// with one base path the first serves.
pub fn find<'s, 'a>(
    stages: impl Iterator<Item = SearchedStage<'s>> + Clone,
    host: &str,
    path: &'a str,
) -> Option<FoundStage<'a>> {
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |h| h.0);
    let claims = |stage: &SearchedStage<'_>| {
        stage.settings.hosts.iter().any(|claimed| claimed.eq_ignore_ascii_case(host))
    };
    let is_claimed = stages.clone().any(|stage| stage.host_claim == HostClaim::Exclusive && claims(&stage));
    let candidates = stages
        .enumerate()
        .filter(|(_, stage)| claims(stage) || !is_claimed && stage.settings.hosts.is_empty());
    let matching = candidates.filter_map(|(index, stage)| {
        let base_path = &*stage.settings.base_path;
        Some((base_path.len(), FoundStage { index, path: below(base_path, path)? }))
    });
    let longest =
        matching.max_by(|(a, first), (b, second)| a.cmp(b).then_with(|| second.index.cmp(&first.index)));
    longest.map(|(_, found)| found)
}

/// The part of `path` below `base_path`; its leading slashes collapse to one.
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn stage(item: Value) -> StageSettings {
        StageSettings::parse("stages", item.as_object().unwrap()).value.unwrap_or_else(|e| panic!("{e}"))
    }

    fn found<'a>(stages: &[StageSettings], host: &str, path: &'a str) -> Option<FoundStage<'a>> {
        let exclusive = |settings| SearchedStage { settings, host_claim: HostClaim::Exclusive };
        find(stages.iter().map(exclusive), host, path)
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
            let found = found(&stages, host, path).unwrap();
            assert_eq!(format!("{} {}", stages[found.index].name, found.path), expected, "{host}{path}");
        }
        assert_eq!(found(&stages[1..], "any.example.com", "/other"), None);
    }

    #[test]
    fn of_two_stages_with_one_base_path_the_first_serves() {
        let stages = [
            stage(json!({ "stage": "b", "basePath": "/" })),
            stage(json!({ "stage": "a", "basePath": "/" })),
        ];
        assert_eq!(found(&stages, "h", "/x"), Some(FoundStage { index: 0, path: "/x" }));
    }
}
