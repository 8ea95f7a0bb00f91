//! Whole templates: the file that comes of one, the questions, and what is refused.

use crate::api_import::{ImportOptions, Imported, Input, import};

const ORDERS: &str = r#"
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Queue: { Type: String, Default: orders }
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: Orders, Description: All orders }
  Table: { Type: AWS::DynamoDB::Table }
  Get:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: get-order }
  Guard:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: guard
      Type: TOKEN
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${GuardFunction.Arn}/invocations
  Orders:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: !Ref Queue }
  Order:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}" }
  GetOrder:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Order
      HttpMethod: GET
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Guard
      ApiKeyRequired: true
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri:
          Fn::Join: ["", ["arn:aws:apigateway:", !Ref AWS::Region, ":lambda:path/2015-03-31/functions/", !GetAtt [Get, Arn], /invocations]]
  ListOrders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Orders
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        RequestTemplates: { application/json: '{"statusCode": 200}' }
        IntegrationResponses:
          - { StatusCode: 200, ResponseTemplates: { application/json: '[]' } }
  Live:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, StageName: live, DeploymentId: !Ref Deployed }
  Deployed:
    Type: AWS::ApiGateway::Deployment
    Properties: { RestApiId: !Ref Api }
"#;

fn text_input(name: &str, text: &str) -> Input {
    Input::Text { name: name.to_owned(), text: text.to_owned() }
}

fn imported(template: &str, answers: Option<&str>) -> Imported {
    let map = answers.map(|answers| text_input("answers.yaml", answers));
    import(&[text_input("template.yaml", template)], map.as_ref(), &ImportOptions::default()).unwrap()
}

/// The errors, each as `place words`, then the lines of questions.
fn told(imported: &Imported) -> Vec<String> {
    let errors = imported.report.findings.iter().map(|found| format!("{} {}", found.place, found.words));
    errors.chain(imported.report.questions.iter().map(|question| question.line.clone())).collect()
}

#[test]
fn a_template_asks_for_what_it_does_not_name() {
    let imported = imported(ORDERS, None);
    assert_eq!(told(&imported), ["GuardFunction.Arn: arn:aws:SERVICE:REGION:ACCOUNT:NAME"]);
    assert_eq!(imported.text, None);
}

