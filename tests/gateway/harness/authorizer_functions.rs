//! Functions as authorizers. The identity source says what they answer: `allow ada`.
//!
//! The gateway's account and another one have the same functions. `policies` answers with policies, `simple` with `isAuthorized`. `partners:live` is that of the docs.

use serde_json::{Value, json};

/// The behaviour of a function.
pub enum Word {
    Answers(String),
    /// The message of its error.
    Fails(&'static str),
    Never,
}

/// The word of the function `policies` or `simple` on an event; `None`: it has another name.
pub fn word(name: &str, event: &Value) -> Option<Word> {
    let is_simple = match name
        .strip_prefix("123456789012:function:")
        .or(name.strip_prefix("999999999999:function:"))
        .unwrap_or(name)
    {
        "policies" => false,
        "simple" => true,
        "partners:live" => return Some(Word::Answers(partners(event))),
        _ => return None,
    };
    let identity = identity(event);
    let (word, id) = identity.split_once(' ').unwrap_or((identity, "ada"));
    let answer = |effect: &str, resource: &str| match is_simple {
        true => simple(effect == "Allow", id),
        false => policy(effect, resource, id),
    };
    let arn = event.get("methodArn").or(event.get("routeArn")).unwrap().as_str().unwrap();
    Some(match word {
        "allow" | "allow-slowly" => Word::Answers(answer("Allow", arn)),
        "allow-all" => Word::Answers(answer("Allow", "*")),
        "deny" => Word::Answers(answer("Deny", arn)),
        "elsewhere" => Word::Answers(answer("Allow", "execute-api:/v1/GET/elsewhere")),
        "says" => Word::Answers(id.to_owned()),
        "unauthorized" => Word::Fails("Unauthorized"),
        "throws" => Word::Fails("a fault of its own"),
        "never" => Word::Never,
        _ => Word::Answers("no JSON".to_owned()),
    })
}

/// The time that an authorizer's function takes: `allow-slowly` nine seconds.
pub fn milliseconds(event: &Value) -> u64 {
    if identity(event).starts_with("allow-slowly ") { 9_000 } else { 0 }
}

/// The first identity source, in each of the three events.
fn identity(event: &Value) -> &str {
    let of_http_apis = event["identitySource"][0].as_str();
    event["authorizationToken"].as_str().or(of_http_apis).unwrap_or_default()
}

fn partners(event: &Value) -> String {
    let partner = (event["identitySource"][0] == "s-4711").then_some("acme");
    json!({ "isAuthorized": partner.is_some(), "context": { "partner": partner } }).to_string()
}

fn simple(is_authorized: bool, id: &str) -> String {
    json!({ "isAuthorized": is_authorized, "context": context(id), "usageIdentifierKey": key(id) })
        .to_string()
}

fn policy(effect: &str, resource: &str, id: &str) -> String {
    let statement = json!({ "Action": "execute-api:Invoke", "Effect": effect, "Resource": resource });
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    json!({ "principalId": id, "policyDocument": document, "context": context(id), "usageIdentifierKey": key(id) })
        .to_string()
}

fn context(id: &str) -> Value {
    json!({ "name": id, "level": 2, "admin": true, "none": null })
}

/// The value of the API key of a caller.
pub fn key(id: &str) -> String {
    format!("key-of-the-caller-{id}")
}
