//! The step that refuses a request, and the answer that the client gets.

use expect_test::expect;
use serde_json::{Value, json};

use super::{HOST, KEY, keyed_world, mock, told};
use crate::{authorizers::issuer::Issuer, harness::TestGateway};

/// Routes of which each asks for something.
async fn world() -> TestGateway {
    let users = Issuer::ours().authorizer(&json!({}));
    keyed_world(&[
        json!({ "routeKey": "$api", "authorizers": { "users": users }, "corsConfiguration": { "allowOrigins": ["*"] } }),
        mock("GET /office", &json!({ "ipAllow": ["198.51.100.0/24"] })),
        mock("GET /me", &json!({ "authorizerId": "users" })),
        mock("GET /keyed", &json!({ "apiKeyRequired": true })),
        mock("GET /stopped", &json!({ "throttle": { "rateLimit": 0, "burstLimit": 0 } })),
        mock("GET /page", &json!({ "requestParameters": { "method.request.querystring.page": true } })),
        json!({ "routeKey": "POST /orders", "integration": { "type": "DYNAMODB", "action": "PutItem", "tableName": "orders",
            "item": { "id": "$request.body.id" } } }),
    ])
    .await
}

#[tokio::test]
async fn each_step_that_refuses_is_named_with_the_answer_of_the_gateway() {
    let world = world().await;
    let key = format!("x-api-key: {KEY}");
    let cases: [(&[&str], &str, u16, i32); 11] = [
        (&["/v9/office"], "stage", 404, 4),
        (&["/v1/nothing"], "route", 404, 4),
        (&["DELETE /v1/office"], "route", 405, 4),
        (&["/v1/office", "--source-ip", "203.0.113.9"], "access", 403, 3),
        (&["/v1/me"], "authorizer", 401, 3),
        (&["/v1/keyed"], "API key", 403, 3),
        (&["/v1/keyed", "-H", "x-api-key: value-of-nobodys-key-at-all"], "API key", 403, 3),
        (&["/v1/stopped"], "limits", 429, 3),
        (&["/v1/page"], "validation", 400, 3),
        (
            &["POST /v1/orders", "-d", "no JSON", "-H", "content-type: application/json"],
            "integration",
            400,
            3,
        ),
        (&["/v1/stopped", "-H", &key], "limits", 429, 3),
    ];
    for (arguments, by, status, code) in cases {
        let ran = world.tollgate(&[&["explain", "-H", HOST, "-o", "json"], arguments].concat());
        let answer = &told(&ran)["answer"];
        assert_eq!(
            (&answer["by"], &answer["response"]["status"], &answer["isRefused"], ran.code),
            (&json!(by), &json!(status), &json!(true), Some(code)),
            "{arguments:?}: {answer}"
        );
        assert_eq!(told(&ran)["integration"], Value::Null, "{arguments:?}");
    }
}

/// The gateway's own answer to the same request is the one that is told.
#[tokio::test]
async fn a_refusal_is_told_as_the_gateway_answers() {
    let world = world().await;
    for (path, header) in
        [("/v1/keyed", "origin: https://a.example"), ("/v1/page", "accept: */*"), ("/v1/me", "a: b")]
    {
        let answer =
            &told(&world.tollgate(&["explain", path, "-H", HOST, "-H", header, "-o", "json"]))["answer"];
        let response = &answer["response"];
        let headers = response["headers"].as_object().unwrap().iter();
        let lines: String =
            headers.map(|(name, value)| format!("{name}: {}\n", value.as_str().unwrap())).collect();
        let told = format!("{}\n{lines}\n{}", response["status"], response["body"]);
        let real = world.send(&format!("GET {path}\n{header}")).await;
        assert_eq!(told.replace(' ', ""), real.replace(' ', ""), "{path}");
    }
}

#[tokio::test]
async fn a_refusal_in_words() {
    let world = world().await;
    let ran = world.tollgate(&["explain", "/v1/keyed", "-H", HOST]);
    let text = ran.text(&[]);
    let (_, rest) = text.split_once("base path").unwrap();
    expect![[r#"
            /v1 at abc123.lambda-url.eu-west-1.on.aws; the path below is /keyed
        route        GET /keyed, the most specific for the path
        access       no address lists and no policy
        authorizer   none
        API key      asked for besides, in x-api-key
        limits       none
        answer       refused by API key: bad API key: no key
                     403
                     access-control-allow-origin: *
                     content-type: application/json
                     x-amzn-errortype: ForbiddenException

                     {
                       "message": "Forbidden"
                     }
        --
    "#]]
    .assert_eq(rest);
    let ran = world.tollgate(&["explain", "/v1/a/../b", "-H", HOST]);
    expect![[r#"
        exit 3
        --
        tollgate: GET /v1/a/../b would be refused: malformed request: a dot segment
    "#]]
    .assert_eq(&ran.text(&[]));
    let ran = world.tollgate(&["explain", "/v9/x"]);
    expect![[r#"
        exit 4
        answer       refused by stage: no stage serves host  and path /v9/x
                     404
                     content-type: application/json
                     x-amzn-errortype: NotFoundException

                     {
                       "message": "Not Found"
                     }
        --
        tollgate: a stage may have hosts: say the host with a whole URL or with -H 'Host: …', or --stage
    "#]]
    .assert_eq(&ran.text(&[]));
}

#[tokio::test]
async fn what_is_not_there_is_exit_4_and_another_stage_exit_3() {
    let world = world().await;
    let mut told = String::new();
    for arguments in [
        &["/v1/office", "--stage", "v9"][..],
        &["/v1/keyed", "--api-key-id", "nobody"],
        &["/v1/keyed", "--api-key-id", "tg_JngQ3Q3XBz5dNlmofYS7UK51BBtr6GwznWkk8gcQ_2N1C6D"],
    ] {
        told += &world.tollgate(&[&["explain"], arguments].concat()).text(&[]);
    }
    world.put_stage(&json!({ "stage": "v2", "hosts": ["v2.example"] }));
    told += &world.tollgate(&["explain", "/v1/office", "-H", HOST, "--stage", "v2"]).text(&[]);
    expect![[r#"
        exit 4
        --
        tollgate: there is no stage v9 in tollgate-stages or tollgate-routes
        exit 4
        --
        tollgate: there is no key nobody in tollgate-api-keys
        exit 4
        --
        tollgate: that is a key's value; `tollgate keys list` tells its id
        exit 3
        --
        tollgate: the stage of this request is v1, not v2
    "#]]
    .assert_eq(&told);
}
