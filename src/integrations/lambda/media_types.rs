//! Which bodies are binary, and so travel as base64.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};

use crate::{
    header_list::split_unquoted,
    media_type::{Accept, essence},
};

/// How the bytes of a body are written into JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As a string.
    Text,
    /// As a string of base64.
    Base64,
}

/// `binaryMediaTypes` of an API: `image/png`, `image/*`, `*/*`.
///
/// A REST API asks them (payload format 1.0); an HTTP API decides by itself (payload format 2.0).
#[derive(Clone, Debug)]
pub struct BinaryMediaTypes(Arc<[String]>);

impl BinaryMediaTypes {
    pub fn new(patterns: &Arc<[String]>) -> Self {
        Self(Arc::clone(patterns))
    }

    /// What API Gateway hands to the function: base64 where `Content-Type` is one of them.
    pub fn request_form(&self, headers: &HeaderMap) -> Form {
        self.form(headers.get(CONTENT_TYPE).map(media_type))
    }

    /// What the client wants of an answer in base64: its bytes, where the *first* media type that it accepts
    /// is one of them; else the base64 text (AWS: "API Gateway uses the first Accept header").
    pub fn response_form(&self, headers: &HeaderMap) -> Form {
        self.form(Accept::of(headers).map(|accept| accept.first()))
    }

    /// That of all answers, where no client has a choice.
    pub fn common_form(&self) -> Option<Form> {
        let is_any = |pattern: &String| pattern.trim() == "*/*";
        if self.0.is_empty() { Some(Form::Text) } else { self.0.iter().any(is_any).then_some(Form::Base64) }
    }

    fn form(&self, given: Option<&str>) -> Form {
        if self.0.is_empty() {
            return Form::Text;
        }
        // Without the header any type will do, which only the pattern `*/*` says as well.
        let given = given.unwrap_or("*/*");
        let is_binary = self.0.iter().any(|pattern| matches(pattern.trim(), given));
        if is_binary { Form::Base64 } else { Form::Text }
    }
}

/// What an HTTP API does with a request's body: text stays text, all else is base64, forms too.
pub fn automatic_form(headers: &HeaderMap) -> Form {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Form::Text };
    let name = media_type(value).to_ascii_lowercase();
    let is_text = name.starts_with("text/")
        || matches!(name.as_str(), "" | "application/json" | "application/xml" | "application/javascript")
        || name.ends_with("+json")
        || name.ends_with("+xml");
    if is_text { Form::Text } else { Form::Base64 }
}

/// Where several lines were joined, the first one's.
fn media_type(value: &HeaderValue) -> &str {
    let lines = value.to_str().unwrap_or_default();
    essence(split_unquoted(lines, |c| c == ',').next().unwrap_or_default())
}

fn matches(pattern: &str, given: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => {
            given.split_once('/').is_some_and(|(given_kind, _)| given_kind.eq_ignore_ascii_case(kind))
        }
        None => pattern.eq_ignore_ascii_case(given),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, header::ACCEPT};

    use super::*;

    fn headers(name: HeaderName, value: Option<&str>) -> HeaderMap {
        value.into_iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_first_accepted_media_type_decides() {
        let cases: [(&[&str], Option<&str>, Form); 10] = [
            (&[], Some("image/png"), Form::Text),
            (&["image/png"], Some("image/png"), Form::Base64),
            (&["image/png"], Some("IMAGE/PNG;q=0.9, text/html"), Form::Base64),
            (&["image/png"], Some("text/html, image/png"), Form::Text),
            (&["image/png"], Some("image/*"), Form::Text),
            (&["image/*"], Some("image/webp"), Form::Base64),
            (&["image/png"], Some("*/*"), Form::Text),
            (&["image/png"], None, Form::Text),
            (&["text/csv", "*/*"], Some("text/html"), Form::Base64),
            (&["*/*"], None, Form::Base64),
        ];
        for (patterns, accept, expected) in cases {
            let types = BinaryMediaTypes(patterns.iter().map(|&pattern| pattern.to_owned()).collect());
            assert_eq!(types.response_form(&headers(ACCEPT, accept)), expected, "{patterns:?} {accept:?}");
            assert_eq!(
                types.request_form(&headers(CONTENT_TYPE, accept)),
                expected,
                "{patterns:?} {accept:?}"
            );
        }
    }

    #[test]
    fn an_http_api_knows_text_by_its_type() {
        let cases = [
            (None, Form::Text),
            (Some("text/plain; charset=utf-8"), Form::Text),
            (Some("application/json"), Form::Text),
            (Some("Application/Problem+JSON"), Form::Text),
            (Some("image/svg+xml"), Form::Text),
            (Some("application/x-www-form-urlencoded"), Form::Base64),
            (Some("multipart/form-data; boundary=x"), Form::Base64),
            (Some("application/octet-stream"), Form::Base64),
        ];
        for (content_type, expected) in cases {
            assert_eq!(automatic_form(&headers(CONTENT_TYPE, content_type)), expected, "{content_type:?}");
        }
    }
}
