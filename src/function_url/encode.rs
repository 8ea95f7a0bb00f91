//! Response → event, in the streaming form: JSON prelude, eight NUL bytes, body.

use http::StatusCode;
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_LENGTH, GetAll, SET_COOKIE},
};
use percent_encoding::{AsciiSet, percent_encode};
use serde::{Serialize, Serializer};

use crate::message::{Body, Response};

/// A response as it is posted: whole and streamed ones go one way.
#[derive(Debug)]
pub struct StreamResponse {
    pub metadata_prelude: MetadataPrelude,
    pub stream: Body,
}

/// What comes before the body: `{"statusCode":200,"headers":{…},"cookies":[…]}`.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetadataPrelude {
    #[serde(serialize_with = "code")]
    pub status_code: StatusCode,
    #[serde(serialize_with = "map")]
    pub headers: HeaderMap,
    pub cookies: Vec<String>,
}

fn code<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

fn map<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    let lines = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
    serializer.collect_map(lines)
}

/// Nothing of ASCII is encoded (a tab may stand in a header's value), and everything else always is.
const BEYOND_ASCII: &AsciiSet = &AsciiSet::EMPTY;

/// Encodes a response.
pub fn encode(response: Response) -> StreamResponse {
    let (parts, body) = response.into_parts();
    let mut headers = parts.headers;
    // The front frames the body itself.
    headers.remove(CONTENT_LENGTH);
    let cookies = headers.get_all(SET_COOKIE).iter().map(text).collect();
    headers.remove(SET_COOKIE);
    let metadata_prelude =
        MetadataPrelude { status_code: parts.status, headers: one_line_each(headers), cookies };
    StreamResponse { metadata_prelude, stream: body }
}

/// The prelude holds one value a header, and only ASCII: other bytes are percent-encoded.
fn one_line_each(headers: HeaderMap) -> HeaderMap {
    let is_a_line = |value: &HeaderValue| value.to_str().is_ok();
    if headers.len() == headers.keys_len() && headers.values().all(is_a_line) {
        return headers;
    }
    let mut lines = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let mut values = headers.get_all(name).iter();
        let line = match (values.next(), values.next()) {
            (Some(only), None) if only.to_str().is_ok() => only.clone(),
            _ => joined(headers.get_all(name)),
        };
        lines.insert(name, line);
    }
    lines
}

fn joined(values: GetAll<'_, HeaderValue>) -> HeaderValue {
    let line = values.iter().map(text).collect::<Vec<_>>().join(", ");
    HeaderValue::try_from(line).expect("header values joined, in ASCII, are a header value")
}

fn text(value: &HeaderValue) -> String {
    percent_encode(value.as_bytes(), BEYOND_ASCII).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prelude_has_one_ascii_line_a_header_and_cookies_apart() {
        let mut response = Response::new("body".into());
        let lines = [
            ("vary", "Origin"),
            ("vary", "Accept"),
            ("content-length", "4"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=\u{e9}"),
            ("location", "/caf\u{e9}?a=%20"),
            ("x-tab", "a\tb"),
        ];
        for (name, value) in lines {
            response.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let prelude = encode(response).metadata_prelude;
        assert_eq!(
            serde_json::to_value(&prelude).unwrap(),
            serde_json::json!({
                "statusCode": 200,
                "headers": { "vary": "Origin, Accept", "location": "/caf%C3%A9?a=%20", "x-tab": "a\tb" },
                "cookies": ["a=1", "b=%C3%A9"],
            })
        );
    }
}
