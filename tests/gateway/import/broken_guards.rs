//! A guard that is written wrongly is an error, and one that stands before the API a question: neither opens anything by itself.

use crate::api_file::Folder;

const REST: &str = "
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Guard: { Type: AWS::ApiGateway::Authorizer, Properties: { RestApiId: !Ref Api, Name: a, Type: TOKEN, AuthorizerUri: guard } }
  Checks: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestBody: true } }
  Order: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref Api, ContentType: application/json, Schema: { type: object } } }
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Guard
      ApiKeyRequired: true
      RequestValidatorId: !Ref Checks
      RequestModels: { application/json: !Ref Order }
      Integration: { Type: MOCK }
";

const SAM: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Models: { Order: { type: object } }
      Auth: { DefaultAuthorizer: pool, Authorizers: { pool: { AuthorizationScopes: [read], UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a' } } }
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: hello
      Events:
        Post: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /, Method: post, Auth: { Authorizer: pool, ApiKeyRequired: true, AuthorizationScopes: [write] },
          RequestModel: { Model: Order, ValidateBody: true } } }
";

const DOCUMENT: &str = "
openapi: 3.0.1
paths: { /: { get: { x-amazon-apigateway-auth: { type: AWS_IAM }, x-amazon-apigateway-integration: { type: mock } } } }
";

fn imported(input: &str) -> crate::harness::tool::Ran {
    let files = [("input.yaml", input.as_bytes()), ("answers.yaml", &b"AWS_IAM: signed"[..])];
    Folder::new(&files).tollgate(&["import", "input.yaml", "--map", "answers.yaml"])
}

#[test]
fn what_guards_is_taken() {
    let table = [
        (
            REST,
            vec!["authorizerId: Guard", "apiKeyRequired: true", "requestModels: { application/json: Order }"],
        ),
        (
            SAM,
            vec![
                "authorizerId: pool",
                "authorizationScopes: [write]",
                "requestModels: { application/json: Order }",
            ],
        ),
        (DOCUMENT, vec!["authorizationType: AWS_IAM"]),
    ];
    for (input, expected) in table {
        let ran = imported(input);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for words in expected {
            assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
        }
    }
}

#[test]
fn what_guards_and_is_written_wrongly_is_an_error() {
    let reference = "Ref: expected the name of a parameter or of a resource";
    let no_type = "x-amazon-apigateway-auth without a type: expected AWS_IAM or NONE";
    #[rustfmt::skip]
    let table = [
        (REST, "RequestValidatorId: !Ref Checks", "RequestValidatorId: { Ref: [] }", reference),
        (REST, "RequestValidatorId: !Ref Checks", "RequestValidatorId: { Ref: { Ref: Checks } }", reference),
        (REST, "application/json: !Ref Order", "application/json: { Ref: {} }", reference),
        (REST, "AuthorizerId: !Ref Guard", "AuthorizerId: { Ref: [] }", reference),
        (REST, "ApiKeyRequired: true", "ApiKeyRequired: maybe", "ApiKeyRequired is neither true nor false"),
        (SAM, "Auth: { Authorizer: pool, ApiKeyRequired: true, AuthorizationScopes: [write] }", "Auth: [a]", "got a list for Auth, expected a map"),
        (SAM, "Auth: { DefaultAuthorizer: pool, Authorizers:", "Auth: 1\n      x: { a: b, c:", "got a number for Auth, expected a map"),
        (SAM, "ValidateBody: true", "ValidateBody: perhaps", "got a text in a RequestModel, expected true or false"),
        (SAM, "AuthorizationScopes: [read]", "AuthorizationScopes: { a: b }", "got a map for AuthorizationScopes, expected a list of texts"),
        (SAM, "AuthorizationScopes: [write]", "AuthorizationScopes: [[]]", "got a list in AuthorizationScopes, expected a text"),
        (DOCUMENT, "{ type: AWS_IAM }", "{ type: null }", no_type),
        (DOCUMENT, "{ type: AWS_IAM }", "{}", no_type),
        (DOCUMENT, "{ type: AWS_IAM }", "null", no_type),
        (DOCUMENT, "{ type: AWS_IAM }", "[AWS_IAM]", no_type),
    ];
    for (input, written, instead, expected) in table {
        assert!(input.contains(written), "{written}");
        let ran = imported(&input.replace(written, instead));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{instead}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("error: {expected}\n")), "{instead}: {}", ran.stderr);
    }
}

