//! Percent escapes in paths, route keys and base paths: `/lit/%40me`.

use expect_test::expect;
use serde_json::json;

use super::{KEY, guarded, open, route, serving};
use crate::harness::{Target, TestGateway};

#[tokio::test]
async fn percent_escapes_lead_no_request_past_an_api_key() {
    let target = Target::start([]).await;
    let marks = [":", "@", ",", "+", ";", "=", "&", "$", "!", "'", "(", ")", "*"];
    for (mark, is_escaped) in marks.iter().flat_map(|mark| [(mark, false), (mark, true)]) {
        let escaped = format!("%{:02X}", mark.as_bytes()[0]);
        let written = if is_escaped { &escaped } else { *mark };
        let world = serving(&[
            route(&target, &format!("GET /lit/a{written}b"), "/lit", &guarded()),
            route(&target, &format!("GET /lit/a{written}b/{{id}}"), "/lit/{id}", &guarded()),
            route(&target, "ANY /{proxy+}", "/{proxy}", &open()),
        ])
        .await;
        for sent in [*mark, &escaped, &escaped.to_lowercase()] {
            for path in [format!("/v1/lit/a{sent}b"), format!("/v1/lit/a{sent}b/x")] {
                let answer = world.send(&format!("GET {path}")).await;
                assert!(answer.starts_with("403\n"), "{path} with {written}: {answer}");
            }
        }
        // What is sent on is as it came.
        let answer = world.send(&format!("GET /v1/lit/a{mark}b/{escaped}{mark}\nx-api-key: {KEY}")).await;
        assert!(answer.contains(&format!("\n\nGET /lit/{escaped}{mark}\n")), "{answer}");
        assert_eq!(target.received().len(), 1);
    }
}

#[tokio::test]
async fn a_stage_is_found_however_its_base_path_is_escaped() {
    let target = Target::start([]).await;
    let world = serving(&[route(&target, "ANY /{proxy+}", "/{proxy}", &guarded())]).await;
    world.put_stage(&json!({ "stage": "v1", "basePath": "/team@1/v1" }));
    world.put_route(
        &json!({ "stage": "$default", "routeKey": "$default", "integration": { "type": "MOCK" } }),
    );
    world.publish("v1").await;
    world.publish("$default").await;
    world.refresh().await;
    let cases = [
        ("/team@1/v1/x", "403"),
        ("/team%401/v1/x", "403"),
        ("//team@1/v1//x", "403"),
        // The stage at the root would ask for less.
        ("/team@1//v1/x", "404"),
        ("/team%401%2Fv1/x", "404"),
        ("/team@1//v2/x", "200"),
        ("/team1/v1/x", "200"),
    ];
    for (path, expected) in cases {
        assert_eq!(&world.send(&format!("GET {path}")).await[..3], expected, "{path}");
    }
}

#[tokio::test]
async fn a_route_key_with_and_without_escapes_is_the_same_route() {
    let mock = |key: &str| json!({ "routeKey": key, "integration": { "type": "MOCK", "body": "hello" } });
    let world = TestGateway::serving(&[mock("GET /lit/%40me")]).await;
    for path in ["/lit/@me", "/lit/%40me"] {
        assert!(world.send(&format!("GET /v1{path}")).await.ends_with("\n\nhello"), "{path}");
    }
    world.put_route(&mock("GET /lit/@me"));
    world.publish("v1").await;
    expect![[r#"
        INVALID 1 problem; the last valid deployment stays
        tollgate-routes [stage=v1 routeKey=GET /lit/@me] routeKey: got "GET /lit/@me", expected a route that "GET /lit/%40me" does not serve already"#]]
    .assert_eq(&world.stage_status("v1").await);
}
