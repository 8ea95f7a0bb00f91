//! Functions of routes and authorizers: there, without an alias, broken, or not there.

use expect_test::expect;

use super::{at, aws, deep, file};

#[test]
fn functions_that_are_there_are_asked_about_once_each() {
    let aws = aws();
    let told = deep(
        "stageVariables: { alias: live }\napi:\n  authorizers:\n    users: { type: REQUEST, authorizerUri: users }\nroutes:\n  \
         GET /a: { authorizerId: users, integration: { type: AWS_PROXY, uri: \"orders:${stageVariables.alias}\" } }\n  \
         GET /b: { integration: { type: AWS_PROXY, uri: \"orders:live\" } }\n  \
         GET /c: { integration: { type: AWS_PROXY, uri: idle } }\n  \
         GET /d: { integration: { type: MOCK } }",
        &aws,
    );
    expect![[r#"
        exit 0
        tollgate.yaml: valid, 1 stage, 4 routes
        compared with what is there: 3 functions, 0 tables
        --
    "#]]
    .assert_eq(&told);
    let mut asked = aws.operations();
    asked.sort();
    expect![[r#"
        lambda GET /2015-03-31/functions/idle/configuration
        lambda GET /2015-03-31/functions/orders%3Alive/configuration
        lambda GET /2015-03-31/functions/users/configuration"#]]
    .assert_eq(&asked.join("\n"));
}

#[test]
fn functions_that_cannot_be_called_are_problems_at_their_places() {
    let told = deep(
        "api:\n  authorizers:\n    users: { type: TOKEN, authorizerUri: user }\nroutes:\n  \
         GET /a: { integration: { type: AWS_PROXY, uri: \"orders:beta\" } }\n  \
         GET /b: { integration: { type: AWS_PROXY, uri: prices } }\n  \
         GET /c: { integration: { type: AWS_PROXY, uri: broken } }\n  \
         GET /d: { integration: { type: AWS_PROXY, uri: orderss } }\n  \
         GET /e: { integration: { type: AWS_PROXY, uri: orders } }",
        &aws(),
    );
    expect![[r#"
        exit 3
        tollgate.yaml:6:9: warning: authorizers.users: got an authorizer that no route asks, expected authorizerId users in a route or in $api, or no such authorizer
         6 |         users: { type: TOKEN, authorizerUri: user }
           |         ^^^^^
           = in stage v1, api

        tollgate.yaml:6:46: problem: authorizers.users.authorizerUri: got "user", expected a function that is there: there is none of this name at URL
         6 |         users: { type: TOKEN, authorizerUri: user }
           |                                              ^^^^
           = in stage v1, api

        tollgate.yaml:8:54: problem: integration.uri: got "orders:beta", expected an alias or a version of orders, which has no beta
         8 |       GET /a: { integration: { type: AWS_PROXY, uri: "orders:beta" } }
           |                                                      ^^^^^^^^^^^^^^
           = in stage v1, GET /a

        tollgate.yaml:9:54: problem: integration.uri: got "prices", expected a function that is there: there is none of this name at URL
         9 |       GET /b: { integration: { type: AWS_PROXY, uri: prices } }
           |                                                      ^^^^^^
           = in stage v1, GET /b

        tollgate.yaml:10:54: problem: integration.uri: got "broken", which is Failed: The image is gone., expected a function that can be called
         10 |       GET /c: { integration: { type: AWS_PROXY, uri: broken } }
            |                                                      ^^^^^^
            = in stage v1, GET /c

        tollgate.yaml:11:54: problem: integration.uri: got "orderss", expected a function that is there: there is none of this name at URL
         11 |       GET /d: { integration: { type: AWS_PROXY, uri: orderss } }
            |                                                      ^^^^^^^
            = in stage v1, GET /d
            = did you mean orders?

        tollgate.yaml: 5 problems, 1 warning
        compared with what is there: 6 functions, 0 tables
        --
    "#]].assert_eq(&told);
}

#[test]
fn what_several_stages_name_is_one_problem() {
    let text = "tollgate: 1\nstages:\n  v1:\n    routes:\n      GET /a: { integration: { type: AWS_PROXY, uri: prices } }\n  \
                v2: { extends: v1 }\n";
    let folder = crate::api_file::Folder::new(&[("tollgate.yaml", text.as_bytes())]);
    let aws = aws();
    let ran = at(&folder, &aws.url, &["check", "tollgate.yaml", "--deep"]);
    expect![[r#"
        exit 3
        tollgate.yaml:5:54: problem: integration.uri: got "prices", expected a function that is there: there is none of this name at URL
         5 |       GET /a: { integration: { type: AWS_PROXY, uri: prices } }
           |                                                      ^^^^^^
           = in stage v1, GET /a, and 1 more

        tollgate.yaml: 1 problem
        compared with what is there: 1 function, 0 tables
        --
    "#]].assert_eq(&ran.text(&[(&aws.url, "URL")]));
    assert_eq!(aws.calls().len(), 1);
}

#[test]
fn a_file_that_names_nothing_asks_nobody_and_needs_no_credentials() {
    let folder = file("routes: { GET /a: { integration: { type: MOCK } } }");
    let ran = folder.tollgate(&["check", "tollgate.yaml", "--deep"]);
    assert_eq!(ran.text(&[]), "exit 0\ntollgate.yaml: valid, 1 stage, 1 route\n--\n");
}

#[test]
fn of_a_stage_with_problems_nothing_is_asked() {
    let aws = aws();
    let told = deep(
        "routes:\n  GET /a: { integration: { type: AWS_PROXY, uri: prices } }\n  GET /b: { integration: { type: SOAP } }",
        &aws,
    );
    expect![[r#"
        exit 3
        tollgate.yaml:6:38: problem: integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
         6 |       GET /b: { integration: { type: SOAP } }
           |                                      ^^^^
           = in stage v1, GET /b

        tollgate.yaml: 1 problem
        --
    "#]].assert_eq(&told);
    assert!(aws.calls().is_empty());
}
