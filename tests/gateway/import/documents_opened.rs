//! What an attacker of the import tried with documents: none of it makes a route more open than it was, without an answer.

use crate::{api_file::Folder, harness::tool::Ran};

const MOCK: &str = "x-amazon-apigateway-integration: { type: mock, requestTemplates: { application/json: '{\"statusCode\": 200}' } }";

fn imported(document: &str, answers: &str, options: &[&str]) -> Ran {
    let answers = if answers.is_empty() { "{}" } else { answers };
    let files = [("api.yaml", document.as_bytes()), ("answers.yaml", answers.as_bytes())];
    let arguments = [&["import", "api.yaml", "--map", "answers.yaml"], options].concat();
    Folder::new(&files).tollgate(&arguments)
}

/// The import writes nothing and says this.
fn refused(document: &str, answers: &str, options: &[&str], words: &str) {
    let ran = imported(document, answers, options);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{document}\n{}", ran.stderr);
    assert!(ran.stderr.contains(words), "{document}\n{}", ran.stderr);
}

/// The file that the import writes.
fn written(document: &str, answers: &str, options: &[&str]) -> String {
    let ran = imported(document, answers, options);
    assert_eq!(ran.code, Some(0), "{document}\n{}", ran.stderr);
    ran.stdout
}

/// A REST API with a policy that denies a stage something.
fn with_policy(head: &str, resource: &str) -> String {
    format!(
        "openapi: 3.0.1
{head}
x-amazon-apigateway-policy:
  Version: '2012-10-17'
  Statement:
    - {{ Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }}
    - {{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: ['{resource}'] }}
paths: {{ /a: {{ delete: {{ {MOCK} }} }} }}
"
    )
}

#[test]
fn a_policy_denies_what_it_denied_after_its_stage_has_another_name() {
    let exported = "servers: [{ url: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod' }]";
    let arn = "arn:aws:execute-api:eu-west-1:111122223333:abc";
    let live: &[&str] = &["--stage", "live"];
    let prod: &[&str] = &["--stage", "prod"];
    #[rustfmt::skip]
    let table = [
        (exported, "execute-api:/prod/DELETE/*".to_owned(), "", live, "execute-api:/live/DELETE/*".to_owned()),
        (exported, format!("{arn}/prod/DELETE/*"), "", live, format!("{arn}/live/DELETE/*")),
        (exported, "execute-api:/prod/DELETE/*".to_owned(), "", &[], "execute-api:/prod/DELETE/*".to_owned()),
        ("", "execute-api:/prod/DELETE/*".to_owned(), "", prod, "execute-api:/prod/DELETE/*".to_owned()),
        ("", "execute-api:/prod/DELETE/*".to_owned(), "policy stage: prod", live, "execute-api:/live/DELETE/*".to_owned()),
        ("", "execute-api:/prod/DELETE/*".to_owned(), "policy stage: prod", &[], "execute-api:/v1/DELETE/*".to_owned()),
        ("", "execute-api:/*/DELETE/*".to_owned(), "", live, "execute-api:/*/DELETE/*".to_owned()),
    ];
    for (head, resource, answers, options, expected) in table {
        let file = written(&with_policy(head, &resource), answers, options);
        assert!(file.contains(&expected), "{resource} {options:?}: {file}");
    }
    let asked = "--map: policy stage: prod";
    refused(&with_policy("", "execute-api:/prod/DELETE/*"), "", &[], asked);
    refused(&with_policy("", "execute-api:/prod/DELETE/*"), "", live, asked);
    let words = "with --stage prod";
    refused(&with_policy(exported, "execute-api:/p*d/DELETE/*"), "", live, words);
    refused(&with_policy(exported, "execute-api:/live/DELETE/*"), "", live, words);
}

