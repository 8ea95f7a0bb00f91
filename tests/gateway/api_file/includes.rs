//! Files that take in others.

use expect_test::expect;

use super::checked_with;

#[test]
fn a_file_takes_in_others_of_its_folder() {
    let report = checked_with(&[
        ("tollgate.yaml", b"tollgate: 1\n$include: [parts/stages.yaml, plans.json]\n"),
        ("parts/stages.yaml", b"stages:\n  v1:\n    routes: { $include: ../routes.yaml, GET /b: { integration: { type: MOCK } } }\n    api: { models: { $include: models.json } }\n"),
        ("routes.yaml", b"GET /a: { integration: { type: MOCK } }\n"),
        ("parts/models.json", b"{\n\t\"A\": { \"type\": \"object\" }\n}\n"),
        ("plans.json", b"{ \"usagePlans\": { \"p\": {} } }"),
    ]);
    assert_eq!(report, "exit 0\ntollgate.yaml: valid, 1 stage, 2 routes\n");
}

#[test]
fn what_cannot_be_taken_in_is_told_where_it_is_asked_for() {
    let report = checked_with(&[
        (
            "tollgate.yaml",
            b"tollgate: 1\nstages:\n  a: { $include: /etc/passwd }\n  b: { $include: ../secret.yaml }\n  c: { $include: nobody.yaml }\n  \
              d: { $include: circle.yaml }\n  e: { $include: [7] }\n  f: { $include: list.yaml, basePath: /f }\n  g: { $include: empty.yaml }\n  \
              h: { $include: bad.yaml }\n  i: { $include: twice.yaml, basePath: /i }\n  j: { $include: link.yaml }\n",
        ),
        ("../secret.yaml", b"x: hush-hush\n"),
        ("circle.yaml", b"routes: { $include: round.yaml }\n"),
        ("round.yaml", b"$include: circle.yaml\n"),
        ("list.yaml", b"- a\n"),
        ("empty.yaml", b"# nothing\n"),
        ("bad.yaml", b"routes:\n  GET /: { integration: { type: MOK } }\n  GET /x: {\n"),
        ("twice.yaml", b"basePath: /x\n"),
    ]);
    assert!(!report.contains("hush-hush"), "{report}");
    expect![[r#"
        exit 3
        tollgate.yaml:3:18: problem: got "/etc/passwd", expected a path that begins at the folder of this file
         3 |   a: { $include: /etc/passwd }
           |                  ^^^^^^^^^^^

        tollgate.yaml:4:18: problem: got "../secret.yaml", expected a file in the folder of the API file, or below
         4 |   b: { $include: ../secret.yaml }
           |                  ^^^^^^^^^^^^^^

        tollgate.yaml:5:18: problem: got "nobody.yaml", which cannot be read: No such file or directory (os error 2)
         5 |   c: { $include: nobody.yaml }
           |                  ^^^^^^^^^^^

        tollgate.yaml:6:3: problem: routeKey: got no route, expected at least one route item that is enabled
         6 |   d: { $include: circle.yaml }
           |   ^
           = in stage d

        tollgate.yaml:7:19: problem: got no path for $include, expected one such as routes.yaml, or a list of them
         7 |   e: { $include: [7] }
           |                   ^

        tollgate.yaml:8:18: problem: got a file whose value is no map, expected a map to take in beside others
         8 |   f: { $include: list.yaml, basePath: /f }
           |                  ^^^^^^^^^

        tollgate.yaml:9:18: problem: got "empty.yaml", which holds no value
         9 |   g: { $include: empty.yaml }
           |                  ^^^^^^^^^^

        tollgate.yaml:11:30: problem: got "basePath" twice in one map, with what it includes
         11 |   i: { $include: twice.yaml, basePath: /i }
            |                              ^^^^^^^^
            = first at twice.yaml:1:1

        tollgate.yaml:12:18: problem: got "link.yaml", which cannot be read: No such file or directory (os error 2)
         12 |   j: { $include: link.yaml }
            |                  ^^^^^^^^^

        round.yaml:1:11: problem: got "circle.yaml", which includes this file
         1 | $include: circle.yaml
           |           ^^^^^^^^^^^

        bad.yaml:4:1: problem: no YAML: while parsing a node, did not find expected node content
         4 | 
           | ^

        tollgate.yaml: 11 problems
    "#]].assert_eq(&report);
}

#[test]
fn the_place_of_a_problem_is_in_the_file_that_was_taken_in() {
    let report = checked_with(&[
        ("tollgate.yaml", b"tollgate: 1\nstages: { v1: { routes: { $include: parts/routes.yaml } } }\n"),
        ("parts/routes.yaml", b"GET /:\n  integration: { type: MOK }\n"),
    ]);
    expect![[r#"
        exit 3
        parts/routes.yaml:2:24: problem: integration.type: got "MOK", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         2 |   integration: { type: MOK }
           |                        ^^^
           = in stage v1, GET /

        tollgate.yaml: 1 problem
    "#]].assert_eq(&report);
}
