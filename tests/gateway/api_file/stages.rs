//! Stages that extend others.

use expect_test::expect;

use super::checked;

#[test]
fn a_stage_has_what_it_extends_but_for_what_it_says_itself() {
    let report = checked(
        "tollgate: 1\nstages:\n  v1:\n    basePath: /one\n    stageVariables: { table: a }\n    api: { ipAllow: [10.0.0.0/8] }\n    \
         routes:\n      GET /: { integration: { type: MOCK } }\n      GET /a: { integration: { type: AWS_PROXY, uri: \"${stageVariables.table}\" } }\n  \
         v2: { extends: v1, stageVariables: { table: b } }\n  v3: { extends: v2, api: null, routes: { GET /: null, GET /b: { integration: { type: MOCK } } } }\n  \
         v4: { extends: v1, stageVariables: null, routes: { GET /a: null } }\n",
    );
    assert_eq!(report, "exit 0\ntollgate.yaml: valid, 4 stages, 7 routes\n");
}

#[test]
fn what_cannot_be_extended_is_told() {
    let report = checked(
        "tollgate: 1\nstages:\n  v1: { routes: { GET /: { integration: { type: MOCK } } } }\n  v2: { extends: v11 }\n  v3: { extends: v2 }\n  \
         a: { extends: b }\n  b: { extends: a }\n  c: { extends: c }\n  \
         d: { extends: v1, throttle: null, api: { ipAllow: null }, routes: { GET /b: null } }\n  e: { routes: { GET /: null } }\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:4:18: problem: got "v11", expected another stage of this file
         4 |   v2: { extends: v11 }
           |                  ^^^

        tollgate.yaml:6:17: problem: got a circle: b, which extends a, which extends b
         6 |   a: { extends: b }
           |                 ^

        tollgate.yaml:7:17: problem: got a circle: a, which extends b, which extends a
         7 |   b: { extends: a }
           |                 ^

        tollgate.yaml:8:17: problem: got a circle: c, which extends c
         8 |   c: { extends: c }
           |                 ^

        tollgate.yaml:9:21: problem: got null, which takes out throttle, but stage v1 has no such thing
         9 |   d: { extends: v1, throttle: null, api: { ipAllow: null }, routes: { GET /b: null } }
           |                     ^^^^^^^^

        tollgate.yaml:9:44: problem: got null, which takes out ipAllow, but stage v1 has no such thing
         9 |   d: { extends: v1, throttle: null, api: { ipAllow: null }, routes: { GET /b: null } }
           |                                            ^^^^^^^

        tollgate.yaml:9:71: problem: got null, which takes out GET /b, but stage v1 has no such thing
         9 |   d: { extends: v1, throttle: null, api: { ipAllow: null }, routes: { GET /b: null } }
           |                                                                       ^^^^^^

        tollgate.yaml:10:18: problem: got nothing, expected a map: the fields of a route
         10 |   e: { routes: { GET /: null } }
            |                  ^^^^^

        tollgate.yaml: 8 problems
    "#]]
    .assert_eq(&report);
}

#[test]
fn a_problem_of_several_stages_is_told_once() {
    let report = checked(
        "tollgate: 1\nstages:\n  v1: { routes: { GET /: { integration: { type: MOK } } } }\n  v2: { extends: v1 }\n  v3: { extends: v1 }\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:3:49: problem: integration.type: got "MOK", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         3 |   v1: { routes: { GET /: { integration: { type: MOK } } } }
           |                                                 ^^^
           = in stage v1, GET /, and 2 more

        tollgate.yaml: 1 problem
    "#]].assert_eq(&report);
}

#[test]
fn many_stages_that_extend_many_routes_end() {
    let routes: String =
        (0..5000).map(|n| format!("      GET /{n}: {{ integration: {{ type: MOCK }} }}\n")).collect();
    let stages: String = (2..60).map(|n| format!("  v{n}: {{ extends: v1 }}\n")).collect();
    let report = checked(format!("tollgate: 1\nstages:\n  v1:\n    routes:\n{routes}{stages}"));
    assert!(report.contains("got more than 200000 routes"), "{report}");
    let chain: String = (1..40).map(|n| format!("  v{n}: {{ extends: v{} }}\n", n + 1)).collect();
    let report = checked(format!(
        "tollgate: 1\nstages:\n{chain}  v40: {{ routes: {{ GET /: {{ integration: {{ type: MOCK }} }} }} }}\n"
    ));
    assert!(report.contains("got more than 32 stages of which each extends the next"), "{report}");
}
