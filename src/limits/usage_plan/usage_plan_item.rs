//! An item of the usage plans' table: the limits of its keys, and the stages that they may call.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    error::ItemId,
    item::{self, Fields, Parsed},
    limits::{
        quota::Quota,
        rule::{Accuracy, Limits, OnStoreError},
        throttle::Throttle,
    },
    router::RouteKey,
};

/// A usage plan, as its item describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePlan {
    pub id: String,
    /// The limits of each key of the plan, over all stages together.
    pub limits: Limits,
    /// The stages that it covers (`None`: all), with a throttle of a key's own for some route keys.
    pub api_stages: Option<ApiStages>,
}

/// The characters of a plan's id, for the operator who wrote something else.
pub const USAGE_PLAN_ID: &str = "letters, digits, ., - and _, at most 128";

/// Throttles by stage and the shape of a route key: plan and route may call its parameters differently.
pub type ApiStages = BTreeMap<String, BTreeMap<String, RouteThrottle>>;

/// The throttle of a plan for one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteThrottle {
    /// As written in the plan's item.
    pub route_key: String,
    pub throttle: Throttle,
}

impl UsagePlan {
    /// Reads an item of `table`.
    pub fn parse(table: &str, item: &Map<String, Value>) -> Parsed<Self> {
        item::read(ItemId { table, key: &Self::key_of(item) }, item, Self::read)
    }

    /// The name of an item in problems: `usagePlanId=…`.
    pub fn key_of(item: &Map<String, Value>) -> String {
        let id = item.get("usagePlanId").and_then(Value::as_str).unwrap_or_default();
        format!("usagePlanId={id}")
    }

    /// True if a text can be a plan's id. Counters join it with `#`.
    pub fn is_id(text: &str) -> bool {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        (1..=128).contains(&text.len()) && text.bytes().all(legal)
    }

    /// True if its keys may call a stage at all.
    pub fn covers(&self, stage: &str) -> bool {
        self.api_stages.as_ref().is_none_or(|stages| stages.contains_key(stage))
    }

    /// The plan's throttle for one route.
    pub fn route_throttle(&self, stage: &str, route_shape: &str) -> Option<Throttle> {
        Some(self.api_stages.as_ref()?.get(stage)?.get(route_shape)?.throttle)
    }

    /// True if a key may ask for a route more often than for another one.
    pub fn lets_through_more(&self, stage: &str, route_shape: &str, other_route_shape: &str) -> bool {
        self.route_throttle(stage, other_route_shape).is_some_and(|others| {
            let own = self.route_throttle(stage, route_shape);
            !own.is_some_and(|own| own.lets_through_no_more_than(&others))
        })
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        for for_people in ["name", "description", "tags"] {
            fields.skip(for_people);
        }
        let id = fields.parsed("usagePlanId", USAGE_PLAN_ID, |value| {
            value.as_str().filter(|id| Self::is_id(id)).map(str::to_owned)
        });
        let id = fields.require("usagePlanId", id, "an id");
        let accuracies = [("leased", Accuracy::Lease), ("exact", Accuracy::Exact)];
        let words = [("DENY", OnStoreError::Refuse), ("ALLOW", OnStoreError::Allow)];
        let limits = Limits {
            throttle: fields.object("throttle").and_then(Throttle::parse),
            quota: fields.object("quota").and_then(Quota::parse),
            accuracy: fields.choice("accuracy", &accuracies).unwrap_or_default(),
            on_store_error: fields.choice("onStoreError", &words).unwrap_or_default(),
        };
        let api_stages = match fields.value("apiStages") {
            None => None,
            // Stages without throttles of their own: a list or a set of names will do.
            Some(Value::Array(_) | Value::String(_)) => fields
                .strings("apiStages")
                .map(|stages| stages.into_iter().map(|stage| (stage, BTreeMap::new())).collect()),
            Some(_) => Some(api_stages(fields)),
        };
        Some(Self { id: id?, limits, api_stages })
    }
}

