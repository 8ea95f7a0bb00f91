//! An HTTP API with its stage and its domains.

use expect_test::{expect, expect_file};
use serde_json::{Value, json};

use super::{api_gateway, import};
use crate::{api_file::Folder, harness::scripted_aws::ScriptedAws};

fn feed(domain: Value) -> ScriptedAws {
    let stage = |name: &str| {
        json!({ "stageName": name, "autoDeploy": true, "createdDate": "2024-05-01T08:00:00Z", "lastUpdatedDate": "2024-05-01T08:00:00Z",
            "defaultRouteSettings": { "detailedMetricsEnabled": false, "throttlingBurstLimit": 50, "throttlingRateLimit": 25.0 },
            "routeSettings": { "GET /feed": { "throttlingBurstLimit": 2, "throttlingRateLimit": 1.0 } },
            "stageVariables": { "colour": "red" }, "tags": { "team": "feeds" } })
    };
    let operation = |method: &str| {
        json!({ "x-amazon-apigateway-integration": { "type": "http_proxy", "httpMethod": method, "payloadFormatVersion": "1.0",
            "uri": "https://${stageVariables.colour}.example.com/feed", "connectionType": "INTERNET" } })
    };
    let export = json!({ "openapi": "3.0.1", "info": { "title": "Feed", "version": "1" },
        "servers": [{ "url": "https://h1h2h3.execute-api.eu-west-1.amazonaws.com/{basePath}", "variables": { "basePath": { "default": "" } } }],
        "paths": { "/feed": { "get": operation("GET"), "post": operation("POST") } },
        "x-amazon-apigateway-importexport-version": "1.0" });
    api_gateway(vec![
        (
            "/v2/apis/h1h2h3",
            json!({ "apiId": "h1h2h3", "name": "Feed", "protocolType": "HTTP", "createdDate": "2024-05-01T08:00:00Z",
                "apiEndpoint": "https://h1h2h3.execute-api.eu-west-1.amazonaws.com", "disableExecuteApiEndpoint": false,
                "apiKeySelectionExpression": "$request.header.x-api-key", "tags": {},
                "routeSelectionExpression": "$request.method $request.path" }),
        ),
        ("/v2/apis/h1h2h3/stages", json!({ "items": [stage("$default")], "nextToken": "n2" })),
        ("/v2/apis/h1h2h3/stages?nextToken=n2", json!({ "items": [stage("v1")], "nextToken": null })),
        ("/v2/apis/h1h2h3/exports/OAS30?outputType=JSON&stageName=%24default&includeExtensions=true", export),
        ("/v2/domainnames", json!({ "items": [domain] })),
        (
            "/v2/domainnames/api.example.com/apimappings",
            json!({ "items": [
                { "apiId": "h1h2h3", "apiMappingId": "m1", "apiMappingKey": "feeds/v1", "stage": "$default" },
                { "apiId": "z9z9z9", "apiMappingId": "m2", "apiMappingKey": "", "stage": "prod" } ] }),
        ),
    ])
}

#[test]
fn an_http_api_is_fetched_with_its_stage_and_domains() {
    let aws = feed(json!({ "domainName": "api.example.com", "domainNameConfigurations": [] }));
    let ran = import(&Folder::new(&[]), &aws, &["h1h2h3", "--stage", "$default"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    expect_file!["http_api.yaml"].assert_eq(&ran.stdout);
    expect_file!["http_api.txt"].assert_eq(&ran.stderr);
}

#[test]
fn a_domain_that_asks_for_certificates_is_a_question() {
    let trust = json!({ "truststoreUri": "s3://trust/store.pem" });
    let aws = feed(json!({ "domainName": "api.example.com", "mutualTlsAuthentication": trust }));
    let ran = import(&Folder::new(&[]), &aws, &["h1h2h3", "--stage", "$default"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{}", ran.stderr);
    let asked: Vec<&str> = ran.stderr.lines().take(4).collect();
    expect![[r#"
        Needs an answer:
          the domain api.example.com asks callers for certificates, and a function URL has no such guard: may it be open to whom the domain keeps out? A load balancer or CloudFront before the function URL can do the same
            get-domain-names:5:34
            --map: mutual TLS: open"#]].assert_eq(&asked.join("\n"));

    let folder = Folder::new(&[("answers.yaml", b"mutual TLS: open")]);
    let ran = import(&folder, &aws, &["h1h2h3", "--stage", "$default", "--map", "answers.yaml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}
