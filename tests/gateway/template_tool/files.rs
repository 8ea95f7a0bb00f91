//! A template in a file: its text, its overrides, its variables, notes and steps.

use expect_test::expect;

use super::{run, tried};

const TEMPLATE: &str = r##"#set($order = $input.path('$'))
#set($context.requestOverride.header.X-Amz-Target = "Orders.Put")
#set($context.requestOverride.querystring.tag = ["a", "b"])
#set($context.requestOverride.path.id = "$input.params('id')")
#set($context.responseOverride.status = 202)
#set($context.responseOverride.header.Location = "/orders/7")
{
  "id": "$input.params('id')",
#foreach($line in $order.lines)
  "$line.sku": $line.qty#if($foreach.hasNext),#end

#end
  "stage": "$stageVariables.env $order.note $!order.note"
}
"##;

const INPUT: &str = r#"{
  "method": "POST",
  "pathParameters": { "id": "a/7" },
  "body": { "lines": [{ "sku": "p1", "qty": 1.50 }, { "sku": "p2", "qty": 2 }] },
  "stageVariables": { "env": "dev" }
}"#;

#[test]
fn a_template_is_rendered_with_its_overrides_and_variables() {
    expect![[r#"
        exit 0
        {
          "id": "a/7",
          "p1": 1.50,
          "p2": 2
          "stage": "dev  "
        }

        OVERRIDE                             VALUE
        requestOverride.path.id              a/7
        requestOverride.querystring.tag      a,b
        requestOverride.header.X-Amz-Target  Orders.Put
        responseOverride.status              202
        responseOverride.header.Location     /orders/7

        VARIABLE  AT THE END
        $order    {lines=[{"sku":"p1","qty":1.50},{"sku":"p2","qty":2}]}

        t.vtl:13:33: note: $order.note printed nothing, as on API Gateway
        --
    "#]]
    .assert_eq(&tried(TEMPLATE, INPUT, &[]));
}

#[test]
fn a_trace_tells_every_step_with_its_place_and_its_result() {
    let template = "#set($n = 1 + 1)\n#foreach($i in [1..$n])\n$i#if($i == 2) two#end\n#end\n$missing";
    expect![[r#"
        exit 0
        12 two

        VARIABLE  AT THE END
        $n        2

        t.vtl:5:1: note: $missing printed nothing, as on API Gateway

        PLACE  EVALUATED                RESULT
        1:1    #set($n = 1 + 1)         2
        3:1    $i                       1
        3:3    #if($i == 2)             false
        3:1    $i                       2
        3:3    #if($i == 2)             true
        2:1    #foreach($i in [1..$n])  2 turns
        5:1    $missing
        --
    "#]]
    .assert_eq(&tried(template, "{}", &["--trace"]));
}

#[test]
fn programs_get_all_of_it_as_json_or_yaml() {
    let template = "#set($context.responseOverride.status = 202)#set($a = [1])$a $missing";
    expect![[r##"
        exit 0
        {
          "contentType": null,
          "leftOutSteps": 0,
          "maps": "request",
          "notes": [
            {
              "column": 62,
              "line": 1,
              "message": "$missing printed nothing, as on API Gateway"
            }
          ],
          "overrides": {
            "request": {
              "header": {},
              "path": {},
              "querystring": {}
            },
            "response": {
              "header": {},
              "status": "202"
            }
          },
          "problem": null,
          "schemaVersion": 1,
          "template": "t.vtl",
          "text": "[1] ",
          "trace": [
            {
              "column": 1,
              "line": 1,
              "result": "202",
              "source": "#set($context.responseOverride.status = 202)"
            },
            {
              "column": 45,
              "line": 1,
              "result": "[1]",
              "source": "#set($a = [1])"
            },
            {
              "column": 59,
              "line": 1,
              "result": "[1]",
              "source": "$a"
            },
            {
              "column": 62,
              "line": 1,
              "result": "",
              "source": "$missing"
            }
          ],
          "variables": {
            "a": "[1]"
          }
        }
        --
    "##]]
    .assert_eq(&tried(template, "{}", &["--trace", "-o", "json"]));
    expect![[r#"
        exit 0
        contentType: null
        maps: request
        notes:
          - column: 62
            line: 1
            message: $missing printed nothing, as on API Gateway
        overrides:
          request: { header: {}, path: {}, querystring: {} }
          response: { header: {}, status: "202" }
        problem: null
        schemaVersion: 1
        template: t.vtl
        text: "[1] "
        variables: { a: "[1]" }
        --
    "#]]
    .assert_eq(&tried(template, "{}", &["-o", "yaml"]));
}

#[test]
fn the_answer_in_the_input_makes_it_a_response_s_template() {
    let input =
        r#"{ "body": "a request", "integrationResponse": { "body": { "Item": { "id": { "S": "7" } } } } }"#;
    expect![[r#"
        exit 0
        {
          "contentType": null,
          "maps": "response",
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
          "template": "t.vtl",
          "text": "7 { \"Item\": { \"id\": { \"S\": \"7\" } } }",
          "variables": {}
        }
        --
    "#]]
    .assert_eq(&tried("$input.path('$.Item.id.S') $input.body", input, &["-o", "json"]));
}

#[test]
fn a_member_that_prints_nothing_is_noted_with_the_one_that_was_meant() {
    let template = "[$input.jsn('$.a')][$input.bodies]\n[$context.requestID$!input.pth('$')$nothing]";
    expect![[r#"
        exit 0
        [][]
        []

        t.vtl:1:2: note: $input.jsn('$.a') printed nothing, as on API Gateway: expected a member of $input; did you mean $input.json?
        t.vtl:1:21: note: $input.bodies printed nothing, as on API Gateway: expected a member of $input: body, json, path, params
        t.vtl:2:2: note: $context.requestID printed nothing, as on API Gateway: expected a member of $context; did you mean $context.requestId?
        t.vtl:2:36: note: $nothing printed nothing, as on API Gateway
        --
    "#]]
    .assert_eq(&tried(template, "{}", &[]));
}

#[test]
fn whatever_api_gateway_takes_and_a_writer_may_not_mean_is_noted() {
    let template = r##"#set($l = [1..40])#foreach($a in $l)#foreach($b in $l)#end#end
#foreach($i in [1..1001])#end
#foreach($i in [1..3])$elem#end
#set($context.responseOverride.status = "many")"##;
    expect![[r#"
        exit 0

        OVERRIDE                 VALUE
        responseOverride.status  many

        VARIABLE  AT THE END
        $l        [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,…

        t.vtl:3:23: note: $elem printed nothing, as on API Gateway
        t.vtl:2:1: note: the loop ended after 1,000 turns, as on API Gateway
        t.vtl: note: responseOverride.status is "many", which is none: it counts for nothing
        t.vtl: note: the template renders to nothing: no body is sent
        --
    "#]]
    .assert_eq(&tried(template, "{}", &[]));
    expect![[r#"
        exit 0

        VARIABLE  AT THE END
        $a        1

        t.vtl: note: the template renders to nothing: no body is sent
        --
    "#]]
    .assert_eq(&tried("#set($a = 1)", "{}", &[]));
}

#[test]
fn without_an_input_the_request_is_an_empty_one() {
    let template = "$context.httpMethod $context.path $input.body $context.stage $context.requestId";
    let ran = run(&[("t.vtl", template)], &["t.vtl"]);
    expect![[r#"
        exit 0
        GET / {} test test-invoke-request
        --
    "#]]
    .assert_eq(&ran.text(&[]));
}

#[test]
fn nothing_is_printed_that_a_terminal_would_obey() {
    let template = "#set($a = $input.path('$.a'))\t$a";
    expect![[r#"
        exit 0
        	\u{1b}[2J

        VARIABLE  AT THE END
        $a        \u{1b}[2J

        PLACE  EVALUATED                      RESULT
        1:1    #set($a = $input.path('$.a'))  \u{1b}[2J
        1:31   $a                             \u{1b}[2J
        --
    "#]]
    .assert_eq(&tried(template, r#"{ "body": { "a": "\u001b[2J" } }"#, &["--trace"]));
}

#[test]
fn a_long_trace_ends_and_says_so() {
    let rounds = "#foreach($a in [1..900])#foreach($b in [1..15])$b#end#end";
    let told = tried(rounds, "{}", &["--trace"]);
    let steps = told.lines().filter(|line| line.starts_with("1:")).count();
    assert_eq!((steps, told.lines().rev().nth(1)), (10_000, Some("… and 4401 steps more")));
}
