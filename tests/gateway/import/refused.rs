//! What is no API that can be imported: told by its name, with file, line and column, and nothing is written.

use crate::api_file::Folder;

#[test]
fn a_folder_of_cdk_is_its_one_template_with_an_api() {
    let api = r#"{"Resources":{"Api":{"Type":"AWS::ApiGatewayV2::Api","Properties":{"ProtocolType":"HTTP","Target":"hello"}}}}"#;
    let folder = Folder::new(&[("Web.template.json", api.as_bytes()), ("Data.template.json", b"{}")]);
    let ran = folder.tollgate(&["import", "."]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("uri: hello"), "{ran:?}");
    let table = [
        (
            vec![("manifest.json", &b"{}"[..])],
            ". has no template (.template.json) with an API: is it the cdk.out of cdk synth?",
        ),
        (
            vec![("A.template.json", api.as_bytes()), ("B.template.json", api.as_bytes())],
            ". has several templates with an API: name one of ./A.template.json, ./B.template.json",
        ),
    ];
    for (files, expected) in table {
        let ran = Folder::new(&files).tollgate(&["import", "."]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(expected), "{ran:?}");
    }
}

#[test]
fn what_cannot_be_imported_is_told_by_its_name() {
    let begin = "input.yaml:1:1: error: ";
    let table = [
        (
            "Resources: {}",
            "input.yaml:1:12: error: no REST API and no HTTP API is in this template".to_owned(),
        ),
        (
            "service: shop\nprovider: { name: aws }",
            format!(
                "{begin}serverless.yml itself: run `serverless package`, and import .serverless/cloudformation-template-update-stack.json"
            ),
        ),
        (
            "asyncapi: 2.6.0",
            format!("{begin}AsyncAPI describes a WebSocket API, which a function URL cannot serve"),
        ),
        (
            "type: Query",
            format!(
                "{begin}this is no definition of an API: expected OpenAPI, Swagger or a CloudFormation template"
            ),
        ),
        ("openapi: 2.5", format!("{begin}expected swagger: \"2.0\", openapi: 3.0.x or openapi: 3.1.x")),
        ("", format!("{begin}nothing is in this file")),
        (
            "a: 1\n---\nb: 2",
            "input.yaml:2:1: error: a second document begins here, and AWS reads one".to_owned(),
        ),
        ("a: [1", "input.yaml:1:6: error: no YAML: ".to_owned()),
        (
            "? [a]\n: 1",
            "input.yaml:1:3: error: a map, a list or an alias for a name, expected a text".to_owned(),
        ),
        ("{\"a\": 1,\n \"b\": ]}", "input.yaml:2:7: error: no JSON: expected a value".to_owned()),
        (
            "{\"a\": \"\\q\"}",
            "input.yaml:1:7: error: no JSON: an escape, or a character, that no text may have".to_owned(),
        ),
    ];
    for (text, expected) in table {
        let ran = Folder::new(&[("input.yaml", text.as_bytes())]).tollgate(&[
            "import",
            "input.yaml",
            "-o",
            "tollgate.yaml",
        ]);
        assert_eq!(ran.code, Some(3), "{text}");
        let first = ran.stdout.lines().next().unwrap();
        match expected.ends_with(' ') {
            // The parser's own words follow.
            true => assert!(first.starts_with(&expected), "{text}: {first}"),
            false => assert_eq!(first, expected, "{text}"),
        }
    }
}

#[test]
fn a_file_that_is_there_stays_and_one_that_is_not_there_is_told() {
    let api = "swagger: '2.0'\npaths: { /a: { get: { x-amazon-apigateway-integration: { type: mock } } } }";
    let folder = Folder::new(&[("api.yaml", api.as_bytes()), ("tollgate.yaml", b"mine")]);
    let arguments = ["import", "api.yaml", "-o", "tollgate.yaml"];
    let ran = folder.tollgate(&arguments);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(1), "tollgate: tollgate.yaml is there: --force writes over it\n")
    );
    assert_eq!(std::fs::read_to_string(folder.path("tollgate.yaml")).unwrap(), "mine");
    let ran = folder.tollgate(&[&arguments[..], &["--force"]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert!(std::fs::read_to_string(folder.path("tollgate.yaml")).unwrap().contains("tollgate: 1"));
    let ran = folder.tollgate(&["import", "other.yaml"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(4), "tollgate: there is no file other.yaml\n"));
}

#[test]
fn a_file_of_answers_that_is_none_is_told_with_its_place() {
    let api = "swagger: '2.0'\npaths: { /a: { get: { x-amazon-apigateway-integration: { type: mock } } } }";
    let folder = Folder::new(&[("api.yaml", api.as_bytes()), ("map.yaml", b"- a"), ("bad.yaml", b"a: 'b")]);
    let first = |map: &str| {
        let ran = folder.tollgate(&["import", "api.yaml", "-o", "new.yaml", "--map", map]);
        assert_eq!(ran.code, Some(3), "{}", ran.stdout);
        ran.stdout.lines().next().unwrap().to_owned()
    };
    assert_eq!(first("map.yaml"), "map.yaml:1:1: error: expected a map of answers");
    assert!(first("bad.yaml").starts_with("bad.yaml:1:"), "{}", first("bad.yaml"));
}

#[test]
fn answers_that_name_each_other_and_an_open_one_beside_an_authorizer_open_nothing() {
    let api = |security: &str, schemes: &str| {
        format!(
            "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      security: {security}\n      x-amazon-apigateway-integration: {{ type: mock }}\n\
             components:\n  securitySchemes: {schemes}\n"
        )
    };
    let import = |api: &str, answers: &str| {
        let files = [("openapi.yaml", api.as_bytes()), ("answers.yaml", answers.as_bytes())];
        Folder::new(&files).tollgate(&["import", "openapi.yaml", "--kind", "rest", "--map", "answers.yaml"])
    };
    let circle =
        api("[{ a: [] }]", "{ a: { type: http, scheme: basic }, b: { type: http, scheme: digest } }");
    let ran = import(&circle, "security a: b\nsecurity b: a\n");
    assert_eq!(ran.code, Some(3));
    let first = ran.stderr.lines().find(|line| line.contains("error")).unwrap_or_default();
    assert_eq!(
        first,
        "openapi.yaml:5:23: error: the answer to security a is neither open nor another scheme"
    );

    let signed = api(
        "[{ pool: [] }]\n      x-amazon-apigateway-auth: { type: AWS_IAM }",
        "{ pool: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools, \
         x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: \
         ['arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc'] } } }",
    );
    let ran = import(&signed, "AWS_IAM: open\n");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("authorizerId: pool"), "{}", ran.stdout);
}
