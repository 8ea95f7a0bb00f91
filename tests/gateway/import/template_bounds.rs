//! Templates that would make a reader run out of stack, of memory or of time are refused with words, and soon.

use std::{os::unix::fs::symlink, process::Command};

use crate::{api_file::Folder, harness::tool::Ran};

/// A template with one mock, whose response has this text, and more sections.
fn template(text: &str, more: &str) -> String {
    format!(
        "Resources:
  Api: {{ Type: AWS::ApiGateway::RestApi, Properties: {{ Name: shop }} }}
  Get:
    Type: AWS::ApiGateway::Method
    Properties: {{ RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE,
      Integration: {{ Type: MOCK, IntegrationResponses: [{{ StatusCode: 200, ResponseTemplates: {{ application/json: {text} }} }}] }} }}
{more}"
    )
}

fn imported(files: &[(&str, &str)]) -> Ran {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    Folder::new(&files).tollgate(&["import", "input.yaml"])
}

fn assert_refused(ran: &Ran, expected: &str) {
    let tail: String = ran.stderr.chars().take(2000).collect();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{tail}");
    assert!(ran.stderr.contains(expected), "{expected}: {tail}");
}

fn include(file: &str) -> String {
    format!("{{ 'Fn::Transform': {{ Name: AWS::Include, Parameters: {{ Location: {file} }} }} }}")
}

#[test]
fn files_that_include_each_other_end() {
    let input = template(&include("a.yaml"), "");
    let (a, b) = (format!("x: {}", include("b.yaml")), format!("x: {}", include("a.yaml")));
    let circle = "files include each other in a circle";
    assert_refused(&imported(&[("input.yaml", &input), ("a.yaml", &b)]), circle);
    assert_refused(&imported(&[("input.yaml", &input), ("a.yaml", &a), ("b.yaml", &b)]), circle);

    let twice: Vec<(String, String)> = (0..30)
        .map(|at| {
            let next = include(&format!("f{}.yaml", at + 1));
            (format!("f{at}.yaml"), format!("x: {next}\ny: {next}"))
        })
        .collect();
    let input = template(&include("f0.yaml"), "");
    let mut files = vec![("input.yaml", input.as_str()), ("f30.yaml", "x: y")];
    files.extend(twice.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    assert_refused(&imported(&files), "more than 200 files are included");

    let levels = "{ x: ".repeat(120);
    let ends = "}".repeat(120);
    let deep: Vec<(String, String)> = (0..150)
        .map(|at| (format!("f{at}.yaml"), format!("{levels}{}{ends}", include(&format!("f{}.yaml", at + 1)))))
        .collect();
    let mut files = vec![("input.yaml", input.as_str()), ("f150.yaml", "x: y")];
    files.extend(deep.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    assert_refused(&imported(&files), "levels deep");
}

#[test]
fn a_chain_of_conditions_ends() {
    let chain = (0..20_000).map(|at| format!("  C{at}: {{ 'Fn::Not': [{{ Condition: C{} }}] }}\n", at + 1));
    let conditions = format!("Conditions:\n{}  C20000: !Equals [a, b]\n", chain.collect::<String>());
    let ran = imported(&[("input.yaml", &template("!If [C0, a, b]", &conditions))]);
    assert_refused(&ran, "values and conditions lead more than 400 levels deep");
    let short = "Conditions: { C0: !Not [!Condition C1], C1: !Equals [a, b] }\n";
    let ran = imported(&[("input.yaml", &template("!If [C0, first, second]", short))]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn calls_that_make_too_much_are_refused() {
    let mut sub = "x".repeat(10);
    for _ in 0..9 {
        sub = format!("{{ 'Fn::Sub': ['{}', {{ a: {sub} }}] }}", "${a}".repeat(10));
    }
    assert_refused(&imported(&[("input.yaml", &template(&sub, ""))]), "Fn::Sub makes more than 6 MB");
    let mut join = "x".repeat(10);
    for _ in 0..9 {
        join = format!("{{ 'Fn::Sub': ['{}', {{ a: {join} }}] }}", "${a}".repeat(4));
    }
    let join = format!("{{ 'Fn::Join': ['', [{}]] }}", vec![join; 10].join(", "));
    assert_refused(&imported(&[("input.yaml", &template(&join, ""))]), "Fn::Join makes more than 6 MB");

    let too_much = "the calls and names of the template make more than 64 MB";
    let list = format!("{{ 'Fn::Join': ['', [{}]] }}", vec!["!Ref Long"; 20_000].join(", "));
    let long = format!("Parameters: {{ Long: {{ Type: String, Default: {} }} }}\n", "x".repeat(1 << 20));
    assert_refused(&imported(&[("input.yaml", &template(&list, &long))]), too_much);

    let mut names = String::new();
    for at in 0..12 {
        let next = format!("${{F{}}}", at + 1).repeat(10);
        names += &format!(
            "  F{at}: {{ Type: AWS::Lambda::Function, Properties: {{ FunctionName: !Sub '{next}' }} }}\n"
        );
    }
    assert_refused(&imported(&[("input.yaml", &template("!Ref F0", &names))]), too_much);
    let nested = format!("!Sub '{}a{}'", "${".repeat(100_000), "}".repeat(100_000));
    assert_refused(&imported(&[("input.yaml", &template(&nested, ""))]), "levels deep");
}

#[test]
fn what_is_no_regular_file_is_not_read() {
    let folder = Folder::new(&[("input.yaml", template(&include("pipe"), "").as_bytes())]);
    assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    assert_refused(&folder.tollgate(&["import", "input.yaml"]), "is no regular file");

    let synthesised =
        r#"{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}}}"#;
    let folder = Folder::new(&[("cdk.out/a.template.json", synthesised.as_bytes())]);
    symlink("/dev/zero", folder.path("cdk.out/x.template.json")).unwrap();
    let ran = folder.tollgate(&["import", "cdk.out"]);
    assert!(!ran.stderr.contains("x.template.json"), "{}", ran.stderr);
    assert!(ran.stderr.contains("a.template.json") || ran.code == Some(0), "{}", ran.stderr);
}
