//! A stage that is deprecated, or goes, says so with every answer.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

/// `v1`, whose item has these fields too.
async fn world(fields: Value) -> TestGateway {
    let world = TestGateway::new();
    let mut item = json!({ "stage": "v1" });
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    world.put_stage(&item);
    let route = |key: &str, integration: Value| json!({ "routeKey": key, "integration": integration });
    world.put_route(
        &json!({ "routeKey": "$api", "corsConfiguration": { "allowOrigins": ["https://a.example"] } }),
    );
    world.put_route(&route("GET /plain", json!({ "type": "MOCK", "body": "hi" })));
    world.put_route(&route("GET /own", json!({ "type": "MOCK",
        "headers": { "Deprecation": "@1", "Sunset": "Thu, 01 Jan 1970 00:00:02 GMT", "Link": "</next>; rel=\"next\"" } })));
    world.put_route(&route(
        "GET /linked",
        json!({ "type": "MOCK",
        "headers": { "Link": "</own>; rel=\"deprecation\"" } }),
    ));
    world.go_live().await;
    world
}

const REQUESTS: [&str; 6] = [
    "GET /v1/plain",
    "GET /v1/own",
    "GET /v1/linked",
    "GET /v1/nothing",
    "POST /v1/plain",
    "OPTIONS /v1/plain\norigin: https://a.example\naccess-control-request-method: GET",
];

#[tokio::test]
async fn every_answer_of_the_stage_says_that_it_is_deprecated_and_when_it_goes() {
    let world = world(json!({ "deprecated": "2026-12-01", "sunset": "2027-06-30T12:00:00+02:00",
        "deprecationLink": "https://example.com/v1-ends" }))
    .await;
    expect![[r#"
        > GET /v1/plain
        200
        content-type: application/json
        deprecation: @1796083200
        link: <https://example.com/v1-ends>; rel="deprecation"
        sunset: Wed, 30 Jun 2027 10:00:00 GMT
        vary: Origin

        hi

        > GET /v1/own
        200
        content-type: application/json
        deprecation: @1
        link: </next>; rel="next", <https://example.com/v1-ends>; rel="deprecation"
        sunset: Thu, 01 Jan 1970 00:00:02 GMT
        vary: Origin



        > GET /v1/linked
        200
        content-type: application/json
        deprecation: @1796083200
        link: </own>; rel="deprecation"
        sunset: Wed, 30 Jun 2027 10:00:00 GMT
        vary: Origin



        > GET /v1/nothing
        404
        content-type: application/json
        deprecation: @1796083200
        link: <https://example.com/v1-ends>; rel="deprecation"
        sunset: Wed, 30 Jun 2027 10:00:00 GMT
        vary: Origin
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > POST /v1/plain
        405
        allow: GET, HEAD, OPTIONS
        content-type: application/json
        deprecation: @1796083200
        link: <https://example.com/v1-ends>; rel="deprecation"
        sunset: Wed, 30 Jun 2027 10:00:00 GMT
        vary: Origin
        x-amzn-errortype: MethodNotAllowedException

        {"message":"Method Not Allowed"}

        > OPTIONS /v1/plain
        > origin: https://a.example
        > access-control-request-method: GET
        204
        access-control-allow-origin: https://a.example
        deprecation: @1796083200
        link: <https://example.com/v1-ends>; rel="deprecation"
        sunset: Wed, 30 Jun 2027 10:00:00 GMT
        vary: Origin



    "#]]
    .assert_eq(&world.story(&REQUESTS).await);
}

#[tokio::test]
async fn a_stage_says_only_what_its_item_says() {
    let cases = [
        (json!({ "deprecated": 1_796_083_200 }), "deprecation: @1796083200"),
        (json!({ "deprecated": "1796083200" }), "deprecation: @1796083200"),
        (json!({ "sunset": "2026-12-01T00:00:00Z" }), "sunset: Tue, 01 Dec 2026 00:00:00 GMT"),
        (json!({ "deprecationLink": "/v1-ends" }), "link: </v1-ends>; rel=\"deprecation\""),
        (json!({ "deprecated": null, "sunset": null }), ""),
    ];
    for (fields, line) in cases {
        let world = world(fields.clone()).await;
        let mut lines = vec!["content-type: application/json", "vary: Origin"];
        lines.extend(Some(line).filter(|line| !line.is_empty()));
        lines.sort_unstable();
        assert_eq!(world.send("GET /v1/plain").await, format!("200\n{}\n\nhi", lines.join("\n")), "{fields}");
    }
}

#[tokio::test]
async fn a_date_acts_at_the_next_look() {
    let world = world(json!({})).await;
    let plain = world.send("GET /v1/plain").await;
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item["deprecated"] = json!("2026-12-01");
    world.put_stage(&item);
    world.refresh().await;
    let deprecated = world.send("GET /v1/plain").await;
    assert_eq!(deprecated, plain.replace("vary:", "deprecation: @1796083200\nvary:"));
}

#[tokio::test]
async fn what_is_no_date_is_told_and_nothing_is_said_to_callers() {
    let world = world(json!({})).await;
    let plain = world.send("GET /v1/plain").await;
    let item = world.store.stage("v1").await.unwrap().unwrap().item;
    let mut told = String::new();
    for fields in [
        json!({ "deprecated": "soon", "sunset": "2026-02-30", "deprecationLink": "javascript:alert(1)" }),
        json!({ "deprecated": "2026-12-02", "sunset": "2026-12-01" }),
        json!({ "deprecatd": "2026-12-02" }),
    ] {
        let mut item = Value::Object(item.clone());
        item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        world.put_stage(&item);
        world.refresh().await;
        assert_eq!(world.send("GET /v1/plain").await, plain, "{fields}");
        told += &world.tollgate(&["check", "v1"]).text(&[]);
    }
    expect![[r#"
        exit 3
        v1: 3 problems
          problem: tollgate-stages [stage=v1] deprecated: got "soon", expected a date such as 2027-01-31, a time such as 2027-01-31T09:00:00Z, or seconds since 1970
          problem: tollgate-stages [stage=v1] sunset: got "2026-02-30", expected a date such as 2027-01-31, a time such as 2027-01-31T09:00:00Z, or seconds since 1970
          problem: tollgate-stages [stage=v1] deprecationLink: got "javascript:alert(1)", expected a URL such as https://example.com/v1-ends, or a path
        --
        exit 3
        v1: 1 problem
          problem: tollgate-stages [stage=v1] sunset: got "2026-12-01", expected a time that is not before deprecated
        --
        exit 0
        v1: valid, and served as it is, 1 MB of memory
          warning: tollgate-stages [stage=v1] deprecatd: got "2026-12-02", expected nothing of this name; did you mean deprecated?
        --
    "#]].assert_eq(&told);
}