#[test]
fn a_scope_of_sam_that_is_a_name_is_no_scope_less() {
    let with =
        SAM.replace("AuthorizationScopes: [write]", "AuthorizationScopes: [!Sub '${Word}/write', read]");
    let ran = imported(&with);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("--map: Word: VALUE"), "{}", ran.stderr);
    let with =
        with.replace("Resources:", "Parameters: { Word: { Type: String, Default: shop } }\nResources:");
    let ran = imported(&with);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("authorizationScopes: [shop/write, read]"), "{}", ran.stdout);
    let of_authorizer = with.replace("AuthorizationScopes: [read]", "AuthorizationScopes: [!Ref Word]");
    let of_authorizer = of_authorizer.replace(", AuthorizationScopes: [!Sub '${Word}/write', read]", "");
    let ran = imported(&of_authorizer);
    assert!(ran.stdout.contains("authorizationScopes: [shop]"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_guard_before_the_api_is_a_question() {
    let beside = |resource: &str| format!("{}{resource}\n", REST.trim_end().to_owned() + "\n");
    let of_sam = |kind: &str, domain: &str| {
        let event = if kind == "Api" {
            "Type: Api, Properties: { RestApiId:"
        } else {
            "Type: HttpApi, Properties: { ApiId:"
        };
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {{ Type: AWS::Serverless::{kind}, Properties: {{ StageName: live, Domain: {domain} }} }}
  Hello: {{ Type: AWS::Serverless::Function, Properties: {{ FunctionName: hello, Events: {{ Get: {{ {event} !Ref Api, Path: /, Method: get }} }} }} }} }}
"
        )
    };
    let tls = "{ DomainName: a.example.com, MutualTlsAuthentication: { TruststoreUri: 's3://a/b.pem' } }";
    let none = "{ DomainName: a.example.com, MutualTlsAuthentication: !Ref AWS::NoValue }";
    let acl = |arn: &str| {
        beside(&format!(
            "  Acl: {{ Type: AWS::WAFv2::WebACLAssociation, Properties: {{ WebACLArn: x, ResourceArn: {arn} }} }}"
        ))
    };
    let balancer = "\n  Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer }";
    let domain = |kind: &str, properties: &str| {
        beside(&format!("  Name: {{ Type: {kind}, Properties: {properties} }}"))
    };
    let table = [
        (of_sam("Api", tls), Some("mutual TLS")),
        (of_sam("HttpApi", tls), Some("mutual TLS")),
        (of_sam("Api", none), None),
        (domain("AWS::ApiGateway::DomainName", tls), Some("mutual TLS")),
        (domain("AWS::ApiGatewayV2::DomainName", tls), Some("mutual TLS")),
        (domain("AWS::ApiGateway::DomainName", none), None),
        (
            domain("AWS::ApiGateway::DomainName, Condition: Never", tls)
                + "Conditions: { Never: !Equals [a, b] }\n",
            None,
        ),
        (acl("!Sub 'arn:aws:apigateway:eu-west-1::/restapis/${Api}/stages/live'"), Some("web ACL")),
        (acl("!Ref Stage"), Some("web ACL")),
        (acl("!Ref Balancer").replace("\n  Acl", &format!("{balancer}\n  Acl")), None),
    ];
    for (template, question) in table {
        let ran = imported(&template);
        let asked: Vec<&str> = ran
            .stderr
            .lines()
            .filter_map(|line| line.trim().strip_prefix("in the file of --map: "))
            .collect();
        match question {
            None => assert_eq!((ran.code, asked), (Some(0), Vec::new()), "{template}: {}", ran.stderr),
            Some(question) => {
                assert_eq!(
                    (ran.code, asked),
                    (Some(3), vec![format!("{question}: open").as_str()]),
                    "{template}: {}",
                    ran.stderr
                );
                let answer = format!("{question}: open");
                let files = [("input.yaml", template.as_bytes()), ("answers.yaml", answer.as_bytes())];
                let ran = Folder::new(&files).tollgate(&["import", "input.yaml", "--map", "answers.yaml"]);
                assert_eq!(ran.code, Some(0), "{template}: {}", ran.stderr);
                assert!(ran.stderr.contains("open, as the answer says"), "{}", ran.stderr);
            }
        }
    }
}

#[test]
fn the_audience_that_a_cognito_authorizer_asks_for_is_a_question() {
    let input =
        SAM.replace("AuthorizationScopes: [read],", "Identity: { ValidationExpression: '^client-1$' },");
    let ran = imported(&input);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("--map: identityValidationExpression: open\n"), "{}", ran.stderr);
    let files =
        [("input.yaml", input.as_bytes()), ("answers.yaml", &b"identityValidationExpression: open"[..])];
    let ran = Folder::new(&files).tollgate(&["import", "input.yaml", "--map", "answers.yaml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("authorizerId: pool"), "{}", ran.stdout);
}
