//! Address lists and policies that are none: the stage keeps what it served.

use expect_test::expect;
use serde_json::{Value, json};

use super::{api, mock};
use crate::harness::TestGateway;

async fn status_with(items: &[Value]) -> String {
    let world = TestGateway::new();
    items.iter().for_each(|item| world.put_route(item));
    world.publish("v1").await;
    world.stage_status("v1").await
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let statement = json!({ "Effect": "Permit", "Principal": "*", "NotAction": "*", "Resource": "execute-api:/v1/*",
        "Condition": { "StringEquals": { "aws:SourceVpc": "vpc-1" } } });
    let told = status_with(&[
        api(&json!({ "ipAllow": [], "ipDeny": ["10.1.2.3/8"], "policy": { "Version": "2012-10-17", "Statement": [statement] } })),
        mock("GET /a", &json!({ "ipAllow": ["here"], "policy": "{}" })),
    ])
    .await;
    expect![[r#"
        INVALID 8 problems; nothing is served yet
        tollgate-routes [stage=v1 routeKey=$api] ipAllow: got [], expected at least one address range, or no such attribute
        tollgate-routes [stage=v1 routeKey=$api] ipDeny: got "10.1.2.3/8", expected a range without bits behind its prefix: 10.0.0.0/8
        tollgate-routes [stage=v1 routeKey=$api] policy.Statement[0].Action: got nothing, expected execute-api:Invoke, execute-api:* or *
        tollgate-routes [stage=v1 routeKey=$api] policy.Statement[0].Condition.StringEquals.aws:SourceVpc: got "vpc-1", expected a key that is known here: aws:SourceIp, aws:Referer, aws:UserAgent, aws:SecureTransport, aws:CurrentTime, aws:EpochTime
        tollgate-routes [stage=v1 routeKey=$api] policy.Statement[0].Effect: got "Permit", expected Allow or Deny
        tollgate-routes [stage=v1 routeKey=$api] policy.Statement[0].NotAction: got "*", expected nothing: NotAction is not evaluated here, only Action
        tollgate-routes [stage=v1 routeKey=GET /a] ipAllow: got "here", expected an address range such as 10.0.0.0/8
        tollgate-routes [stage=v1 routeKey=GET /a] policy: got "{}", expected nothing of this name here, where it guards nothing: it stands in the $api item, for all routes"#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn a_bad_edit_leaves_what_was_served_as_closed_as_it_was() {
    let world =
        TestGateway::serving(&[api(&json!({ "ipAllow": ["198.51.100.0/24"] })), mock("GET /a", &json!({}))])
            .await;
    for words in [json!({ "ipAllow": null }), json!({ "ipAlow": ["0.0.0.0/0"] }), json!({ "policy": "" })] {
        world.put_route(&api(&words));
        world.publish("v1").await;
        world.refresh().await;
        assert!(world.stage_status("v1").await.starts_with("INVALID"), "{words}");
        assert_eq!(super::send_from(&world, "203.0.113.9", "GET /v1/a").await, super::FORBIDDEN, "{words}");
    }
}
