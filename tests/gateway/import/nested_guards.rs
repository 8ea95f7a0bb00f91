//! Guards and methods that are not in the template of the imported API, but in the one around it, beside it or below it: an
//! error or a question, so that no greedy route answers in their place.

use super::template_guards::imported_beside;
use crate::harness::tool::Ran;

/// An API whose one route is greedy and open.
const API: &str = "
  A: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
  R: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref A, ParentId: !GetAtt A.RootResourceId, PathPart: '{proxy+}' } }
  M: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref A, ResourceId: !Ref R, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }
";

/// Another API, with a part of one that a parameter names.
const OTHER: &str = "
Parameters: { Id: { Type: String } }
Resources:
  B: { Type: AWS::ApiGateway::RestApi, Properties: { Name: b, Body: { openapi: 3.0.1, paths: {} } } }
  Own: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref B, StageName: live } }
";
const ADMIN: &str = "  Admin: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Id, ResourceId: x, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: { Type: MOCK } } }
";

const ACL: &str = "  Acl: { Type: AWS::WAFv2::WebACLAssociation, Properties: { ResourceArn: !Sub 'arn:aws:apigateway:eu-west-1::/restapis/${Id}/stages/live', WebACLArn: x } }
";

fn stack(name: &str, place: &str, parameters: &str) -> String {
    format!(
        "  {name}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: {place}, Parameters: {{ {parameters} }} }} }}\n"
    )
}

fn api() -> String {
    format!("Resources:{API}")
}

