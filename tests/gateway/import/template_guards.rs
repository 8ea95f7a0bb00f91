//! What guards in a template keeps guarding, however the template says it: by a name, by an include, by a loop, in another
//! stack. What cannot be kept is an error or a question by its name.

use crate::{api_file::Folder, harness::tool::Ran};

pub(super) const REST: &str = "
Parameters: { P: { Type: String, Default: 'true' } }
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Guard: { Type: AWS::ApiGateway::Authorizer, Properties: { RestApiId: !Ref Api, Name: a, Type: TOKEN, AuthorizerUri: guard } }
  Get:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Guard, Integration: { Type: MOCK } }
";

/// An API of SAM with a document, and an event for its one operation.
const SAM: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters: { P: { Type: String, Default: 'true' } }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth: { Authorizers: { pool: { UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a' } } }
      DefinitionBody:
        openapi: 3.0.1
        paths: { /a: { get: { x-amazon-apigateway-integration: { type: mock } } } }
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: hello
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /a, Method: get, Auth: { Authorizer: pool, OverrideApiAuth: true } } }
";

const INCLUDE: &str = "Fn::Transform: { Name: AWS::Include, Parameters: { Location: inc.yaml } }";

pub(super) fn imported_beside(input: &str, beside: &[(&str, &str)], answers: &str) -> Ran {
    let mut files = vec![("input.yaml", input.as_bytes()), ("answers.yaml", answers.as_bytes())];
    files.extend(beside.iter().map(|(name, text)| (*name, text.as_bytes())));
    Folder::new(&files).tollgate(&["import", "input.yaml", "--map", "answers.yaml"])
}

fn imported(input: &str) -> Ran {
    imported_beside(input, &[], "x: x")
}

pub(super) fn instead(input: &str, written: &str, other: &str) -> String {
    assert!(input.contains(written), "{written}");
    input.replacen(written, other, 1)
}

pub(super) fn assert_written(input: &str, expected: &str) {
    let ran = imported(input);
    assert_eq!(ran.code, Some(0), "{input}{}", ran.stderr);
    assert!(ran.stdout.contains(expected), "{expected}: {input}{}", ran.stdout);
}

fn assert_refused(input: &str, expected: &str) {
    let ran = imported(input);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{input}{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("error: {expected}")), "{expected}: {input}{}", ran.stderr);
}

#[test]
fn a_flag_of_sam_that_is_a_name_guards_as_its_value() {
    let event = "Auth: { Authorizer: pool, OverrideApiAuth: true }";
    let merged = instead(SAM, "StageName: live", "StageName: live\n      MergeDefinitions: !Ref P");
    let merged = instead(&merged, ", OverrideApiAuth: true", "");
    let of_key = instead(SAM, event, "Auth: { ApiKeyRequired: !Ref P, OverrideApiAuth: true }");
    let of_api = instead(SAM, "Auth: { Authorizers", "Auth: { ApiKeyRequired: !Ref P, Authorizers");
    assert_written(&instead(SAM, "OverrideApiAuth: true", "OverrideApiAuth: !Ref P"), "authorizerId: pool");
    assert_written(&merged, "authorizerId: pool");
    assert_written(&of_key, "apiKeyRequired: true");
    assert_written(&of_api, "apiKeyRequired: true");
    let scopes = "Auth: { Authorizer: pool, AuthorizationScopes: [!Ref P], OverrideApiAuth: true }";
    assert_written(&instead(SAM, event, scopes), "authorizationScopes: [\"true\"]");
    let words = "got a text for OverrideApiAuth, expected true or false";
    assert_refused(&instead(SAM, "OverrideApiAuth: true", "OverrideApiAuth: perhaps"), words);
    assert_refused(
        &instead(SAM, "OverrideApiAuth: true", "OverrideApiAuth: [true]"),
        "got a list for OverrideApiAuth",
    );
    let unknown = imported(&instead(SAM, "OverrideApiAuth: true", "OverrideApiAuth: !Ref Unknown"));
    assert_eq!(unknown.code, Some(3), "{}", unknown.stdout);
    assert!(unknown.stderr.contains("Unknown: VALUE"), "{}", unknown.stderr);
}

