//! Names in a template: attributes that are ids, lists that SSM keeps, and names that are those of an import's own questions.

use super::template_guards::{REST, assert_written, imported_beside, instead};
use crate::api_file::Folder;

#[test]
fn an_attribute_that_is_an_id_names_its_resource() {
    let parts = "  Item: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Orders.ResourceId, PathPart: '{id}' } }
  Orders: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders } }
  Checks: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestParameters: true } }
";
    let rest = instead(REST, "ResourceId: !GetAtt Api.RootResourceId", "ResourceId: !GetAtt Item.ResourceId");
    let rest = instead(
        &rest,
        "AuthorizerId: !Ref Guard",
        "AuthorizerId: !GetAtt [Guard, AuthorizerId], RequestValidatorId: !GetAtt Checks.RequestValidatorId, RequestParameters: { method.request.header.x: true }",
    );
    let ran = imported_beside(&format!("{rest}{parts}"), &[], "x: x");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for words in ["GET /orders/{id}:", "authorizerId: Guard", "method.request.header.x: true"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("validateRequestBody: true"), "{}", ran.stdout);
    let http = "
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP, RouteSelectionExpression: '$request.method $request.path' } }
  To: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationMethod: GET, IntegrationUri: 'https://example.com', PayloadFormatVersion: '1.0' } }
  Pool: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Api, Name: p, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization], JwtConfiguration: { Issuer: 'https://i.example.com', Audience: [a] } } }
  Get: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Join [/, [integrations, !GetAtt To.IntegrationId]], AuthorizationType: JWT, AuthorizerId: !GetAtt Pool.AuthorizerId } }
";
    assert_written(http, "authorizerId: Pool");
}

#[test]
fn a_list_that_ssm_keeps_is_given_as_a_list() {
    let with = |kind: &str| {
        let policy = "Name: shop, Policy: { Statement: [{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: '*', Condition: { NotIpAddress: { 'aws:SourceIp': !Ref L } } }] }";
        let template = instead(REST, "Name: shop", policy);
        instead(
            &template,
            "Parameters: {",
            &format!("Parameters: {{ L: {{ Type: '{kind}', Default: /shop/list }},"),
        )
    };
    let addresses = "[192.0.2.0/24, 198.51.100.1]";
    for kind in ["AWS::SSM::Parameter::Value<List<String>>", "AWS::SSM::Parameter::Value<CommaDelimitedList>"]
    {
        let template = with(kind);
        let ran = imported_beside(&template, &[], "x: x");
        assert_eq!(ran.code, Some(3), "{}", ran.stdout);
        assert!(ran.stderr.contains("what is L?") && !ran.stderr.contains("policy: open"), "{}", ran.stderr);
        for answer in [format!("L: {addresses}"), "L: 192.0.2.0/24, 198.51.100.1".to_owned()] {
            let ran = imported_beside(&template, &[], &answer);
            assert_eq!(ran.code, Some(0), "{answer}: {}", ran.stderr);
            assert!(ran.stdout.contains(addresses), "{answer}: {}", ran.stdout);
        }
        let folder = Folder::new(&[("input.yaml", template.as_bytes())]);
        let given = ["import", "input.yaml", "--parameter", "L=192.0.2.0/24,198.51.100.1"];
        assert!(folder.tollgate(&given).stdout.contains(addresses), "{kind}");
    }
    let ran = imported_beside(&with("CommaDelimitedList"), &[], &format!("L: {addresses}"));
    assert!(ran.stdout.contains(addresses), "{}{}", ran.stdout, ran.stderr);
    let wrong = imported_beside(&with("CommaDelimitedList"), &[], "x: x");
    assert!(wrong.stderr.contains("policy: open"), "{}", wrong.stderr);
}

#[test]
fn a_websocket_api_is_told_by_its_name_wherever_it_says_so() {
    let words = "a WebSocket API, which a function URL cannot serve";
    let template = "
Parameters: { P: { Type: String, Default: WEBSOCKET } }
Resources:
  Talk: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: !Ref P, Name: w, RouteSelectionExpression: $request.body.action } }
  Connect: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Talk, RouteKey: $connect } }
