//! Tokens that another implementation signed, with all algorithms, put to a gateway: each gets in, or gets its 401.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{HELLO, route, serving, with_token};
use crate::harness::START;

/// The keys of vectors, and what changes the rules for them.
type KeysAndRules = (String, String);

#[tokio::test]
async fn a_token_of_another_implementation_gets_in_or_gets_a_401() {
    let file: Value = serde_json::from_str(include_str!("../../jwt_vectors/vectors.json")).unwrap();
    let mut groups: BTreeMap<KeysAndRules, Vec<&Value>> = BTreeMap::new();
    for vector in file["vectors"].as_array().unwrap() {
        let rules = vector.get("rules").cloned().unwrap_or_else(|| json!({}));
        // Those are of user pools, and no item says an empty audience. Space around a header's value is not its own.
        let token = vector["token"].as_str().unwrap_or_default();
        if rules.get("audience").is_none() && token.trim() == token {
            let keys = vector["keys"].as_str().unwrap().to_owned();
            groups.entry((keys, rules.to_string())).or_default().push(vector);
        }
    }
    let mut authorizers = json!({});
    let mut routes = Vec::new();
    for (number, (keys, rules)) in groups.keys().enumerate() {
        let name = format!("a{number}");
        let mut authorizer: Value = serde_json::from_str(rules).unwrap();
        authorizer["type"] = json!("JWT");
        authorizer["jwtConfiguration"] = file["rules"].clone();
        authorizer["jwks"] = file["keySets"][keys].clone();
        // An issuer may publish one; in an item it is a problem.
        let listed = authorizer["jwks"]["keys"].as_array_mut().unwrap();
        listed.retain(|key| key["kty"] != "oct");
        authorizers[&name] = authorizer;
        routes.push(route(&format!("GET /{name}"), &json!({ "authorizerId": name })));
    }
    let world = serving(&json!({ "authorizers": authorizers }), &routes).await;
    world.advance(Duration::from_secs(file["now"].as_u64().unwrap() - START / 1_000));
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    for (number, vectors) in groups.values().enumerate() {
        for vector in vectors {
            let token = vector["token"].as_str().unwrap_or_default();
            // Twice: good ones are remembered, bad ones never.
            for _ in 0..2 {
                let answer = world.send(&with_token(&format!("GET /v1/a{number}"), token)).await;
                let is_good = vector.get("error").is_none();
                let is_right = if is_good { answer == HELLO } else { answer.starts_with("401\n") };
                assert!(is_right, "{}: {answer}", vector["name"]);
                *statuses.entry(answer[..3].to_owned()).or_default() += 1;
            }
        }
    }
    assert!(statuses["200"] > 150 && statuses["401"] > 600, "{statuses:?}");
}
