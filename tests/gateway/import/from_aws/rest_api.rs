//! A REST API with its stage, its plans, its keys and its domains.

use std::fs;

use expect_test::{expect, expect_file};
use serde_json::{Value, json};

use super::{api_gateway, import};
use crate::{
    api_file::Folder,
    harness::{TestGateway, scripted_aws::ScriptedAws},
};

/// What begins each value of a key.
const CANARY: &str = "canary-value";

/// A pretty-printed export, as API Gateway sends it.
const EXPORT: &str = include_str!("export.json");

/// Shop has one stage of interest, `prod`; plans and keys come in pages.
fn shop(export: Value) -> ScriptedAws {
    let date = 1_714_550_400;
    let key = |id: &str, name: &str| {
        json!({ "id": id, "name": name, "value": format!("{CANARY}-of-{id}-0123456789"), "enabled": true, "createdDate": date,
            "lastUpdatedDate": date, "stageKeys": [] })
    };
    let plan_key = |id: &str| json!({ "id": id, "type": "API_KEY", "name": id, "value": format!("{CANARY}-of-{id}-0123456789") });
    let of_stage = json!({ "rateLimit": 5.0, "burstLimit": 10 });
    let gold = json!({ "id": "gold1", "name": "Gold", "throttle": { "burstLimit": 20, "rateLimit": 10.5 },
        "quota": { "limit": 1000, "offset": 0, "period": "DAY" },
        "apiStages": [{ "apiId": "a1b2c3", "stage": "prod", "throttle": { "/orders/GET": of_stage } }] });
    let free =
        json!({ "id": "free2", "name": "Free", "apiStages": [{ "apiId": "a1b2c3", "stage": "prod" }] });
    let other =
        json!({ "id": "other3", "name": "Other", "apiStages": [{ "apiId": "z9z9z9", "stage": "prod" }] });
    let tested =
        json!({ "id": "test4", "name": "Test", "apiStages": [{ "apiId": "a1b2c3", "stage": "test" }] });
    api_gateway(vec![
        (
            "/restapis/a1b2c3",
            json!({ "id": "a1b2c3", "name": "Shop", "createdDate": date, "apiKeySource": "HEADER",
                "endpointConfiguration": { "types": ["REGIONAL"] }, "disableExecuteApiEndpoint": false, "rootResourceId": "r0" }),
        ),
        (
            "/restapis/a1b2c3/stages",
            json!({ "item": [
                { "stageName": "prod", "deploymentId": "d1", "cacheClusterEnabled": false, "cacheClusterStatus": "NOT_AVAILABLE",
                    "tracingEnabled": false, "createdDate": date, "lastUpdatedDate": date, "variables": { "colour": "red" },
                    "methodSettings": { "*/*": { "metricsEnabled": false, "loggingLevel": "OFF", "dataTraceEnabled": false,
                        "throttlingBurstLimit": 50, "throttlingRateLimit": 25.0, "cachingEnabled": false,
                        "cacheTtlInSeconds": 300, "cacheDataEncrypted": false, "requireAuthorizationForCacheControl": true,
                        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER" } } },
                { "stageName": "test", "deploymentId": "d2", "createdDate": date, "lastUpdatedDate": date, "methodSettings": {} } ] }),
        ),
        ("/restapis/a1b2c3/stages/prod/exports/oas30?extensions=apigateway", export),
        ("/usageplans?limit=500", json!({ "item": [gold, other], "position": "two/of=2" })),
        ("/usageplans?limit=500&position=two%2Fof%3D2", json!({ "item": [free, tested] })),
        ("/usageplans/gold1/keys?limit=500", json!({ "item": [plan_key("k1")], "position": "p2" })),
        ("/usageplans/gold1/keys?limit=500&position=p2", json!({ "item": [plan_key("k2")] })),
        ("/usageplans/free2/keys?limit=500", json!({ "item": [plan_key("k3")] })),
        (
            "/apikeys?includeValues=true&limit=500",
            json!({ "item": [key("k1", "Acme"), key("k9", "of another API")], "position": "p2" }),
        ),
        (
            "/apikeys?includeValues=true&limit=500&position=p2",
            json!({ "item": [key("k2", "Beta"), key("k3", "Gamma")] }),
        ),
        (
            "/domainnames?limit=500",
            json!({ "item": [
                { "domainName": "api.example.com", "domainNameStatus": "AVAILABLE", "endpointConfiguration": { "types": ["REGIONAL"] } },
                { "domainName": "*.example.net", "endpointConfiguration": { "types": ["PRIVATE"] }, "domainNameId": "dn1",
                    "policy": "{}" } ] }),
        ),
        (
            "/domainnames/api.example.com/basepathmappings?limit=500",
            json!({ "item": [
                { "basePath": "shop", "restApiId": "a1b2c3", "stage": "prod" },
                { "basePath": "shop-test", "restApiId": "a1b2c3", "stage": "test" } ] }),
        ),
        (
            "/domainnames/%2A.example.net/basepathmappings?limit=500&domainNameId=dn1",
            json!({ "item": [{ "basePath": "(none)", "restApiId": "z9z9z9", "stage": "prod" }] }),
        ),
        // Of an export without integrations.
        (
            "/restapis/a1b2c3/resources?embed=methods&limit=500",
            json!({ "item": [{ "id": "r0", "path": "/" }], "position": "p2" }),
        ),
        (
            "/restapis/a1b2c3/resources?embed=methods&limit=500&position=p2",
            json!({ "item": [{ "id": "r1", "parentId": "r0", "pathPart": "orders", "path": "/orders", "resourceMethods": {
                "GET": { "httpMethod": "GET", "authorizationType": "CUSTOM", "authorizerId": "au1", "apiKeyRequired": true,
                    "methodIntegration": { "type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://shop.example.com/orders" } } } }] }),
        ),
        (
            "/restapis/a1b2c3/authorizers?limit=500",
            json!({ "item": [{ "id": "au1", "name": "guard", "type": "TOKEN", "authType": "custom",
                "authorizerUri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:guard/invocations",
                "identitySource": "method.request.header.Authorization" }] }),
        ),
        ("/restapis/a1b2c3/models?limit=500", json!({ "item": [] })),
        ("/restapis/a1b2c3/requestvalidators?limit=500", json!({ "item": [] })),
        (
            "/restapis/a1b2c3/gatewayresponses?limit=500",
            json!({ "item": [{ "responseType": "THROTTLED", "statusCode": "429", "responseParameters": {}, "responseTemplates":
                { "application/json": "{\"message\": \"slowly\"}" }, "defaultResponse": false }] }),
        ),
    ])
}

#[test]
fn a_rest_api_is_fetched_with_its_stage_plans_keys_and_domains() {
    let aws = shop(EXPORT.into());
    let folder = Folder::new(&[]);
    let arguments = ["a1b2c3", "--stage", "prod", "-o", "tollgate.yaml", "--keys", "keys.csv"];
    let ran = import(&folder, &aws, &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    let written = fs::read_to_string(folder.path("tollgate.yaml")).unwrap();
    let keys = fs::read_to_string(folder.path("keys.csv")).unwrap();
    expect_file!["rest_api.yaml"].assert_eq(&written);
    expect_file!["rest_api.txt"].assert_eq(&ran.stdout);
    // The hashes are those of `printf %s VALUE | sha256sum`.
    expect![[r#"
        Name,KeyHash,Description,Enabled,UsagePlanIds
        Acme,32a7d738fa21fe6382a3611840df3a41a919b0973c2afcf61da3ddc36f75be81,,true,gold1
        Beta,066c8527134c7e54af78e14d3b20251baa9a59141b662aede82eb227fa11d029,,true,gold1
        Gamma,065ecd53495b8be5cb8949d66f12eb9bc68812e7d3dce5c127df8cb65c50c429,,true,free2
    "#]]
    .assert_eq(&keys);

    let ran = import(&folder, &aws, &["a1b2c3", "--stage", "prod", "--report", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for text in [&written, &keys, &ran.stdout, &ran.stderr] {
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[test]
fn where_there_is_no_whole_export_the_resources_are_the_document() {
    let partial =
        json!({ "swagger": "2.0", "info": { "title": "Shop" }, "paths": { "/orders": { "GET": {} } } });
    let refused = json!({ "__type": "BadRequestException", "message": "JSON body models are not found" });
    for (export, lack) in [(partial, "it has no integrations"), (refused, "JSON body models are not found")] {
        let aws = shop(export);
        let ran = import(&Folder::new(&[]), &aws, &["a1b2c3", "--stage", "prod"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let note = format!(
            "tollgate: no export of prod ({lack}): the routes are those of get-resources, deployed or not\n"
        );
        assert!(ran.stderr.starts_with(&note), "{}", ran.stderr);
        expect_file!["resources.yaml"].assert_eq(&ran.stdout);
    }
}

#[test]
fn an_export_without_its_authorizers_gets_them() {
    let mut export: Value = serde_json::from_str(EXPORT).unwrap();
    let guard = &mut export["components"]["securitySchemes"]["guard"];
    guard.as_object_mut().unwrap().remove("x-amazon-apigateway-authorizer").unwrap();
    let aws = shop(export);
    let ran = import(&Folder::new(&[]), &aws, &["a1b2c3", "--stage", "prod"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let without_places = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.contains("# get-")).map(str::to_owned).collect()
    };
    assert_eq!(without_places(&ran.stdout), without_places(include_str!("rest_api.yaml")));
}

#[tokio::test]
async fn what_is_fetched_can_be_applied_with_its_keys_in_one_step() {
    let aws = shop(EXPORT.into());
    let world = TestGateway::new();
    let variables = [("AWS_ENDPOINT_URL_API_GATEWAY", &*aws.url)];
    let arguments = ["import", "--from-aws", "a1b2c3", "--stage", "prod", "--apply", "--yes"];
    let ran = world.tollgate_with(&variables, &arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.ends_with("3 imported, 0 existing, 0 bad\n"), "{}", ran.stdout);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(CANARY));
    let history = world.tollgate(&["history", "prod"]).stdout;
    assert!(history.contains("import of API a1b2c3"), "{history}");
    let keys = world.items("tollgate-api-keys").await;
    assert!(keys.len() == 3 && !format!("{keys:?}").contains(CANARY), "{keys:?}");
}