fn api_stages<'a>(fields: &Fields<'a>) -> ApiStages {
    let mut stages = ApiStages::new();
    for (stage, of_stage) in fields.named_objects("apiStages") {
        let mut throttles: BTreeMap<String, RouteThrottle> = BTreeMap::new();
        for (route_key, of_route) in of_stage.all_objects() {
            let problem = |expected: &str| {
                let field = format!("apiStages.{stage}.{route_key}");
                fields.problem(&field, &format!("{route_key:?}"), expected);
            };
            let throttle = Throttle::parse(of_route);
            let key = match well_written(route_key) {
                Ok(key) => key,
                Err(expected) => {
                    problem(&expected);
                    continue;
                }
            };
            let same =
                throttles.get(&key.shape()).map(|other| format!("a route that {:?} is not", other.route_key));
            if let Some(expected) = same {
                problem(&expected);
            } else if let Some(throttle) = throttle {
                throttles.insert(key.shape(), RouteThrottle { route_key: route_key.to_owned(), throttle });
            }
        }
        stages.insert(stage.to_owned(), throttles);
    }
    stages
}

/// A route key as a deployment has it, or what to write instead: an access line or an event shows it so, and somebody
/// will look for it.
fn well_written(text: &str) -> Result<RouteKey<'_>, String> {
    match RouteKey::parse(text) {
        Ok(key) if key.to_string() == text => Ok(key),
        Ok(key) => Err(format!("{:?}", key.to_string())),
        Err(expected) => Err(as_api_gateway(text).map_or(expected, |key| format!("{key:?}"))),
    }
}

