//! `tollgate auth explain` of callers whom somebody else has to know: a Lambda function, or AWS.

use expect_test::expect;
use serde_json::{Value, json};

use super::mock;
use crate::{authorizers::iam::SIGNING, harness::TestGateway};

async fn world() -> TestGateway {
    let world = TestGateway::with_environment(&[SIGNING]);
    let request =
        |words: Value| super::with(json!({ "type": "REQUEST", "authorizerUri": "partners" }), &words);
    let authorizers = json!({
        "token": { "type": "TOKEN", "authorizerUri": "partners", "identityValidationExpression": "p-[0-9]+" },
        "request": request(json!({ "identitySource": ["$request.header.x-partner", "$request.querystring.tenant"] })),
        "staff": { "type": "AWS_IAM", "allow": ["arn:aws:iam::111122223333:role/staff-*"] },
    });
    world.put_route(&json!({ "routeKey": "$api", "authorizers": authorizers }));
    for (route, authorizer) in [("GET /token", "token"), ("GET /request", "request"), ("GET /staff", "staff")]
    {
        world.put_route(&mock(route, &json!({ "authorizerId": authorizer })));
    }
    world.go_live().await;
    world
}

#[tokio::test]
async fn what_holds_before_a_function_is_asked_is_checked_and_the_function_is_not() {
    let world = world().await;
    let told = |arguments: &[&str]| world.tollgate(&[&["auth", "explain"], arguments].concat()).text(&[]);
    expect![[r#"
        exit 0
        stage       v1
        route       GET /token, the most specific for the path
        access      no address lists and no policy
        authorizer  token (TOKEN), as the route says

        RULE                                 KEPT  GOT      EXPECTED
        method.request.header.Authorization  yes   one      a value
        identityValidationExpression         yes   a token  p-[0-9]+, all of it

        API key     none
        answer      as the function partners, which gets the token and the ARN of the request, says; it is not asked here
        --
    "#]]
    .assert_eq(&told(&["p-7", "GET /v1/token"]));
    expect![[r#"
        exit 3
        stage       v1
        route       GET /token, the most specific for the path
        access      no address lists and no policy
        authorizer  token (TOKEN), as the route says

        RULE                                 KEPT  GOT      EXPECTED
        method.request.header.Authorization  yes   one      a value
        identityValidationExpression         NO    a token  p-[0-9]+, all of it

        API key     none
        answer      refused: 401, unauthorized: the token does not fit identityValidationExpression
        --
    "#]]
    .assert_eq(&told(&["secret-7", "GET /v1/token"]));
    expect![[r#"
        exit 3
        stage       v1
        route       GET /token, the most specific for the path
        access      no address lists and no policy
        authorizer  token (TOKEN), as the route says

        RULE                                 KEPT  GOT      EXPECTED
        method.request.header.Authorization  NO    nothing  a value
        identityValidationExpression         ?     -        p-[0-9]+, all of it

        API key     none
        answer      refused: 401, unauthorized: the identity source method.request.header.Authorization is missing or empty
        --
    "#]].assert_eq(&told(&["GET /v1/token"]));
    expect![[r#"
        exit 3
        stage       v1
        route       GET /request, the most specific for the path
        access      no address lists and no policy
        authorizer  request (REQUEST), as the route says

        RULE                         KEPT  GOT      EXPECTED
        $request.header.x-partner    yes   one      a value
        $request.querystring.tenant  NO    nothing  a value

        API key     none
        answer      refused: 401, unauthorized: the identity source $request.querystring.tenant is missing or empty
        --
    "#]].assert_eq(&told(&["p-7", "GET /v1/request"]));
    expect![[r#"
        exit 0
        stage       v1
        route       GET /request, the most specific for the path
        access      no address lists and no policy
        authorizer  request (REQUEST), as the route says

        RULE                         KEPT  GOT  EXPECTED
        $request.header.x-partner    yes   one  a value
        $request.querystring.tenant  yes   one  a value

        API key     none
        answer      as the function partners, which gets the request in payload format 2.0, says; it is not asked here
        --
    "#]]
    .assert_eq(&told(&["p-7", "GET /v1/request?tenant=a"]));
    assert_eq!(world.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn who_signs_is_for_aws_to_say() {
    let world = world().await;
    let ran = world.tollgate(&["auth", "explain", "GET /v1/staff"]);
    expect![[r#"
        exit 0
        stage       v1
        route       GET /staff, the most specific for the path
        access      no address lists and no policy
        authorizer  staff (AWS_IAM), as the route says

        RULE       KEPT  GOT  EXPECTED
        signature  ?     -    one of AWS Signature Version 4
        allow      ?     -    one of those that allow lists

        API key     none
        answer      as AWS says; it is not asked here
        --
    "#]]
    .assert_eq(&ran.text(&[]));
}
