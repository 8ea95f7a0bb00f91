//! Clients that stay with one version.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Versions, body, body_at};
use crate::harness::TestGateway;

/// A token that nobody has signed.
fn token(claims: &Value) -> String {
    let part = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.c2ln", part(&json!({ "alg": "RS256" })), part(claims))
}

fn address(number: usize) -> String {
    format!("198.51.{}.{}", number / 250, number % 250)
}

/// The version of each of so many addresses.
async fn by_address(world: &TestGateway, addresses: usize) -> Vec<String> {
    let mut versions = Vec::new();
    for number in 0..addresses {
        versions.push(body_at(world, &address(number), "GET /v1").await);
    }
    versions
}

fn canarys(versions: &[String]) -> usize {
    versions.iter().filter(|version| *version == "canary").count()
}

#[tokio::test]
async fn an_address_never_changes_its_version_whichever_instance_it_asks() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    versions.with(&world, json!({ "percentTraffic": 30, "stickyBy": "ADDRESS" })).await;
    let first = by_address(&world, 500).await;
    // Six standard deviations: 150 ± 6 √105.
    assert!((88..=212).contains(&canarys(&first)), "{}", canarys(&first));
    let another = world.another_instance().await;
    for instance in [&world, &another] {
        assert_eq!(by_address(instance, 500).await, first);
    }
    // A larger share keeps those that it has.
    versions.with(&world, json!({ "percentTraffic": 60, "stickyBy": "address" })).await;
    let more = by_address(&world, 500).await;
    assert!(canarys(&more) > canarys(&first));
    assert!(first.iter().zip(&more).all(|(first, more)| first == "stage" || more == "canary"));
    for (percent, expected) in [(0, 0), (100, 500)] {
        versions.with(&world, json!({ "percentTraffic": percent, "stickyBy": "ADDRESS" })).await;
        assert_eq!(canarys(&by_address(&world, 500).await), expected);
    }
}

#[tokio::test]
async fn another_canary_is_tried_with_other_addresses() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    let settings = json!({ "percentTraffic": 50, "stickyBy": "ADDRESS" });
    versions.with(&world, settings.clone()).await;
    let first = by_address(&world, 200).await;
    // The roles change.
    let turned = Versions { stage: versions.canary.clone(), canary: versions.stage.clone() };
    turned.with(&world, settings).await;
    let second = by_address(&world, 200).await;
    let twice = first.iter().zip(&second).filter(|(first, second)| *first == "canary" && *second == "stage");
    assert!((20..80).contains(&twice.count()), "half of a half");
}

#[tokio::test]
async fn a_caller_never_changes_its_version_wherever_it_calls_from() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    versions.with(&world, json!({ "percentTraffic": 50, "stickyBy": "CALLER" })).await;
    let another = world.another_instance().await;
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for caller in 0..60 {
        let bearer = |claims: Value| format!("Authorization: Bearer {}", token(&claims));
        let of_subject =
            |more: &str| bearer(json!({ "iss": "https://a", "sub": caller.to_string(), "exp": more }));
        // Each kind's headers are one caller's: the last token is not the first.
        let kinds = [
            (
                "key",
                [format!("X-Api-Key: k{caller}"), format!("x-api-key: k{caller}\nauthorization: Basic x")],
            ),
            ("token", [of_subject("1"), of_subject("2").replace("Bearer", "bearer")]),
            ("text", [format!("authorization: Basic {caller}"), format!("Authorization: Basic {caller}")]),
            ("no subject", [bearer(json!({ "sub": caller })), bearer(json!({ "sub": caller }))]),
        ];
        for (kind, headers) in kinds {
            let mut first = None;
            for (at, header) in headers.iter().cycle().take(4).enumerate() {
                let instance = if at < 2 { &world } else { &another };
                let request = format!("GET /v1\n{header}");
                let version = body_at(instance, &address(at), &request).await;
                let first = first.get_or_insert_with(|| version.clone());
                assert_eq!(version, *first, "{kind} {caller}");
            }
            *seen.entry(kind).or_default() += usize::from(first.as_deref() == Some("canary"));
        }
    }
    // Six standard deviations: 30 ± 6 √15.
    assert!(seen.len() == 4 && seen.values().all(|canarys| (7..=53).contains(canarys)), "{seen:?}");
}

#[tokio::test]
async fn a_caller_who_is_not_told_is_the_address() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    let settings = |sticky: &str| json!({ "percentTraffic": 50, "stickyBy": sticky });
    versions.with(&world, settings("ADDRESS")).await;
    let by_its_address = by_address(&world, 50).await;
    versions.with(&world, settings("CALLER")).await;
    assert_eq!(by_address(&world, 50).await, by_its_address);
}

#[tokio::test]
async fn a_signer_is_told_by_the_arn_that_aws_names() {
    let world = TestGateway::with_environment(&[("FUNCTION_URL_AUTH_TYPE", "AWS_IAM")]);
    let versions = Versions::of_texts(&world).await;
    versions.with(&world, json!({ "percentTraffic": 50, "stickyBy": "CALLER" })).await;
    let mut canarys = 0;
    for user in 0..40 {
        let mut answers = Vec::new();
        for signature in ["one", "two"] {
            let request = format!("GET /v1\nauthorization: AWS4-HMAC-SHA256 Signature={signature}");
            let mut event = crate::harness::event(&request);
            event["requestContext"]["authorizer"] = json!({ "iam": {
                "accessKey": "AKIA", "accountId": "111122223333", "callerId": "AIDA", "cognitoIdentity": null,
                "principalOrgId": null, "userArn": format!("arn:aws:iam::111122223333:user/{user}"), "userId": "AIDA" } });
            answers.push(super::body_of(&world.send_event(&event).await));
        }
        assert_eq!(answers[0], answers[1], "{user}");
        canarys += usize::from(answers[0] == "canary");
    }
    assert!((2..=38).contains(&canarys), "{canarys}");
    assert_ne!(body(&world, "GET /v1").await, "");
}