#[test]
fn a_policy_of_a_template_follows_its_renamed_stage() {
    let template = format!(
        "Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        {}
  Stage: {{ Type: AWS::ApiGateway::Stage, Properties: {{ RestApiId: !Ref Api, StageName: prod }} }}
",
        with_policy("", "execute-api:/prod/DELETE/*").replace('\n', "\n        ")
    );
    assert!(written(&template, "", &[]).contains("execute-api:/prod/DELETE/*"));
    assert!(written(&template, "", &["--stage", "live"]).contains("execute-api:/live/DELETE/*"));
}

#[test]
fn a_private_endpoint_at_a_server_is_a_question() {
    let document = |servers: &str| {
        format!("openapi: 3.0.1\nservers: [{servers}]\npaths: {{ /a: {{ get: {{ {MOCK} }} }} }}\n")
    };
    let asked = "--map: private endpoint: open";
    let private = "{ url: /, x-amazon-apigateway-endpoint-configuration: { vpcEndpointIds: [vpce-1], disableExecuteApiEndpoint: true } }";
    refused(&document(private), "", &[], asked);
    refused(&document(&format!("{{ url: / }}, {private}")), "", &[], asked);
    refused(&document(private), "private endpoint: open", &[], "--map: disabled endpoint: open");
    written(&document(private), "private endpoint: open\ndisabled endpoint: open", &[]);
    let disabled = private.replace("vpcEndpointIds: [vpce-1], ", "");
    refused(&document(&disabled), "", &[], "--map: disabled endpoint: open");
    refused(&document(&disabled.replace("true", "'yes'")), "", &[], "--map: disabled endpoint: open");
    written(&document(&disabled), "disabled endpoint: open", &[]);
    written(&document(&disabled.replace("true", "false")), "", &[]);
}

const FUNCTION: &str = "x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, payloadFormatVersion: '2.0', uri: 'arn:aws:lambda:eu-west-1:111122223333:function:a' }";

