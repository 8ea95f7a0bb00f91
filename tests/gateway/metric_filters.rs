//! The metric filters of `infra/metrics.yaml`, over lines that the gateway writes.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::harness::{TestGateway, Way};

/// The filters, each with its metric, as they stand in the template.
fn filters() -> Vec<(String, String)> {
    let template = fs::read_to_string("infra/metrics.yaml").unwrap();
    let blocks = template.split("Type: AWS::Logs::MetricFilter").skip(1);
    let filter = |block: &str| {
        let after = |name: &str| block.split_once(name).unwrap().1.lines().next().unwrap().trim().to_owned();
        let by_route = if block.contains("Key: Route") { "/Route" } else { "" };
        let pattern = after("FilterPattern: ").trim_matches(['\'', '"']).to_owned();
        (format!("{}{by_route}", after("MetricName: ")), pattern)
    };
    blocks.map(filter).collect()
}

/// True if a line matches a pattern (CloudWatch Logs User Guide, "Filter pattern syntax": of JSON, as far as the
/// template uses it).
fn matches(pattern: &str, line: &Value) -> bool {
    let pattern = pattern.trim().strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let mut rest = pattern.trim();
    let matched = either(&mut rest, line);
    assert_eq!(rest, "", "in {pattern}");
    matched
}

fn either(rest: &mut &str, line: &Value) -> bool {
    let mut matched = both(rest, line);
    while take(rest, "||") {
        matched |= both(rest, line);
    }
    matched
}

fn both(rest: &mut &str, line: &Value) -> bool {
    let mut matched = group(rest, line);
    while take(rest, "&&") {
        matched &= group(rest, line);
    }
    matched
}

fn group(rest: &mut &str, line: &Value) -> bool {
    if take(rest, "(") {
        let matched = either(rest, line);
        assert!(take(rest, ")"), "{rest}");
        return matched;
    }
    let (term, left) = rest.split_at(rest.find(')').unwrap());
    *rest = left;
    if let Some(selector) = term.strip_suffix(" NOT EXISTS") {
        return line.get(selector.strip_prefix("$.").unwrap()).is_none();
    }
    if let Some(selector) = term.strip_suffix(" IS TRUE") {
        return line.get(selector.strip_prefix("$.").unwrap()) == Some(&json!(true));
    }
    let [selector, operator, value] = term.split(' ').collect::<Vec<_>>()[..] else { panic!("{term}") };
    let Some(found) = line.get(selector.strip_prefix("$.").unwrap()) else { return false };
    let number = || (found.as_f64().unwrap(), value.parse::<f64>().unwrap());
    match (operator, value) {
        ("=", "*") => true,
        ("=", text) => found.as_str() == Some(text.trim_matches('"')),
        (">=", _) => number().0 >= number().1,
        ("<", _) => number().0 < number().1,
        _ => panic!("{term}"),
    }
}

fn take(rest: &mut &str, word: &str) -> bool {
    let left = rest.trim_start().strip_prefix(word);
    *rest = left.unwrap_or(rest).trim_start();
    left.is_some()
}

/// The metrics that count a line; each but `Degraded` by the line's stage.
pub fn counted_by(line: &Value) -> String {
    let names = filters().into_iter().filter(|(_, pattern)| matches(pattern, line)).map(|(name, _)| name);
    names.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn metric_filters_count_the_lines_that_they_are_named_for() {
    let integration =
        json!({ "type": "MOCK", "headers": { "cache-control": "max-age=10", "etag": "\"1\"" } });
    let cached = |mut route: Value| {
        route["cachingEnabled"] = json!(true);
        route["requireAuthorizationForCacheControl"] = json!(false);
        route["integration"] = integration.clone();
        route
    };
    let throttle = json!({ "rateLimit": 0.01, "burstLimit": 1 });
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "GET /plain", "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /teapot", "integration": { "type": "MOCK", "statusCode": 418 } }),
        json!({ "routeKey": "GET /gone", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
        json!({ "routeKey": "GET /busy", "throttle": throttle, "integration": { "type": "MOCK" } }),
        cached(json!({ "routeKey": "GET /kept", "cacheTtlInSeconds": 10, "staleWhileRevalidate": 10 })),
    ])
    .await;
    let cases = [
        ("GET /v1/plain", 0, "Count Latency IntegrationLatency"),
        ("GET /v1/teapot", 0, "Count 4XXError Latency IntegrationLatency"),
        ("GET /v1/gone", 0, "Count 5XXError Latency IntegrationLatency"),
        ("GET /v1/busy", 0, "Count Latency IntegrationLatency"),
        ("GET /v1/busy", 0, "Count 4XXError Latency ThrottleCount"),
        ("GET /v1/nothing", 0, "Count 4XXError Latency"),
        ("GET /nowhere", 0, "Count 4XXError Latency"),
        ("GET /%zz", 0, "Count 4XXError Latency"),
        ("GET /v1/kept", 0, "Count Latency IntegrationLatency CacheMissCount"),
        ("GET /v1/kept", 0, "Count Latency CacheHitCount"),
        ("GET /v1/kept", 15, "Count Latency CacheHitCount"),
        ("GET /v1/kept\ncache-control: max-age=0", 0, "Count Latency IntegrationLatency CacheMissCount"),
    ];
    for (request, seconds, expected) in cases {
        gateway.advance(Duration::from_secs(seconds));
        gateway.send(request).await;
        let line = gateway.last_line();
        assert_eq!(counted_by(&line), expected, "{line}");
    }
    for (request, stage) in [("GET /v1/plain", "v1"), ("GET /nowhere", "none"), ("GET /%zz", "none")] {
        gateway.send(request).await;
        assert_eq!(gateway.last_line()["stage"], stage, "{request}");
    }
    let told = json!({ "cacheStatus": "REVALIDATED", "stage": "v1", "degraded": "cache" });
    assert_eq!(counted_by(&told), "CacheMissCount Degraded");
    let told = json!({ "metric": "ConfigurationInvalid", "stage": "v1" });
    assert_eq!(counted_by(&told), "ConfigurationInvalid");
    let told = json!({ "metric": "CanaryRolledBack", "stage": "v1" });
    assert_eq!(counted_by(&told), "CanaryRolledBack");
}

