//! `tollgate explain` says if a request would be let in.

use serde_json::{Value, json};

use super::{api, mock};
use crate::harness::TestGateway;

const HOST: &str = "Host: abc123.lambda-url.eu-west-1.on.aws";

fn access(world: &TestGateway, arguments: &[&str]) -> Value {
    let ran = world.tollgate(&[&["explain", "-H", HOST, "-o", "json"], arguments].concat());
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    told["access"].clone()
}

#[tokio::test]
async fn explain_says_if_an_address_list_or_the_policy_refuses() {
    let statements = json!([
        { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/v1/GET/*" },
        { "Sid": "NoAdmin", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "execute-api:/v1/*/admin" },
    ]);
    let world = TestGateway::serving(&[
        api(&json!({ "policy": { "Statement": statements } })),
        mock("GET /open", &json!({})),
        mock("POST /open", &json!({})),
        mock("GET /admin", &json!({ "requestParameters": { "method.request.querystring.page": true } })),
        mock("GET /office", &json!({ "ipAllow": ["198.51.100.0/24"] })),
    ])
    .await;
    let unknown = "as the client's address says, which is not known here";
    let cases = [
        (vec!["/v1/open"], "yes"),
        (vec!["/v1/office"], unknown),
        (vec!["/v1/office", "--source-ip", "198.51.100.7"], "yes"),
    ];
    for (arguments, expected) in cases {
        assert_eq!(access(&world, &arguments), expected, "{arguments:?}");
    }
    // A refusal is told as the gateway's first: the query, which is not as the route has it, counts for nothing.
    for (arguments, reason) in [
        (&["/v1/admin?token=hush"][..], "NoAdmin of the policy denies it"),
        (&["/v1/office", "--source-ip", "203.0.113.9"], "the client's address is not in ipAllow"),
        (&["POST /v1/open"], "no statement of the policy allows it"),
    ] {
        let ran = world.tollgate(&[&["explain", "-H", HOST], arguments].concat());
        let words = format!("answer       refused by access: access denied: {reason}\n             403\n");
        assert!(ran.code == Some(3) && ran.stdout.contains(&words), "{arguments:?}: {ran:?}");
        assert!(!ran.stdout.contains("hush"), "{ran:?}");
    }

    let signers = json!([
        { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Principal": { "AWS": "111122223333" }, "Action": "*", "Resource": "execute-api:/v1/*/open" },
        { "Sid": "NoAdmin", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "execute-api:/v1/*/admin" },
    ]);
    let world = TestGateway::serving(&[
        api(&json!({ "policy": { "Statement": signers } })),
        mock("GET /open", &json!({})),
        mock("GET /admin", &json!({})),
    ])
    .await;
    let unknown = "as the policy says of who has signed, which is not known here";
    assert_eq!(access(&world, &["/v1/open"]), unknown);
    let explain = |request: &str| world.tollgate(&["auth", "explain", request, "-H", HOST]).stdout;
    let admin = explain("GET /v1/admin");
    assert!(admin.contains("access      no: access denied: NoAdmin of the policy denies it\n"), "{admin}");
    let open = explain("GET /v1/open");
    assert!(open.contains("as the policy says of who has signed"), "{open}");

    let open = TestGateway::serving(&[mock("GET /open", &json!({}))]).await;
    assert_eq!(access(&open, &["/v1/open"]), Value::Null);
}
