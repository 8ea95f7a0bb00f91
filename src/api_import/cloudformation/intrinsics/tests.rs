//! Each intrinsic as the template of a response: the text that comes of it, or the error.

use crate::{
    api_file::check_text,
    api_import::{ImportOptions, Imported, Input, import},
};

fn template(answer: &str, more: &str) -> String {
    format!(
        r#"
Parameters:
  Env: {{ Type: String, Default: prod, AllowedValues: [prod, dev] }}
  Names: {{ Type: CommaDelimitedList, Default: "a, b,c" }}
  Key: {{ Type: "AWS::SSM::Parameter::Value<String>", Default: /keys/api }}
  Dollar: {{ Type: String, Default: "${{Env}}" }}
Mappings:
  Sizes: {{ prod: {{ Words: [big, bigger], Word: large }}, dev: {{ Word: small }} }}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: {{ "Fn::Not": [{{ Condition: IsProd }}] }}
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsDev, !Condition IsProd]
  Keyed: !Equals [!Ref Key, x]
  Left: !Condition Right
  Right: !Not [!Condition Left]
Resources:
  Queue: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: !Sub "${{Env}}-jobs" }} }}
  Itself: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: !GetAtt Itself.QueueName }} }}
  Root:
    Type: AWS::ApiGateway::Method
    Properties: {{ RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: {{ Type: MOCK,
      RequestTemplates: {{ application/json: "{{statusCode: 200}}" }}, IntegrationResponses: [{{ StatusCode: "200", ResponseTemplates: {{ application/json: {answer} }} }}] }} }}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {{ Name: api{more} }}
"#
    )
}

fn imported(template: String, answers: &str, parameters: &[(&str, &str)]) -> Imported {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = ImportOptions { parameters: parameters.collect(), ..ImportOptions::default() };
    let input = |name: &str, text: &str| Input::Text { name: name.to_owned(), text: text.to_owned() };
    let map = (!answers.is_empty()).then(|| input("answers.yaml", answers));
    import(&[input("t.yaml", &template)], map.as_ref(), &options).unwrap()
}

/// The template of the response, or the errors and the lines of questions.
fn told(imported: &Imported) -> Vec<String> {
    if let Some(text) = &imported.text {
        let routes = check_text("tollgate.yaml", text).api.stages[0].to_items().routes;
        let responses =
            &routes.iter().find(|item| item["routeKey"] == "GET /").unwrap()["integration"]["responses"];
        let template = responses["default"]["responseTemplates"]["application/json"].as_str();
        return vec![template.unwrap_or("none").to_owned()];
    }
    let errors = imported.report.findings.iter().map(|found| found.words.clone());
    errors.chain(imported.report.questions.iter().map(|question| question.line.clone())).collect()
}

