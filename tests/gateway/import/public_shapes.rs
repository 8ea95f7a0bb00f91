//! Shapes that public definitions have, each as small as it can be. They were found with `make import-corpus`.

use crate::api_file::Folder;

/// A template with a REST API of one method, whose integration is MOCK, with more resources behind it.
fn rest_template(integration: &str, more: &str) -> String {
    format!(
        "Resources:
  Api: {{ Type: AWS::ApiGateway::RestApi, Properties: {{ Name: shop }} }}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: {integration}
  Live: {{ Type: AWS::ApiGateway::Stage, Properties: {{ RestApiId: !Ref Api, StageName: live }} }}
{more}"
    )
}

/// Imports a template with files beside it; its answers are one of them.
fn imported(template: &str, others: &[(&str, &str)]) -> crate::harness::tool::Ran {
    let files = others.iter().map(|(name, text)| (*name, text.as_bytes()));
    let files: Vec<_> = std::iter::once(("template.yaml", template.as_bytes())).chain(files).collect();
    let mut arguments = vec!["import", "template.yaml"];
    if others.iter().any(|(name, _)| *name == "answers.yaml") {
        arguments.extend(["--map", "answers.yaml"]);
    }
    Folder::new(&files).tollgate(&arguments)
}

#[test]
fn of_two_responses_with_one_pattern_the_first_counts() {
    let integration = "{ Type: MOCK, RequestTemplates: { application/json: '{\"statusCode\": 200}' }, IntegrationResponses: [
        { StatusCode: 200 }, { StatusCode: 400, ResponseTemplates: { text/html: no } }] }";
    let ran = imported(&rest_template(integration, ""), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("default: { statusCode: 200 }"), "{}", ran.stdout);
    let words = "a response before it has the pattern default too, and the first one counts\n    template.yaml:11:30 ";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
}

#[test]
fn a_throttle_with_one_of_two_limits_has_the_account_s_for_the_other() {
    let plan = |throttle: &str| {
        format!(
            "  Plan: {{ Type: AWS::ApiGateway::UsagePlan, Properties: {{ UsagePlanName: gold, Throttle: {throttle}, \
             ApiStages: [{{ ApiId: !Ref Api, Stage: live }}] }} }}\n"
        )
    };
    let table = [
        ("{ RateLimit: 5 }", "throttle: { burstLimit: 5000, rateLimit: 5 }", 1),
        ("{ BurstLimit: 7 }", "throttle: { burstLimit: 7, rateLimit: 10000 }", 1),
        ("{ RateLimit: 5, BurstLimit: 7 }", "throttle: { burstLimit: 7, rateLimit: 5 }", 0),
    ];
    for (throttle, expected, remarks) in table {
        let ran = imported(&rest_template("{ Type: MOCK }", &plan(throttle)), &[]);
        assert_eq!(ran.code, Some(0), "{throttle}: {}", ran.stderr);
        assert!(ran.stdout.contains(expected), "{throttle}: {}", ran.stdout);
        assert_eq!(ran.stderr.matches("the account's counts").count(), remarks, "{throttle}: {}", ran.stderr);
    }
}

#[test]
fn parts_of_a_gateway_response_that_no_answer_has_are_left_out() {
    let response = "  Denied: { Type: AWS::ApiGateway::GatewayResponse, Properties: { RestApiId: !Ref Api, ResponseType: ACCESS_DENIED,
        ResponseParameters: { gatewayresponse.header.X-Why: \"'no'\", gatewayresponse.path.a: \"'b'\", gatewayresponse.querystring.c: \"'d'\" } } }\n";
    let ran = imported(&rest_template("{ Type: MOCK }", response), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("responseParameters: { gatewayresponse.header.X-Why: \"'no'\" }"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("an answer has neither a path nor a query string"), "{}", ran.stderr);
}

#[test]
fn a_resource_of_sam_may_ignore_globals() {
    let template = |ignored: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Globals: {{ Api: {{ Name: all, Cors: \"'https://example.com'\" }} }}
Resources:
  Api: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: live }}{ignored} }}
  Hello: {{ Type: AWS::Serverless::Function, Properties: {{ FunctionName: hello,
    Events: {{ Get: {{ Type: Api, Properties: {{ RestApiId: !Ref Api, Path: /, Method: get }} }} }} }} }}
"
        )
    };
    let table = [
        ("", (true, true)),
        (", IgnoreGlobals: [Cors]", (true, false)),
        (", IgnoreGlobals: [Name]", (false, true)),
        (", IgnoreGlobals: '*'", (false, false)),
    ];
    for (ignored, expected) in table {
        let ran = imported(&template(ignored), &[]);
        assert_eq!(ran.code, Some(0), "{ignored}: {}", ran.stderr);
        let has = (ran.stdout.contains("# all, imported"), ran.stdout.contains("corsConfiguration"));
        assert_eq!(has, expected, "{ignored}: {}", ran.stdout);
        let words = ran.stderr.contains("IgnoreGlobals of the resource names it");
        assert_eq!(words, expected != (true, true), "{ignored}: {}", ran.stderr);
    }
}

