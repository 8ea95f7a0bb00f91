//! The sections of a file.

use expect_test::expect;

use super::{checked, with_stage};

#[test]
fn what_is_wrong_with_the_sections_is_told_at_once() {
    let report = checked(
        "tollgate: 2\nstagse: {}\nusagePlans: [starter]\napiKeys: hush-hush\nfunctions: 7\ntables:\nstages:\n  \
         v1: nothing\n  v2:\n    stage: v2\n    deploymentId: abc\n    revision: 7\n    lastDeploymentStatus: OK\n    \
         extends: [v1]\n    api: []\n    routes: true\n  v3:\n    api: { routeKey: $api }\n    routes:\n      \
         $api: {}\n      GET /a:\n      GET /b: ok\n      GET /c: { stage: v1, routeKey: GET /c, integration: { type: MOCK } }\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:1:11: problem: got 2, expected tollgate: 1, the version of this form
         1 | tollgate: 2
           |           ^

        tollgate.yaml:2:1: problem: got the section stagse, expected tollgate, stages, usagePlans, apiKeys, functions, tables or try
         2 | stagse: {}
           | ^^^^^^
           = did you mean stages?

        tollgate.yaml:3:13: problem: got a list, expected a map: usagePlans by their names
         3 | usagePlans: [starter]
           |             ^^^^^^^^^

        tollgate.yaml:4:10: problem: got a text, expected a map: apiKeys by their names
         4 | …
           | ^

        tollgate.yaml:5:12: problem: got a number, expected a map: functions by their names
         5 | functions: 7
           |            ^

        tollgate.yaml:8:7: problem: got a text, expected a map: the fields of a stage, api and routes
         8 |   v1: nothing
           |       ^^^^^^^

        tollgate.yaml:10:5: problem: got stage, expected nothing: the name before the colon says it
         10 |     stage: v2
            |     ^^^^^

        tollgate.yaml:11:5: problem: got deploymentId, expected nothing: what is served is no part of the file (tollgate deploy and rollback set it)
         11 |     deploymentId: abc
            |     ^^^^^^^^^^^^

        tollgate.yaml:12:5: problem: got revision, expected nothing: the gateway writes it
         12 |     revision: 7
            |     ^^^^^^^^

        tollgate.yaml:13:5: problem: got lastDeploymentStatus, expected nothing: the gateway writes it
         13 |     lastDeploymentStatus: OK
            |     ^^^^^^^^^^^^^^^^^^^^

        tollgate.yaml:14:14: problem: got a list, expected the name of another stage of this file
         14 |     extends: [v1]
            |              ^^^^

        tollgate.yaml:15:10: problem: got a list, expected a map: the fields of $api
         15 |     api: []
            |          ^^

        tollgate.yaml:16:13: problem: got true or false, expected a map: routes by their keys
         16 |     routes: true
            |             ^^^^

        tollgate.yaml:18:12: problem: got routeKey, expected nothing: the name before the colon says it
         18 |     api: { routeKey: $api }
            |            ^^^^^^^^

        tollgate.yaml:20:7: problem: got $api among the routes, expected it as api beside them
         20 |       $api: {}
            |       ^^^^

        tollgate.yaml:21:7: problem: got nothing, expected a map: the fields of a route
         21 |       GET /a:
            |       ^^^^^^

        tollgate.yaml:22:15: problem: got a text, expected a map: the fields of a route
         22 |       GET /b: ok
            |               ^^

        tollgate.yaml:23:17: problem: got stage, expected nothing: the name before the colon says it
         23 |       GET /c: { stage: v1, routeKey: GET /c, integration: { type: MOCK } }
            |                 ^^^^^

        tollgate.yaml:23:28: problem: got routeKey, expected nothing: the name before the colon says it
         23 |       GET /c: { stage: v1, routeKey: GET /c, integration: { type: MOCK } }
            |                            ^^^^^^^^

        tollgate.yaml: 19 problems
    "#]].assert_eq(&report);
}

#[test]
fn the_version_of_the_form_is_asked_for() {
    let reports =
        [checked("stages: {}\n"), checked("tollgate: \"1\"\n"), checked("tollgate: 1\n")].join("\n");
    expect![[r#"
        exit 3
        tollgate.yaml:1:1: problem: got nothing, expected tollgate: 1, the version of this form
         1 | stages: {}
           | ^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:1:11: problem: got a text, expected tollgate: 1, the version of this form
         1 | tollgate: "1"
           |           ^^^

        tollgate.yaml: 1 problem

        exit 0
        tollgate.yaml: valid, 0 stages, 0 routes
    "#]]
    .assert_eq(&reports);
}

#[test]
fn no_value_of_a_key_stands_in_a_file_or_is_shown() {
    let reports = [
        checked(
            "tollgate: 1\nusagePlans: { p: {} }\napiKeys:\n  acme: { usagePlanId: q, value: hush-hush }\n  \
             b:\n    usagePlanId: p\n    keyHash:\n      hush-hush\n    id: b\n",
        ),
        checked("tollgate: 1\napiKeys: [{ id: b, value: hush-hush }]\n"),
        checked("tollgate: 1\napiKeys: { b: { value: \"hush-hush } }\n"),
        checked(
            "tollgate: 1\napiKeys:\n  tg_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd_2hSk8Z: { usagePlan: q }\n",
        ),
    ]
    .join("\n");
    assert!(!reports.contains("hush-hush") && !reports.contains("tg_"), "{reports}");
    expect![[r#"
        exit 3
        tollgate.yaml:4:24: problem: usagePlanId: got "q", expected a usage plan of usagePlans
         4 | …
           | ^
           = in API key acme

        tollgate.yaml:4:27: problem: got value, expected nothing: a value never stands in a file (tollgate keys create makes one)
         4 | …
           | ^

        tollgate.yaml:7:5: problem: got keyHash, expected nothing: a value never stands in a file (tollgate keys create makes one)
         7 | …
           | ^

        tollgate.yaml:9:5: problem: got id, expected nothing: the name before the colon says it
         9 |     id: b
           |     ^^

        tollgate.yaml: 4 problems

        exit 3
        tollgate.yaml:2:10: problem: got a list, expected a map: apiKeys by their names
         2 | …
           | ^

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:2:24: problem: no YAML: while scanning a quoted scalar, found unexpected end of stream
         2 | …
           | ^
           = the closing quote is missing

        tollgate.yaml: 1 problem

        exit 3
        tollgate.yaml:3:3: problem: id: got …, expected a name that is no key's value: logs and counters show it
         3 | …
           | ^
           = in API key …

        tollgate.yaml:3:57: warning: usagePlan: got …, expected nothing of this name
         3 | …
           | ^
           = in API key …
           = did you mean usagePlanId?

        tollgate.yaml: 1 problem, 1 warning
    "#]].assert_eq(&reports);
}

#[test]
fn a_password_in_a_url_is_not_shown() {
    let report = checked(with_stage(
        "routes:\n  GET /:\n    integration: { type: HTTP_PROXY, uri: \"https://ada:hush-hush@a.example/{x}\" }",
    ));
    assert!(!report.contains("hush-hush"), "{report}");
    expect![[r#"
        exit 3
        tollgate.yaml:6:47: problem: integration.uri: got https://…@a.example/{x}, expected a URL without user name and password
         6 | …
           | ^
           = in stage v1, GET /

        tollgate.yaml:6:47: problem: integration.uri: got {x}, expected one of the route's path parameters ()
         6 | …
           | ^
           = in stage v1, GET /

        tollgate.yaml: 2 problems
    "#]].assert_eq(&report);
}
