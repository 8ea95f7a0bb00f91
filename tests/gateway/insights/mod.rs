//! The saved queries of `infra/queries.yaml`, over lines that the gateway writes.

mod query;

use std::{collections::BTreeMap, fs, time::Duration};

use expect_test::expect;
use serde_json::{Value, json};

use self::query::Query;
use crate::harness::{TestGateway, Way};

/// The queries, by the names of their resources.
fn queries() -> BTreeMap<String, String> {
    let template = fs::read_to_string("infra/queries.yaml").unwrap();
    let mut queries: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    let mut within = false;
    for line in template.lines() {
        match line.strip_prefix("        ") {
            Some(text) if within => queries.get_mut(&name).unwrap().push_str(&format!("{text}\n")),
            _ => within = false,
        }
        if let Some(resource) = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'))
            && !resource.starts_with(' ')
        {
            resource.clone_into(&mut name);
        }
        if line.trim() == "QueryString: |" {
            queries.insert(name.clone(), String::new());
            within = true;
        }
    }
    assert_eq!(queries.len(), template.matches("AWS::Logs::QueryDefinition").count());
    queries
}

/// Lines of a bad night, each with the time of its writing in milliseconds.
async fn lines() -> Vec<(u64, Value)> {
    let cached = json!({ "routeKey": "GET /kept", "cachingEnabled": true, "cacheTtlInSeconds": 60,
        "integration": { "type": "MOCK", "body": "kept" } });
    let gateway = TestGateway::new();
    let format = r#"{"requestId":"$context.requestId","stage":"$context.stage","status":$context.status,"responseLatency":$context.responseLatency,"cacheStatus":"$context.cacheStatus","degraded":"$context.degraded"}"#;
    gateway.put_stage(&json!({ "stage": "v1", "accessLogFormat": format }));
    for route in [
        json!({ "routeKey": "GET /plain", "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /gone", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
        json!({ "routeKey": "GET /reflect", "integration": { "type": "AWS_PROXY", "uri": "reflect" } }),
        json!({ "routeKey": "GET /keyed", "apiKeyRequired": true, "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /busy", "throttle": { "rateLimit": 0.01, "burstLimit": 1 }, "integration": { "type": "MOCK" } }),
        cached,
    ] {
        gateway.put_route(&route);
    }
    gateway.go_live().await;
    let mut lines = Vec::new();
    for path in ["plain", "gone", "gone", "reflect", "keyed", "busy", "busy", "kept", "kept", "nothing"] {
        gateway.advance(Duration::from_secs(40));
        gateway.send(&format!("GET /v1/{path}")).await;
        let at =
            u64::try_from(gateway.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap();
        for line in gateway.log_lines().iter().skip(lines.len()) {
            lines.push((at, serde_json::from_str(line).unwrap()));
        }
    }
    let cold = gateway.cold_instance();
    gateway.gate.set(Way::Shut);
    cold.send("GET /v1/plain").await;
    let at = lines.last().unwrap().0;
    let mut line = cold.last_line();
    // Words of the network.
    line["errorMessage"] = json!("no stages");
    lines.push((at, line));
    lines
}

#[tokio::test]
async fn the_saved_queries_answer_what_is_asked_at_night() {
    let lines = lines().await;
    let mut answers = String::new();
    for (name, text) in queries() {
        let rows = Query::parse(&text).run(&lines);
        assert!(!rows.is_empty(), "{name} finds nothing");
        answers += &format!("# {name}\n{}\n", rows.join("\n"));
    }
    expect![[r##"
        # Cache
        answers=1 cacheStatus="MISS" p50=0.0 routeKey="GET /kept" stage="v1"
        answers=1 cacheStatus="HIT" p50=0.0 routeKey="GET /kept" stage="v1"
        # Degraded
        bin(1m)=1744669140000 degraded="configuration" lines=1 worstStatus=503.0
        # Failures
        @timestamp=1744669168000 degraded="configuration" errorMessage="no stages" errorResponseType="DEFAULT_5XX" httpMethod="GET" path="/v1/plain" requestId="c6af9ac6-7b61-11e6-9a41-93e8deadbeef" responseLatency=0 responseLength=33 sourceIp="192.0.2.1" stage="none" status=503 xrayTraceId="1-67891233-abcdef012345678912345678"
        @timestamp=1744668928000 awsEndpointRequestId="8476a536-e9f4-11e8-9739-2dfe598c3fcd" errorResponseType="INTEGRATION_FAILURE" httpMethod="GET" integrationErrorMessage="integration failed: function error, Unhandled: Error" integrationLatency=0 path="/v1/reflect" requestId="c6af9ac6-7b61-11e6-9a41-93e8deadbeef" responseLatency=0 responseLength=36 routeKey="GET /reflect" sourceIp="192.0.2.1" stage="v1" status=502 xrayTraceId="1-67891233-abcdef012345678912345678"
        @timestamp=1744668888000 awsEndpointRequestId="8476a536-e9f4-11e8-9739-2dfe598c3fcd" errorResponseType="INTEGRATION_FAILURE" httpMethod="GET" integrationErrorMessage="integration failed: ResourceNotFoundException: ResourceNotFoundException: arn:aws:lambda:eu-west-1:123456789012:function:gone (status 404)" integrationLatency=0 path="/v1/gone" requestId="c6af9ac6-7b61-11e6-9a41-93e8deadbeef" responseLatency=0 responseLength=36 routeKey="GET /gone" sourceIp="192.0.2.1" stage="v1" status=502 xrayTraceId="1-67891233-abcdef012345678912345678"
        @timestamp=1744668848000 awsEndpointRequestId="8476a536-e9f4-11e8-9739-2dfe598c3fcd" errorResponseType="INTEGRATION_FAILURE" httpMethod="GET" integrationErrorMessage="integration failed: ResourceNotFoundException: ResourceNotFoundException: arn:aws:lambda:eu-west-1:123456789012:function:gone (status 404)" integrationLatency=0 path="/v1/gone" requestId="c6af9ac6-7b61-11e6-9a41-93e8deadbeef" responseLatency=0 responseLength=36 routeKey="GET /gone" sourceIp="192.0.2.1" stage="v1" status=502 xrayTraceId="1-67891233-abcdef012345678912345678"
        # FailuresByRoute
        addresses=1 errorResponseType="INTEGRATION_FAILURE" failures=2 routeKey="GET /gone" stage="v1"
        addresses=1 errorResponseType="INTEGRATION_FAILURE" failures=1 routeKey="GET /reflect" stage="v1"
        addresses=1 errorResponseType="DEFAULT_5XX" failures=1 stage="none"
        # LatencyByRoute
        p50=0.0 p99=0.0 requests=1 slowest=0.0 stage="v1"
        p50=0.0 p99=0.0 requests=1 slowest=0.0 stage="none"
        p50=0.0 p99=0.0 requests=1 routeKey="GET /reflect" slowest=0.0 stage="v1"
        p50=0.0 p99=0.0 requests=1 routeKey="GET /plain" slowest=0.0 stage="v1"
        p50=0.0 p99=0.0 requests=1 routeKey="GET /keyed" slowest=0.0 stage="v1"
        p50=0.0 p99=0.0 requests=2 routeKey="GET /kept" slowest=0.0 stage="v1"
        p50=0.0 p99=0.0 requests=2 routeKey="GET /gone" slowest=0.0 stage="v1"
        p50=0.0 p99=0.0 requests=2 routeKey="GET /busy" slowest=0.0 stage="v1"
        # LatencyByTime
        bin(5m)=1744668600000 p99=0.0 requests=3 targetP99=0.0
        bin(5m)=1744668900000 p99=0.0 requests=8 targetP99=0.0
        # Refusals
        addresses=1 errorResponseType="THROTTLED" lastReason="throttled" refused=1 stage="v1"
        addresses=1 errorResponseType="INVALID_API_KEY" lastReason="bad API key: no key" refused=1 stage="v1"
        # TargetErrors
        cause="ResourceNotFoundException" failures=2 lastRequest="8476a536-e9f4-11e8-9739-2dfe598c3fcd" routeKey="GET /gone"
        cause="function error, Unhandled" failures=1 lastRequest="8476a536-e9f4-11e8-9739-2dfe598c3fcd" routeKey="GET /reflect"
    "##]].assert_eq(&answers);
}
