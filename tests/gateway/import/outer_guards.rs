//! Guards before an API that a function URL does not have: each is a question, and nothing is written before its answer.

use super::template_guards::{REST, assert_written, imported_beside, instead};

fn assert_asked(template: &str, answer: &str) {
    let ran = imported_beside(template, &[], "x: x");
    assert_eq!(ran.code, Some(3), "{template}: {}", ran.stdout);
    assert!(ran.stderr.contains(answer), "{template}: {}", ran.stderr);
    assert_eq!(imported_beside(template, &[], answer).code, Some(0), "{template}");
}

#[test]
fn a_guarded_domain_and_guarded_preflights_are_questions() {
    let domain = |properties: &str| {
        format!(
            "{REST}  Name: {{ Type: AWS::ApiGateway::DomainName, Properties: {{ DomainName: a.example.com, {properties} }} }}\n"
        )
    };
    let table = [
        ("Policy: { Statement: [] }", "policy of domain: open"),
        ("EndpointConfiguration: { Types: [PRIVATE] }", "private endpoint: open"),
    ];
    for (properties, answer) in table {
        assert_asked(&domain(properties), answer);
    }
    assert_written(
        &domain("EndpointConfiguration: { Types: [REGIONAL] }, Policy: !Ref AWS::NoValue"),
        "GET /",
    );

    let cors = "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: live, Cors: \"'*'\", Auth: { ApiKeyRequired: true } } }
  Hello: { Type: AWS::Serverless::Function, Properties: { FunctionName: hello, Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /, Method: get } } } } }
";
    let answer = "preflights: open";
    assert_asked(cors, answer);
    assert_written(
        &instead(
            cors,
            "ApiKeyRequired: true",
            "ApiKeyRequired: true, AddApiKeyRequiredToCorsPreflight: false",
        ),
        "GET /",
    );
}

#[test]
fn a_disabled_endpoint_is_a_question() {
    let rest = "Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a, DisableExecuteApiEndpoint: true, Body: { openapi: 3.0.1, paths: { /: { get: { x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: 'https://example.com' } } } } } } }
";
    let http = instead(rest, "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api");
    let sam = "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: live, DisableExecuteApiEndpoint: true } }
  Hello: { Type: AWS::Serverless::Function, Properties: { FunctionName: hello, Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /, Method: get } } } } }
";
    let sam_http =
        instead(sam, "Serverless::Api", "Serverless::HttpApi").replace("Type: Api,", "Type: HttpApi,");
    let sam_http = instead(&sam_http, "RestApiId", "ApiId");
    for template in [rest, &http, sam, &sam_http] {
        assert_asked(template, "disabled endpoint: open");
        for value in ["false", "'false'", "!Ref AWS::NoValue"] {
            let enabled = instead(
                template,
                "DisableExecuteApiEndpoint: true",
                &format!("DisableExecuteApiEndpoint: {value}"),
            );
            assert_written(&enabled, "GET /");
        }
        let by_condition = instead(
            template,
            "DisableExecuteApiEndpoint: true",
            "DisableExecuteApiEndpoint: !If [Yes, true, false]",
        );
        assert_asked(
            &format!("Conditions: {{ Yes: !Equals [a, a] }}\n{by_condition}"),
            "disabled endpoint: open",
        );
        assert_written(&format!("Conditions: {{ Yes: !Equals [a, b] }}\n{by_condition}"), "GET /");
    }
}