#[test]
fn a_function_of_sam_may_ignore_the_alias_of_all() {
    let template = |ignored: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Globals: {{ Function: {{ AutoPublishAlias: live, Timeout: 3 }} }}
Resources:
  Hello: {{ Type: AWS::Serverless::Function, Properties: {{ FunctionName: hello,
    Events: {{ Get: {{ Type: Api, Properties: {{ Path: /, Method: get }} }} }} }}{ignored} }}
"
        )
    };
    for (ignored, uri) in [
        ("", "uri: \"hello:live\""),
        (", IgnoreGlobals: [Timeout]", "uri: \"hello:live\""),
        (", IgnoreGlobals: [AutoPublishAlias]", "uri: hello "),
        (", IgnoreGlobals: '*'", "uri: hello "),
    ] {
        let ran = imported(&template(ignored), &[]);
        assert_eq!(ran.code, Some(0), "{ignored}: {}", ran.stderr);
        assert!(ran.stdout.contains(uri), "{ignored}: {}", ran.stdout);
    }
    let ran = imported(&template(", IgnoreGlobals: Timeout"), &[]);
    assert!(
        ran.stderr.contains("got a text for IgnoreGlobals, expected * or a list of properties"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_value_that_hangs_on_a_name_is_one_question_and_no_error() {
    let with_uri = |uri: &str| {
        rest_template(&format!("{{ Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: {uri} }}"), "")
    };
    let table = [
        ("!Join ['', ['https://', !Select [1, !Split [':', !GetAtt Host.Name]], .example.com]]", "Host.Name"),
        ("{ 'Fn::ImportValue': !Sub '${Host}-uri' }", "Host"),
        ("!Sub ['${A}/', { A: { 'Fn::ImportValue': { 'Fn::Sub': '${Host}-uri' } } }]", "Host"),
    ];
    for (uri, name) in table {
        let ran = imported(&with_uri(uri), &[]);
        assert_eq!(ran.code, Some(3), "{uri}: {}", ran.stderr);
        assert!(!ran.stderr.contains("error:"), "{uri}: {}", ran.stderr);
        let asked: Vec<&str> = ran
            .stderr
            .lines()
            .filter_map(|line| line.trim().strip_prefix("in the file of --map: "))
            .collect();
        assert_eq!(asked, [format!("{name}: VALUE")], "{uri}");
    }
    // The same in a document without its template.
    let document = "openapi: 3.0.1\npaths: { /: { get: { x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, payloadFormatVersion: '1.0',
        uri: !ImportValue { Fn::Sub: '${Host}-uri' }, requestParameters: { integration.request.header.x-link: { Fn::ImportValue: !Sub '${Link}-id' } } } } } }";
    let asked = |answers: &str| {
        let ran = imported(document, &[("answers.yaml", answers)]);
        assert!(!ran.stderr.contains("error:"), "{}", ran.stderr);
        let asked = ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("in the file of --map: "));
        asked.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(asked("a: b"), ["Host: VALUE", "Link: VALUE"]);
    assert_eq!(asked("{ Host: a, Link: b }"), ["a-uri: VALUE", "b-id: VALUE"]);
}