";
    let by_condition = instead(template, "!Ref P", "!If [Yes, WEBSOCKET, HTTP]");
    let by_condition = format!("Conditions: {{ Yes: !Equals [a, a] }}{by_condition}");
    let of_cli =
        r#"{"Items":[{"ApiId":"a","Name":"w","ProtocolType":"WEBSOCKET","RouteSelectionExpression":"x"}]}"#;
    for input in [template, &by_condition, of_cli] {
        let ran = imported_beside(input, &[], "x: x");
        assert_eq!(ran.code, Some(3), "{}", ran.stdout);
        assert!(
            ran.stderr.contains(&format!(
                "error: {}",
                if input == of_cli { "a Web" } else { "AWS::ApiGatewayV2::Api: a Web" }
            )),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    let of_http = of_cli.replace("WEBSOCKET", "HTTP");
    let ran = imported_beside(&of_http, &[], "x: x");
    assert!(ran.stderr.contains("no file says what the routes are"), "{}", ran.stderr);
}

/// An API whose policy no gateway can judge, and whose route hangs on a parameter of the same name.
const NAMED: &str = "
Parameters: { policy: { Type: String } }
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop, Policy: { Statement: [{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalTag/a': b } } }] } } }
  Get: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: !Sub 'https://${policy}.example.com/' } } }
";

#[test]
fn no_answer_to_a_name_opens_a_guard_of_the_same_key() {
    let without = instead(NAMED, "'aws:PrincipalTag/a': b", "'aws:SourceIp': 192.0.2.1");
    let without = instead(&without, "StringEquals", "IpAddress");
    let with_default = instead(NAMED, "{ Type: String }", "{ Type: String, Default: shop }");
    let (name, guard) = ("name policy: VALUE", "policy: open");
    #[rustfmt::skip]
    let table: [(&str, &str, &[&str], &[&str]); 9] = [
        // The template, the answers, what is still asked, what is not.
        (NAMED, "x: x", &[name, "    in the file of --map: policy: open"], &[]),
        (NAMED, "policy: open", &[name], &["may the API be open"]),
        (NAMED, "policy: shop", &[guard], &[name]),
        (NAMED, "policy: open\nname policy: shop", &[], &[]),
        (&without, "x: x", &[name], &[guard]),
        // A file of answers from before the two were apart.
        (&without, "policy: shop", &[], &[]),
        (&without, "name policy: open", &[], &[]),
        (&with_default, "policy: open", &[name], &["may the API be open"]),
        (&with_default, "name policy: shop\npolicy: open", &[], &[]),
    ];
    for (template, answers, asked, not_asked) in table {
        let ran = imported_beside(template, &[], answers);
        assert_eq!(ran.code, Some(if asked.is_empty() { 0 } else { 3 }), "{answers}: {}", ran.stderr);
        for words in asked {
            assert!(ran.stderr.contains(words), "{answers}: {words}: {}", ran.stderr);
        }
        for words in not_asked {
            assert!(!ran.stderr.contains(words), "{answers}: {words}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("error"), "{answers}: {}", ran.stderr);
    }
    let typed = imported_beside(&without.replace("policy", "other"), &[], "other: open");
    assert!(typed.stdout.contains("https://open.example.com/"), "{}{}", typed.stdout, typed.stderr);
}

#[test]
fn a_number_with_underscores_is_one_and_a_null_says_nothing() {
    let stage = "  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: live, MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 0x10 }] } }\n";
    assert_written(&format!("{REST}{stage}"), "rateLimit: 1000");
    assert_written(&format!("{REST}{stage}"), "burstLimit: 16");
    let cors = "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: live, Cors: null, Auth: { ApiKeyRequired: true } } }
  Hello: { Type: AWS::Serverless::Function, Properties: { FunctionName: hello, Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /, Method: get } } } } }
";
    let ran = imported_beside(cors, &[], "x: x");
    assert_eq!((ran.code, ran.stdout.contains("cors")), (Some(0), false), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_name_with_ends_of_lines_stays_in_its_line() {
    let broken =
        instead(REST, "Properties: { Name: shop }", "Properties: { Name: shop, \"a\\nerror: b\": 1 }");
    let ran = imported_beside(&broken, &[], "x: x");
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("error: a\\nerror: b of AWS::ApiGateway::RestApi is not read yet"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.lines().all(|line| !line.starts_with("error: b")), "{}", ran.stderr);
    let asked = instead(REST, "AuthorizerUri: guard", "AuthorizerUri: !Sub \"${a\\nb}\"");
    let ran = imported_beside(&asked, &[], "x: x");
    assert!(ran.stderr.contains("  what is a\\nb?\n"), "{}", ran.stderr);
}