#[test]
fn a_template_becomes_a_file() {
    let imported = imported(ORDERS, Some("GuardFunction.Arn: guard\nQueue: purchases\n"));
    assert_eq!(told(&imported), [""; 0]);
    expect_test::expect![[r##"
        # Orders, imported from a REST API
        tollgate: 1

        stages:
          live:
            description: All orders
            api:
              unmatchedRoutes: AWS_REST
              trailingSlash: IGNORE
              authorizers:
                # template.yaml:14
                Guard: { type: TOKEN, authorizerUri: guard }
            routes:
              # template.yaml:41
              GET /purchases:
                integration:
                  type: MOCK
                  requestTemplates: { application/json: "{\"statusCode\": 200}" }
                  responses:
                    default:
                      responseTemplates: { application/json: "[]" }
                      statusCode: 200
              # template.yaml:27
              GET /purchases/{id}:
                authorizerId: Guard
                apiKeyRequired: true
                integration: { type: AWS_PROXY, payloadFormatVersion: "1.0", uri: get-order }
    "##]]
    .assert_eq(&imported.text.unwrap());
    let pointers = imported.report.entries.iter().map(|entry| entry.pointer.as_str());
    let unknown = imported
        .report
        .entries
        .iter()
        .filter(|entry| entry.remarks.iter().any(|remark| remark.words == "an unknown field"));
    assert_eq!(unknown.map(|entry| entry.pointer.as_str()).collect::<Vec<_>>(), [""; 0]);
    assert!(pointers.into_iter().any(|pointer| pointer == "/Resources/Table"));
}

/// What is written in the template, what stands there instead, and the error.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "      AuthorizationType: NONE\n",
        "",
        "AuthorizationType is missing or no text: expected NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS",
    ),
    (
        "AuthorizationType: NONE",
        "AuthorizationType: Open",
        "AuthorizationType is Open: expected NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS",
    ),
    ("AuthorizerId: !Ref Guard", "AuthorizerId: abc", "AuthorizerId names no authorizer of the template"),
    (
        "HttpMethod: GET\n      AuthorizationType: NONE",
        "AuthorizationType: NONE",
        "a method without HttpMethod",
    ),
    (
        "AuthorizationType: NONE",
        "AuthorizationType: NONE\n      MethodIntegration: x",
        "MethodIntegration of AWS::ApiGateway::Method is not read yet",
    ),
    (
        "AuthorizationType: NONE",
        "AuthorizationType: NONE\n      RequestParameters: { request.querystring.a: true }",
        "got request.querystring.a, expected method.request.querystring.NAME, header or path",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::Model, Properties: { Schema: '{' }",
        "Schema is no JSON: EOF while parsing an object at line 1 column 1",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::Model, Properties: {}",
        "AWS::ApiGateway::Model without Schema",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::GatewayResponse, Properties: {}",
        "AWS::ApiGateway::GatewayResponse without ResponseType",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::CloudFormation::Stack, Properties: {}",
        "AWS::CloudFormation::Stack without TemplateURL",
    ),
    ("ResourceId: !Ref Orders", "ResourceId: a1b2c3", "ResourceId names no resource of the template"),
    ("StageName: live, ", "", "AWS::ApiGateway::Stage without StageName"),
    (
        "StageName: live, ",
        "StageName: live, MethodSettings: {}, ",
        "got a map for MethodSettings, expected a list",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::UsagePlan, Properties: { ApiStages: a }",
        "got a text for ApiStages, expected a list",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::UsagePlan, Properties: { ApiStages: [{ ApiId: !Ref Api }] }",
        "a stage of ApiStages without Stage",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::Cache",
        "AWS::ApiGateway::Cache is not read yet: take it out of a copy, and write it into the API file by hand",
    ),
    (
        "AuthorizationType: NONE",
        "AuthorizationType: !If [A, NONE, AWS_IAM]",
        "the template has no condition A",
    ),
    (
        "Description: All orders",
        "EndpointConfiguration: { Types: [LOCAL] }",
        "got the endpoint LOCAL, expected EDGE, REGIONAL or PRIVATE",
    ),
    (
        "    Type: AWS::ApiGateway::Method\n",
        "    Type: AWS::ApiGateway::Method\n    Condition: Old\n",
        "the template has no condition Old",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGatewayV2::Model",
        "AWS::ApiGatewayV2::Model is not read yet: take it out of a copy, and write it into the API file by hand",
    ),
    (
        "ParentId: !GetAtt Api.RootResourceId",
        "ParentId: !Ref Order",
        "resources go in a circle: Order → Orders → Order",
    ),
    (
        "ParentId: !Ref Orders, ",
        "",
        "expected a PathPart, and a ParentId that names a resource of the template",
    ),
    (
        "AWSTemplateFormatVersion: 2010-09-09",
        "Transform: Own-Macro",
        "Transform of a template is not read yet: export the API (get-export) and import that",
    ),
    (
        "AWS::DynamoDB::Table",
        "AWS::ApiGateway::RestApi, Properties: {}",
        "the answer to api is none of Api, Table",
    ),
];

#[test]
fn what_is_not_read_is_an_error_and_nothing_is_written() {
    for (written, instead, expected) in REFUSED.iter().copied() {
        assert!(ORDERS.contains(written), "{written}");
        let imported =
            imported(&ORDERS.replace(written, instead), Some("GuardFunction.Arn: guard\napi: Lost\n"));
        let errors: Vec<&str> = imported.report.findings.iter().map(|found| found.words.as_str()).collect();
        assert!(errors.contains(&expected), "{expected}: {errors:?}");
        assert_eq!(imported.text, None, "{expected}");
    }
}
