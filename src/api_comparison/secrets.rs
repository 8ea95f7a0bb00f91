//! Secrets of requests, which nothing that is shown may hold: an API may echo what it was sent.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName};

use super::secret_forms::forms;
use crate::{
    path::{decode, query_pairs_as_sent, query_pairs_whole},
    secret_names::is_secret,
};

/// Stands for a secret.
const MASK: &str = "…";
/// A shorter value is in every text.
const LEAST_BYTES: usize = 4;

/// The values that are not shown, each in all its forms, the longer first.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Takes the values of these headers for secrets.
    pub fn add_all(&mut self, headers: &HeaderMap) {
        headers.values().for_each(|value| self.add(&String::from_utf8_lossy(value.as_bytes())));
    }

    /// Takes those of them for secrets whose names say so.
    pub fn add_named(&mut self, headers: &HeaderMap) {
        let named = headers.iter().filter(|(name, _)| is_secret(name.as_str()));
        named.for_each(|(_, value)| self.add(&String::from_utf8_lossy(value.as_bytes())));
    }

    /// Takes the values of those parameters of a query for secrets whose names say so.
    pub fn add_parameters(&mut self, target: &str) {
        let (_, query) = target.split_once('?').unwrap_or_default();
        for (_, value) in query_pairs_as_sent(query).filter(|(name, _)| is_secret(name)) {
            self.add(value);
            self.add(&decode(value));
        }
    }

    /// A credential counts without its scheme too, user and password of Basic, and each cookie by itself.
    fn add(&mut self, value: &str) {
        let (_, credential) = value.split_once(' ').unwrap_or_default();
        let basic = BASE64_STANDARD.decode(credential.trim()).ok();
        let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let (_, password) = basic.split_once(':').unwrap_or_default();
        let of_basic = if password.is_empty() { "" } else { basic.as_str() };
        let cookies = value.split(';').filter_map(|cookie| Some(cookie.split_once('=')?.1));
        for value in [value, credential, of_basic, password].into_iter().chain(cookies).map(str::trim) {
            if value.len() >= LEAST_BYTES {
                self.0.extend(forms(value).into_iter().filter(|form| form.len() >= LEAST_BYTES));
            }
        }
        self.0.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
    }

    /// The text with `…` in the place of each secret.
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for secret in &self.0 {
            if masked.contains(secret.as_str()) {
                masked = masked.replace(secret, MASK).into();
            }
        }
        masked
    }

    /// A path and its query without the values of parameters that are secrets by their names.
    pub fn shown_target(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else { return self.masked(target).into_owned() };
        let pairs = query_pairs_whole(query).map(|(name, pair)| match pair.split_once('=') {
            Some((written, _)) if is_secret(&name) => format!("{written}={MASK}"),
            Some(_) | None => pair.to_owned(),
        });
        self.masked(&format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))).into_owned()
    }

    /// The value of a header of a request.
    pub fn shown_header(&self, name: &HeaderName, value: &str) -> String {
        if is_secret(name.as_str()) { MASK.to_owned() } else { self.masked(value).into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn no_secret_is_shown_wherever_it_comes_back() {
        let mut secrets = Secrets::default();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer abc.def"));
        headers.insert("cookie", HeaderValue::from_static("a=session7; b=2"));
        headers.insert("accept", HeaderValue::from_static("text/plain"));
        secrets.add_named(&headers);
        secrets.add_parameters("/a?page=12345&token=t%2F123");
        assert_eq!(secrets.masked("t%2F123 t/123 12345"), "… … 12345");
        assert_eq!(secrets.masked("got Bearer abc.def"), "got …");
        assert_eq!(secrets.masked("abc%2Edef Bearer+abc.def YWJjLmRlZg== YWJjLmRlZg"), "… … … …");
        assert_eq!(secrets.masked("abc.def, session7, text/plain, 2"), "…, …, text/plain, 2");
        assert_eq!(
            secrets.shown_target("/a?access_token=1&page=2&x=abc.def"),
            "/a?access_token=…&page=2&x=…"
        );
        assert_eq!(secrets.shown_header(&HeaderName::from_static("x-api-key"), "k"), "…");
        assert_eq!(secrets.shown_header(&HeaderName::from_static("accept"), "a/b"), "a/b");
    }
}
