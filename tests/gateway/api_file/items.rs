//! Problems of items, brought back to their places.

use expect_test::expect;

use super::{checked, with_stage};

#[test]
fn each_problem_of_an_item_stands_at_its_field() {
    let report = checked(with_stage(
        "basePath: v1\nautoDeploi: true\nthrottle: { rateLimit: fast }\napi:\n  ipAlow: [10.0.0.0/8]\n  \
         unmatchedRoutes: REST\nroutes:\n  GET /a/{id}:\n    requestParameters:\n      method.request.path.di: true\n      \
         method.request.header.x: maybe\n    integration:\n      type: AWS_PROXY\n      uri: prices-${stageVariables.env}\n      \
         timeoutInMilis: 500\n      payloadFormatVersion: \"3.0\"\n  POST /b:\n    integration:\n      type: DYNAMODB\n      \
         action: TransactWriteItems\n      transactItems:\n        - put: { tableName: t, item: { id: x } }\n        \
         - delete:\n            tableName: t\n  GET /c:\n    apiKeyRequired: null\n  BREW /d: { integration: { type: MOCK } }",
    ));
    expect![[r#"
        exit 3
        tollgate.yaml:4:15: problem: basePath: got "v1", expected a path such as /v1
         4 |     basePath: v1
           |               ^^
           = in stage v1

        tollgate.yaml:5:5: warning: autoDeploi: got true, expected nothing of this name
         5 |     autoDeploi: true
           |     ^^^^^^^^^^
           = in stage v1
           = did you mean autoDeploy?

        tollgate.yaml:6:5: problem: throttle.burstLimit: got nothing, expected requests at once
         6 |     throttle: { rateLimit: fast }
           |     ^^^^^^^^
           = in stage v1

        tollgate.yaml:6:28: problem: throttle.rateLimit: got "fast", expected a number, 0 or more
         6 |     throttle: { rateLimit: fast }
           |                            ^^^^
           = in stage v1

        tollgate.yaml:8:7: problem: ipAlow: got ["10.0.0.0/8"], expected nothing of this name
         8 |       ipAlow: [10.0.0.0/8]
           |       ^^^^^^
           = in stage v1, api
           = did you mean ipAllow?

        tollgate.yaml:9:24: problem: unmatchedRoutes: got "REST", expected HTTP or AWS_REST or AWS_HTTP
         9 |       unmatchedRoutes: REST
           |                        ^^^^
           = in stage v1, api

        tollgate.yaml:13:35: problem: requestParameters.method.request.path.di: got di, expected a parameter of the route's path (id)
         13 |           method.request.path.di: true
            |                                   ^^^^
            = in stage v1, GET /a/{id}

        tollgate.yaml:14:36: problem: requestParameters.method.request.header.x: got "maybe", expected true (required), false (optional), or a map of required and schema
         14 |           method.request.header.x: maybe
            |                                    ^^^^^
            = in stage v1, GET /a/{id}

        tollgate.yaml:17:16: problem: integration.uri: got ${stageVariables.env}, expected one of the stage's variables ()
         17 |           uri: prices-${stageVariables.env}
            |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            = in stage v1, GET /a/{id}

        tollgate.yaml:18:11: warning: integration.timeoutInMilis: got 500, expected nothing of this name
         18 |           timeoutInMilis: 500
            |           ^^^^^^^^^^^^^^
            = in stage v1, GET /a/{id}
            = did you mean timeoutInMillis?

        tollgate.yaml:19:33: problem: integration.payloadFormatVersion: got "3.0", expected 1.0 or 2.0
         19 |           payloadFormatVersion: "3.0"
            |                                 ^^^^^
            = in stage v1, GET /a/{id}

        tollgate.yaml:26:15: problem: integration.transactItems[1].delete.key: got nothing, expected a map of one or two attributes, each text, a number or binary, or a word such as $request.body.key
         26 |             - delete:
            |               ^^^^^^
            = in stage v1, POST /b

        tollgate.yaml:28:7: problem: integration: got nothing, expected a map with a type
         28 |       GET /c:
            |       ^^^^^^
            = in stage v1, GET /c

        tollgate.yaml:29:25: problem: apiKeyRequired: got null, expected a value, or no such attribute
         29 |         apiKeyRequired: null
            |                         ^^^^
            = in stage v1, GET /c

        tollgate.yaml:30:7: problem: routeKey: got "BREW /d", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
         30 |       BREW /d: { integration: { type: MOCK } }
            |       ^^^^^^^
            = in stage v1, BREW /d

        tollgate.yaml: 13 problems, 2 warnings
    "#]].assert_eq(&report);
}

#[test]
fn routes_and_stages_that_are_in_each_others_way_are_told_where_they_stand() {
    let report = checked(
        "tollgate: 1\nstages:\n  v1:\n    routes:\n      GET /a/{x}: { integration: { type: MOCK } }\n      \
         GET /a/{y}: { integration: { type: MOCK } }\n  v2: { basePath: /v1, routes: { GET /: { integration: { type: MOCK } } } }\n  \
         v3: {}\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:6:7: problem: routeKey: got "GET /a/{y}", expected a route that "GET /a/{x}" does not serve already
         6 |       GET /a/{y}: { integration: { type: MOCK } }
           |       ^^^^^^^^^^
           = in stage v1, GET /a/{y}

        tollgate.yaml:7:19: problem: basePath: got /v1 on any host, expected a place of its own: stage v1 is there already
         7 |   v2: { basePath: /v1, routes: { GET /: { integration: { type: MOCK } } } }
           |                   ^^^
           = in stage v2

        tollgate.yaml:8:3: problem: routeKey: got no route, expected at least one route item that is enabled
         8 |   v3: {}
           |   ^^
           = in stage v3

        tollgate.yaml: 3 problems
    "#]].assert_eq(&report);
}

#[test]
fn keys_and_plans_are_checked_against_the_stages_of_the_file() {
    let report = checked(
        "tollgate: 1\nstages: { v1: { routes: { GET /: { integration: { type: MOCK } } } } }\nusagePlans:\n  gold:\n    \
         quota: { limit: many, period: DAY }\n    apiStages: { v1: { GET /x: { rateLimit: 1, burstLimit: 1 } }, v2: {} }\n  \
         silver: { apiStages: { v1: { /GET: { rateLimit: 1, burstLimit: 1 } } } }\napiKeys:\n  a: {}\n  \
         b: { usagePlanId: glod }\n  c: { usagePlanId: gold, stages: [v1, v9], enabeld: false }\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:5:21: problem: quota.limit: got "many", expected a whole number from 0 to 999999999999999
         5 |     quota: { limit: many, period: DAY }
           |                     ^^^^
           = in usage plan gold

        tollgate.yaml:7:32: problem: apiStages.v1./GET: got "/GET", expected "GET /"
         7 |   silver: { apiStages: { v1: { /GET: { rateLimit: 1, burstLimit: 1 } } } }
           |                                ^^^^
           = in usage plan silver

        tollgate.yaml:9:3: warning: usagePlanId: got nothing, expected a usage plan: without one it gets 403
         9 |   a: {}
           |   ^
           = in API key a

        tollgate.yaml:10:21: problem: usagePlanId: got "glod", expected a usage plan of usagePlans
         10 |   b: { usagePlanId: glod }
            |                     ^^^^
            = in API key b

        tollgate.yaml:11:45: problem: enabeld: got …, expected nothing of this name
         11 | …
            | ^
            = in API key c
            = did you mean enabled?

        tollgate.yaml: 4 problems, 1 warning
    "#]].assert_eq(&report);
}

#[test]
fn a_long_line_is_shown_around_the_place() {
    let filler = "x".repeat(200);
    let report = checked(with_stage(&format!(
        "routes: {{ GET /: {{ description: {filler}, integration: {{ type: MOCK, statusCode: soon, body: {filler} }} }} }}"
    )));
    expect![[r#"
        exit 3
        tollgate.yaml:4:278: problem: integration.statusCode: got "soon", expected a whole number from 200 to 599
         4 | …xxxxxxxxxxxxxxxxxxx, integration: { type: MOCK, statusCode: soon, body: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
           |                                                              ^^^^
           = in stage v1, GET /

        tollgate.yaml: 1 problem
    "#]].assert_eq(&report);
}
