//! Binary bodies, which travel as base64.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};

use crate::{
    header_list::split_unquoted,
    media_type::{Accept, essence},
};

/// The form in which the bytes of a body are written into JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEncoding {
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

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The encoding in which API Gateway hands a body to the function: base64 where `Content-Type` is one of them.
    pub fn request_encoding(&self, headers: &HeaderMap) -> BodyEncoding {
        self.encoding(headers.get(CONTENT_TYPE).map(media_type))
    }

    /// The encoding in which the client wants a response in base64: its bytes, where the *first* media type that it
    /// accepts
    /// is one of them; else the base64 text (AWS: "API Gateway uses the first Accept header").
    pub fn response_encoding(&self, headers: &HeaderMap) -> BodyEncoding {
        self.encoding(Accept::of(headers).map(|accept| accept.first()))
    }

    /// The encoding of all answers, where no client has a choice.
    pub fn common_encoding(&self) -> Option<BodyEncoding> {
        let is_any = |pattern: &String| pattern.trim() == "*/*";
        if self.0.is_empty() {
            Some(BodyEncoding::Text)
        } else {
            self.0.iter().any(is_any).then_some(BodyEncoding::Base64)
        }
    }

    fn encoding(&self, given: Option<&str>) -> BodyEncoding {
        if self.0.is_empty() {
            return BodyEncoding::Text;
        }
        // Without the header any type will do, which only the pattern `*/*` says as well.
        let given = given.unwrap_or("*/*");
        let is_binary = self.0.iter().any(|pattern| matches(pattern.trim(), given));
        if is_binary { BodyEncoding::Base64 } else { BodyEncoding::Text }
    }
}

/// The encoding in which an HTTP API hands a body on: text stays text, all else is base64, forms too.
pub fn automatic_encoding(headers: &HeaderMap) -> BodyEncoding {
    let Some(value) = headers.get(CONTENT_TYPE) else { return BodyEncoding::Text };
    let name = media_type(value).to_ascii_lowercase();
    let is_text = name.starts_with("text/")
        || matches!(name.as_str(), "" | "application/json" | "application/xml" | "application/javascript")
        || name.ends_with("+json")
        || name.ends_with("+xml");
    if is_text { BodyEncoding::Text } else { BodyEncoding::Base64 }
}

/// The media type of a header, of several joined lines the first one's.
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
        let cases: [(&[&str], Option<&str>, BodyEncoding); 10] = [
            (&[], Some("image/png"), BodyEncoding::Text),
            (&["image/png"], Some("image/png"), BodyEncoding::Base64),
            (&["image/png"], Some("IMAGE/PNG;q=0.9, text/html"), BodyEncoding::Base64),
            (&["image/png"], Some("text/html, image/png"), BodyEncoding::Text),
            (&["image/png"], Some("image/*"), BodyEncoding::Text),
            (&["image/*"], Some("image/webp"), BodyEncoding::Base64),
            (&["image/png"], Some("*/*"), BodyEncoding::Text),
            (&["image/png"], None, BodyEncoding::Text),
            (&["text/csv", "*/*"], Some("text/html"), BodyEncoding::Base64),
            (&["*/*"], None, BodyEncoding::Base64),
        ];
        for (patterns, accept, expected) in cases {
            let types = BinaryMediaTypes(patterns.iter().map(|&pattern| pattern.to_owned()).collect());
            assert_eq!(
                types.response_encoding(&headers(ACCEPT, accept)),
                expected,
                "{patterns:?} {accept:?}"
            );
            assert_eq!(
                types.request_encoding(&headers(CONTENT_TYPE, accept)),
                expected,
                "{patterns:?} {accept:?}"
            );
        }
    }

    #[test]
    fn an_http_api_knows_text_by_its_type() {
        let cases = [
            (None, BodyEncoding::Text),
            (Some("text/plain; charset=utf-8"), BodyEncoding::Text),
            (Some("application/json"), BodyEncoding::Text),
            (Some("Application/Problem+JSON"), BodyEncoding::Text),
            (Some("image/svg+xml"), BodyEncoding::Text),
            (Some("application/x-www-form-urlencoded"), BodyEncoding::Base64),
            (Some("multipart/form-data; boundary=x"), BodyEncoding::Base64),
            (Some("application/octet-stream"), BodyEncoding::Base64),
        ];
        for (content_type, expected) in cases {
            assert_eq!(
                automatic_encoding(&headers(CONTENT_TYPE, content_type)),
                expected,
                "{content_type:?}"
            );
        }
    }
}
