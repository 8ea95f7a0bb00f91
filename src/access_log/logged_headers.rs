//! `accessLogHeaders`: the headers of requests and responses that stand in the line. Never one that may be a secret.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, header};

use super::cut;
use crate::{caller::TokenPlace, item::Fields, secret_names::is_secret};

/// Names and values.
pub(super) type HeaderTexts = BTreeMap<String, String>;

/// The names, as a stage item lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LoggedHeaders {
    request: Vec<HeaderName>,
    response: Vec<HeaderName>,
}

/// Clients choose the values, and each is paid for by the gigabyte.
const MAX_VALUE_CHARS: usize = 200;
const MOST_HEADERS: usize = 20;
/// Secrets, or what proves them, by no word of their names.
const SECRETS: [&str; 5] =
    ["dpop", "x-authentication", "x-forwarded-client-cert", "x-original-url", "x-tollgate-origin"];

impl LoggedHeaders {
    pub fn parse(fields: &Fields<'_>) -> Self {
        let Some(lists) = fields.object("accessLogHeaders") else { return Self::default() };
        let headers = Self { request: names(&lists, "request"), response: names(&lists, "response") };
        lists.finish();
        headers
    }

    /// Without those that have a credential: what they are called does not tell.
    pub fn of_request(&self, headers: &HeaderMap, credentials: &[TokenPlace]) -> HeaderTexts {
        let is_credential = |name: &HeaderName| {
            credentials.iter().any(|place| matches!(place, TokenPlace::Header(own) if own == name))
        };
        texts(self.request.iter().filter(|name| !is_credential(name)), headers)
    }

    pub fn of_response(&self, headers: &HeaderMap) -> HeaderTexts {
        texts(self.response.iter(), headers)
    }
}

fn names<'a>(lists: &Fields<'a>, list: &'a str) -> Vec<HeaderName> {
    let mut names = Vec::new();
    for (index, text) in lists.strings(list).unwrap_or_default().into_iter().enumerate() {
        let field = format!("{list}[{index}]");
        let text = text.trim();
        match HeaderName::from_bytes(text.as_bytes()) {
            Err(_) => lists.problem(&field, &format!("{text:?}"), "the name of a header"),
            Ok(name) if may_be_secret(&name) => {
                lists.problem(&field, text, "a header that holds no secret, by its name");
            }
            Ok(_) if index >= MOST_HEADERS => {
                lists.problem(&field, text, &format!("at most {MOST_HEADERS} headers"));
            }
            Ok(name) => names.push(name),
        }
    }
    names
}

/// A part of the name is enough here (`x-functions-key`); `x-error-code` is an error's, but a `code` alone is a login's.
fn may_be_secret(name: &HeaderName) -> bool {
    let name = name.as_str();
    let is_secret_part = |part: &str| part != "code" && is_secret(part);
    is_secret(name) || name.split(['-', '_', '.']).any(is_secret_part) || SECRETS.contains(&name)
}

fn texts<'a>(names: impl Iterator<Item = &'a HeaderName>, headers: &HeaderMap) -> HeaderTexts {
    let text = |name: &HeaderName| {
        let value = String::from_utf8_lossy(headers.get(name)?.as_bytes());
        // A query may hold a code or a token.
        let value = match *name {
            header::LOCATION | header::REFERER | header::CONTENT_LOCATION => {
                value.split(['?', '#']).next().unwrap_or_default()
            }
            _ => &value,
        };
        Some((name.as_str().to_owned(), cut(value, MAX_VALUE_CHARS)))
    };
    names.filter_map(text).collect()
}
