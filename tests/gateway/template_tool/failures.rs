//! Templates that give no text: the place, the line and what a client would get.

use expect_test::expect;

use super::{run, tried};

#[test]
fn a_template_that_cannot_be_read_is_shown_at_its_place() {
    let cases = [
        "{\n  \"a\": $input.json('$.a'),\n#if($a)\n}",
        "é\n  #evaluate('$x')",
        "#set($a = )",
        "$util.toJson($a)",
        "$input.path('$.[')",
        "#return($a)",
        "#foreach($a)x#end",
    ];
    let told: String = cases.map(|template| tried(template, "{}", &[])).concat();
    expect![[r#"
        exit 3
        t.vtl:4:2: problem: got the template's end, expected #end of the `#if` at line 3, column 1
         4 | }
           |  ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:2:3: problem: got `#evaluate`, expected no #evaluate: a mapping template cannot run a text as a template
         2 |   #evaluate('$x')
           |   ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:1:11: problem: got `)`, expected a value: a reference, a text in quotes, a number, `[`, `{`, true or false
         1 | #set($a = )
           |           ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:1:1: problem: got `$util.toJson`, which AppSync has, expected what API Gateway has: escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode, base64Decode
         1 | $util.toJson($a)
           | ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:1:1: problem: got `$.[`, expected a JSONPath (character 4: got the end, expected a name in quotes, a number, `*` or `?(`)
         1 | $input.path('$.[')
           | ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:1:1: problem: got `#return`, expected no #return, which is AppSync's; #stop ends a mapping template
         1 | #return($a)
           | ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:1:12: problem: got `)`, expected `in`
         1 | #foreach($a)x#end
           |            ^
           = no deployment takes it; on API Gateway a client gets 500 {"message": "Internal server error"}

        --
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_rendering_that_fails_tells_what_a_client_gets() {
    let twice =
        r#"#set($context.requestOverride.header.a = "1")#set($context.requestOverride.header.a = "2")"#;
    let response = r#"{ "integrationResponse": { "body": "{\"a\":" } }"#;
    let cases = [
        ("ok\n$input.path('$.a')", r#"{ "body": "{\"a\":" }"#),
        ("$input.path('$.a')", response),
        (twice, "{}"),
        ("#set($a = \"x\")\n$a.substring(7)", "{}"),
        ("#macro(m)#m()#end#m()", "{}"),
    ];
    let told: String = cases.map(|(template, input)| tried(template, input, &[])).concat();
    expect![[r#"
        exit 3
        t.vtl:2:8: problem: the body: the JSON ends too early
         2 | $input.path('$.a')
           |        ^
           = a client gets 400 {"message": "Invalid request body"}

        --
        exit 3
        t.vtl:1:8: problem: the body: the JSON ends too early
         1 | $input.path('$.a')
           |        ^
           = a client gets 502 {"message": "Internal server error"}

        --
        exit 3
        t.vtl: problem: the template sets $context.requestOverride.header.a twice: keep the value in a variable, and set it at the end
           = a client gets 500 {"message": "Internal server error"}

        --
        exit 3
        t.vtl:2:4: problem: `substring`: from 7 to 1 of a text of 1
         2 | $a.substring(7)
           |    ^
           = a client gets 500 {"message": "Internal server error"}

        VARIABLE  AT THE END
        $a        x
        --
        exit 3
        t.vtl:1:10: problem: the template passed 20 levels of macros, blocks and values inside one another
         1 | #macro(m)#m()#end#m()
           |          ^
           = a client gets 500 {"message": "Internal server error"}

        --
    "#]]
    .assert_eq(&told);
}

#[test]
fn programs_get_the_problem_with_its_place_and_the_steps_before_it() {
    let template = "#set($a = \"x\")\n$a.substring(7)";
    expect![[r##"
        exit 3
        {
          "contentType": null,
          "leftOutSteps": 0,
          "maps": "request",
          "notes": [],
          "overrides": null,
          "problem": {
            "column": 4,
            "consequence": "a client gets 500 {\"message\": \"Internal server error\"}",
            "line": 2,
            "message": "`substring`: from 7 to 1 of a text of 1"
          },
          "schemaVersion": 1,
          "template": "t.vtl",
          "text": null,
          "trace": [
            {
              "column": 1,
              "line": 1,
              "result": "x",
              "source": "#set($a = \"x\")"
            }
          ],
          "variables": {
            "a": "x"
          }
        }
        --
    "##]]
    .assert_eq(&tried(template, "{}", &["-o", "json", "--trace"]));
}

#[test]
fn a_file_that_is_not_there_is_exit_code_4() {
    let told: String = [
        run(&[], &["t.vtl"]),
        run(&[("t.vtl", "")], &["t.vtl", "-i", "request.json"]),
        run(&[], &["--file", "api.yaml", "--route", "GET /a"]),
    ]
    .map(|ran| ran.text(&[]))
    .concat();
    expect![[r#"
        exit 4
        --
        tollgate: there is no file t.vtl
        exit 4
        --
        tollgate: there is no file request.json
        exit 4
        --
        tollgate: there is no file api.yaml
    "#]]
    .assert_eq(&told);
}