#[test]
fn an_operation_without_an_integration_falls_to_no_other_route() {
    let any = format!("x-amazon-apigateway-any-method: {{ {FUNCTION} }}");
    let guarded = "{ security: [{ jwt: [] }] }";
    let document = |paths: &str| {
        format!(
            "openapi: 3.0.1
paths:
{paths}
components:
  securitySchemes:
    jwt: {{ type: oauth2, x-amazon-apigateway-authorizer: {{ type: jwt, identitySource: $request.header.Authorization, jwtConfiguration: {{ issuer: 'https://issuer.example.com', audience: [a] }} }} }}
"
        )
    };
    #[rustfmt::skip]
    let table = [
        (format!("  /a: {{ get: {guarded}, {any} }}"), "GET /a has no x-amazon-apigateway-integration, and ANY /a would answer it"),
        (format!("  /a: {{ GET: {guarded}, {any} }}"), "got GET for a method, expected get"),
        (format!("  /a: {{ get: {guarded} }}\n  /$default: {{ {any} }}"), "and $default would answer it"),
        (format!("  /a/b: {{ get: {guarded} }}\n  '/a/{{proxy+}}': {{ {any} }}"), "and ANY /a/{proxy+} would answer it"),
        (format!("  /a/b: {{ get: {guarded} }}\n  '/a/{{id}}': {{ get: {{ {FUNCTION} }} }}"), "and GET /a/{id} would answer it"),
    ];
    for (paths, words) in table {
        for kind in ["http", "rest"] {
            if kind == "http" || !paths.contains("$default") {
                refused(&document(&paths), "", &["--kind", kind], words);
            }
        }
    }
    let other = document(&format!("  /a: {{ get: {guarded} }}\n  '/b/{{proxy+}}': {{ {any} }}"));
    let ran = imported(&other, "", &["--kind", "http"]);
    assert!(ran.code == Some(0) && !ran.stdout.contains("/a"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("nothing answers it; API Gateway deploys no such method"), "{}", ran.stderr);
}

#[test]
fn only_the_path_of_the_default_route_is_the_default_route() {
    let document = |path: &str| {
        format!(
            "openapi: 3.0.1\npaths: {{ '{path}': {{ x-amazon-apigateway-any-method: {{ {FUNCTION} }} }} }}\n"
        )
    };
    for path in ["$default", "/$default"] {
        let file = written(&document(path), "", &[]);
        assert!(file.contains("\n      $default:\n"), "{file}");
    }
    for (path, kind) in [("/admin/$default", "http"), ("/admin/$default", "rest"), ("/$default", "rest")] {
        let ran = imported(&document(path), "", &["--kind", kind]);
        assert!(!ran.stdout.contains("\n      $default:"), "{path} {kind}: {}", ran.stdout);
        assert!(
            ran.code == Some(3) || ran.stdout.contains(&format!("ANY {path}:")),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn a_mock_that_refuses_preflights_stays_a_route() {
    let document = |template: &str, pattern: &str, status: &str| {
        format!(
            "openapi: 3.0.1
paths:
  /a:
    get: {{ {MOCK} }}
    options:
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {{ {template} }}
        responses: {{ '{pattern}': {{ {status} responseParameters: {{ method.response.header.Access-Control-Allow-Origin: \"'*'\" }} }} }}
"
        )
    };
    let json = "application/json: '{\"statusCode\": 200}'";
    #[rustfmt::skip]
    let table = [
        (json, "default", "statusCode: '200',", true),
        (json, "default", "", true),
        (json, "200", "statusCode: 204,", true),
        ("application/json: '{statusCode:200}', text/plain: '{ statusCode : \"200\" }'", "200", "statusCode: 200,", true),
        (json, "default", "statusCode: '403',", false),
        (json, "204", "statusCode: 200,", false),
        (json, "4\\d{2}", "statusCode: 200,", false),
        ("application/json: '{\"statusCode\": 403}'", "200", "statusCode: 200,", false),
        ("application/json: '{\"status\": 200}'", "200", "statusCode: 200,", false),
        ("application/json: '#set($a = 1){\"statusCode\": 200}'", "200", "statusCode: 200,", false),
        ("application/json: '{\"statusCode\": 200}', text/plain: '{\"statusCode\": 403}'", "200", "statusCode: 200,", false),
        ("text/plain: '{\"statusCode\": 200}'", "200", "statusCode: 200,", false),
    ];
    for (template, pattern, status, becomes_cors) in table {
        let file = written(&document(template, pattern, status), "", &[]);
        assert_eq!(file.contains("corsConfiguration"), becomes_cors, "{template} {pattern} {status}: {file}");
        assert_eq!(file.contains("OPTIONS /a:"), !becomes_cors, "{file}");
    }
}

#[test]
fn the_cors_of_http_apis_opens_no_rest_api() {
    let document = format!(
        "openapi: 3.0.1\nx-amazon-apigateway-cors: {{ allowOrigins: ['*'] }}\npaths: {{ /a: {{ get: {{ {FUNCTION} }} }} }}\n"
    );
    assert!(written(&document, "", &["--kind", "http"]).contains("corsConfiguration"));
    let ran = imported(&document, "", &["--kind", "rest"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stdout.contains("corsConfiguration"), "{}", ran.stdout);
    assert!(ran.stderr.contains("a REST API does nothing by it"), "{}", ran.stderr);
}

#[test]
fn the_credentials_of_callers_are_refused() {
    let document = |credentials: &str| {
        let function = FUNCTION.replace(" }", &format!(", credentials: '{credentials}' }}"));
        format!("openapi: 3.0.1\npaths: {{ /a: {{ get: {{ {function} }} }} }}\n")
    };
    refused(
        &document("arn:aws:iam::*:user/*"),
        "",
        &["--kind", "rest"],
        "calls are not made with the caller's own credentials",
    );
    written(&document("arn:aws:iam::111122223333:role/caller"), "", &["--kind", "rest"]);
    // Who signs is asked for anyway.
    let signed = document("arn:aws:iam::*:user/*")
        .replace("get: {", "get: { x-amazon-apigateway-auth: { type: AWS_IAM },");
    refused(&signed, "", &["--kind", "rest"], "--map: AWS_IAM: signed");
    written(&signed, "AWS_IAM: signed", &["--kind", "rest"]);
}

#[test]
fn a_reference_into_a_schema_is_no_schema_of_that_name() {
    let document = |body: &str, inner: &str| {
        format!(
            "openapi: 3.0.1
x-amazon-apigateway-request-validators: {{ all: {{ validateRequestBody: true }} }}
x-amazon-apigateway-request-validator: all
paths: {{ /a: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '{body}' }} }} }} }}, {MOCK} }} }} }}
components:
  requestBodies: {{ b: {{ content: {{ application/json: {{ schema: {{ type: integer }} }} }} }} }}
  schemas:
    A: {{ type: object, properties: {{ b: {{ type: integer }}, c: {{ $ref: '{inner}' }} }} }}
    b: {{}}
"
        )
    };
    let schema = "#/components/schemas/A";
    for inner in [
        "#/components/schemas/b",
        "#",
        "#/properties/b",
        "https://apigateway.amazonaws.com/restapis/abc/models/b",
    ] {
        let file = written(&document(schema, inner), "", &[]);
        assert!(file.contains("requestModels: { application/json: A }"), "{file}");
    }
    for wrong in [
        "#/components/schemas/A/properties/b",
        "#/components/requestBodies/b",
        "#/components/schemas/b/c/b",
        "https://example.com/b",
    ] {
        let words = format!("$ref leads to {wrong}, expected a schema");
        refused(&document(wrong, "#"), "", &[], &words);
        refused(&document(schema, wrong), "", &[], &words);
    }
    refused(&document("#/properties/b", "#"), "", &[], "$ref leads to #/properties/b, expected a schema");
    // A name that is in both: the gateway would take the one in the schema.
    let both = "swagger: '2.0'