/// API Gateway's plans have the path first: `/orders/{id}/GET`.
fn as_api_gateway(text: &str) -> Option<String> {
    let (path, method) = text.trim().rsplit_once('/')?;
    let path = if path.is_empty() { "/" } else { path };
    Some(RouteKey::parse(&format!("{method} {path}")).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::limits::quota::Period;

    fn parse(item: &Value) -> Parsed<UsagePlan> {
        UsagePlan::parse("plans", item.as_object().expect("an object"))
    }

    fn throttle(rate_limit: f64, burst_limit: u32) -> Throttle {
        Throttle::new(rate_limit, burst_limit).unwrap()
    }

    const NO_LIMITS: Limits = Limits {
        throttle: None,
        quota: None,
        accuracy: Accuracy::Lease,
        on_store_error: OnStoreError::Refuse,
    };

    #[test]
    fn reads_a_usage_plan_item_with_few_or_all_attributes() {
        let plan = |limits, api_stages| UsagePlan { id: "gold".to_owned(), limits, api_stages };
        let stages = |stages: &[(&str, &[(&str, Throttle)])]| {
            let of_route = |(key, throttle): &(&str, Throttle)| {
                let shape = RouteKey::parse(key).unwrap().shape();
                (shape, RouteThrottle { route_key: (*key).to_owned(), throttle: *throttle })
            };
            let throttles = |throttles: &[(&str, Throttle)]| throttles.iter().map(of_route).collect();
            Some(stages.iter().map(|(stage, of_stage)| ((*stage).to_owned(), throttles(of_stage))).collect())
        };
        let full = Limits {
            throttle: Some(throttle(0.5, 20)),
            quota: Some(Quota { limit: 0, period: Period::Month, offset: 0 }),
            accuracy: Accuracy::Exact,
            on_store_error: OnStoreError::Allow,
        };
        let cases = [
            (json!({ "usagePlanId": "gold" }), plan(NO_LIMITS, None)),
            (
                json!({ "usagePlanId": "gold", "name": "Gold", "description": "-", "tags": {},
                    "throttle": { "rateLimit": "0.5", "burstLimit": 20 },
                    "quota": { "limit": 0, "period": "month" }, "accuracy": "EXACT", "onStoreError": "allow",
                    "apiStages": { "v1": { "GET /orders/{id}": { "rateLimit": 1, "burstLimit": 2 } }, "v2": {} } }),
                plan(full, stages(&[("v1", &[("GET /orders/{id}", throttle(1.0, 2))]), ("v2", &[])])),
            ),
            (
                json!({ "usagePlanId": "gold", "accuracy": "leased", "onStoreError": "DENY", "apiStages": ["v1", "v2"] }),
                plan(NO_LIMITS, stages(&[("v1", &[]), ("v2", &[])])),
            ),
            (json!({ "usagePlanId": "gold", "apiStages": {} }), plan(NO_LIMITS, stages(&[]))),
        ];
        for (item, expected) in cases {
            assert_eq!(parse(&item), Parsed { value: Ok(expected), warnings: vec![] }, "{item}");
        }
    }

    #[test]
    fn covers_the_stages_that_it_names_or_all() {
        let throttle = json!({ "rateLimit": 1, "burstLimit": 1 });
        let cases = [
            (json!({ "usagePlanId": "p" }), [true, true]),
            (json!({ "usagePlanId": "p", "apiStages": {} }), [false, false]),
            (json!({ "usagePlanId": "p", "apiStages": { "v1": { "GET /a": throttle } } }), [true, false]),
        ];
        for (item, expected) in cases {
            let plan = parse(&item).value.unwrap();
            assert_eq!(["v1", "v2"].map(|stage| plan.covers(stage)), expected, "{item}");
            let throttled = [("v1", "GET /a"), ("v1", "GET /b"), ("v2", "GET /a")]
                .map(|(stage, route_key)| plan.route_throttle(stage, route_key).is_some());
            assert_eq!(throttled, [expected == [true, false], false, false], "{item}");
        }
    }

    #[test]
    fn reports_all_problems_and_warnings_of_a_usage_plan_item_at_once() {
        let item = json!({ "usagePlanId": "gold", "throttle": { "rateLimit": -1, "burst": 1 },
            "quota": { "limit": 10, "period": "YEAR", "offset": 11 }, "accuracy": "fast", "onStoreError": true,
            "apiStages": { "v1": { "FETCH /": { "rateLimit": 1, "burstLimit": 1.5 }, "GET /": 7 }, "v2": true } });
        assert_eq!(
            parse(&item).value.unwrap_err().to_string(),
            r#"plans [usagePlanId=gold] throttle.rateLimit: got -1, expected a number, 0 or more
plans [usagePlanId=gold] throttle.burstLimit: got nothing, expected requests at once
plans [usagePlanId=gold] throttle.burst: got 1, expected nothing of this name; did you mean burstLimit?
plans [usagePlanId=gold] quota.period: got "YEAR", expected DAY or WEEK or MONTH
plans [usagePlanId=gold] quota.offset: got 11, expected a whole number from 0 to 10
plans [usagePlanId=gold] accuracy: got "fast", expected leased or exact
plans [usagePlanId=gold] onStoreError: got true, expected DENY or ALLOW
plans [usagePlanId=gold] apiStages.v2: got true, expected a map
plans [usagePlanId=gold] apiStages.v1.GET /: got 7, expected a map
plans [usagePlanId=gold] apiStages.v1.FETCH /.burstLimit: got 1.5, expected a whole number from 0 to 4294967295
plans [usagePlanId=gold] apiStages.v1.FETCH /: got "FETCH /", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY"#
        );
        assert_eq!(
            parse(&json!({ "apiStages": 7 })).value.unwrap_err().to_string(),
            "plans [usagePlanId=] usagePlanId: got nothing, expected an id
plans [usagePlanId=] apiStages: got 7, expected a map of maps"
        );
        // Without what was meant, its keys would be unlimited, or let in everywhere.
        assert_eq!(
            parse(&json!({ "usagePlanId": "gold", "quotas": {}, "throtle": {}, "stages": ["v1"], "rateLimit": 1 }))
                .value.unwrap_err()
                .to_string(),
            "plans [usagePlanId=gold] quotas: got {}, expected nothing of this name; did you mean quota?
plans [usagePlanId=gold] rateLimit: got 1, expected nothing of this name here, where it guards nothing
plans [usagePlanId=gold] stages: got [\"v1\"], expected nothing of this name; did you mean apiStages?
plans [usagePlanId=gold] throtle: got {}, expected nothing of this name; did you mean throttle?"
        );
        let warnings = parse(&json!({ "usagePlanId": "gold", "onStoreErrors": "ALLOW", "throttle":
            { "rateLimit": 1, "burstLimit": 1, "tokens": 1 } }))
        .warnings;
        assert_eq!(
            warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "plans [usagePlanId=gold] throttle.tokens: got 1, expected nothing of this name",
                "plans [usagePlanId=gold] onStoreErrors: got \"ALLOW\", expected nothing of this name; did you mean onStoreError?"
            ]
        );
    }
}
