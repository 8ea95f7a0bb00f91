//! The work of an import grows as its input does: what a route needs is the same for the first and for the last.

use std::fmt::Write;

use tollgate::api_import::{ImportOptions, Imported, Input, import};

/// A template of a REST API with so many methods, two for each resource. Its role is not in the template.
fn rest_template(routes: usize) -> String {
    let mut text =
        "{\"Resources\":{\"Api\":{\"Type\":\"AWS::ApiGateway::RestApi\",\"Properties\":{\"Name\":\"big\"}}"
            .to_owned();
    for resource in 0..routes / 2 {
        write!(text, r#","R{resource}":{{"Type":"AWS::ApiGateway::Resource","Properties":{{"RestApiId":{{"Ref":"Api"}},"ParentId":{{"Fn::GetAtt":["Api","RootResourceId"]}},"PathPart":"items{resource}"}}}}"#).unwrap();
        for method in ["GET", "POST"] {
            write!(text, r#","{method}{resource}":{{"Type":"AWS::ApiGateway::Method","Properties":{{"RestApiId":{{"Ref":"Api"}},"ResourceId":{{"Ref":"R{resource}"}},"HttpMethod":"{method}","AuthorizationType":"NONE","Integration":{{"Type":"AWS","IntegrationHttpMethod":"POST","Credentials":{{"Fn::GetAtt":["Role","Arn"]}},"Uri":"arn:aws:apigateway:eu-west-1:states:action/StartExecution"}}}}}}"#).unwrap();
        }
    }
    text + "}}"
}

/// A template of an HTTP API with so many routes.
fn http_template(routes: usize) -> String {
    let mut text = "{\"Resources\":{\"Api\":{\"Type\":\"AWS::ApiGatewayV2::Api\",\"Properties\":{\"Name\":\"big\",\"ProtocolType\":\"HTTP\"}}".to_owned();
    for route in 0..routes {
        write!(text, r#","I{route}":{{"Type":"AWS::ApiGatewayV2::Integration","Properties":{{"ApiId":{{"Ref":"Api"}},"IntegrationType":"AWS_PROXY","PayloadFormatVersion":"2.0","IntegrationUri":{{"Fn::GetAtt":["Get","Arn"]}}}}}},"R{route}":{{"Type":"AWS::ApiGatewayV2::Route","Properties":{{"ApiId":{{"Ref":"Api"}},"RouteKey":"GET /items{route}","Target":{{"Fn::Join":["/",["integrations",{{"Ref":"I{route}"}}]]}}}}}}"#).unwrap();
    }
    text + "}}"
}

/// A document with so many operations, each with a model of its own that refers to one of all.
fn document(routes: usize) -> String {
    let mut text = "{\"openapi\":\"3.0.1\",\"x-amazon-apigateway-request-validators\":{\"body\":{\"validateRequestBody\":true}},\"x-amazon-apigateway-request-validator\":\"body\",\"paths\":{\"/\":{}".to_owned();
    for route in 0..routes {
        write!(text, r##","/items{route}":{{"post":{{"requestBody":{{"content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/M{route}"}}}}}}}},"x-amazon-apigateway-integration":{{"type":"http_proxy","httpMethod":"POST","uri":"https://${{Host}}/"}}}}}}"##).unwrap();
    }
    text += "},\"components\":{\"schemas\":{\"Id\":{\"type\":\"string\"}";
    for route in 0..routes {
        write!(
            text,
            r##","M{route}":{{"type":"object","properties":{{"id":{{"$ref":"#/components/schemas/Id"}}}}}}"##
        )
        .unwrap();
    }
    text + "}}}"
}

/// What an import made: nodes of its tree, bytes of its file, entries and places of its report.
fn work(text: String, answers: &str) -> Vec<usize> {
    let input = |name: &str, text: String| Input::Text { name: name.to_owned(), text };
    let map = (!answers.is_empty()).then(|| input("answers.yaml", answers.to_owned()));
    let inputs = [input("api.json", text)];
    let Imported { text, report, tree, .. } =
        import(&inputs, map.as_ref(), &ImportOptions::default()).unwrap();
    assert_eq!(text.is_some(), map.is_some(), "{report}");
    let places: usize = report.question_places.iter().map(Vec::len).sum();
    vec![
        tree.node_count(),
        text.unwrap_or_default().len(),
        report.entries.len(),
        places,
        report.to_string().len(),
    ]
}

#[test]
fn ten_times_the_routes_are_ten_times_the_work() {
    type Made = fn(usize) -> String;
    let inputs: [(&str, Made, &str); 3] = [
        ("rest", rest_template, "Role.Arn: arn:aws:iam::111122223333:role/caller"),
        ("http", http_template, "Get.Arn: arn:aws:lambda:eu-west-1:111122223333:function:get"),
        ("document", document, "Host: example.com"),
    ];
    for (name, made, answers) in inputs {
        for answers in [answers, ""] {
            let (small, large) = (work(made(200), answers), work(made(2_000), answers));
            for (small, large) in small.iter().zip(&large) {
                assert!(*large <= 11 * small.max(&100), "{name}, {answers:?}: {small} became {large}");
            }
        }
    }
}