#[test]
fn an_authorizer_whose_function_is_asked_for_is_no_question_of_openness() {
    let function = "!Join ['', ['arn:aws:apigateway:', !Select [3, !Split [':', !GetAtt Guard.Arn]], ':lambda:path/2015-03-31/functions/', \
                    !GetAtt Guard.Arn, /invocations]]";
    let template = rest_template("{ Type: MOCK }", &format!(
        "  Authorizer: {{ Type: AWS::ApiGateway::Authorizer, Properties: {{ RestApiId: !Ref Api, Name: a, Type: TOKEN, AuthorizerUri: {function} }} }}\n"
    ))
    .replace("AuthorizationType: NONE", "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Authorizer");
    let ran = imported(&template, &[]);
    assert!(ran.stderr.contains("--map: Guard.Arn: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("security Authorizer") && !ran.stderr.contains("error:"), "{}", ran.stderr);
    let arn = "Guard.Arn: arn:aws:lambda:eu-west-1:111122223333:function:guard";
    let ran = imported(&template, &[("answers.yaml", arn)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("authorizerId: Authorizer"), "{}", ran.stdout);
}

#[test]
fn a_document_in_s3_is_the_asset_beside_the_template_or_a_file_that_is_asked_for() {
    let rest = |body: &str| {
        format!("Resources:\n  Api: {{ Type: AWS::ApiGateway::RestApi, Properties: {{ {body} }} }}\n")
    };
    let sam = |body: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: live, {body} }} }}\n"
        )
    };
    let http = |body: &str| {
        format!("Resources:\n  Api: {{ Type: AWS::ApiGatewayV2::Api, Properties: {{ {body} }} }}\n")
    };
    let document = "openapi: 3.0.1\npaths: { /of-a-file: { get: { x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, payloadFormatVersion: '1.0', uri: 'https://example.com/' } } } }";
    let table = [
        (
            rest("BodyS3Location: { Bucket: !Sub 'assets-${AWS::Region}', Key: 0a1b.yaml }"),
            "s3://assets-${AWS::Region}/0a1b.yaml: FILE",
        ),
        (http("BodyS3Location: { Bucket: docs, Key: v1/0a1b.yaml }"), "s3://docs/v1/0a1b.yaml: FILE"),
        (sam("DefinitionUri: s3://docs/0a1b.yaml"), "s3://docs/0a1b.yaml: FILE"),
        (sam("DefinitionUri: { Bucket: docs, Key: 0a1b.yaml, Version: x }"), "s3://docs/0a1b.yaml: FILE"),
        (
            rest(
                "Body: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: !Sub 's3://${Bucket}/0a1b.yaml' } } }",
            ),
            "s3://${Bucket}/0a1b.yaml: FILE",
        ),
    ];
    for (template, line) in table {
        let of_asset = imported(&template, &[("asset.0a1b.yaml", document)]);
        assert_eq!(of_asset.code, Some(0), "{template}: {}", of_asset.stderr);
        assert!(of_asset.stdout.contains("GET /of-a-file"), "{template}: {}", of_asset.stdout);

        let asked = imported(&template, &[("fetched.yaml", document)]);
        assert_eq!(asked.code, Some(3), "{template}: {}", asked.stderr);
        let words: Vec<&str> =
            asked.stderr.lines().filter(|line| line.contains("error") || line.contains("--map")).collect();
        assert_eq!(words, [format!("    in the file of --map: {line}")], "{template}");

        let answer = line.replace("FILE", "fetched.yaml");
        let answered = imported(&template, &[("fetched.yaml", document), ("answers.yaml", &answer)]);
        assert_eq!(answered.code, Some(0), "{template}: {}", answered.stderr);
        assert!(answered.stdout.contains("GET /of-a-file"), "{template}: {}", answered.stdout);

        let outside = imported(&template, &[("answers.yaml", &line.replace("FILE", "/etc/hostname"))]);
        assert!(outside.stderr.contains("is outside the folder of the template"), "{}", outside.stderr);
    }
}

#[test]
fn an_empty_policy_is_none() {
    let template = rest_template("{ Type: MOCK }", "").replace("Name: shop", "Name: shop, Policy: ''");
    let ran = imported(&template, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stdout.contains("policy"), "{}", ran.stdout);
}

#[test]
fn a_model_of_another_draft_is_read_as_draft_4() {
    let document = |openapi: &str, schema: &str| {
        format!(
            "openapi: {openapi}
x-amazon-apigateway-request-validators: {{ body: {{ validateRequestBody: true }} }}
x-amazon-apigateway-request-validator: body
paths: {{ /: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Order' }} }} }} }},
  x-amazon-apigateway-integration: {{ type: mock }} }} }} }}
components: {{ schemas: {{ Order: {{ type: object{schema} }} }} }}
"
        )
    };
    let draft_4 = "http://json-schema.org/draft-04/schema#";
    let table = [
        ("3.0.1", "", "Order: { type: object }"),
        ("3.0.1", ", $schema: http://json-schema.org/schema#", "Order: { type: object }"),
        ("3.0.1", ", $schema: http://json-schema.org/draft-07/schema#", "Order: { type: object }"),
        ("3.1.0", ", $schema: http://json-schema.org/draft-07/schema#", "Order: { type: object }"),
        (
            "3.0.1",
            &format!(", $schema: '{draft_4}'"),
            &format!("type: object\n          $schema: {draft_4}\n"),
        ),
        ("3.1.0", "", "$schema: https://json-schema.org/draft/2020-12/schema"),
    ];
    for (openapi, schema, expected) in table {
        let ran = imported(&document(openapi, schema), &[]);
        assert_eq!(ran.code, Some(0), "{schema}: {}", ran.stderr);
        assert!(ran.stdout.contains(expected), "{openapi}{schema}: {}", ran.stdout);
        let words = ran.stderr.contains("by draft 4 whatever $schema says");
        assert_eq!(words, !schema.is_empty() && !schema.contains("04"), "{openapi}{schema}: {}", ran.stderr);
    }
}
