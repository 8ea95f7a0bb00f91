//! What is no YAML, or is understood otherwise by the next reader.

use expect_test::expect;

use super::{checked, with_stage};

/// A stage with a route whose body is `body`.
fn with_body(body: &str) -> String {
    with_stage(&format!("routes:\n  GET /:\n    integration:\n      type: MOCK\n      body: {body}"))
}

#[test]
fn what_is_no_yaml_is_told_with_its_place_and_what_helps() {
    let cases = [
        "tollgate: 1\nstages:\n\tv1: {}\n".to_owned(),
        with_body("a: b"),
        with_body("\"no end"),
        with_body("{ a: ${context.path} }"),
        with_body("[ a, b"),
        with_body("@home"),
        with_body("*nobody"),
        with_body("\"\\ud83d\\ude00\""),
        with_body("ok\n  stray"),
        "tollgate: 1\n---\ntollgate: 1\n".to_owned(),
        String::new(),
        "# nothing\n".to_owned(),
        "just text\n".to_owned(),
    ];
    let reports: Vec<String> = cases.iter().map(checked).collect();
    expect![[r#"
        exit 3
        tollgate.yaml:3:2: problem: no YAML: tabs disallowed within this context (block indentation)
         3 |  v1: {}
           |  ^
           = indent with spaces: YAML takes no tabs there

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:18: problem: no YAML: mapping values are not allowed in this context
         8 |           body: a: b
           |                  ^
           = a text with ": " in it needs quotes; so does a line that is indented too far

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: no YAML: while scanning a quoted scalar, found unexpected end of stream
         8 |           body: "no end
           |                 ^
           = the closing quote is missing

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:23: problem: no YAML: while parsing a flow mapping, did not find expected ',' or '}'
         8 |           body: { a: ${context.path} }
           |                       ^
           = between { and } a text with {, }, [, ] or a comma in it, such as ${…}, needs quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:9:1: problem: no YAML: while parsing a flow sequence, expected ',' or ']'
         9 | 
           | ^
           = between [ and ] a text with {, }, [, ] or a comma in it, such as ${…}, needs quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: no YAML: unexpected character: `@'
         8 |           body: @home
           |                 ^
           = a text that begins with this character needs quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: no YAML: while parsing node, found unknown anchor
         8 |           body: *nobody
           |                 ^
           = an alias stands behind its anchor, in the same file; a text that begins with * needs quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: no YAML: while parsing a quoted scalar, found invalid Unicode character escape code
         8 |           body: "\ud83d\ude00"
           |                 ^
           = write the character itself, or \U and eight digits

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:10:1: problem: no YAML: simple key expect ':'
         10 | 
            | ^
            = a name and its colon stand in one line; is the indentation that of its neighbours?

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:2:1: problem: a second document begins here, and an API is in one
         2 | ---
           | ^^^
           = put it into a file of its own, and take that in by $include

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:1: problem: got nothing, expected tollgate: 1 and the sections of an API
         1 | 
           | ^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:1: problem: got nothing, expected tollgate: 1 and the sections of an API
         1 | # nothing
           | ^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:1: problem: got a text, expected a map of sections
         1 | just text
           | ^^^^^^^^^

        tollgate.yaml: 1 problem
    "#]].assert_eq(&reports.join("\n"));
}

#[test]
fn a_scalar_that_yaml_1_1_reads_otherwise_is_refused() {
    let bodies = ["yes", "Off", "0777", "1_000", "12:30", "0b1", ".inf", "- .nan", "1e999"];
    let reports: Vec<String> = bodies.iter().map(|body| checked(with_body(body))).collect();
    expect![[r#"
        exit 3
        tollgate.yaml:8:17: problem: got yes, which YAML 1.1 reads as true and YAML 1.2 as text
         8 |           body: yes
           |                 ^^^
           = write true, or "yes" in quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got Off, which YAML 1.1 reads as false and YAML 1.2 as text
         8 |           body: Off
           |                 ^^^
           = write false, or "Off" in quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got 0777, which YAML 1.1 reads as octal and YAML 1.2 as decimal
         8 |           body: 0777
           |                 ^^^^
           = put it in quotes if it is text

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got 1_000, which YAML 1.1 reads as a number and YAML 1.2 as text
         8 |           body: 1_000
           |                 ^^^^^
           = put it in quotes if it is text

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got 12:30, which YAML 1.1 reads as a number of base 60 and YAML 1.2 as text
         8 |           body: 12:30
           |                 ^^^^^
           = put it in quotes if it is text

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got 0b1, which YAML 1.1 reads as binary and YAML 1.2 as text
         8 |           body: 0b1
           |                 ^^^
           = put it in quotes if it is text

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got .inf, which is a number to YAML that no item can hold
         8 |           body: .inf
           |                 ^^^^
           = put it in quotes if it is text

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: no YAML: block sequence entries are not allowed in this context
         8 |           body: - .nan
           |                 ^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got 1e999, which is a number of more than 38 digits, or beyond 9.9E+125 or 1E-130
         8 |           body: 1e999
           |                 ^^^^^
           = put it in quotes if it is text

        tollgate.yaml: 1 problem
    "#]].assert_eq(&reports.join("\n"));
}

#[test]
fn names_tags_and_merge_keys_that_mean_several_things_are_refused() {
    let cases = [
        with_body("{ a: 1, a: 2 }"),
        with_body("{ ~: 1 }"),
        with_body("{ [a]: 1 }"),
        with_body("!!binary aGk="),
        with_body("!mine { a: 1 }"),
        with_body("!!int one"),
        "x: &x { type: MOCK }\ntollgate: 1\nstages: { v1: { routes: { GET /: { integration: { <<: *x } } } } }\n"
            .to_owned(),
        with_body("&a [ *a ]"),
    ];
    let reports: Vec<String> = cases.iter().map(checked).collect();
    expect![[r#"
        exit 3
        tollgate.yaml:8:25: problem: got "a" twice in one map
         8 |           body: { a: 1, a: 2 }
           |                         ^
           = first at tollgate.yaml:8:19

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:19: problem: got nothing for a name
         8 |           body: { ~: 1 }
           |                   ^
           = put the name in quotes

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:19: problem: got a map, a list or an alias for a name, expected a text
         8 |           body: { [a]: 1 }
           |                   ^
           = a value that begins with {, [ or * needs quotes if it is text

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got the tag !!binary, which says nothing here
         8 |           body: !!binary aGk=
           |                 ^^^^^^^^^^^^^
           = leave it out

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got the tag !mine, which says nothing here
         8 |           body: !mine { a: 1 }
           |                 ^^^^^^^^
           = leave it out

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:8:17: problem: got "one", which is no !!int
         8 |           body: !!int one
           |                 ^^^^^^^^^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:1: problem: got the section x, expected tollgate, stages, usagePlans, apiKeys, functions, tables or try
         1 | x: &x { type: MOCK }
           | ^

        tollgate.yaml:3:36: problem: integration.type: got nothing, expected one of AWS, AWS_PROXY, DYNAMODB, HTTP, HTTP_PROXY, MOCK, SQS, SNS, EVENTBRIDGE, STEP_FUNCTIONS, KINESIS, S3
         3 | stages: { v1: { routes: { GET /: { integration: { <<: *x } } } } }
           |                                    ^^^^^^^^^^^
           = in stage v1, GET /

        tollgate.yaml:3:51: problem: got <<, a merge key, which YAML 1.2 does not have
         3 | stages: { v1: { routes: { GET /: { integration: { <<: *x } } } } }
           |                                                   ^^
           = write the fields out, or let the stage extend another one (extends); an alias stands for a whole value

        tollgate.yaml: 3 problems

        exit 3
        tollgate.yaml:8:22: problem: got an alias inside of what it stands for
         8 |           body: &a [ *a ]
           |                      ^^

        tollgate.yaml: 1 problem
    "#]].assert_eq(&reports.join("\n"));
}

#[test]
fn what_would_grow_without_end_is_refused_soon() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let deep = format!("tollgate: 1\nstages: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("tollgate: 1\n# {}\n", "x".repeat(10 << 20));
    let reports = [checked(bomb), checked(deep), checked(long)].join("\n");
    expect![[r#"
        exit 3
        tollgate.yaml:7:5: problem: got more than 1000000 values, aliases written out
         7 | a6: &a6 [*a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5]
           |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:2:264: problem: no YAML: recursion limit exceeded
         2 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
           |                                                              ^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:1: problem: got files of more than 8 MB together, expected an API of at most 8 MB
         1 | 
           | ^

        tollgate.yaml: 1 problem
    "#]].assert_eq(&reports);
}

#[test]
fn bytes_that_are_no_utf_8_are_found() {
    let reports =
        [checked(b"tollgate: 1\nstages: {v\xff: {}}\n"), checked(b"\xff\xfet\0o\0l\0l\0")].join("\n");
    expect![[r#"
        exit 3
        tollgate.yaml:2:11: problem: got bytes that are no UTF-8
         2 | stages: {v�: {}}
           |           ^
           = save the file as UTF-8

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:1: problem: got bytes that are no UTF-8
         1 | ��t o l l
           | ^
           = save the file as UTF-8

        tollgate.yaml: 1 problem
    "#]]
    .assert_eq(&reports);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = super::Folder::new(&[("folder.yaml/x", b"")]);
    let ran = folder.tollgate(&["check", "nobody.yaml"]);
    assert_eq!(ran.text(&[]), "exit 4\n--\ntollgate: there is no file nobody.yaml\n");
    let ran = folder.tollgate(&["check", "./folder.yaml"]);
    assert_eq!(ran.text(&[]), "exit 1\n--\ntollgate: reading ./folder.yaml: Is a directory (os error 21)\n");
}

#[test]
fn yaml_of_every_style_is_what_the_core_schema_says() {
    let text = with_stage(
        "api: &shared\n  corsConfiguration: {allowOrigins: ['*'], maxAge: 0x3C}\nroutes:\n  \"GET /\\u0061\":\n    \
         integration: { type: MOCK, body: { on: 2026-11-30, y: n, n: 123456789012345678901234567890, z: !!str 1 } }\n  \
         ? GET /b\n  : integration:\n      type: MOCK\n      statusCode: 2e2\n      body: |\n        \
         line one: x\n\n        line two\n  GET /c: {integration: {type: MOCK, body: >-\n      folded\n      text}}",
    );
    assert_eq!(checked(text.replace('\n', "\r\n")), "exit 0\ntollgate.yaml: valid, 1 stage, 3 routes\n");
    assert_eq!(checked(format!("\u{feff}{text}")), "exit 0\ntollgate.yaml: valid, 1 stage, 3 routes\n");
}
