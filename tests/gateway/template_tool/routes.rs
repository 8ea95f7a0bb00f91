//! The templates of a route in an API file, chosen as the gateway chooses them.

use expect_test::expect;

use super::run;

const API: &str = r#"tollgate: 1
stages:
  v1:
    stageVariables: { env: dev }
    routes:
      POST /orders/{id}:
        integration:
          type: MOCK
          passthroughBehavior: NEVER
          requestTemplates:
            application/json: |
              #set($context.responseOverride.header.x-id = $input.params('id'))
              {"statusCode": 200, "path": "$context.path", "env": "$stageVariables.env"}
            text/plain: ""
          responses:
            default:
              statusCode: 200
              responseTemplates:
                application/json: '{"id": "$context.responseOverride.header.x-id", "got": $input.json("$")}'
            4\d\d:
              statusCode: 404
      GET /a: { integration: { type: MOCK } }
      GET /both: { integration: { type: MOCK } }
  v2:
    routes:
      GET /both: { integration: { type: MOCK, requestTemplates: { application/json: "two" }, responses: { default: { statusCode: 200 } } } }
"#;

const INPUT: &str = r#"{ "pathParameters": { "id": "7" }, "integrationResponse": { "body": [1, 2] } }"#;

fn of_route(arguments: &[&str]) -> String {
    let files = [("api.yaml", API), ("request.json", INPUT)];
    let fixed = ["--file", "api.yaml", "-i", "request.json"];
    format!("{arguments:?}: {}", run(&files, &[&fixed, arguments].concat()).text(&[]))
}

#[test]
fn the_template_is_that_of_the_request_s_content_type_or_of_the_answer() {
    let orders = ["--route", "POST /orders/{order}"];
    let told: String = [
        &[][..],
        &["--content-type", "application/json; charset=utf-8"],
        &["--content-type", "text/plain"],
        &["--content-type", "text/csv"],
        &["--response", "200"],
        &["--response", "404"],
        &["--response", "default"],
    ]
    .map(|more| of_route(&[&orders, more].concat()))
    .concat();
    expect![[r#"
        ["--route", "POST /orders/{order}"]: exit 0
        {"statusCode": 200, "path": "/orders/7", "env": "dev"}

        OVERRIDE                      VALUE
        responseOverride.header.x-id  7
        --
        ["--route", "POST /orders/{order}", "--content-type", "application/json; charset=utf-8"]: exit 0
        {"statusCode": 200, "path": "/orders/7", "env": "dev"}

        OVERRIDE                      VALUE
        responseOverride.header.x-id  7
        --
        ["--route", "POST /orders/{order}", "--content-type", "text/plain"]: exit 0

        POST /orders/{id} request: note: there is no template: the body goes on as it is
        --
        ["--route", "POST /orders/{order}", "--content-type", "text/csv"]: exit 3
        --
        tollgate: the request would be refused: no request template for text/csv
        ["--route", "POST /orders/{order}", "--response", "200"]: exit 0
        {"id": "7", "got": [1,2]}

        OVERRIDE                      VALUE
        responseOverride.header.x-id  7
        --
        ["--route", "POST /orders/{order}", "--response", "404"]: exit 0
        [1, 2]

        POST /orders/{id} response 404: note: there is no template: the body goes on as it is
        --
        ["--route", "POST /orders/{order}", "--response", "default"]: exit 0
        {"id": "7", "got": [1,2]}

        OVERRIDE                      VALUE
        responseOverride.header.x-id  7
        --
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_route_that_has_none_is_told() {
    let told: String = [
        &["--route", "GET /nope"][..],
        &["--route", "GET /a", "--stage", "v3"],
        &["--route", "GET /a", "--stage", "v2"],
        &["--route", "GET /a"],
        &["--route", "GET /both"],
        &["--route", "GET /both", "--stage", "v2", "-o", "json"],
    ]
    .map(of_route)
    .concat();
    expect![[r#"
        ["--route", "GET /nope"]: exit 4
        --
        tollgate: no stage of the file has a route GET /nope
        ["--route", "GET /a", "--stage", "v3"]: exit 4
        --
        tollgate: there is no stage v3
        ["--route", "GET /a", "--stage", "v2"]: exit 4
        --
        tollgate: stage v2 has no route GET /a
        ["--route", "GET /a"]: exit 3
        --
        tollgate: GET /a has an integration MOCK, which maps nothing by templates
        ["--route", "GET /both"]: exit 64
        --
        tollgate: stages v1, v2 have a route GET /both: say --stage
        ["--route", "GET /both", "--stage", "v2", "-o", "json"]: exit 0
        {
          "contentType": "application/json",
          "maps": "request",
          "notes": [],
          "overrides": {
            "request": {
              "header": {},
              "path": {},
              "querystring": {}
            },
            "response": {
              "header": {},
              "status": null
            }
          },
          "problem": null,
          "schemaVersion": 1,
          "template": "GET /both request application/json",
          "text": "two",
          "variables": {}
        }
        --
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_failure_names_the_route_and_the_side() {
    let api = API.replace(r#""path": "$context.path""#, "$input.path('$.x').substring(7)");
    let files = [("api.yaml", api.as_str()), ("request.json", r#"{ "body": { "x": "y" } }"#)];
    let arguments =
        ["--file", "api.yaml", "--route", "POST /orders/{id}", "-i", "request.json", "--response", "200"];
    expect![[r#"
        exit 3
        POST /orders/{id} request application/json:2:40: problem: `substring`: from 7 to 1 of a text of 1
         2 | {"statusCode": 200, $input.path('$.x').substring(7), "env": "$stageVariables.env"}
           |                                        ^
           = a client gets 500 {"message": "Internal server error"}

        --
    "#]]
    .assert_eq(&run(&files, &arguments).text(&[]));
}

#[test]
fn a_template_that_cannot_be_read_is_a_problem_of_the_file_at_its_place() {
    let api = API.replace("{\"statusCode\": 200, ", "#if($a) ");
    let files = [("api.yaml", api.as_str())];
    let folder = crate::api_file::Folder::new(&[("api.yaml", api.as_bytes())]);
    let told = folder.tollgate(&["check", "api.yaml"]).text(&[]);
    expect![[r#"
        exit 3
        api.yaml:13:77: problem: integration.requestTemplates.application/json: got line 3, column 1: the template's end, expected #end of the `#if` at line 2, column 1
         13 |               #if($a) "path": "$context.path", "env": "$stageVariables.env"}
            |                                                                             ^
            = in stage v1, POST /orders/{id}

        api.yaml: 1 problem
        --
    "#]]
    .assert_eq(&told);
    let tried = run(&files, &["--file", "api.yaml", "--route", "POST /orders/{id}"]).text(&[]);
    assert_eq!(tried, told);
}