#[test]
fn each_intrinsic_becomes_what_cloudformation_makes_of_it() {
    #[rustfmt::skip]
    let table = [
        ("!Ref Env", "prod"),
        ("!Sub '${Env} ${!Env} ${AWS::Partition}.${AWS::URLSuffix}'", "prod ${Env} aws.amazonaws.com"),
        ("!Ref Dollar", "${Env}"),
        ("!Sub ['${A}-${Env}', { A: !If [IsProd, one, two] }]", "one-prod"),
        ("{ 'Fn::Sub': ['x${A}', { A: !FindInMap [Sizes, !Ref Env, Word] }] }", "xlarge"),
        ("!Join ['-', [a, !Ref Env, '${Env}']]", "a-prod-${Env}"),
        ("!Join ['-', !Ref Names]", "a-b-c"),
        ("!Join ['', !Split [',', 'x,y']]", "xy"),
        ("!Join ['-', [a, !If [IsDev, b, !Ref AWS::NoValue], c]]", "a-c"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [0, !Ref Names]", "a"),
        ("!Select [2, !Split [':', 'a:b:c:d']]", "c"),
        ("!Select [1, !FindInMap [Sizes, prod, Words]]", "bigger"),
        ("!FindInMap [Sizes, dev, Word]", "small"),
        ("!FindInMap [Sizes, test, Word, { DefaultValue: none of them }]", "none of them"),
        ("!If [IsProd, yes-it-is, no-it-is-not]", "yes-it-is"),
        ("{ 'Fn::If': [Both, a, { 'Fn::If': [Either, b, c] }] }", "b"),
        ("!If [IsDev, a, !Ref AWS::NoValue]", "none"),
        ("!Base64 'a${Env}'", "YSR7RW52fQ=="),
        ("{ 'Fn::Base64': !Sub 'a${Env}' }", "YXByb2Q="),
        ("{ 'Fn::ToJsonString': [a, !Ref Env] }", r#"["a","prod"]"#),
        ("{ 'Fn::Length': !Ref Names }", "3"),
        ("!GetAtt Queue.QueueName", "prod-jobs"),
        ("!ImportValue other", "OTHER"),
        ("{ 'Fn::ImportValue': !Sub '${Env}-other' }", "PROD OTHER"),
        ("!Ref Key", "KEY"),
        ("!If [Keyed, a, b]", "b"),
        ("!GetAtt Queue.Arn", "arn:aws:sqs:eu-west-1:111122223333:prod-jobs"),
        ("!GetAtt [Bucket, Arn]", "ARN"),
    ];
    let answers = "other: OTHER\nprod-other: PROD OTHER\nKey: KEY\nBucket.Arn: ARN\nAWS::Region: eu-west-1\nAWS::AccountId: '111122223333'\n";
    for (expression, expected) in table {
        assert_eq!(told(&imported(template(expression, ""), answers, &[])), [expected], "{expression}");
    }
}

#[test]
fn what_no_template_tells_is_asked_and_what_is_wrong_is_an_error() {
    #[rustfmt::skip]
    let table = [
        ("!Ref Key", "Key: VALUE"),
        ("!If [Keyed, a, b]", "Key: VALUE"),
        ("!Select [5, !Split [':', !GetAtt Bucket.Arn]]", "Bucket.Arn: arn:aws:SERVICE:REGION:ACCOUNT:NAME"),
        ("{ 'Fn::ImportValue': !Sub '${Env}-other' }", "prod-other: VALUE"),
        ("!GetAtt Itself.QueueName", "Itself.QueueName leads to itself"),
        ("!If [IsProd, a]", "expected Fn::If: [condition, then, else]"),
        ("!If [[a], a, b]", "Fn::If: expected the name of a condition"),
        ("!If [Lost, a, b]", "the template has no condition Lost"),
        ("!If [Left, a, b]", "conditions go in a circle: Left → Right → Left"),
        ("!FindInMap [Sizes, prod]", "expected Fn::FindInMap: [map, key, second key]"),
        ("!FindInMap [Sizes, test, Word]", "Mappings have no Sizes / test / Word"),
        ("!Select [7, [a]]", "Fn::Select: got index 7, the list has 1 values"),
        ("!Select [a, [a]]", "Fn::Select: expected an index from 0 and a list"),
        ("!Select [a]", "expected Fn::Select: [index, list]"),
        ("!Split [a]", "expected Fn::Split: [separator, text]"),
        ("!Split ['', a]", "Fn::Split: the separator is empty"),
        ("!Length a", "Fn::Length: expected a list"),
        ("!Cidr [a, 1, 2]", "Fn::Cidr is not read yet: write its value in its place"),
        ("!Join [a]", "Fn::Join: its arguments are not as CloudFormation has them"),
        ("!Sub 'a${AWS::NoValue}'", "AWS::NoValue within a text is none: take it out"),
        ("{ 'Fn::Base64': [a] }", "got a list, expected a text"),
    ];
    for (expression, expected) in table {
        let told = told(&imported(template(expression, ""), "", &[]));
        assert!(told.iter().any(|words| words == expected), "{expression}: {told:?}");
    }
}

#[test]
fn parameters_are_given_and_checked() {
    let template = |text: &str| template(text, "");
    assert_eq!(told(&imported(template("!Ref Env"), "", &[("Env", "dev")])), ["dev"]);
    assert_eq!(told(&imported(template("!If [IsProd, a, b]"), "", &[("Env", "dev")])), ["b"]);
    assert_eq!(
        told(&imported(template("!Select [1, !Ref Names]"), "", &[("Names", "x,yes it is")])),
        ["yes it is"]
    );
    assert_eq!(told(&imported(template("!Ref Key"), "", &[("Key", "k${Env}")])), ["k${Env}"]);
    let wrong = imported(template("a"), "", &[("Env", "test"), ("Lost", "x")]);
    assert_eq!(
        told(&wrong),
        [
            "--parameter Lost: the template has no parameter of this name",
            "--parameter Env: got \"test\", expected one of prod, dev",
        ]
    );
}
