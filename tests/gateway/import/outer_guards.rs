//! Guards before an API that a function URL does not have: each is a question, and nothing is written before its answer.

use super::template_guards::{REST, assert_written, imported_beside, instead};
use crate::api_file::Folder;

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

#[test]
fn a_domain_that_sam_makes_is_asked_about_as_any_other() {
    let with = |domain: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: live, Domain: {{ DomainName: a.example.com, CertificateArn: x, {domain} }} }} }}
  Hello: {{ Type: AWS::Serverless::Function, Properties: {{ FunctionName: hello, Events: {{ Get: {{ Type: Api, Properties: {{ RestApiId: !Ref Api, Path: /, Method: get }} }} }} }} }}
"
        )
    };
    assert_asked(&with("Policy: { Statement: [] }"), "policy of domain: open");
    assert_asked(&with("EndpointConfiguration: PRIVATE"), "private endpoint: open");
    assert_asked(&with("MutualTlsAuthentication: { TruststoreUri: 's3://x/y' }"), "mutual TLS: open");
    assert_written(&with("EndpointConfiguration: REGIONAL, Policy: !Ref AWS::NoValue"), "GET /");
}

#[test]
fn a_web_acl_is_a_question_unless_it_is_of_what_is_no_api() {
    let others = "  Alb: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer }
  Pool: { Type: AWS::Cognito::UserPool }
  Made: { Type: Custom::Arn, Properties: { Api: !Ref Api } }
";
    let with = |arn: &str| {
        format!(
            "{REST}{others}  Acl: {{ Type: AWS::WAFv2::WebACLAssociation, Properties: {{ ResourceArn: {arn}, WebACLArn: x }} }}\n"
        )
    };
    let of_api = [
        "!GetAtt Made.Arn",
        "!GetAtt Nested.Outputs.Arn",
        "{ 'Fn::ImportValue': arn }",
        "!Ref P",
        "!Sub '${Made.Arn}'",
        "!Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/live'",
        "!If [Yes, !Ref Alb, !GetAtt Made.Arn]",
        "!Select [0, [!GetAtt Made.Arn]]",
    ];
    let never = "Conditions: { Yes: !Equals [a, b] }";
    for arn in of_api {
        assert_asked(&format!("{never}{}", with(arn)), "web ACL: open");
    }
    let of_others = [
        "!Ref Alb",
        "!GetAtt Alb.LoadBalancerArn",
        "!GetAtt Pool.Arn",
        "!If [Yes, !GetAtt Made.Arn, !Ref Alb]",
        "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/b",
        "!Sub 'arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/a'",
    ];
    for arn in of_others {
        assert_written(&format!("{never}{}", with(arn)), "GET /");
    }
}

#[test]
fn what_other_stacks_of_cdk_have_of_the_api_is_not_forgotten() {
    let api = r#"{"Resources":{"Api":{"Type":"AWS::ApiGatewayV2::Api","Properties":{"ProtocolType":"HTTP","Target":"hello"}}}}"#;
    let resource = |kind: &str, properties: &str| {
        format!(r#"{{"Resources":{{"Other":{{"Type":"{kind}","Properties":{{{properties}}}}}}}}}"#)
    };
    let imported = |other: &str, answers: &str| {
        let files = [("Api.template.json", api), ("Other.template.json", other), ("answers.yaml", answers)];
        Folder::new(&files.map(|(name, text)| (name, text.as_bytes()))).tollgate(&[
            "import",
            ".",
            "--map",
            "answers.yaml",
        ])
    };
    let arn = r#""ResourceArn":{"Fn::Join":["",["arn:aws:apigateway:eu-west-1::/apis/",{"Fn::ImportValue":"Api:Id"},"/stages/live"]]}"#;
    let guards = [
        (resource("AWS::WAFv2::WebACLAssociation", arn), "web ACL: open"),
        (
            resource("AWS::ApiGatewayV2::DomainName", r#""MutualTlsAuthentication":{"TruststoreUri":"x"}"#),
            "mutual TLS: open",
        ),
    ];
    for (guard, answer) in guards {
        let ran = imported(&guard, "{}");
        assert_eq!(ran.code, Some(3), "{}", ran.stdout);
        assert!(ran.stderr.contains(answer), "{answer}: {}", ran.stderr);
        assert_eq!(imported(&guard, answer).code, Some(0), "{answer}");
    }
    let route = resource("AWS::ApiGatewayV2::Route", r#""ApiId":{"Fn::ImportValue":"Api:Id"}"#);
    let ran = imported(&route, "{}");
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("Other.template.json:1:1: error: the template has parts of an API"),
        "{}",
        ran.stderr
    );
    let of_alb = resource(
        "AWS::WAFv2::WebACLAssociation",
        r#""ResourceArn":"arn:aws:elasticloadbalancing:eu-west-1:1:x""#,
    );
    let ran = imported(&of_alb, "{}");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no API of this template is imported"), "{}", ran.stderr);
}
