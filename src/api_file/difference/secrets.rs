//! What is not shown of a field that may hold a secret.

use serde_json::{Map, Value};

use crate::{item::WITHHELD, userinfo::withheld};

/// The parts of names whose texts may be secrets.
const SECRET_PARTS: [&str; 6] = ["token", "secret", "password", "passwd", "api-key", "apikey"];
/// The beginnings of texts that only say where a value comes from.
const REFERENCES: [&str; 7] = [
    "$request.",
    "$context.",
    "$stageVariables.",
    "${stageVariables.",
    "method.request.",
    "context.",
    "integration.response.",
];
/// Names with such a part whose texts are no secrets.
const PUBLIC: [&str; 4] = ["apiKeyRequired", "apiKeySource", "tokenEndpoint", "token_use"];

/// A field's value without the texts that may be secrets, and without passwords in URLs.
pub fn without_secrets(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if is_secret(name, text) => WITHHELD.into(),
        Value::String(text) => withheld(text).into_owned().into(),
        Value::Array(values) => values.iter().map(|value| without_secrets(name, value)).collect(),
        Value::Object(map) => {
            let shown = |(name, value): (&String, &Value)| (name.clone(), without_secrets(name, value));
            Value::Object(map.iter().map(shown).collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn is_secret(name: &str, text: &str) -> bool {
    // `integration.request.header.Authorization`, `append:header.x-api-key`
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let lower = last.to_lowercase();
    let may_be = lower == "authorization"
        || lower == "cookie"
        || lower == "keyhash"
        || SECRET_PARTS.iter().any(|part| lower.contains(part));
    let is_one_word = !text.contains(char::is_whitespace);
    let is_reference = is_one_word && REFERENCES.iter().any(|reference| text.starts_with(reference));
    may_be && !is_reference && !PUBLIC.contains(&last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_under_the_names_of_secrets_are_withheld() {
        let cases = [
            (
                json!({ "headers": { "Authorization": "Bearer x", "x-api-key": "k", "x-page": "1" } }),
                json!({ "headers": { "Authorization": "…", "x-api-key": "…", "x-page": "1" } }),
            ),
            (
                json!({ "requestParameters": {
                    "append:header.x-auth-token": "t", "overwrite:header.authorization": "$request.header.authorization",
                    "integration.request.header.Authorization": "'Basic eA=='" } }),
                json!({ "requestParameters": {
                    "append:header.x-auth-token": "…", "overwrite:header.authorization": "$request.header.authorization",
                    "integration.request.header.Authorization": "…" } }),
            ),
            (json!({ "uri": "https://ada:hush@a.example/" }), json!({ "uri": "https://…@a.example/" })),
            (
                json!({ "dbPassword": ["a"], "clientSecret": "b" }),
                json!({ "dbPassword": ["…"], "clientSecret": "…" }),
            ),
            (
                json!({ "authorizationType": "JWT", "apiKeySource": "HEADER", "tokens": 5, "apiKeyRequired": true }),
                json!({ "authorizationType": "JWT", "apiKeySource": "HEADER", "tokens": 5, "apiKeyRequired": true }),
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(without_secrets("", &value), expected);
        }
    }
}
