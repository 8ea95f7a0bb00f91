//! The credentials of a request, and texts without them: what is explained is shown to people, and kept in their shells.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, header::AUTHORIZATION};
use serde_json::Value;

use crate::{
    caller::{Principal, TokenPlace},
    message::Request,
    path::{query_pairs, query_pairs_as_sent},
    userinfo,
};

/// Stands for what is not shown.
pub(super) const MASK: &str = "…";

/// Names of headers, and of members in events, whose values are credentials, in lower case.
const NAMES: [&str; 8] = [
    "apikey",
    "authorization",
    "cookie",
    "cookies",
    "proxy-authorization",
    "set-cookie",
    "x-amz-security-token",
    "x-api-key",
];

/// A shorter text is not looked for inside of others: it would be found in anything.
const LEAST_CHARS: usize = 8;

/// The credentials of one request.
#[derive(Debug, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// `place` is where the route's authorizer looks for a token.
    pub fn of(request: &Request, place: Option<&TokenPlace>, principal: Option<&Principal>) -> Self {
        let mut secrets = Self::default();
        for (name, value) in &request.headers {
            let is_place = matches!(place, Some(TokenPlace::Header(header)) if header == name);
            if is_place || is_secret(name.as_str()) {
                secrets.add(&String::from_utf8_lossy(value.as_bytes()));
            }
        }
        for cookie in &request.cookies {
            secrets.add(cookie);
            secrets.add(cookie.split_once('=').map_or("", |(_, value)| value));
        }
        if let Some(TokenPlace::Querystring(name)) = place {
            let of_name = query_pairs(&request.query).filter(|(other, _)| other == name);
            of_name.for_each(|(_, value)| secrets.add(&value));
            let as_sent = query_pairs_as_sent(&request.query).filter(|(other, _)| other == name);
            as_sent.for_each(|(_, value)| secrets.add(value));
        }
        secrets.add(principal.and_then(Principal::usage_identifier_key).unwrap_or_default());
        secrets
    }

    /// A header's value, and the token behind its scheme.
    fn add(&mut self, text: &str) {
        let token = text.split_once(' ').map_or("", |(_, token)| token);
        let long = [text, token].into_iter().map(str::trim).filter(|text| text.len() >= LEAST_CHARS);
        self.0.extend(long.map(str::to_owned));
        // The longer first: a token is part of its header.
        self.0.sort_by_key(|secret| usize::MAX - secret.len());
    }

    /// The text with `…` for each secret, and for the user and the password of a URL.
    pub fn masked(&self, text: &str) -> String {
        let text: Cow<'_, str> = userinfo::withheld(text);
        self.0.iter().fold(text.into_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// The same of all texts in a value; under the name of a credential, of every text.
    pub fn masked_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.masked(&text).into(),
            Value::Array(values) => values.into_iter().map(|value| self.masked_json(value)).collect(),
            Value::Object(members) => {
                let masked = |(name, value): (String, Value)| {
                    let value = if is_secret(&name) { hidden(value) } else { self.masked_json(value) };
                    (name, value)
                };
                Value::Object(members.into_iter().map(masked).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// Headers by their names, in the order of those.
    pub fn masked_headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let masked = |(name, value): (&HeaderName, &http::HeaderValue)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let value = if *name == AUTHORIZATION || is_secret(name.as_str()) {
                hidden_text(name, &text)
            } else {
                self.masked(&text)
            };
            (name.as_str().to_owned(), value)
        };
        let mut headers: Vec<_> = headers.iter().map(masked).collect();
        headers.sort();
        headers
    }
}

fn is_secret(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// A cookie that is set keeps its name.
fn hidden_text(name: &HeaderName, text: &str) -> String {
    match text.split_once('=') {
        Some((cookie, _)) if name == http::header::SET_COOKIE => format!("{cookie}={MASK}"),
        Some(_) | None => MASK.to_owned(),
    }
}

fn hidden(value: Value) -> Value {
    match value {
        Value::String(_) => MASK.into(),
        Value::Array(values) => values.into_iter().map(hidden).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, hidden(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands_and_short_ones_by_their_names() {
        let mut secrets = Secrets::default();
        secrets.add("Bearer eyJhbGciOi");
        secrets.add("short");
        let event = json!({
            "headers": { "Authorization": "Bearer eyJhbGciOi", "X-Api-Key": "short", "accept": "short" },
            "multiValueHeaders": { "cookie": ["a=1"] },
            "cookies": ["a=1"],
            "requestContext": { "identity": { "apiKey": "k", "apiKeyId": "acme" } },
            "body": "{\"token\":\"eyJhbGciOi\",\"url\":\"https://ada:pw@example.com/\"}",
            "isBase64Encoded": false,
        });
        let masked = json!({
            "headers": { "Authorization": "…", "X-Api-Key": "…", "accept": "short" },
            "multiValueHeaders": { "cookie": ["…"] },
            "cookies": ["…"],
            "requestContext": { "identity": { "apiKey": "…", "apiKeyId": "acme" } },
            "body": "{\"token\":\"…\",\"url\":\"https://…@example.com/\"}",
            "isBase64Encoded": false,
        });
        assert_eq!(secrets.masked_json(event), masked);
    }
}
