//! What an attacker of the import tried with documents: none of it makes a route more open than it was, without an answer.

use crate::{api_file::Folder, harness::tool::Ran};

const MOCK: &str = "x-amazon-apigateway-integration: { type: mock, requestTemplates: { application/json: '{\"statusCode\": 200}' } }";

fn imported(document: &str, answers: &str, options: &[&str]) -> Ran {
    let answers = if answers.is_empty() { "{}" } else { answers };
    let files = [("api.yaml", document.as_bytes()), ("answers.yaml", answers.as_bytes())];
    let arguments = [&["import", "api.yaml", "--map", "answers.yaml"], options].concat();
    Folder::new(&files).tollgate(&arguments)
}

/// The import writes nothing and says this.
fn refused(document: &str, answers: &str, options: &[&str], words: &str) {
    let ran = imported(document, answers, options);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{document}\n{}", ran.stderr);
    assert!(ran.stderr.contains(words), "{document}\n{}", ran.stderr);
}

/// The file that the import writes.
fn written(document: &str, answers: &str, options: &[&str]) -> String {
    let ran = imported(document, answers, options);
    assert_eq!(ran.code, Some(0), "{document}\n{}", ran.stderr);
    ran.stdout
}

/// A REST API with a policy that denies a stage something.
fn with_policy(head: &str, resource: &str) -> String {
    format!(
        "openapi: 3.0.1
{head}
x-amazon-apigateway-policy:
  Version: '2012-10-17'
  Statement:
    - {{ Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }}
    - {{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: ['{resource}'] }}
paths: {{ /a: {{ delete: {{ {MOCK} }} }} }}
"
    )
}

#[test]
fn a_policy_denies_what_it_denied_after_its_stage_has_another_name() {
    let exported = "servers: [{ url: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod' }]";
    let arn = "arn:aws:execute-api:eu-west-1:111122223333:abc";
    let live: &[&str] = &["--stage", "live"];
    let prod: &[&str] = &["--stage", "prod"];
    #[rustfmt::skip]
    let table = [
        (exported, "execute-api:/prod/DELETE/*".to_owned(), "", live, "execute-api:/live/DELETE/*".to_owned()),
        (exported, format!("{arn}/prod/DELETE/*"), "", live, format!("{arn}/live/DELETE/*")),
        (exported, "execute-api:/prod/DELETE/*".to_owned(), "", &[], "execute-api:/prod/DELETE/*".to_owned()),
        ("", "execute-api:/prod/DELETE/*".to_owned(), "", prod, "execute-api:/prod/DELETE/*".to_owned()),
        ("", "execute-api:/prod/DELETE/*".to_owned(), "policy stage: prod", live, "execute-api:/live/DELETE/*".to_owned()),
        ("", "execute-api:/prod/DELETE/*".to_owned(), "policy stage: prod", &[], "execute-api:/v1/DELETE/*".to_owned()),
        ("", "execute-api:/*/DELETE/*".to_owned(), "", live, "execute-api:/*/DELETE/*".to_owned()),
    ];
    for (head, resource, answers, options, expected) in table {
        let file = written(&with_policy(head, &resource), answers, options);
        assert!(file.contains(&expected), "{resource} {options:?}: {file}");
    }
    let asked = "--map: policy stage: prod";
    refused(&with_policy("", "execute-api:/prod/DELETE/*"), "", &[], asked);
    refused(&with_policy("", "execute-api:/prod/DELETE/*"), "", live, asked);
    let words = "with --stage prod";
    refused(&with_policy(exported, "execute-api:/p*d/DELETE/*"), "", live, words);
    refused(&with_policy(exported, "execute-api:/live/DELETE/*"), "", live, words);
}

#[test]
fn a_policy_of_a_template_follows_its_renamed_stage() {
    let template = format!(
        "Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        {}
  Stage: {{ Type: AWS::ApiGateway::Stage, Properties: {{ RestApiId: !Ref Api, StageName: prod }} }}
",
        with_policy("", "execute-api:/prod/DELETE/*").replace('\n', "\n        ")
    );
    assert!(written(&template, "", &[]).contains("execute-api:/prod/DELETE/*"));
    assert!(written(&template, "", &["--stage", "live"]).contains("execute-api:/live/DELETE/*"));
}

#[test]
fn a_private_endpoint_at_a_server_is_a_question() {
    let document = |servers: &str| {
        format!("openapi: 3.0.1\nservers: [{servers}]\npaths: {{ /a: {{ get: {{ {MOCK} }} }} }}\n")
    };
    let asked = "--map: private endpoint: open";
    let private = "{ url: /, x-amazon-apigateway-endpoint-configuration: { vpcEndpointIds: [vpce-1], disableExecuteApiEndpoint: true } }";
    refused(&document(private), "", &[], asked);
    refused(&document(&format!("{{ url: / }}, {private}")), "", &[], asked);
    written(&document(private), "private endpoint: open", &[]);
    written(&document(&private.replace("vpcEndpointIds: [vpce-1], ", "")), "", &[]);
}