x-amazon-apigateway-request-validators: { all: { validateRequestBody: true } }
x-amazon-apigateway-request-validator: all
paths: { /a: { post: { parameters: [{ in: body, name: a, schema: { $ref: '#/definitions/A' } }], MOCK } } }
definitions: { A: { properties: { b: { $ref: '#/definitions/b' } }, definitions: { b: {} } }, b: { type: integer } }
";
    refused(
        &both.replace("MOCK", MOCK),
        "",
        &[],
        "which is in the schema itself and in the document: rename b",
    );
}

#[test]
fn settings_of_a_private_api_are_those_of_the_host_with_its_endpoint() {
    let document = |host: &str| {
        format!(
            "openapi: 3.0.1\nservers: [{{ url: 'https://{host}/prod' }}]\npaths: {{ /a: {{ get: {{ {MOCK} }} }} }}\n"
        )
    };
    let apis = r#"{ "items": [{ "id": "abc", "name": "shop", "endpointConfiguration": { "types": ["PRIVATE"] } }] }"#;
    let import = |host: &str| {
        let files = [("api.yaml", document(host)), ("apis.json", apis.to_owned())];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_bytes()));
        Folder::new(&files).tollgate(&["import", "api.yaml", "apis.json"])
    };
    for host in [
        "abc.execute-api.eu-west-1.amazonaws.com",
        "abc-vpce-1.execute-api.eu-west-1.amazonaws.com",
        "ABC-vpce-0d1e2f3a.execute-api.eu-west-1.amazonaws.com",
        "vpce-0d1e2f3a-xyz.execute-api.eu-west-1.vpce.amazonaws.com",
    ] {
        let ran = import(host);
        assert!(ran.stderr.contains("--map: private endpoint: open"), "{host}: {}", ran.stderr);
        assert_eq!(ran.code, Some(3));
    }
    let ran = import("other.execute-api.eu-west-1.amazonaws.com");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the document's host is of the API other, and the files of the AWS CLI have abc"),
        "{}",
        ran.stderr
    );
}