fn assert_code(ran: &Ran, code: i32, words: &str) {
    assert_eq!(ran.code, Some(code), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    assert_eq!(ran.stdout.is_empty(), code != 0, "{}", ran.stdout);
}

#[test]
fn parts_of_the_api_of_a_stack_in_the_template_around_it_are_errors() {
    let around = |part: &str| format!("Resources:\n{}{part}\n", stack("N", "api.yaml", ""));
    let imported = |part: &str| imported_beside(&around(part), &[("api.yaml", &api())], "x: x");
    let parts = [
        "  P: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !GetAtt N.Outputs.Id, ResourceId: x, HttpMethod: GET, AuthorizationType: AWS_IAM } }",
        "  P: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Sub '${N.Outputs.Id}', ResourceId: x, HttpMethod: GET, AuthorizationType: AWS_IAM } }",
        "  P: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: a1b2c3, ResourceId: x, HttpMethod: GET, AuthorizationType: AWS_IAM } }",
        "  P: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !GetAtt N.Outputs.Id, StageName: live, MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 }] } }",
        "  P: { Type: AWS::ApiGateway::UsagePlan, Properties: { ApiStages: [{ ApiId: !GetAtt N.Outputs.Id, Stage: live }], Throttle: { RateLimit: 1, BurstLimit: 1 } } }",
        "  P: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !GetAtt [N, Outputs.Id], RouteKey: GET /admin, AuthorizationType: AWS_IAM } }",
        "  P: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !GetAtt N.Outputs.Id, StageName: live, StageDescription: { ThrottlingRateLimit: 1 } } }",
    ];
    for part in parts {
        let words = "error: it may be of the API N, which is in another template";
        assert_code(&imported(part), 3, words);
    }
    let others = [
        "  P: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !GetAtt N.Outputs.Id } }",
        "  P: { Type: AWS::ApiGateway::UsagePlan, Properties: { Throttle: { RateLimit: 1, BurstLimit: 1 } } }",
        "  P: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true } }",
    ];
    for part in others {
        assert_code(&imported(part), 0, "P");
    }
    // Another stack has an API of its own, and is told nothing of this one.
    let second = stack("Second", "second.yaml", "")
        + "  P: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !GetAtt Second.Outputs.Id, StageName: live } }";
    let beside = [("api.yaml", &api()[..]), ("second.yaml", &api())];
    assert_code(&imported_beside(&around(&second), &beside, "api: N"), 0, "it is not of the API N");
    assert_code(&imported_beside(&around(&second), &beside, "api: Second"), 3, "it may be of the API Second");
    let told = second.replace("Parameters: {  }", "Parameters: { Id: !GetAtt N.Outputs.Id }");
    assert_code(&imported_beside(&around(&told), &beside, "api: N"), 3, "it may be of the API N");
}

#[test]
fn a_part_that_a_stack_hands_back_is_an_error() {
    let handed = "  P: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !GetAtt N.Outputs.Id, ResourceId: x, HttpMethod: GET, AuthorizationType: AWS_IAM } }\n";
    let with = |parameters: &str| {
        let template = api() + &stack("N", "more.yaml", parameters) + handed;
        let more = "Parameters: { Id: { Type: String, Default: a } }\nResources: {}";
        imported_beside(&template, &[("more.yaml", more)], "x: x")
    };
    assert_code(&with("Id: !Ref A"), 3, "error: it may be of the API A");
    assert_code(&with("Id: a"), 0, "it is not of the API A");
}

#[test]
fn a_stack_with_another_api_may_not_have_parts_of_this_one() {
    let words = "error: the template has parts of an API that is not in it";
    let below = api() + &stack("N", "other.yaml", "Id: !Ref A");
    let beside = format!(
        "Resources:\n{}{}",
        stack("A", "api.yaml", ""),
        stack("N", "other.yaml", "Id: !GetAtt A.Outputs.Id")
    );
    for template in [below, beside] {
        let imported = |other: &str| {
            imported_beside(&template, &[("api.yaml", &api()), ("other.yaml", other)], "api: A")
        };
        assert_code(&imported(&format!("{OTHER}{ADMIN}")), 3, words);
        let chosen = ADMIN.replace("!Ref Id", "!If [Yes, !Ref B, !Ref Id]");
        let conditions = "Conditions: { Yes: !Equals [a, a] }\n";
        assert_code(&imported(&format!("{conditions}{OTHER}{chosen}")), 3, words);
        let literal = ADMIN.replace("!Ref Id", "a1b2c3");
        assert_code(&imported(&format!("{OTHER}{literal}")), 3, words);
        let plan = "  Plan: { Type: AWS::ApiGateway::UsagePlan, Properties: { ApiStages: [{ ApiId: !Ref B, Stage: !Ref Own }] } }\n";
        assert_code(&imported(&format!("{OTHER}{plan}")), 0, "the API of this template is not imported");
        let of_both = plan.replace("ApiStages: [", "ApiStages: [{ ApiId: !Ref Id, Stage: live }, ");
        assert_code(&imported(&format!("{OTHER}{of_both}")), 3, words);
        let of_websocket = OTHER.replace("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api");
        let of_websocket =
            of_websocket.replace("Name: b, Body: { openapi: 3.0.1, paths: {} }", "ProtocolType: WEBSOCKET");
        assert_code(&imported(&of_websocket), 0, "no API of this template is imported");
        let deep = stack("Deep", "https://example.com/deep.yaml", "Id: !Ref Id");
        assert_code(&imported(&format!("{OTHER}{deep}")), 3, "stack N: open");
    }
}

#[test]
fn guards_in_a_stack_that_is_not_followed_are_questions() {
    let parameter = "Parameters: { Id: { Type: String }, Env: { Type: String, Default: dev } }\nConditions: { Live: !Equals [!Ref Env, live] }\nResources:\n";
    let domain = |properties: &str| {
        format!(
            "  Name: {{ Type: AWS::ApiGateway::DomainName, Properties: {{ DomainName: a.example.com, {properties} }} }}\n"
        )
    };
    let below = api() + &stack("N", "more.yaml", "Id: !Ref A, Env: !Sub 'live'");
    let beside = format!(
        "Resources:\n{}{}",
        stack("A", "api.yaml", ""),
        stack("N", "more.yaml", "Id: !GetAtt A.Outputs.Id, Env: live")
    );
    for template in [below, beside] {
        let imported = |more: &str, answers: &str| {
            let more = format!("{parameter}{more}");
            imported_beside(&template, &[("api.yaml", &api()), ("more.yaml", &more)], answers)
        };
        let guards = [
            (ACL.to_owned(), "web ACL: open"),
            (ACL.replace("Properties: {", "Condition: Live, Properties: {"), "web ACL: open"),
            (ACL.replace("WAFv2", "WAFRegional"), "web ACL: open"),
            (domain("MutualTlsAuthentication: { TruststoreUri: 's3://x/y' }"), "mutual TLS: open"),
            (domain("Policy: { Statement: [] }"), "policy of domain: open"),
            (domain("EndpointConfiguration: { Types: [PRIVATE] }"), "private endpoint: open"),
        ];
        for (guard, answer) in guards {
            assert_code(&imported(&guard, "x: x"), 3, answer);
            assert_code(&imported(&guard, answer), 0, "open, as the answer says");
        }
        let nothing = "no API of this template is imported";
        assert_code(&imported(&domain("SecurityPolicy: TLS_1_2"), "x: x"), 0, nothing);
        let unmet = ACL.replace("Properties: {", "Condition: Live, Properties: {");
        let dev = template.replace("'live'", "'dev'").replace("Env: live", "Env: dev");
        let more = format!("{parameter}{unmet}");
        let ran = imported_beside(&dev, &[("api.yaml", &api()), ("more.yaml", &more)], "x: x");
        assert_code(&ran, 0, nothing);
        let of_other = "  B: { Type: AWS::ApiGateway::RestApi, Properties: { Name: b } }\n".to_owned()
            + &ACL.replace("${Id}", "${B}");
        assert_code(&imported(&of_other, "api: A"), 0, "the API of this template is not imported");
    }
}

#[test]
fn a_stack_is_told_of_the_api_by_whatever_leads_to_it() {
    let unread = |parameters: &str| stack("Z", "https://s3.amazonaws.com/a/z.yaml", parameters);
    let own = [
        "!Select [1, !Split ['/', !Sub 'x/${A}']]",
        "!GetAtt R.ResourceId",
        "{ 'Fn::If': [Yes, !Ref A, x] }",
        "!GetAtt Made.Id",
        "!GetAtt Kept.Value",
    ];
    let hands_on = "  Made: { Type: Custom::Id, Properties: { ServiceToken: x, Api: !Ref A } }
  Kept: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Ref A } }
";
    for value in own {
        let template = format!(
            "Conditions: {{ Yes: !Equals [a, a] }}\n{}{hands_on}{}",
            api(),
            unread(&format!("Id: {value}"))
        );
        assert_code(&imported_beside(&template, &[], "x: x"), 3, "stack Z: open");
        assert_code(&imported_beside(&template, &[], "stack Z: open"), 0, "open, as the answer says");
    }
    for (value, code) in
        [("!GetAtt N.Outputs.Id", 3), ("!Sub '${N.Outputs.Id}'", 3), ("!GetAtt Table.Arn", 0)]
    {
        // Whichever of the two stands first.
        let (nested, unread) = (stack("N", "api.yaml", ""), unread(&format!("Id: {value}")));
        for stacks in [format!("{nested}{unread}"), format!("{unread}{nested}")] {
            let template = format!("Resources:\n{stacks}  Table: {{ Type: AWS::DynamoDB::Table }}\n");
            let ran = imported_beside(&template, &[("api.yaml", &api())], "x: x");
            assert_code(&ran, code, if code == 3 { "stack Z: open" } else { "its template is not read" });
        }
    }
}
