//! Rules for what may differ: defaults for headers, and those of a file, for all routes and for single ones.

mod default_headers;
mod json_path;
mod reader;
mod value_forms;

use std::collections::BTreeMap;

use http::HeaderName;
use serde_json::{Map, Value};

use self::{default_headers::MAY_DIFFER, json_path::PathStep};
pub use self::{json_path::JsonPath, reader::ReadRules};
use crate::decimal::canonical_numbers;

/// The rules of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    general: RuleSet,
    /// By the route that a request is told under.
    routes: BTreeMap<String, RuleSet>,
}

/// The rules of a route, or of all.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    ignore_headers: Vec<HeaderPattern>,
    /// Of those that may differ by default.
    compare_headers: Vec<HeaderPattern>,
    ignore_json: Vec<JsonPath>,
    dates: Vec<JsonPath>,
    ids: Vec<JsonPath>,
    any_order: Vec<JsonPath>,
}

/// A header's name in small letters, or its beginning before `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderPattern {
    Name(String),
    Prefix(String),
}

impl HeaderPattern {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let name = text.strip_suffix('*').unwrap_or(&text);
        HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some(match text.strip_suffix('*') {
            Some(prefix) => Self::Prefix(prefix.to_owned()),
            None => Self::Name(text),
        })
    }

    fn takes(&self, name: &str) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
        }
    }
}

/// The rules that count for the requests of one route.
#[derive(Clone, Copy, Debug)]
pub struct RouteRules<'a> {
    general: &'a RuleSet,
    own: Option<&'a RuleSet>,
}

impl Rules {
    pub fn of_route(&self, route: &str) -> RouteRules<'_> {
        RouteRules { general: &self.general, own: self.routes.get(route) }
    }
}

impl RouteRules<'_> {
    fn sets(&self) -> impl Iterator<Item = &RuleSet> {
        std::iter::once(self.general).chain(self.own)
    }

    /// True of a header whose value may differ.
    pub fn ignores_header(&self, name: &str) -> bool {
        let takes = |patterns: &[HeaderPattern]| patterns.iter().any(|pattern| pattern.takes(name));
        if self.sets().any(|set| takes(&set.ignore_headers)) {
            return true;
        }
        let may_differ = MAY_DIFFER.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => *pattern == name,
        });
        may_differ && !self.sets().any(|set| takes(&set.compare_headers))
    }

    /// The value as it is compared: without what may differ, a word in the place of each date and id whose form counts
    /// alone, and lists of any order in one order.
    pub fn comparable(&self, value: &Value) -> Value {
        let mut place = Vec::new();
        self.comparable_at(&canonical_numbers(value), &mut place).unwrap_or(Value::Null)
    }

    /// `None`: it may differ.
    fn comparable_at(&self, value: &Value, place: &mut Vec<PathStep>) -> Option<Value> {
        let is_in = |paths: fn(&RuleSet) -> &[JsonPath], place: &[PathStep]| {
            self.sets().any(|set| paths(set).iter().any(|path| path.leads_to(place)))
        };
        if is_in(|set| &set.ignore_json, place) {
            return None;
        }
        if is_in(|set| &set.dates, place)
            && let Some(form) = value_forms::date_form(value)
        {
            return Some(form.into());
        }
        if is_in(|set| &set.ids, place)
            && let Some(form) = value_forms::id_form(value)
        {
            return Some(form.into());
        }
        Some(match value {
            Value::Object(members) => {
                let mut kept = Map::new();
                for (name, value) in members {
                    place.push(PathStep::Member(name.clone()));
                    if let Some(value) = self.comparable_at(value, place) {
                        kept.insert(name.clone(), value);
                    }
                    place.pop();
                }
                Value::Object(kept)
            }
            Value::Array(values) => {
                let mut kept = Vec::with_capacity(values.len());
                for (index, value) in values.iter().enumerate() {
                    place.push(PathStep::Element(index));
                    kept.extend(self.comparable_at(value, place));
                    place.pop();
                }
                if is_in(|set| &set.any_order, place) {
                    kept.sort_by_cached_key(Value::to_string);
                }
                Value::Array(kept)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(texts: &[&str]) -> Vec<JsonPath> {
        texts.iter().map(|text| JsonPath::parse(text).unwrap()).collect()
    }

    #[test]
    fn what_may_differ_is_not_compared() {
        let rules = RuleSet {
            ignore_json: paths(&["$..traceId", "$.items[*].rank"]),
            dates: paths(&["$.at", "$.since"]),
            ids: paths(&["$.id"]),
            any_order: paths(&["$.tags", "$.items"]),
            ..RuleSet::default()
        };
        let rules = RouteRules { general: &rules, own: None };
        let value = json!({ "id": "0b6f6a5c-8a3e-4b44-9c39-1f2f5a7d9e10", "at": "2025-04-14T22:12:48Z", "since": "soon",
            "traceId": 1, "n": 7.0, "tags": ["b", "a"], "list": [2, 1], "x": { "traceId": 2 },
            "items": [{ "rank": 1, "name": "b" }, { "rank": 2, "name": "a" }] });
        assert_eq!(
            rules.comparable(&value).to_string(),
            json!({ "id": "a UUID", "at": "a time (RFC 3339)", "since": "soon", "n": 7, "tags": ["a", "b"], "list": [2, 1],
                "x": {}, "items": [{ "name": "a" }, { "name": "b" }] })
            .to_string()
        );
    }

    #[test]
    fn a_header_may_differ_by_default_or_by_a_rule() {
        let pattern = |text: &str| vec![HeaderPattern::parse(text).unwrap()];
        let general = RuleSet {
            ignore_headers: pattern("X-Mine-*"),
            compare_headers: pattern("Age"),
            ..RuleSet::default()
        };
        let own = RuleSet { ignore_headers: pattern("etag"), ..RuleSet::default() };
        let rules = RouteRules { general: &general, own: Some(&own) };
        let ignored: Vec<_> = [
            "date",
            "x-amzn-requestid",
            "cloudfront-x",
            "age",
            "etag",
            "x-mine-1",
            "content-type",
            "x-amzn-errortype",
        ]
        .into_iter()
        .filter(|name| rules.ignores_header(name))
        .collect();
        assert_eq!(ignored, ["date", "x-amzn-requestid", "cloudfront-x", "etag", "x-mine-1"]);
        assert_eq!(HeaderPattern::parse("a b"), None);
    }
}