/// A metric's dimension is a field of the line (CloudFormation, "AWS::Logs::MetricFilter Dimension"), never a word of
/// the filter's own; so a line without a stage would be counted by nobody.
#[test]
fn every_metric_but_degraded_is_by_stage() {
    let template = fs::read_to_string("infra/metrics.yaml").unwrap();
    let by_stage = template.matches("Dimensions: [{ Key: Stage, Value: $.stage }").count();
    assert_eq!((filters().len() - by_stage, template.matches("Dimensions:").count()), (1, by_stage));
    let of_access_lines = filters().into_iter().filter(|(name, _)| name != "Degraded");
    for (name, pattern) in of_access_lines {
        assert!(pattern.contains("$.stage = *"), "{name}: {pattern}");
    }
}

#[tokio::test]
async fn a_route_with_detailed_metrics_is_counted_by_itself_too() {
    let by_route = "Count/Route Latency/Route IntegrationLatency/Route";
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "$api", "detailedMetricsEnabled": true }),
        json!({ "routeKey": "GET /own", "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /gone", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
        json!({ "routeKey": "GET /not", "detailedMetricsEnabled": false, "integration": { "type": "MOCK" } }),
    ])
    .await;
    let cases = [
        ("GET /v1/own", format!("Count Latency IntegrationLatency {by_route}")),
        ("GET /v1/not", "Count Latency IntegrationLatency".to_owned()),
        (
            "GET /v1/gone",
            "Count 5XXError Latency IntegrationLatency Count/Route 5XXError/Route Latency/Route IntegrationLatency/Route"
                .to_owned(),
        ),
        ("GET /v1/nothing", "Count 4XXError Latency".to_owned()),
    ];
    for (request, expected) in cases {
        gateway.send(request).await;
        assert_eq!(counted_by(&gateway.last_line()), expected, "{request}");
    }
}

#[tokio::test]
async fn metric_filters_count_an_outage_before_any_stage_is_found() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1" }));
    gateway.refresh().await;
    gateway.send("GET /v1/x").await;
    let line = gateway.last_line();
    assert_eq!((&line["stage"], &line["degraded"]), (&json!("v1"), &json!("configuration")));
    assert_eq!(counted_by(&line), "Count 5XXError Latency Degraded", "no deployment: {line}");

    gateway.answer(r#"{"some": "other event"}"#).await;
    let line = gateway.last_line();
    assert_eq!(counted_by(&line), "Count 4XXError Latency", "no request of ours: {line}");

    let cold = gateway.cold_instance();
    gateway.gate.set(Way::Shut);
    assert!(cold.send("GET /v1/x").await.starts_with("503\n"));
    let line = cold.last_line();
    assert_eq!((&line["stage"], &line["degraded"]), (&json!("none"), &json!("configuration")));
    assert_eq!(counted_by(&line), "Count 5XXError Latency Degraded", "no stages: {line}");
}

#[test]
fn count_no_start_of_a_process() {
    let line = json!({ "timestamp": "2025-04-14T22:12:48.000000Z", "level": "INFO", "gateway": "0.1.0", "message": "started", "target": "gateway" });
    assert_eq!(counted_by(&line), "");
}
