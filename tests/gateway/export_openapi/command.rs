//! The command: what it prints, and what it says of stages and files that are not there.

use serde_json::json;

use super::file;
use crate::harness::{TestGateway, tool::tollgate_in};

#[test]
fn the_command_prints_a_document_or_says_why_not() {
    let folder = file("tests/export");
    let run = |arguments: &[&str]| {
        let ran = tollgate_in(&folder, &[], &[&["export", "openapi"], arguments].concat());
        (ran.code, ran.stdout.lines().next().unwrap_or_default().to_owned(), ran.stderr)
    };
    let table: [(&[&str], _, &str, &str); 5] = [
        (
            &["v1", "--file", "tollgate.yaml"],
            Some(0),
            "openapi: 3.0.3",
            "tollgate: left out: [stage=v1] stageVariables.apiToken: it may be a secret\n\
             tollgate: left out: [ANY /files/{proxy+}] integration.requestParameters.overwrite:header.x-api-token: it may be a secret\n\
             tollgate: left out: [GET /gone]: it is switched off\n\
             tollgate: left out: [$default]: OpenAPI has no path for what no other route serves\n\
             tollgate: left out: [model Order] patternProperties: OpenAPI 3.0.3 has no such word\n",
        ),
        (
            &["v1", "--file", "tollgate.yaml", "--version", "3.1", "--extensions", "all"],
            Some(0),
            "openapi: 3.1.0",
            "tollgate: left out: [stage=v1] stageVariables.apiToken: it may be a secret\n\
             tollgate: left out: [ANY /files/{proxy+}] integration.requestParameters.overwrite:header.x-api-token: it may be a secret\n",
        ),
        (
            &["v2", "--file", "tollgate.yaml"],
            Some(4),
            "",
            "tollgate: there is no stage v2 in tollgate.yaml\n",
        ),
        (&["v1", "--file", "lost.yaml"], Some(4), "", "tollgate: there is no file lost.yaml\n"),
        (
            &["v1", "--file", "none-3.0.yaml"],
            Some(3),
            "",
            "tollgate: none-3.0.yaml has problems: tollgate check none-3.0.yaml\n",
        ),
    ];
    for (arguments, code, first_line, stderr) in table {
        assert_eq!(run(arguments), (code, first_line.to_owned(), stderr.to_owned()), "{arguments:?}");
    }
}

#[tokio::test]
async fn it_exports_a_stage_of_the_tables() {
    let world = TestGateway::new();
    world.put_route(
        &json!({ "stage": "v1", "routeKey": "GET /a", "description": "One", "apiKeyRequired": true,
        "integration": { "type": "MOCK", "body": "ok" } }),
    );
    let ran = world.tollgate(&["export", "openapi", "v1", "--output", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let responses = json!({ "401": { "description": "The request has no valid credentials" },
        "403": { "description": "The caller may not do it" }, "429": { "description": "There are too many requests" },
        "default": { "description": "What the integration answers" } });
    let expected = json!({ "openapi": "3.0.3", "info": { "title": "v1", "version": "1.0" }, "servers": [{ "url": "/v1" }],
        "paths": { "/a": { "get": { "description": "One", "security": [{ "api_key": [] }], "responses": responses } } },
        "components": { "securitySchemes": { "api_key": { "type": "apiKey", "name": "x-api-key", "in": "header" } } } });
    assert_eq!((ran.code, document, ran.stderr.as_str()), (Some(0), expected, ""));
    let ran = world.tollgate(&["export", "openapi", "v2"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""));
    assert!(ran.stderr.starts_with("tollgate: there is no stage v2 in "), "{}", ran.stderr);
}