#[test]
fn an_include_beside_members_is_put_among_them() {
    let with = instead(SAM, "get: {", &format!("get: {{ {INCLUDE},"));
    let with = instead(&with, "        Get: {", "        Get: { Type: S3 }\n        Other: {");
    let with = instead(&with, "Path: /a", "Path: /other");
    let ran = imported_beside(&with, &[("inc.yaml", "security: [{ pool: [] }]")], "x: x");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("authorizerId: pool"), "{}", ran.stdout);
    let twice =
        imported_beside(&with, &[("inc.yaml", "x-amazon-apigateway-integration: { type: mock }")], "x: x");
    assert_eq!(twice.code, Some(3), "{}", twice.stdout);
    let words = "x-amazon-apigateway-integration stands in the included file and beside it";
    assert!(twice.stderr.contains(words), "{}", twice.stderr);
    let other = instead(SAM, "get: {", "get: { 'Fn::If': [a, b, c],");
    assert_refused(&other, "Fn::If stands beside other members: it is the only one of its map");
    let document = format!(
        "openapi: 3.0.1\npaths: {{ /a: {{ get: {{ {INCLUDE}, x-amazon-apigateway-integration: {{ type: mock }} }} }} }}"
    );
    assert_refused(&document, "Fn::Transform stands beside other members");
}

#[test]
fn what_makes_resources_is_an_error_by_its_name() {
    let with = format!(
        "{REST}  'Fn::ForEach::Methods': [X, [a], {{ 'M${{X}}': {{ Type: AWS::ApiGateway::Method }} }}]\n"
    );
    assert_refused(&with, "Fn::ForEach::Methods among Resources is not read yet");
    assert_refused(&format!("{REST}  {INCLUDE}\n"), "Fn::Transform among Resources is not read yet");
    let globals = format!("{SAM}Globals: {{ {INCLUDE} }}\n");
    assert_refused(&globals, "Fn::Transform among Globals is not read yet");
    let function =
        instead(SAM, "      FunctionName: hello", &format!("      FunctionName: hello\n      {INCLUDE}"));
    assert_refused(&function, "Fn::Transform among Properties may hold Events");
}

#[test]
fn a_resource_names_its_api_by_the_attribute_too() {
    let rest = instead(
        REST,
        "Properties: { RestApiId: !Ref Api, ResourceId",
        "Properties: { RestApiId: !GetAtt Api.RestApiId, ResourceId",
    );
    assert_written(&rest, "authorizerId: Guard");
    let http = "
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  To: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !GetAtt Api.ApiId, IntegrationType: HTTP_PROXY, IntegrationMethod: GET, IntegrationUri: 'https://example.com', PayloadFormatVersion: '1.0' } }
  Get: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !GetAtt Api.ApiId, RouteKey: GET /a, Target: !Sub 'integrations/${To}', AuthorizationType: NONE } }
";
    assert_written(http, "GET /a");
}

#[test]
fn a_statement_that_is_no_list_still_denies() {
    let deny = "{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*', Condition: { IpAddress: { aws:SourceIp: 192.0.2.0/24 } } }";
    let with = |policy: &str| {
        instead(SAM, "Auth: { Authorizers", &format!("Auth: {{ ResourcePolicy: {policy}, Authorizers"))
    };
    assert_written(&with(&format!("{{ CustomStatements: {deny} }}")), "192.0.2.0/24");
    assert_written(&with(&format!("{{ CustomStatements: [{deny}] }}")), "192.0.2.0/24");
    assert_refused(
        &with("{ CustomStatements: all }"),
        "got a text for CustomStatements, expected a list of statements",
    );
    assert_refused(
        &with("{ SourceVpcBlacklist: vpc-1 }"),
        "got a text for SourceVpcBlacklist, expected a list",
    );
}

#[test]
fn a_model_that_is_called_as_a_built_in_one_is_checked() {
    let checks = "\n  Checks: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestBody: true } }\n";
    let model = "  Error: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref Api, ContentType: application/json, Schema: { type: object, required: [code] } } }\n";
    let method = |name: &str| {
        let with = format!(
            "RequestValidatorId: !Ref Checks, RequestModels: {{ application/json: {name} }}, Integration"
        );
        instead(REST, "Integration", &with).trim_end().to_owned() + checks
    };
    assert_written(&(method("!Ref Error") + model), "required: [code]");
    assert_written(&(method("!Ref Error") + model), "requestModels: { application/json: Error }");
    assert_written(&method("Error"), "type: object");
    assert_written(&method("Error"), "requestModels");
    let ran = imported(&method("Empty"));
    assert_eq!(
        (ran.code, ran.stdout.contains("requestModels")),
        (Some(0), false),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let body = instead(
        &method("Error"),
        "Name: shop",
        "Body: { openapi: 3.0.1, paths: {}, components: { schemas: { Error: { type: object, required: [words] } } } }",
    );
    assert_written(&body, "required: [words]");
    assert_written(&body, "requestModels: { application/json: Error }");
}

#[test]
fn two_methods_of_one_path_are_refused_beside_a_body_too() {
    let second = "  Second:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }
";
    let twice = format!("{REST}{second}");
    assert_refused(&twice, "get / stands twice in the template");
    let body = "Body: { openapi: 3.0.1, paths: { /: { get: { x-amazon-apigateway-integration: { type: mock } } } } }";
    assert_refused(&instead(&twice, "Name: shop", body), "get / stands twice in the template");
}

#[test]
fn an_operation_of_type_none_has_the_default_authorizer() {
    let none = "get: { x-amazon-apigateway-auth: { type: NONE },";
    let with = instead(SAM, "get: {", none);
    let with = instead(&with, "Auth: { Authorizers", "Auth: { DefaultAuthorizer: pool, Authorizers");
    assert_written(&instead(&with, "Path: /a", "Path: /b"), "authorizerId: pool");
}

#[test]
fn no_authorizer_is_called_none() {
    let globals = format!("{SAM}Globals: {{ Api: {{ Auth: {{ DefaultAuthorizer: pool }} }} }}\n");
    let with = instead(&globals, "Auth: { Authorizers", "Auth: { DefaultAuthorizer: NONE, Authorizers");
    assert_refused(&with, "DefaultAuthorizer: NONE is no authorizer");
}

#[test]
fn a_stack_that_is_told_of_the_api_and_cannot_be_read_is_a_question() {
    let stack = |value: &str| {
        format!(
            "{REST}  More: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: 'https://s3.amazonaws.com/a/b', Parameters: {{ Id: {value} }} }} }}\n"
        )
    };
    for value in ["!Ref Api", "!GetAtt Api.RootResourceId", "!Sub 'x-${Api}'", "!Join ['', [a, !Ref Api]]"] {
        let ran = imported(&stack(value));
        assert_eq!(ran.code, Some(3), "{value}: {}", ran.stdout);
        assert!(ran.stderr.contains("stack More: open"), "{value}: {}", ran.stderr);
        let ran = imported_beside(&stack(value), &[], "stack More: open");
        assert_eq!(ran.code, Some(0), "{value}: {}", ran.stderr);
    }
    assert_written(&stack("live"), "GET /");
}

#[test]
fn a_stack_with_stacks_that_has_parts_of_the_api_is_refused() {
    let root = format!(
        "{REST}  More: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: more.yaml }} }}\n"
    );
    let stack =
        "Resources:\n  Deep: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: deep.yaml } }\n";
    let method = "  Get: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: x } }\n";
    let each = "  'Fn::ForEach::Get': [X, [a], {}]\n";
    for (nested, code) in
        [(stack.to_owned(), 0), (format!("{stack}{method}"), 3), (format!("{stack}{each}"), 3)]
    {
        let ran = imported_beside(&root, &[("more.yaml", &nested)], "x: x");
        assert_eq!(ran.code, Some(code), "{nested}{}", ran.stderr);
    }
}

#[test]
fn nothing_that_a_template_says_is_dropped_without_a_word() {
    let with = |resource: &str| format!("{REST}{resource}\n");
    let stage = "  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: live, Variables: { b: [1] } } }";
    assert_refused(&with(stage), "got a list for the stage variable b, expected a text");

    let two = instead(
        SAM,
        "        Get:",
        "        Other: { Type: Api, Properties: { Path: /b, Method: get } }\n        Get:",
    );
    let ran = imported_beside(&two, &[], "api: Api");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("it is an event of the API ServerlessRestApi, and Api is imported"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("unknown field"), "{}", ran.stderr);

    let prepended = instead(REST, "Name: shop", "Name: shop, Parameters: { basepath: prepend }");
    let ran = imported(&prepended);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(ran.stderr.contains("option: --basepath prepend"), "{}", ran.stderr);
    let folder = Folder::new(&[("input.yaml", prepended.as_bytes())]);
    assert_eq!(folder.tollgate(&["import", "input.yaml", "--basepath", "prepend"]).code, Some(0));
    assert_refused(
        &instead(&prepended, "prepend", "[a]"),
        "expected the base path to be ignore, prepend or split",
    );

    let secret = "{{resolve:ssm:/shop/url:1}}";
    for uri in [format!("'https://{secret}/a'"), format!("!Sub 'https://{secret}/a'")] {
        let http = format!("Integration: {{ Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: {uri} }}");
        let asks = instead(REST, "Integration: { Type: MOCK }", &http);
        let ran = imported(&asks);
        assert_eq!(ran.code, Some(3), "{}", ran.stdout);
        assert!(ran.stderr.contains(&format!("what is {secret}?")), "{}", ran.stderr);
        let ran = imported_beside(&asks, &[], &format!("'{secret}': example.com"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("https://example.com/a"), "{}", ran.stdout);
    }
}
